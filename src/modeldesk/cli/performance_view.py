"""How good versions are, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from modeldesk.cli.counting import counted
from modeldesk.cli.letters import shown
from modeldesk.cli.listing import Paper
from modeldesk.reports.numbers import NOTHING, count, share
from modeldesk.services.performance_parts import PartFigure, PartsTable
from modeldesk.services.performance_views import (
    ComparedVersions,
    FigureView,
    PerformanceReport,
)

_STYLES = {"better": "bold green", "worse": "bold red", "different": "yellow"}


def performance_view(report: PerformanceReport, *, days: bool, console: Console) -> Group:
    """Return a sentence, a line per figure, and on demand a line per day.

    Parameters
    ----------
    report
        What is shown.
    days
        Whether days are shown as well.
    console
        Where it is shown: tells the width, and which letters it knows.
    """
    title = f"Version {report.version} of {report.model}"
    if report.segment or report.slice:
        title += f", {report.segment or report.slice}"
    if report.because is not None:
        return Group(shown(f"{title}: there are no figures, because {report.because}."))
    told = f"{report.task}, {counted(report.labelled, 'labelled row')}"
    head = Text.assemble(shown(title, "bold"), (f"  {told}", "dim"))
    parts: list[RenderableType] = [head, figures_table(report.figures, Paper.of(console))]
    parts += notes_of(report.figures)
    if days:
        parts += [Text(), _days(report, Paper.of(console))]
    return Group(*parts)


def compared_view(compared: ComparedVersions, *, console: Console) -> Group:
    """Return the verdict and a line per measure; parameters as for `performance_view`."""
    title = f"Version {compared.one} against version {compared.other} of {compared.model}"
    if compared.segment or compared.slice:
        title += f", {compared.segment or compared.slice}"
    rows = f"{count(compared.one_labelled)} and {count(compared.other_labelled)} labelled rows"
    table = Paper.of(console).table()
    for name in ("measure", "of", f"version {compared.one}", f"version {compared.other}"):
        table.add_column(name, justify="left" if name in {"measure", "of"} else "right")
    table.add_column("difference", justify="right")
    table.add_column("")
    for each in compared.differences:
        words = each.outcome if each.outcome is not None else each.gap.because or each.gap.note
        table.add_row(
            each.measure,
            shown(each.of or ""),
            _number(each.one.value),
            _number(each.other.value),
            with_interval(each.gap),
            shown(words, _STYLES.get(words, "dim")),
        )
    parts: list[RenderableType] = [Text.assemble(shown(title, "bold"), (f"  {rows}", "dim"))]
    parts.append(shown(compared.verdict))
    return Group(*parts, *([table] if compared.differences else []))


def parts_view(found: PartsTable, *, console: Console) -> Group:
    """Return a line per segment and slice below one of all rows; parameters likewise."""
    title = f"Version {found.version} of {found.model}"
    if not found.labelled:
        return Group(shown(f"{title}: no labelled row is evaluated in this range."))
    head = Text.assemble(
        shown(title, "bold"), (f"  {counted(found.labelled, 'labelled row')}", "dim")
    )
    table = Paper.of(console).table()
    table.add_column("part")
    table.add_column("labelled", justify="right")
    for each in found.overall:
        words = each.measure if each.of is None else f"{each.measure} of {each.of}"
        table.add_column(shown(words), justify="right")
    table.add_row("all rows", count(found.labelled), *map(with_interval, found.overall))
    for part in found.parts:
        known = {(each.figure.measure, each.figure.of): each for each in part.figures}
        cells = [known.get((each.measure, each.of)) for each in found.overall]
        table.add_row(
            shown(part.segment or part.slice),
            count(part.labelled),
            *(shown(NOTHING) if each is None else _cell(each) for each in cells),
        )
    words = (
        "A part is called worse or better where its interval lies wholly outside that of all rows."
    )
    return Group(head, table, *([] if not found.parts else [shown(words, "dim")]))


def _cell(each: PartFigure) -> Text:
    words = with_interval(each.figure)
    return (
        shown(f"{words} {each.outside}", _STYLES.get(each.outside, "yellow"))
        if each.outside
        else shown(words)
    )


def notes_of(figures: Sequence[FigureView]) -> list[Text]:
    """Return what is to be known of figures, each once."""
    notes = dict.fromkeys((each.title, each.note) for each in figures if each.note)
    return [shown(f"{name}: {note}", "dim") for name, note in notes]


def figures_table(figures: Sequence[FigureView], paper: Paper) -> Table:
    """Return a line per figure."""
    table = paper.table()
    table.add_column("measure")
    table.add_column("of")
    for name in ("value", "interval", "rows"):
        table.add_column(name, justify="right")
    table.add_column("")
    for each in figures:
        missing = each.because is not None
        table.add_row(
            each.measure,
            shown(each.of or ""),
            _number(each.value),
            _interval(each),
            NOTHING if missing else count(each.rows),
            shown(f"not defined, because {each.because}" if missing else "", "dim"),
        )
    return table


def _days(report: PerformanceReport, paper: Paper) -> Table:
    table = paper.table()
    table.add_column("day")
    table.add_column("labelled", justify="right")
    whole = not (report.segment or report.slice)
    if whole:
        table.add_column("share", justify="right")
    found = dict.fromkeys(
        (each.measure, each.of) for window in report.windows for each in window.figures
    )
    for measure, of in found:
        table.add_column(shown(measure if of is None else f"{measure} of {of}"), justify="right")
    for window in report.windows:
        known = {(each.measure, each.of): each for each in window.figures}
        cells = [f"{window.window.start:%Y-%m-%d}", count(window.labelled)]
        if whole:
            cells.append(NOTHING if window.maturity is None else share(window.maturity))
        for key in found:
            each = known.get(key)
            cells.append(NOTHING if each is None else with_interval(each))
        table.add_row(*cells)
    return table


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.4g}"


def _interval(each: FigureView) -> str:
    return "" if each.low is None or each.high is None else f"{each.low:.4g} to {each.high:.4g}"


def with_interval(each: FigureView) -> str:
    """Return a figure in one cell."""
    interval = _interval(each)
    return f"{_number(each.value)} ({interval})" if interval else _number(each.value)
