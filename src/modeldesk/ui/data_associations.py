"""What columns say of the target and of each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from modeldesk.charts.associations import (
    association_bars,
    association_bars_height,
    association_map,
    association_map_height,
)
from modeldesk.explore import association_words
from modeldesk.schema import Kind
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.column_field import column_field
from modeldesk.ui.data_data import AssociationsShown, DataBody
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.states import empty
from modeldesk.ui.wording import count, plural

_NEITHER = {Kind.TEXT, Kind.IDENTIFIER, Kind.VECTOR}


class DataAssociations:
    """Two cards: bars beside the target, and a map of all pairs.

    Parameters
    ----------
    appearance
        The page's colours.
    aim
        Called with the target that a person chose.
    show
        Called with two columns that a person wants to see; the second may be empty.
    """

    def __init__(
        self,
        appearance: Appearance,
        *,
        aim: Callable[[str], Awaitable[None]],
        show: Callable[[str, str], Awaitable[None]],
    ) -> None:
        self._appearance = appearance
        self._aim = aim
        self._show = show

    def build(self, body: DataBody, shown: AssociationsShown) -> None:
        """Add the cards."""
        with block("md-data-associations"):
            self._bars(body, shown)
            self._map(shown)

    def _bars(self, body: DataBody, shown: AssociationsShown) -> None:
        card = block("md-card")
        testable(card, "with-target")
        with card:
            with block("md-card-head"):
                text("h2", "With the target")
                with block("md-card-end"):
                    names = [name for name in body.names if body.kinds[name] not in _NEITHER]
                    column_field(names, body.target or "", "Target", self._aim)
            found = shown.with_target
            told = [] if found is None else [each for each in found.associations if each.figures]
            if found is None or not told:
                why = "" if found is None or not found.associations else _why(found.associations[0])
                empty("scatter_plot", "Nothing to compare", why or _NO_TARGET, small=True)
                return
            with block("md-performance-chart md-performance-chart--last"):
                picture = self._appearance.picture(
                    lambda colours: association_bars(found.associations, colours),
                    height=association_bars_height(found.associations),
                )
                testable(picture.chart, "association-bars")
            target = found.target

            async def clicked(bar: dict[str, object]) -> None:
                await self._show(str(bar.get("column", "")), target)

            picture.on_click(clicked)
            self._foot(shown, len(found.associations) - len(told))

    def _foot(self, shown: AssociationsShown, undefined: int) -> None:
        found = shown.with_target
        if found is None:
            return
        words = [f"from {plural(found.rows, 'row')}"]
        if undefined:
            words.append(f"{plural(undefined, 'column')} without a measure")
        if found.left_out:
            words.append(f"{plural(found.left_out, 'column')} not looked at")
        text("p", "; ".join(words), "md-data-foot")
        reasons = [each for each in found.associations if not each.figures]
        if reasons:
            with ui.element("details").classes("md-data-details"):
                text("summary", "Why some have no measure")
                for each in reasons[:40]:
                    text("p", f"{each.first[:100]}: {association_words(each)}", "md-small md-soft")

    def _map(self, shown: AssociationsShown) -> None:
        matrix = shown.matrix
        card = block("md-card")
        testable(card, "among-columns")
        with card:
            with block("md-card-head"):
                text("h2", "Among columns")
                if matrix.left_out:
                    words = f"the {count(len(matrix.names))} most associated with the target"
                    words += f" of {count(len(matrix.names) + len(matrix.left_out))}"
                    text("span", words, "md-card-note")
            if len(matrix.names) < 2:  # noqa: PLR2004 - a pair
                empty("grid_on", "Nothing to compare", "It takes two columns.", small=True)
                return
            with (
                scrollable("md-data-map"),
                block("md-data-map-inner").style(f"min-width: {240 + 26 * len(matrix.names)}px"),
            ):
                picture = self._appearance.picture(
                    lambda colours: association_map(matrix, colours),
                    height=association_map_height(matrix),
                )
                testable(picture.chart, "association-map")

            async def clicked(cell: dict[str, object]) -> None:
                await self._show(str(cell.get("x", "")), str(cell.get("y", "")))

            picture.on_click(clicked)
            self._key()

    def _key(self) -> None:
        with block("md-card-body"), block("md-key"):
            for name, words in _KEY.items():
                with block(f"md-key-{name}", tag="span"):
                    ui.element("i")
                    text("span", words)


_NO_TARGET = "Choose the column that the others are compared with."
_KEY: Mapping[str, str] = {
    "data-negative": "negative correlation",
    "data-none": "none",
    "data-positive": "positive, or a measure without a sign",
    "unsure": "not defined",
}


def _why(found: object) -> str:
    words = str(getattr(found, "why_not", ""))
    return f"No measure is defined: {words}." if words else ""
