"""How good a model is: headline figures, a measure day by day, all measures, confusion, curves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import ParamSpec

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.performance.slices.limits import LONGEST_EXPRESSION
from modeldesk.services.figure_rows import (
    cell_condition,
    error_condition,
    missed_condition,
    mistaken_condition,
    segment_condition,
)
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.class_table import ClassTable
from modeldesk.ui.confusion_card import confusion_card
from modeldesk.ui.curves_card import CurvesCard, calibration_card
from modeldesk.ui.errors_card import errors_card
from modeldesk.ui.estimate_card import estimate_card
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.label_steps import LabelSteps, nothing_measured, only_estimates
from modeldesk.ui.markup import block, testable
from modeldesk.ui.measure_table import measure_table
from modeldesk.ui.part_rows import PartsData
from modeldesk.ui.parts_card import PartsCard
from modeldesk.ui.performance_data import PerformanceData, immature
from modeldesk.ui.performance_figures import performance_figures
from modeldesk.ui.performance_history_card import HistoryCard
from modeldesk.ui.performance_state import RANGES, PerformanceState
from modeldesk.ui.places import PERFORMANCE
from modeldesk.ui.rows_drawer import RowsDrawer
from modeldesk.ui.site import Site
from modeldesk.ui.states import say, trouble
from modeldesk.ui.version_choice import version_choice
from modeldesk.ui.views import Visit

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
        self._curves = CurvesCard(
            appearance, choose=self._choose_curve, choose_costs=self._choose_costs
        )
        self._parts = PartsCard(
            site,
            show_rows=self._choose_rows,
            choose=self._choose_part_measure,
            find=self._tell_find,
            changed=self._load_parts,
        )
        self._drawer = RowsDrawer(site, show_row=self._choose_row, close=self._close_rows)

    async def build(self) -> None:
        """Build the page."""
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
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
            tabs(self._site, self._model, PERFORMANCE)
            self._body = block("md-bones")
            testable(self._body, "performance")
            steps = self._fill()
            self._drawer.build()
            # Once the browser is there: what takes longer must not hold up the first answer.
            ui.timer(0, self._after, once=True)
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
            if data.measure is None:
                if not nothing_measured(data, all_days=self._show_all_days):
                    return None
                steps = LabelSteps(self._site, model=self._model, data=data)
                steps.build()
                return steps
            if data.report.figures:
                performance_figures(data)
            else:
                only_estimates(data, all_days=self._show_all_days)
            young = immature(data.maturity, data.delay, self._site.clock.now())
            self._history.build(data, data.measure, self._state.of, young)
            if data.estimates is not None:
                estimate_card(data.estimates)
            if not data.report.figures:
                return None
            self._measures(data)
            self._parts.build(data)
            self._classes = ClassTable(show=self._rows_of(self._choose_mistakes))
            self._classes.build(data.report, data.confusion)
            if data.curves is not None:
                self._curves.build(data.curves, data.scored)
        return None

    def _measures(self, data: PerformanceData) -> None:
        if data.errors is not None:
            with block("md-grid-measures"):
                measure_table(data.report)
                errors_card(self._appearance, data.errors, self._rows_of(self._choose_errors))
            return
        if data.confusion is None:
            measure_table(data.report)
            return
        with block("md-grid-measures"):
            measure_table(data.report)
            with block("md-column"):
                confusion_card(data.confusion, self._rows_of(self._choose_cell))
                if data.curves is not None:
                    calibration_card(self._appearance, data.curves, data.scored)

    async def _after(self) -> None:
        """Bring what comes after the page, as it takes longer: rows, parts, and the worst ones."""
        await self._drawer.show(self._data.rows, self._state)
        if self._data.report.figures:
            await self._load_parts()
            if self._state.find:
                await self._parts.find()

    async def _load_parts(self) -> None:
        """Read slices and segments, which may be many, while the page is shown already."""
        data, asked = self._data, self._asked
        try:
            parts = await aside(PartsData.load, self._site.desk, data, self._state.by)
        except ModeldeskError as error:
            if asked == self._asked:
                self._parts.fail(error)
            return
        if asked == self._asked:
            self._parts.fill(parts)
            self._classes.draw(parts.classes)

    def _show_all_days(self) -> None:
        if self._range is not None:
            self._range.set_value(0)

    async def _pick_range(self, event: events.ValueChangeEventArguments[int]) -> None:
        await self._reload(replace(self._state, days=event.value))

    async def _pick_segment(self, event: events.ValueChangeEventArguments[str]) -> None:
        await self._reload(replace(self._state, segment=event.value))

    def _choose_version(self, number: int) -> None:
        state = replace(self._state, version=number, segment="", row="")
        ui.navigate.to(PERFORMANCE.path(self._model) + state.query())

    async def _choose_measure(self, measure: str, of: str | None) -> None:
        """Show another figure of each day; nothing but the chart changes."""
        state = replace(self._state, measure=measure, of=of)
        if not self._about_the_same_rows():
            await self._reload(state)
        elif await self._load(state, self._data.of_measure, self._site.desk, measure):
            self._history.show(self._data, measure, of)

    async def _choose_curve(self, name: str) -> None:
        """Show the curves of another class; nothing else changes."""
        await self._show_curve(replace(self._state, curve=name))

    async def _choose_costs(self, mistaken: float, missed: float) -> None:
        """Look for the threshold that is cheapest if mistakes cost that; nothing else changes."""
        await self._show_curve(replace(self._state, mistaken=mistaken, missed=missed))

    async def _show_curve(self, state: PerformanceState) -> None:
        if not self._about_the_same_rows():
            await self._reload(state)
        elif (
            await self._load(state, self._data.of_curve, self._site.desk, state)
            and self._data.curves is not None
        ):
            self._curves.show(self._data.curves)

    async def _choose_part_measure(self, measure: str) -> None:
        """Order the parts by another measure; nothing else changes."""
        self._move(replace(self._state, by=measure))
        await self._load_parts()

    def _tell_find(self, shown: bool) -> None:  # noqa: FBT001 - the only thing that is told
        self._move(replace(self._state, find=shown))

    def _rows_of(self, show: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]] | None:
        """Return what shows rows, unless no condition says which ones the page is about."""
        return show if self._within("") is not None else None

    def _within(self, condition: str) -> str | None:
        """Return a condition that holds in the page's segment only."""
        segment = self._data.rows.segment
        if not segment:
            return condition
        signature, known = self._data.version.signature, self._data.segments
        part = segment_condition(signature, segment, known)
        return f"{part} and {condition}" if part and condition else part

    async def _choose_cell(self, truths: Sequence[str], predicted: Sequence[str]) -> None:
        """Show the rows of a cell of the confusion matrix."""
        signature = self._data.version.signature
        await self._choose_condition(cell_condition(signature, truths, predicted))

    async def _choose_mistakes(self, name: str, kind: str) -> None:
        """Show the rows of a class that were missed, or others that were taken for it."""
        told = missed_condition if kind == "missed" else mistaken_condition
        await self._choose_condition(told(self._data.version.signature, name))

    async def _choose_errors(self, low: float | None, high: float | None) -> None:
        """Show the rows whose error lies within a stretch."""
        await self._choose_condition(error_condition(low, high))

    async def _choose_condition(self, condition: str | None) -> None:
        found = None if condition is None else self._within(condition)
        if found is None or len(found) > LONGEST_EXPRESSION:
            say("No condition can say which rows these are.", icon="error_outline")
            return
        await self._choose_rows("", found)

    async def _choose_rows(self, slice_name: str, condition: str) -> None:
        """Show rows; nothing but the drawer changes."""
        self._move(replace(self._state, slice=slice_name, condition=condition, row=""))
        await self._drawer.show(self._data.rows, self._state)

    async def _choose_row(self, prediction_id: str) -> None:
        """Show one row by itself, or all again."""
        self._move(replace(self._state, row=prediction_id))
        await self._drawer.show(self._data.rows, self._state)

    async def _close_rows(self) -> None:
        await self._choose_rows("", "")

    def _move(self, state: PerformanceState) -> None:
        """Put a choice into the address that changes nothing of which rows the page is about."""
        self._state = state
        ui.navigate.history.replace(state.query())

    async def _reload(self, state: PerformanceState) -> None:
        """Show other rows: everything below the tabs changes."""
        now, desk = self._site.clock.now(), self._site.desk
        if await self._load(state, PerformanceData.load, desk, self._model, state, now):
            self._shown = state
            steps = self._fill()
            await self._after()
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


def opened(visit: Visit) -> PerformancePage:
    """Open the page."""
    state = PerformanceState.read(visit.query)
    return PerformancePage(visit.site, visit.appearance, model=visit.model, state=state)
