"""A small table of plain text in HTML, for drawers and cards; long ones are cut, and say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nicegui import ui

from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.moments import Precision, moment
from modeldesk.ui.wording import plural

MOST_ROWS = 100
LONGEST_CELL = 300
"""Characters of a cell; what is longer is cut here, so that no page gets a megabyte."""


def plain_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str | datetime]],
    *,
    name: str,
    most: int = MOST_ROWS,
    texts: int = 1,
) -> ui.element | None:
    """Add a table with a heading; nothing where it has no rows.

    Parameters
    ----------
    title
        Said in the head of the first column.
    columns
        Heads of the others.
    rows
        Cells as text, as many as there are heads; moments are told in the zone of who looks.
    name
        By which tests find it.
    most
        Rows that are shown; of more a line says how many there are.
    texts
        How many columns, from the first, hold words instead of numbers: these may wrap.
    """
    if not rows:
        return None
    box = scrollable("md-plain")
    testable(box, name)
    with box:
        with block("md-stats", tag="table"):
            with ui.element("thead"), ui.element("tr"):
                for place, head in enumerate((title, *columns)):
                    _cell("th", head, place, texts)
            with ui.element("tbody"):
                for row in rows[:most]:
                    with ui.element("tr"):
                        for place, words in enumerate(row):
                            _cell("td", words, place, texts)
        if len(rows) > most:
            text("p", f"and {plural(len(rows) - most, 'row')} more", "md-faint md-small")
    return box


def _cell(tag: str, words: str | datetime, place: int, texts: int) -> None:
    if isinstance(words, datetime):
        with block("md-plain-text" if place < texts else "", tag=tag):
            moment(words, precision=Precision.SECOND)
        return
    shown = cut(words)
    cell = text(tag, shown, "md-plain-text" if place < texts else "")
    if shown != words:
        cell.props["title"] = f"{len(words):,} characters"


def cut(words: str, most: int = LONGEST_CELL) -> str:
    """Return the beginning of what is too long to be shown.

    >>> cut("abcdef", 4), cut("abc", 4)
    ('abc…', 'abc')
    """
    return words if len(words) <= most else f"{words[: most - 1]}…"
