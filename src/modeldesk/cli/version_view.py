"""Versions on their test sets, and one after the other, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from modeldesk.cli.counting import counted
from modeldesk.cli.letters import shown
from modeldesk.cli.listing import Paper
from modeldesk.cli.paired_lines import change_lines
from modeldesk.cli.performance_view import figures_table, notes_of, with_interval
from modeldesk.reports.numbers import NOTHING, count, share
from modeldesk.services.version_figure_views import (
    LinePoint,
    LineVersion,
    SliceTest,
    VersionLine,
    VersionTestReport,
)


def test_view(report: VersionTestReport, *, console: Console) -> Group:
    """Return the verdict, a line per figure, a line per slice, and the comparison.

    Parameters
    ----------
    report
        What is shown.
    console
        Where it is shown: tells the width, and which letters it knows.
    """
    paper = Paper.of(console)
    title = f"Version {report.version} of {report.model} on its test set"
    told = f"{report.task}, {counted(report.labelled, 'labelled row')}"
    parts: list[RenderableType] = [
        Text.assemble(shown(title, "bold"), (f"  {told}", "dim")),
        shown(report.verdict),
        figures_table(report.figures, paper),
        *notes_of(report.figures),
    ]
    if report.slices:
        parts += [Text(), _slices(report.slices, paper)]
    if report.comparison is not None:
        parts += [Text(), shown(f"Against version {report.comparison.other}", "bold")]
        parts += [shown(line) for line in change_lines(report.comparison)]
    return Group(*parts)


def line_view(line: VersionLine, *, console: Console) -> Group:
    """Return a table of test sets and one of live labels; parameters as for `test_view`."""
    paper = Paper.of(console)
    parts: list[RenderableType] = [shown(f"The versions of {line.model}", "bold")]
    if line.more:
        parts.append(shown("There are older ones as well.", "dim"))
    sorts: tuple[tuple[str, Callable[[LineVersion], LinePoint]], ...] = (
        ("On their test sets", lambda version: version.test),
        ("On live labels", lambda version: version.live),
    )
    for title, of in sorts:
        parts += [Text(), shown(title, "bold"), _line(line, of, paper)]
        for version in line.versions:
            point = of(version)
            if point.verdict is not None:
                parts.append(shown(point.verdict + _caution(point)))
    return Group(*parts)


def _caution(point: LinePoint) -> str:
    """Say what a comparison is worth less for."""
    if point.paired or point.same_rows is None:
        return ""
    if point.same_rows:
        return " (Not compared in pairs.)"
    return " (On other rows.)"


def _line(line: VersionLine, of: Callable[[LineVersion], LinePoint], paper: Paper) -> Table:
    table = paper.table()
    for name in ("version", "published", "labelled"):
        table.add_column(name, justify="right" if name == "labelled" else "left", no_wrap=True)
    known = dict.fromkeys(
        (each.measure, each.of) for version in line.versions for each in of(version).figures
    )
    for measure, which in known:
        table.add_column(shown(measure if which is None else f"{measure} of {which}"))
    table.add_column("")
    for version in line.versions:
        point = of(version)
        found = {(each.measure, each.of): each for each in point.figures}
        cells = [NOTHING if key not in found else with_interval(found[key]) for key in known]
        named = " ".join((str(version.version), *version.aliases))
        table.add_row(
            shown(named),
            f"{version.published_at:%Y-%m-%d}",
            count(point.labelled),
            *cells,
            shown("" if point.because is None else f"no figures, because {point.because}", "dim"),
        )
    return table


def _slices(slices: Sequence[SliceTest], paper: Paper) -> Table:
    table = paper.table()
    table.add_column("slice", overflow="fold")
    table.add_column("labelled", justify="right")
    table.add_column("share", justify="right")
    known = dict.fromkeys(
        (each.figure.measure, each.figure.of) for part in slices for each in part.figures
    )
    for measure, of in known:
        table.add_column(shown(measure if of is None else f"{measure} of {of}"))
    for part in slices:
        found = {(each.figure.measure, each.figure.of): each.figure for each in part.figures}
        cells = [NOTHING if key not in found else with_interval(found[key]) for key in known]
        table.add_row(shown(part.name), count(part.labelled), share(part.share), *cells)
    return table
