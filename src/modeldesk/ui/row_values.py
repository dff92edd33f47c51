"""The values of one row as a table: each with where it lies in the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nicegui import ui

from modeldesk.schema import Column, Value
from modeldesk.services.placements import Placement, Sort
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import brief, plain, share

AT_ONCE = 100
"""Values that are shown before a person asks for more."""

_LONGEST = 2_000

_WORDS = {
    Sort.BELOW: "{} of the reference is smaller",
    Sort.SHORTER: "{} of the reference's texts are shorter",
    Sort.SAME: "{} of the reference is the same",
    Sort.MISSING: "missing, as in {} of the reference",
}


def placement_words(placement: Placement) -> str:
    """Say where a value lies.

    >>> placement_words(Placement(column="age", sort=Sort.BELOW, share=0.25))
    '25.0 % of the reference is smaller'
    """
    return placement.outside or _WORDS[placement.sort].format(share(placement.share))


class RowValues:
    """A table of values; those outside the reference come first, and long rows in parts.

    Parameters
    ----------
    columns
        What is shown.
    values
        The row.
    placed
        Where the values lie, by column.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        values: Mapping[str, Value],
        placed: Mapping[str, Placement],
    ) -> None:
        self._columns = sorted(columns, key=lambda column: not self._is_outside(placed, column))
        self._values = values
        self._placed = placed
        self._shown = 0

    @staticmethod
    def _is_outside(placed: Mapping[str, Placement], column: Column) -> bool:
        found = placed.get(column.name)
        return found is not None and bool(found.outside)

    def build(self) -> None:
        """Add the table."""
        with block("md-stats md-values", tag="table") as table:
            testable(table, "values")
            with ui.element("thead"), ui.element("tr"):
                text("th", "Input")
                text("th", "Value")
                text("th", "In the reference")
            self._body = ui.element("tbody")
        self._more = ui.button("", on_click=self._grow, color=None)
        self._more.props("flat no-caps").classes("md-btn md-btn--quiet md-btn--small")
        testable(self._more, "values-more")
        self._grow()

    def _grow(self) -> None:
        part = self._columns[self._shown : self._shown + AT_ONCE]
        with self._body:
            for column in part:
                self._one(column)
        self._shown += len(part)
        left = len(self._columns) - self._shown
        self._more.set_text(f"Show {min(left, AT_ONCE)} of {left} more")
        self._more.set_visibility(left > 0)

    def _one(self, column: Column) -> None:
        placed = self._placed.get(column.name)
        with ui.element("tr") as row:
            testable(row, f"value-{column.name}")
            text("td", column.name)
            text("td", brief(plain(self._values.get(column.name)), _LONGEST), "md-value")
            with ui.element("td"):
                if placed is not None:
                    placement_bar(placed)


def placement_bar(placed: Placement) -> None:
    """Add a small bar with the words that say the same."""
    words = placement_words(placed)
    with block("md-place" + " md-place--outside" * bool(placed.outside)) as box:
        box.props["title"] = words
        with block("md-place-track") as track:
            track.props["aria-hidden"] = "true"
            wide = f"{100 * placed.share:.1f}%"
            if placed.sort in {Sort.SAME, Sort.MISSING}:
                block("md-place-share").style(f"width: {wide}")
            else:
                block("md-place-mark").style(f"left: {wide}")
        if placed.outside:
            ui.icon("warning")
        text("span", words)
