"""The confusion matrix as a table whose cells are coloured by their share of the true class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

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


def confusion_table(view: ConfusionView, *, most: int = MOST_CLASSES) -> ConfusionTable:
    """Return the matrix of the classes that occur most, the others put together.

    Parameters
    ----------
    view
        The counts.
    most
        How many classes are named.
    """
    names, counts = _folded(view.classes, view.counts, most)
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
    )


def _folded(
    classes: Sequence[str], counts: Sequence[Sequence[int]], most: int
) -> tuple[tuple[str, ...], list[list[int]]]:
    """Put all but the most frequent classes together, the last of the returned ones."""
    if len(classes) <= most:
        return tuple(classes), [list(row) for row in counts]
    weight = [sum(row) + sum(other[place] for other in counts) for place, row in enumerate(counts)]
    largest = sorted(range(len(classes)), key=lambda place: -weight[place])[: most - 1]
    kept = sorted(largest)
    place_of = {old: new for new, old in enumerate(kept)}
    folded = [[0] * most for _ in range(most)]
    for true, row in enumerate(counts):
        for predicted, found in enumerate(row):
            folded[place_of.get(true, most - 1)][place_of.get(predicted, most - 1)] += found
    rest = f"{len(classes) - len(kept)} others"
    return (*(classes[place] for place in kept), rest), folded


def confusion_card(view: ConfusionView) -> None:
    """Add the card."""
    table = confusion_table(view)
    card = block("md-card")
    testable(card, "confusion")
    with card:
        with block("md-card-head"):
            text("h2", "Confusion")
            text("span", "rows by true and predicted class; share of the true class",
                 "md-card-note")  # fmt: skip
        with scrollable("md-confusion"), ui.element("table"):
            _head(table)
            with ui.element("tbody"):
                for name, row, total in zip(table.names, table.rows, table.totals, strict=True):
                    with ui.element("tr"):
                        _name(name, "row")
                        for cell in row:
                            _cell(cell)
                        text("td", count(total), "md-confusion-total")


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


def _cell(cell: Cell) -> None:
    kind = "md-confusion-right" if cell.right else "md-confusion-wrong"
    with block(f"md-confusion-cell {kind}", tag="td") as place:
        # By the root, so that one row in a hundred can be seen.
        deep = 0.0 if cell.part is None else math.sqrt(cell.part) * _DEEPEST
        place.style(f"--md-deep: {deep:.1f}%")
        place.props["title"] = cell.words
        text("div", count(cell.count), "md-confusion-count" + " md-faint" * (not cell.count))
        text("div", NOTHING if cell.part is None else share(cell.part), "md-confusion-share")
