"""The confusion matrix as a table whose cells are coloured by their share of the true class."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from nicegui import ui

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


def confusion_card(
    view: ConfusionView, show: Callable[[Sequence[str], Sequence[str]], Awaitable[None]] | None
) -> None:
    """Add the card.

    Parameters
    ----------
    view
        The counts.
    show
        Called with the true and the predicted classes of a cell whose rows a person wants to see;
        ``None`` where they cannot be told.
    """
    table = confusion_table(view)
    card = block("md-card")
    testable(card, "confusion")
    with card:
        with block("md-card-head"):
            text("h2", "Confusion")
            more = "; click for the rows" if show is not None else ""
            text("span", f"rows by true and predicted class; share of the true class{more}",
                 "md-card-note")  # fmt: skip
        with scrollable("md-confusion"), ui.element("table"):
            _head(table)
            with ui.element("tbody"):
                for true, row in enumerate(table.rows):
                    with ui.element("tr"):
                        _name(table.names[true], "row")
                        for predicted, cell in enumerate(row):
                            classes = table.members[true], table.members[predicted]
                            _cell(cell, show and partial(show, *classes))
                        text("td", count(table.totals[true]), "md-confusion-total")


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


def _cell(cell: Cell, show: Callable[[], Awaitable[None]] | None) -> None:
    kind = "md-confusion-right" if cell.right else "md-confusion-wrong"
    with block(f"md-confusion-cell {kind}", tag="td") as place:
        # By the root, so that one row in a hundred can be seen.
        deep = 0.0 if cell.part is None else math.sqrt(cell.part) * _DEEPEST
        place.style(f"--md-deep: {deep:.1f}%")
        place.props["title"] = cell.words
        if show is not None and cell.count:
            number = text("button", count(cell.count), "md-confusion-count")
            number.props["type"] = "button"
            number.props["aria-label"] = f"Show {cell.words}"
            number.on("click", show)
        else:
            text("div", count(cell.count), "md-confusion-count" + " md-faint" * (not cell.count))
        text("div", NOTHING if cell.part is None else share(cell.part), "md-confusion-share")
