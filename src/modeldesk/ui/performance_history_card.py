"""The card with one measure, day by day: what labels say, and what was estimated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

from nicegui import events, ui

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.performance_history import performance_history
from modeldesk.performance import MEASURES
from modeldesk.services.estimate_report import EstimatedDay
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.estimate_notices import estimate_notices
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.performance_data import PerformanceData, estimated

_PIXELS = 330

_BETTER = {
    "higher": "higher is better",
    "lower": "lower is better",
    "nearer zero": "nearer zero is better",
}

Choose = Callable[[str, str | None], Awaitable[None]]


class HistoryCard:
    """Shows a measure of each day; a choice of another one changes the chart alone.

    Parameters
    ----------
    appearance
        The page's colours.
    choose
        Called with the measure, and of which class, that a person wants.
    """

    def __init__(self, appearance: Appearance, *, choose: Choose) -> None:
        self._appearance = appearance
        self._choose = choose

    def build(
        self,
        data: PerformanceData,
        measure: str,
        of: str | None,
        immature: Collection[datetime],
    ) -> None:
        """Add the card.

        Parameters
        ----------
        data
            What the page shows; its days have figures of the measure.
        measure, of
            Which figure of each day; of what there is no figure, the first is shown.
        immature
            Starts of the days whose labels are still to come.
        """
        self._immature = immature
        self._take(data, measure, of)
        card = block("md-card")
        testable(card, "performance-history")
        with card:
            with block("md-card-head"):
                text("h2", "Day by day")
                self._note = text("span", self._words(), "md-card-note")
                with block("md-card-end"):
                    self._fields()
            with block("md-performance-chart"):
                self._picture: Picture = self._appearance.picture(self._draw, height=_PIXELS)
                testable(self._picture.chart, "history")
            self._below = block("md-card-body md-history-below")
            self._explain()

    def follow(
        self,
        data: PerformanceData,
        measure: str,
        of: str | None,
        immature: Collection[datetime],
    ) -> None:
        """Show the same figure after more labels or predictions have come."""
        self._immature = immature
        self.show(data, measure, of)

    def show(self, data: PerformanceData, measure: str, of: str | None) -> None:
        """Show another figure, of data whose days have it."""
        self._take(data, measure, of)
        self._note.set_text(self._words())
        names = _choices(data, measure)
        if names != list(self._class.options):
            self._class.set_options(names, value=self._of)
        self._class.set_visibility(bool(names))
        self._picture.redraw(self._appearance.palette)
        self._below.clear()
        self._explain()

    def _take(self, data: PerformanceData, measure: str, of: str | None) -> None:
        known = _choices(data, measure)
        self._data, self._measure = data, measure
        self._of = of if of in known else next(iter(known), None)

    @property
    def _estimated(self) -> tuple[EstimatedDay, ...]:
        """The days on which something stands for the figure that is shown."""
        days = () if self._data.estimates is None else self._data.estimates.days
        return tuple(day for day in days if day.estimate_of(self._measure, self._of) is not None)

    def _fields(self) -> None:
        titles = {figure.measure: figure.title for figure in self._data.report.figures}
        titles = titles or {each.measure: each.title for each in estimated(self._data.estimates)}
        known = _choices(self._data, self._measure)
        self._class = ui.select(known, value=self._of, on_change=self._pick_class)
        self._class.props("outlined dense options-dense").classes("md-field md-field--class")
        self._class.props["aria-label"] = "Class"
        self._class.set_visibility(bool(known))
        testable(self._class, "class")
        field = ui.select(titles, value=self._measure, on_change=self._pick_measure)
        field.props("outlined dense options-dense").classes("md-field md-field--measure")
        field.props["aria-label"] = "Measure"
        testable(field, "measure")

    async def _pick_measure(self, event: events.ValueChangeEventArguments[str]) -> None:
        if event.value != self._measure:
            await self._choose(event.value, self._of)

    async def _pick_class(self, event: events.ValueChangeEventArguments[str]) -> None:
        if event.value not in {None, self._of}:
            await self._choose(self._measure, event.value)

    def _words(self) -> str:
        sure = f"with {self._data.report.confidence:.0%} intervals"
        better = _BETTER.get(MEASURES[self._measure].better.value)
        return f"{sure}; {better}" if better else sure

    def _draw(self, colours: Palette) -> Options:
        return performance_history(
            self._data.report.windows,
            self._data.maturity,
            colours,
            measure=self._measure,
            of=self._of,
            immature=self._immature,
            estimates=self._estimated,
        )

    def _explain(self) -> None:
        """Say what the signs mean, and what is wrong with the estimates."""
        days = self._estimated
        with self._below:
            key = block("md-key")
            testable(key, "history-key")
            with key:
                for name, words in self._signs(days):
                    with block("", tag="span"):
                        block(f"md-key-{name}", tag="i")
                        text("span", words)
            if self._data.estimates is not None:
                estimate_notices(self._data.estimates, self._measure, days)

    def _signs(self, days: tuple[EstimatedDay, ...]) -> list[tuple[str, str]]:
        signs: list[tuple[str, str]] = []
        if self._data.report.windows:
            signs.append(("point", "what labels say of the day, on its interval"))
            if self._immature:
                signs.append(("young", "labels of the day are still to come"))
        if days:
            signs.append(("estimate", "estimate, in the band where the truth will probably be"))
            if any(day.learned_from for day in days):
                signs.append(("learned", "estimates were learned from this day"))
            if any(day.warnings for day in days):
                signs.append(("doubt", "do not rely on this estimate"))
        of = ", of all segments" if self._data.rows.segment else ""
        signs.append(("volume", f"predictions of the day, filled as far as labelled{of}"))
        return signs


def _choices(data: PerformanceData, measure: str) -> list[str]:
    """Return of what there are figures of a measure: classes, quantiles or cutoffs."""
    figures = data.report.figures
    if not figures:
        found = estimated(data.estimates)
        return [each.of for each in found if each.measure == measure and each.of is not None]
    return [each.of for each in figures if each.measure == measure and each.of is not None]
