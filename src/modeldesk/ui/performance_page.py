"""How good a model is: headline figures, a measure day by day, all measures, confusion, curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ParamSpec

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.confusion_card import confusion_card
from modeldesk.ui.curves_card import CurvesCard, calibration_card
from modeldesk.ui.frame import frame, head, performance_path, tabs
from modeldesk.ui.label_steps import LabelSteps, nothing_measured
from modeldesk.ui.markup import block, testable
from modeldesk.ui.measure_table import class_table, measure_table
from modeldesk.ui.performance_figures import performance_figures
from modeldesk.ui.performance_history_card import HistoryCard
from modeldesk.ui.performance_state import (
    RANGES,
    PerformanceData,
    PerformanceState,
    immature,
)
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
from modeldesk.ui.version_choice import version_choice

P = ParamSpec("P")


class PerformancePage:
    """One open page; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose performance it is.
    state
        What the address asks for.
    """

    def __init__(
        self, site: Site, appearance: Appearance, *, model: str, state: PerformanceState
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._state = state
        self._shown = state
        self._asked = 0
        self._range: ui.select | None = None
        self._history = HistoryCard(appearance, choose=self._choose_measure)
        self._curves = CurvesCard(appearance, choose=self._choose_curve)

    async def build(self) -> None:
        """Build the page."""
        with frame(self._appearance, model=self._model), block("md-bones"):
            data = await first(
                PerformanceData.load,
                self._site.desk,
                self._model,
                self._state,
                self._site.clock.now(),
            )
            if data is None:
                return
            self._data = data
            self._head()
            tabs(self._model, "Performance")
            self._body = block("md-bones")
            testable(self._body, "performance")
            steps = self._fill()
        if steps is not None:
            await steps.learn()

    def _head(self) -> None:
        version = self._data.version
        with head(self._model, version.description, tag=f"v{version.number}"):
            if self._data.segments:
                self._segment_choice()
            self._range = ui.select(RANGES, value=self._state.days, on_change=self._pick_range)
            self._range.props("outlined dense options-dense").classes("md-field")
            self._range.props["aria-label"] = "Range"
            testable(self._range, "range")
            version_choice(self._data.versions, version, self._choose_version)

    def _segment_choice(self) -> None:
        names = {"": "All segments"} | {name: name for name in self._data.segments}
        field = ui.select(names, value=self._data.rows.segment, on_change=self._pick_segment)
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = "Segment"
        testable(field, "segment")

    def _fill(self) -> LabelSteps | None:
        """Show the data; returns the code that sends labels, where that is shown instead."""
        self._body.clear()
        data = self._data
        with self._body:
            if not data.report.figures or data.measure is None:
                if not nothing_measured(data, all_days=self._show_all_days):
                    return None
                steps = LabelSteps(self._site, model=self._model, data=data)
                steps.build()
                return steps
            performance_figures(data)
            young = immature(data.maturity, data.delay, self._site.clock.now())
            self._history.build(data, data.measure, self._state.of, young)
            self._measures(data)
            class_table(data.report)
            if data.curves is not None:
                self._curves.build(data.curves, data.scored)
        return None

    def _measures(self, data: PerformanceData) -> None:
        if data.confusion is None:
            measure_table(data.report)
            return
        with block("md-grid-measures"):
            measure_table(data.report)
            with block("md-column"):
                confusion_card(data.confusion)
                if data.curves is not None:
                    calibration_card(self._appearance, data.curves, data.scored)

    def _show_all_days(self) -> None:
        if self._range is not None:
            self._range.set_value(0)

    async def _pick_range(self, event: events.ValueChangeEventArguments[int]) -> None:
        await self._reload(replace(self._state, days=event.value))

    async def _pick_segment(self, event: events.ValueChangeEventArguments[str]) -> None:
        await self._reload(replace(self._state, segment=event.value))

    def _choose_version(self, number: int) -> None:
        state = replace(self._state, version=number, segment="")
        ui.navigate.to(performance_path(self._model) + state.query())

    async def _choose_measure(self, measure: str, of: str | None) -> None:
        """Show another figure of each day; nothing but the chart changes."""
        state = replace(self._state, measure=measure, of=of)
        if not self._about_the_same_rows():
            await self._reload(state)
        elif await self._load(state, self._data.of_measure, self._site.desk, measure):
            self._history.show(self._data.report, measure, of)

    async def _choose_curve(self, name: str) -> None:
        """Show the curves of another class; nothing else changes."""
        state = replace(self._state, curve=name)
        if not self._about_the_same_rows():
            await self._reload(state)
        elif (
            await self._load(state, self._data.of_curve, self._site.desk, name)
            and self._data.curves is not None
        ):
            self._curves.show(self._data.curves)

    async def _reload(self, state: PerformanceState) -> None:
        """Show other rows: everything below the tabs changes."""
        now, desk = self._site.clock.now(), self._site.desk
        if await self._load(state, PerformanceData.load, desk, self._model, state, now):
            self._shown = state
            steps = self._fill()
            if steps is not None:
                await steps.learn()

    def _about_the_same_rows(self) -> bool:
        """Whether what is shown is of the rows that were asked for last."""
        asked, shown = self._state, self._shown
        return (asked.days, asked.segment) == (shown.days, shown.segment)

    async def _load(
        self,
        state: PerformanceState,
        call: Callable[P, PerformanceData],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> bool:
        """Read what a state asks for; whether it is to be shown, and nothing was asked since."""
        self._state = state
        ui.navigate.history.replace(state.query())
        self._asked += 1
        asked = self._asked
        try:
            data = await aside(call, *args, **kwargs)
        except ModeldeskError as error:
            self._body.clear()
            with self._body:
                trouble(error, retry=ui.navigate.reload)
            return False
        if asked != self._asked:
            return False
        self._data = data
        return True
