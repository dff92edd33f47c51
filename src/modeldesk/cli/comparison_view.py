"""A comparison as a person reads it in a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from modeldesk.cli.letters import shown
from modeldesk.cli.listing import Paper
from modeldesk.drift import ColumnComparison, Comparison, Overlay, Status
from modeldesk.reports import comparison_sentence
from modeldesk.reports.numbers import NOTHING, count, share
from modeldesk.reports.ranking import compared_columns, ranked
from modeldesk.reports.sentences import pair_sentences

_NAME = 24
_PAIRS = 5
_SIGNS = {
    Status.CHANGED: ("▲", "!", "changed", "bold red"),
    Status.STABLE: ("✓", "=", "stable", "green"),
    Status.NOT_ENOUGH_DATA: ("…", "?", "too few rows", "yellow"),
    Status.NOT_COMPARED: ("·", "-", "not compared", "dim"),
}


def comparison_view(comparison: Comparison, *, title: str, console: Console) -> Group:
    """Return a sentence, a table with what changed first, and what is said of it.

    The reasons stand beside the numbers where a line is long enough, and below otherwise.

    Parameters
    ----------
    comparison
        What is shown.
    title
        What was compared with what.
    console
        Where it is shown: tells the width, and whether it knows block letters.
    """
    paper = Paper.of(console)
    columns = _chosen(comparison, paper)
    rows = f"{count(comparison.rows)} rows against {count(comparison.reference_rows)}"
    parts: list[RenderableType] = [
        Text.assemble(shown(title, "bold"), (f"  {rows}", "dim")),
        shown(comparison_sentence(comparison)),
        Text(),
        _table(comparison, columns, paper),
    ]
    left = len(comparison.columns) - len(columns)
    if left:
        parts.append(
            Text(f"and {count(left)} more stable columns: see --json or --html", style="dim")
        )
    reasons = [column for column in columns if column.verdict.status is not Status.STABLE]
    if reasons and not paper.wide:
        parts += [Text(), _reasons(reasons)]
    pairs = pair_sentences(comparison)[:_PAIRS]
    if len(pairs) > 1:  # a single one is in the sentence on top
        parts += [Text(), *(shown(sentence) for sentence in pairs)]
    return Group(*parts)


def _chosen(comparison: Comparison, paper: Paper) -> tuple[ColumnComparison, ...]:
    """Return the columns in order, on a screen with as many stable ones as one can look over."""
    columns = ranked(comparison)
    stable = sum(column.verdict.status is Status.STABLE for column in columns)
    if paper.most is None or stable <= paper.most:
        return columns
    return columns[: len(columns) - stable + paper.most]


def _table(
    comparison: Comparison, columns: tuple[ColumnComparison, ...], paper: Paper
) -> RenderableType:
    table = paper.table()
    table.add_column("column", overflow="fold", min_width=8, max_width=_NAME)
    table.add_column("verdict", no_wrap=True)
    table.add_column("distance", justify="right", no_wrap=True)
    table.add_column("missing", justify="right", no_wrap=True)
    table.add_column("reference", style="dim", no_wrap=True)
    table.add_column("current", style="cyan", no_wrap=True)
    if paper.wide:
        table.add_column("why", overflow="fold", ratio=1)
    for column in compared_columns(comparison, columns, bins=paper.bins):
        result = column.result
        table.add_row(
            shown(result.name, "bold"),
            _verdict(result.verdict.status, paper),
            NOTHING if result.distance is None else f"{result.distance:.2f}",
            _missing(result, paper),
            *_bars(column.overlay, paper),
            *([shown(result.verdict.sentence)] if paper.wide else []),
        )
    return table


def _reasons(columns: list[ColumnComparison]) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", overflow="fold", max_width=_NAME)
    grid.add_column(overflow="fold")
    for column in columns:
        grid.add_row(shown(column.name), shown(column.verdict.sentence))
    return grid


def _verdict(status: Status, paper: Paper) -> Text:
    sign, letter, word, style = _SIGNS[status]
    return Text(f"{letter if paper.ascii_only else sign} {word}", style=style)


def _missing(result: ColumnComparison, paper: Paper) -> Text:
    now, before = share(result.missing_share), share(result.reference_missing_share)
    if now == before:
        return Text(now, style="dim" if not result.missing_share else "")
    arrow = "->" if paper.ascii_only else "→"
    return Text(f"{before} {arrow} {now}")


def _bars(overlay: Overlay | None, paper: Paper) -> tuple[str, str]:
    if overlay is None:
        return "", ""
    top = max((*overlay.reference, *overlay.current))
    return paper.bars(overlay.reference, top=top), paper.bars(overlay.current, top=top)
