"""The confusion matrix as a table whose cells are coloured by their share of the true class."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from modeldesk.services.performance_views import ConfusionView
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.wording import NOTHING, count, plural, share

MOST_CLASSES = 12
"""Classes that the table names; the others are put together."""

_DEEPEST = 46
"""Per cent of the colour that a cell takes at most, so that its text can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How often a class was predicted for another one."""

    truth: str
    predicted: str
    count: int
    part: float | None
    """Share of the rows of ``truth``; ``None`` where there are none."""
    right: bool

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        of = "" if self.part is None else f", {share(self.part)} of them"
        return f"{plural(self.count, 'row')} of {self.truth} predicted as {self.predicted}{of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionTable:
    """A matrix that a person can read."""

    names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """A row per true class, a cell per predicted one."""
    totals: tuple[int, ...]
    """Rows per true class."""
    members: tuple[tuple[str, ...], ...]
    """The classes that each name stands for: one, or the rare ones together."""


def confusion_table(view: ConfusionView, *, most: int = MOST_CLASSES) -> ConfusionTable:
    """Return the matrix of the classes that occur most, the others put together.

    Parameters
    ----------
    view
        The counts.
    most
        How many classes are named.
    """
    members = _members(view, most)
    counts = _folded(view, members)
    names = tuple(each[0] if len(each) == 1 else f"{len(each)} others" for each in members)
    others = len(names) - 1 if len(view.classes) > most else None
    totals = tuple(sum(row) for row in counts)
    return ConfusionTable(
        names=names,
        rows=tuple(
            tuple(
                Cell(
                    truth=names[true],
                    predicted=names[predicted],
                    count=found,
                    part=found / totals[true] if totals[true] else None,
                    right=true == predicted != others,
                )
                for predicted, found in enumerate(row)
            )
            for true, row in enumerate(counts)
        ),
        totals=totals,
        members=members,
    )


def _members(view: ConfusionView, most: int) -> tuple[tuple[str, ...], ...]:
    """Return the classes one by one; all but the most frequent ones together, as the last."""
    classes, counts = view.classes, view.counts
    if len(classes) <= most:
        return tuple((name,) for name in classes)
    weight = [sum(row) + sum(other[place] for other in counts) for place, row in enumerate(counts)]
    largest = sorted(range(len(classes)), key=lambda place: -weight[place])[: most - 1]
    kept = [classes[place] for place in sorted(largest)]
    return (*((name,) for name in kept), tuple(name for name in classes if name not in kept))


def _folded(view: ConfusionView, members: Sequence[Sequence[str]]) -> list[list[int]]:
    """Return the counts of what is put together."""
    place_of = {name: place for place, names in enumerate(members) for name in names}
    folded = [[0] * len(members) for _ in members]
    for true, row in zip(view.classes, view.counts, strict=True):
        for predicted, found in zip(view.classes, row, strict=True):
            folded[place_of[true]][place_of[predicted]] += found
    return folded


class ConfusionCard:
    """Shows a matrix; the same classes keep their cells when more labels come.

    Parameters
    ----------
    rows
        Called with the true and the predicted classes of a cell whose rows a person wants to see;
        ``None`` where they cannot be told.
    """

    def __init__(
        self, rows: Callable[[Sequence[str], Sequence[str]], Awaitable[None]] | None
    ) -> None:
        self._rows = rows
        self._members: tuple[tuple[str, ...], ...] = ()

    def build(self, view: ConfusionView) -> None:
        """Add the card."""
        self._members = ()
        card = block("md-card")
        testable(card, "confusion")
        with card:
            with block("md-card-head"):
                text("h2", "Confusion")
                more = "; click for the rows" if self._rows is not None else ""
                note = f"rows by true and predicted class; share of the true class{more}"
                text("span", note, "md-card-note")
            self._place = scrollable("md-confusion")
        self.show(view)

    def show(self, view: ConfusionView) -> None:
        """Show other counts."""
        table = confusion_table(view)
        if table.members != self._members:
            self._members = table.members
            self._place.clear()
            with self._place, ui.element("table"):
                self._table(table)
        told = [cell for row in table.rows for cell in row]
        for box, cell in zip(self._cells, told, strict=True):
            box.show(cell)
        for total, many in zip(self._totals, table.totals, strict=True):
            total.set_text(count(many))

    def _table(self, table: ConfusionTable) -> None:
        self._cells: list[_CellBox] = []
        self._totals: list[TextElement] = []
        _head(table)
        with ui.element("tbody"):
            for true, name in enumerate(table.names):
                with ui.element("tr"):
                    _name(name, "row")
                    for predicted in range(len(table.names)):
                        classes = table.members[true], table.members[predicted]
                        self._cells.append(_CellBox(self._rows and partial(self._rows, *classes)))
                    self._totals.append(text("td", "", "md-confusion-total"))


def _head(table: ConfusionTable) -> None:
    with ui.element("thead"):
        with ui.element("tr"):
            text("td", "")
            over = text("th", "Predicted", "md-confusion-over")
            over.props["colspan"] = str(len(table.names))
            over.props["scope"] = "colgroup"
            text("td", "")
        with ui.element("tr"):
            text("th", "True class", "md-confusion-corner").props["scope"] = "col"
            for name in table.names:
                _name(name, "col")
            text("th", "Rows", "md-confusion-total").props["scope"] = "col"


def _name(name: str, scope: str) -> None:
    head = text("th", name, f"md-confusion-{scope}")
    head.props["scope"] = scope
    head.props["title"] = name


class _CellBox:
    """One cell, a button where its rows can be shown."""

    def __init__(self, rows: Callable[[], Awaitable[None]] | None) -> None:
        self._rows = rows
        self._cell: Cell | None = None
        self._place = ui.element("td")

    def show(self, cell: Cell) -> None:
        """Show a count."""
        if cell == self._cell:
            return
        known, self._cell = self._cell, cell
        if known is None or bool(known.count) != bool(cell.count):
            self._build(cell)
        # By the root, so that one row in a hundred can be seen.
        deep = 0.0 if cell.part is None else math.sqrt(cell.part) * _DEEPEST
        self._place.style(f"--md-deep: {deep:.1f}%")
        self._place.props["title"] = cell.words
        self._number.set_text(count(cell.count))
        self._share.set_text(NOTHING if cell.part is None else share(cell.part))
        if "aria-label" in self._number.props:
            self._number.props["aria-label"] = f"Show {cell.words}"

    def _build(self, cell: Cell) -> None:
        kind = "md-confusion-right" if cell.right else "md-confusion-wrong"
        self._place.classes(replace=f"md-confusion-cell {kind}")
        self._place.clear()
        with self._place:
            if self._rows is not None and cell.count:
                self._number = text("button", "", "md-confusion-count")
                self._number.props["type"] = "button"
                self._number.props["aria-label"] = f"Show {cell.words}"
                self._number.on("click", self._rows)
            else:
                self._number = text(
                    "div", "", "md-confusion-count" + " md-faint" * (not cell.count)
                )
            self._share = text("div", "", "md-confusion-share")
