"""Groups side by side, as a person reads it in a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from modeldesk.cli.counting import counted
from modeldesk.cli.letters import shown
from modeldesk.cli.listing import Paper
from modeldesk.reports.numbers import NOTHING, share
from modeldesk.services.fairness_views import FairnessReport, GroupCell
from modeldesk.services.performance_views import FigureView

_STYLES = {"better": "bold green", "worse": "bold red", "different": "yellow"}


def fairness_view(report: FairnessReport, *, console: Console) -> Group:
    """Return a sentence, and a line per measure and group.

    Parameters
    ----------
    report
        What is shown.
    console
        Where it is shown: tells the width, and which letters it knows.
    """
    title = f"Version {report.version} of {report.model}"
    told = f"{counted(report.labelled, 'labelled row')}, against {report.against}"
    parts: list[RenderableType] = [
        Text.assemble(shown(title, "bold"), shown(f"  {told}", "dim")),
        shown(report.sentence),
    ]
    if report.groups:
        names = [f"{each.name} {share(each.share)}" for each in report.groups]
        parts.append(shown(f"Of all labelled rows: {', '.join(names)}.", "dim"))
    return Group(*parts, *([_table(report, Paper.of(console))] if report.cells else []))


def _table(report: FairnessReport, paper: Paper) -> Table:
    table = paper.table()
    for name in ("measure", "of", "group"):
        table.add_column(name)
    table.add_column("value", justify="right")
    table.add_column("difference", justify="right")
    table.add_column("")
    for each in report.cells:
        words = _words(each)
        table.add_row(
            each.figure.measure,
            shown(each.figure.of or ""),
            shown(each.group),
            _with_interval(each.figure),
            "" if each.difference is None else _with_interval(each.difference.gap),
            shown(words, _STYLES.get(words, "dim")),
        )
    return table


def _words(cell: GroupCell) -> str:
    """Return what a difference amounts to, or why there is no figure or none."""
    if cell.figure.because is not None:
        return f"not defined, because {cell.figure.because}"
    if cell.difference is None:
        return ""
    gap = cell.difference.gap
    return cell.difference.outcome or gap.because or gap.note


def _with_interval(each: FigureView) -> str:
    if each.value is None:
        return NOTHING
    if each.low is None or each.high is None:
        return f"{each.value:.4g}"
    return f"{each.value:.4g} ({each.low:.4g} to {each.high:.4g})"
