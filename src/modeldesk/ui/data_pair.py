"""One column of an explored table by itself, or two together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.two_columns import box_plot, column_bars, count_map, count_map_height, scatter
from modeldesk.explore import (
    Association,
    Boxes,
    ColumnFacts,
    CrossCounts,
    Distribution,
    Points,
    figure_words,
)
from modeldesk.schema import Kind
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.column_field import column_field
from modeldesk.ui.data_data import DataBody, PairShown
from modeldesk.ui.data_words import number_lines
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.plain_table import plain_table
from modeldesk.ui.states import empty
from modeldesk.ui.wording import NOTHING, brief, count, plural, share

_PIXELS = 460
_COLOURS = frozenset({Kind.CATEGORICAL, Kind.BOOLEAN})
_MOST = 200


class DataPair:
    """A card with a picture, and one with what there is to say of it.

    Parameters
    ----------
    appearance
        The page's colours.
    choose
        Called with the columns that a person chose: the first, the second (empty for none), and
        the one that points are coloured by (empty for none).
    """

    def __init__(
        self, appearance: Appearance, *, choose: Callable[[str, str, str], Awaitable[None]]
    ) -> None:
        self._appearance = appearance
        self._choose = choose

    def build(self, body: DataBody, shown: PairShown, *, by: str) -> None:
        """Add the cards.

        Parameters
        ----------
        body
            The table that the columns are of.
        shown
            The columns.
        by
            The column that points are coloured by; empty for none.
        """
        with block("md-data-pair"):
            card = block("md-card")
            testable(card, "pair-card")
            with card:
                with block("md-card-head"):
                    text("h2", _title(shown))
                    note = _note(shown)
                    if note:
                        testable(text("span", note, "md-card-note"), "pair-note")
                self._fields(body, shown, by)
                self._picture(shown)
            with block("md-card"):
                with block("md-card-head"):
                    text("h2", "In numbers")
                with block("md-card-body md-data-numbers"):
                    if shown.association is not None:
                        _association(shown.association)
                    if len(shown.facts) > 1 and all(each.numbers for each in shown.facts):
                        _both(shown.facts)
                        return
                    for facts in shown.facts:
                        _facts(facts)

    def _fields(self, body: DataBody, shown: PairShown, by: str) -> None:
        names = body.names

        async def first(name: str) -> None:
            await self._choose(name, shown.y, by)

        async def second(name: str) -> None:
            await self._choose(shown.x, name, by)

        async def colour(name: str) -> None:
            await self._choose(shown.x, shown.y, name)

        with block("md-data-fields"):
            column_field(names, shown.x, "Column", first)
            column_field(names, shown.y, "With", second, nothing="nothing else")
            if isinstance(shown.picture, Points):
                groups = [name for name in names if body.kinds[name] in _COLOURS]
                column_field(groups, by, "Colour by", colour, nothing="nothing")

    def _picture(self, shown: PairShown) -> None:
        why_not = "" if isinstance(shown.picture, Distribution) else shown.picture.why_not
        nothing = isinstance(shown.picture, Distribution) and not shown.picture.bars
        if why_not or nothing:
            words = f"There is no picture, because {brief(why_not, _MOST)}."
            if nothing:
                words = "The column holds nothing that can be counted in bars."
            testable(empty("hide_image", "Nothing to draw", words, small=True), "pair-nothing")
            return
        height = _PIXELS
        if isinstance(shown.picture, CrossCounts):
            height = count_map_height(shown.picture)
        with block("md-performance-chart md-performance-chart--last"):
            picture = self._appearance.picture(
                lambda colours: _drawn(shown, colours), height=height
            )
            testable(picture.chart, "pair-chart")


def _drawn(shown: PairShown, colours: Palette) -> Options:
    x, y = brief(shown.x, _MOST), brief(shown.y, _MOST)
    match shown.picture:
        case Points() as found:
            return scatter(found, colours, x=x, y=y)
        case Boxes() as found:
            numbers, groups = (y, x) if shown.upright else (x, y)
            return box_plot(found.boxes, colours, numbers=numbers, groups=groups)
        case CrossCounts() as found:
            return count_map(found, colours, across=x, down=y)
        case Distribution() as found:
            rows = shown.facts[0].rows - shown.facts[0].missing
            return column_bars(found, colours, name=x, rows=rows)


def _title(shown: PairShown) -> str:
    x, y = brief(shown.x, 60), brief(shown.y, 60)
    match shown.picture:
        case Distribution():
            return f"Distribution of {x}"
        case Boxes():
            return f"{y} by {x}" if shown.upright else f"{x} by {y}"
        case _:
            return f"{x} and {y}"


def _note(shown: PairShown) -> str:
    match shown.picture:
        case Points(rows=rows, shown=drawn) if drawn < rows:
            return f"{count(drawn)} of {plural(rows, 'row')}, chosen at random"
        case Points(rows=rows):
            return plural(rows, "row")
        case Boxes(left_out=left_out) if left_out:
            return f"the largest groups; {count(left_out)} more"
        case CrossCounts() as found:
            return plural(found.total, "row")
    return ""


def _association(found: Association) -> None:
    box = block("md-data-facts")
    testable(box, "pair-association")
    with box:
        text("h3", "Association")
        if not found.figures:
            text("p", f"Not defined, because {brief(found.why_not, _MOST)}.", "md-soft")
            return
        for figure in found.figures:
            text("p", figure_words(figure))
        text("p", f"from {plural(found.rows, 'row')} with both values", "md-faint md-small")


def _both(facts: Sequence[ColumnFacts]) -> None:
    """Say of two columns of numbers what there is to say, side by side."""
    columns = [[*_counts(each), *number_lines(each.numbers)] for each in facts if each.numbers]
    found = [dict(lines) for lines in columns]
    names = dict.fromkeys(name for lines in found for name in lines)
    rows = [(name, *(lines.get(name, "0") for lines in found)) for name in names]
    with block("md-data-facts md-data-facts--both"):
        plain_table("", [brief(each.name, 40) for each in facts], rows, name="facts-both")


def _counts(facts: ColumnFacts) -> list[tuple[str, str]]:
    missing = f"{count(facts.missing)} ({share(facts.missing_share)})" if facts.missing else "0"
    distinct = NOTHING if facts.distinct is None else count(facts.distinct)
    return [("Missing", missing), ("Different", distinct)]


def _facts(facts: ColumnFacts) -> None:
    box = block("md-data-facts")
    with box:
        with block("md-data-name"):
            text("h3", brief(facts.name, 80))
            text("span", facts.kind.value, "md-tag")
        lines: list[tuple[str, str]] = _counts(facts)
        if facts.numbers is not None:
            lines += number_lines(facts.numbers)
        lines += [(brief(each.value, 60), count(each.rows)) for each in facts.values]
        if facts.lengths is not None:
            lines.append(("Shortest", f"{count(facts.lengths.shortest)} characters"))
            lines.append(("Longest", f"{count(facts.lengths.longest)} characters"))
        plain_table("", ("",), lines, name=f"facts-{facts.name[:100]}")
