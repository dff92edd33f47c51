"""A profile as a person reads it in a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.text import Text

from modeldesk.cli.letters import shown
from modeldesk.cli.listing import Paper
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.reports import profile_sentence
from modeldesk.reports.numbers import count, distinct, share
from modeldesk.reports.ranking import distribution_of
from modeldesk.reports.statistics import mean_and_deviation, typical, values_in_words

_TITLES = ("min", "median", "max")
_LONGEST = 9
"""Values that take more letters are told in words rather than lined up."""
_NAME = 32
_WORDS, _WORDS_WIDE = 20, 44
"""Letters that are left for what is told in words, on common and on roomy paper."""
_ROOMY = 140


def profile_view(profile: Profile, *, title: str, console: Console) -> Group:
    """Return a sentence and a table with a line per column.

    Parameters
    ----------
    profile
        What is shown.
    title
        Where the data came from.
    console
        Where it is shown: tells the width, and whether it knows block letters.
    """
    paper = Paper.of(console)
    columns = profile.columns[: paper.most]
    parts: list[RenderableType] = [shown(title, "bold"), shown(profile_sentence(profile)), Text()]
    parts.append(_table(columns, paper))
    left = len(profile.columns) - len(columns)
    if left:
        parts.append(Text(f"and {count(left)} more columns: see --json or --html", style="dim"))
    return Group(*parts)


def _table(columns: tuple[ColumnProfile, ...], paper: Paper) -> RenderableType:
    numbers = {c.name: found for c in columns if (found := _lined_up(c)) is not None}
    widths = [
        max([len(name), *(len(found[place]) for found in numbers.values())])
        for place, name in enumerate(_TITLES)
    ]
    table = paper.table()
    table.add_column("column", overflow="fold", min_width=8, max_width=_NAME)
    table.add_column("kind", style="dim", no_wrap=True)
    table.add_column("missing", justify="right", no_wrap=True)
    table.add_column("distinct", justify="right", no_wrap=True)
    table.add_column("histogram", style="cyan", no_wrap=True)
    head = _row(_TITLES, widths) if numbers else "values"
    room = max(len(head), _WORDS_WIDE if paper.width >= _ROOMY else _WORDS)
    table.add_column(Text(head), overflow="ellipsis", no_wrap=True, max_width=room)
    if paper.wide:
        table.add_column("mean", justify="right", no_wrap=True)
        table.add_column("deviation", justify="right", no_wrap=True)
    for column in columns:
        row = numbers.get(column.name)
        values = values_in_words(column) if row is None else _row(row, widths)
        table.add_row(
            shown(column.name, "bold"),
            column.kind.value,
            Text(share(column.missing_share), style="yellow" if column.missing else "dim"),
            distinct(column),
            _bars(column, paper),
            shown(values),
            *(mean_and_deviation(column) if paper.wide else ()),
        )
    return table


def _lined_up(column: ColumnProfile) -> tuple[str, str, str] | None:
    """Return smallest, middle and largest value, where they are short enough for a grid."""
    found = typical(column)
    return found if found is not None and max(map(len, found)) <= _LONGEST else None


def _row(values: tuple[str, str, str], widths: list[int]) -> str:
    return "  ".join(value.rjust(width) for value, width in zip(values, widths, strict=True))


def _bars(column: ColumnProfile, paper: Paper) -> str:
    overlay = distribution_of(column, bins=paper.bins)
    if overlay is None:
        return ""
    return paper.bars(overlay.reference, top=max(overlay.reference))
