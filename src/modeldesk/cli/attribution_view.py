"""What a change comes from, as a person reads it in a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from modeldesk.cli.letters import shown
from modeldesk.cli.listing import Paper
from modeldesk.reports.numbers import NOTHING, count, share
from modeldesk.services.change_views import (
    AttributionReport,
    ChangePart,
    ChangeSide,
    ChangeSource,
)


def attribution_view(report: AttributionReport, *, bins: bool, console: Console) -> Group:
    """Return a sentence and a line per column, segment and slice.

    Parameters
    ----------
    report
        What is shown.
    bins
        Whether the bins of each are shown as well.
    console
        Where it is shown: tells the width, and which letters it knows.
    """
    title = f"Version {report.version} of {report.model}"
    parts: list[RenderableType] = [
        Text.assemble(shown(title, "bold"), shown(f"  {report.losses} {report.loss}", "dim"))
    ]
    for name, side in (("base", report.base), ("range", report.current)):
        if side is not None:
            parts.append(shown(_side(name, side), "dim"))
    parts.append(shown(report.sentence))
    if report.sources:
        paper = Paper.of(console)
        parts.append(_sources(report, paper))
        if bins:
            for each in report.sources:
                parts += [Text(), shown(f"{each.kind} {each.name}", "bold"), _bins(each, paper)]
    if report.left_out:
        names = ", ".join(report.left_out)
        parts.append(shown(f"Nothing can be told of: {names}.", "dim"))
    return Group(*parts)


def _side(name: str, side: ChangeSide) -> str:
    times = f"{side.start:%Y-%m-%d %H:%M} to {side.end:%Y-%m-%d %H:%M}"
    mean = "" if side.mean_loss is None else f", mean {side.mean_loss:.4g}"
    cut = f", of {count(side.looked_at)} that were read of more" if side.cut else ""
    return f"{name}: {times}, {count(side.rows)} rows{cut}{mean}"


def _sources(report: AttributionReport, paper: Paper) -> Table:
    table = paper.table()
    table.add_column("what")
    table.add_column("name")
    table.add_column("by its shift", justify="right")
    table.add_column("the rest", justify="right")
    table.add_column("")
    for each in report.sources:
        table.add_row(
            each.kind,
            shown(each.name),
            _part(each.covariate),
            _part(each.concept),
            shown(each.sentence, "" if _matters(each) else "dim"),
        )
    return table


def _bins(source: ChangeSource, paper: Paper) -> Table:
    table = paper.table()
    table.add_column("rows with")
    for name in ("share before", "now", "loss before", "now", "by its shift", "the rest"):
        table.add_column(name, justify="right")
    table.add_column("more than elsewhere", justify="right")
    for each in source.bins:
        table.add_row(
            shown(each.name),
            share(each.share_before),
            share(each.share_now),
            _number(each.loss_before),
            _number(each.loss_now),
            _number(each.covariate),
            _number(each.concept),
            NOTHING if each.apart is None else _part(each.apart),
        )
    return table


def _matters(source: ChangeSource) -> bool:
    apart = any(each.apart is not None and each.apart.shown for each in source.bins)
    return source.covariate.shown or apart


def _part(part: ChangePart) -> Text:
    text = f"{part.value:+.4g} ({part.low:.4g} to {part.high:.4g})"
    return shown(text, "bold" if part.shown else "dim")


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.4g}"
