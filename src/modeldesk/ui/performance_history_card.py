"""The card with one measure, day by day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

from nicegui import events, ui

from modeldesk.charts import Options, Palette, performance_history
from modeldesk.services.performance_views import PerformanceReport
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.performance_state import PerformanceData

_PIXELS = 324

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
        self._maturity, self._immature = data.maturity, immature
        self._take(data.report, measure, of)
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
            _key(data)

    def show(self, report: PerformanceReport, measure: str, of: str | None) -> None:
        """Show another figure, of a report whose days have it."""
        self._take(report, measure, of)
        self._note.set_text(self._words())
        names = _choices(report, measure)
        if names != list(self._class.options):
            self._class.set_options(names, value=self._of)
        self._class.set_visibility(bool(names))
        self._picture.redraw(self._appearance.palette)

    def _take(self, report: PerformanceReport, measure: str, of: str | None) -> None:
        known = _choices(report, measure)
        self._report, self._measure = report, measure
        self._of = of if of in known else next(iter(known), None)

    def _fields(self) -> None:
        titles = {figure.measure: figure.title for figure in self._report.figures}
        known = _choices(self._report, self._measure)
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
        for figure in self._report.figures:
            if figure.measure == self._measure:
                sure = f"with {self._report.confidence:.0%} intervals"
                better = _BETTER.get(figure.better)
                return f"{sure}; {better}" if better else sure
        return ""

    def _draw(self, colours: Palette) -> Options:
        return performance_history(
            self._report.windows,
            self._maturity,
            colours,
            measure=self._measure,
            of=self._of,
            immature=self._immature,
        )


def _choices(report: PerformanceReport, measure: str) -> list[str]:
    """Return of what there are figures of a measure: classes, quantiles or cutoffs."""
    return [
        figure.of
        for figure in report.figures
        if figure.measure == measure and figure.of is not None
    ]


def _key(data: PerformanceData) -> None:
    of = ", of all segments" if data.rows.segment else ""
    with block("md-card-body"), block("md-key"):
        for name, words in (
            ("point", "figure of the day, on its interval"),
            ("young", "labels of the day are still to come"),
            ("share", f"share of the day's predictions that is labelled{of}"),
        ):
            with block("", tag="span"):
                block(f"md-key-{name}", tag="i")
                text("span", words)
