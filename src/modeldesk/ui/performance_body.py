"""The cards of the performance page, built for what is known and kept while more comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec

from nicegui import ui

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
from modeldesk.ui.class_table import ClassTable
from modeldesk.ui.confusion_card import ConfusionCard
from modeldesk.ui.curves_card import CalibrationCard, CurvesCard
from modeldesk.ui.errors_card import ErrorsCard
from modeldesk.ui.estimate_card import EstimateCard
from modeldesk.ui.label_steps import LabelSteps, nothing_measured, only_estimates
from modeldesk.ui.markup import block
from modeldesk.ui.measure_table import MeasureTable
from modeldesk.ui.part_rows import PartsData
from modeldesk.ui.parts_card import PartsCard
from modeldesk.ui.performance_data import PerformanceData, immature
from modeldesk.ui.performance_figures import PerformanceFigures
from modeldesk.ui.performance_history_card import HistoryCard
from modeldesk.ui.performance_state import PerformanceState
from modeldesk.ui.site import Site
from modeldesk.ui.states import bone, say

P = ParamSpec("P")


@dataclass(kw_only=True)
class Hooks:
    """What is called when a person chooses something on the cards, as long as the page is open."""

    measure: Callable[[str, str | None], Awaitable[None]]
    """With the measure of each day, and of which class."""
    curve: Callable[[str], Awaitable[None]]
    """With the class whose curves are wanted."""
    costs: Callable[[float, float], Awaitable[None]]
    """With what it costs to take another row for the class, and to miss one of it."""
    part_measure: Callable[[str], Awaitable[None]]
    """With the measure by which parts are told apart."""
    rows: Callable[[str, str], Awaitable[None]]
    """With the slice and the condition whose rows are wanted."""
    find: Callable[[bool], None]
    """With whether the worst slices are shown."""
    parts: Callable[[], Awaitable[None]]
    """After the model's slices have changed."""
    all_days: Callable[[], None]
    """When all days are wanted instead of those of the range."""


class PerformanceBody:
    """Everything below the tabs.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    hooks
        What is called when a person chooses something.
    """

    def __init__(self, site: Site, appearance: Appearance, hooks: Hooks) -> None:
        self._site = site
        self._appearance = appearance
        self._hooks = hooks
        self._figures = PerformanceFigures()
        self._history = HistoryCard(appearance, choose=hooks.measure)
        self._estimates = EstimateCard()
        self._measures = MeasureTable()
        self._calibration = CalibrationCard(appearance)
        self._curves = CurvesCard(appearance, choose=hooks.curve, choose_costs=hooks.costs)
        self._parts = PartsCard(
            site,
            show_rows=hooks.rows,
            choose=hooks.part_measure,
            find=hooks.find,
            changed=hooks.parts,
        )

    def build(
        self, room: ui.element, data: PerformanceData, state: PerformanceState
    ) -> LabelSteps | None:
        """Show the data; returns the code that sends labels, where that is shown instead."""
        self._room = room
        self._data = data
        self._complete = False
        room.clear()
        with room:
            self._top = block("md-bones")
            steps = self._show_top()
            if data.measure is None:
                if steps is not None:
                    steps.build()
                return steps
            self._history.build(data, data.measure, state.of, self._young(data))
            self._estimates.build(data.estimates)
            if data.report.figures:
                self._measured = block("md-bones")
                with self._measured:
                    bone(height=520)
        return None

    def complete(self) -> bool:
        """Add what only labelled rows tell, below what is seen first.

        Returns
        -------
        bool
            Whether it was added now: it may be there already, or there may be nothing to tell.
        """
        data = self._data
        if self._complete or data.measure is None or not data.report.figures:
            return False
        self._measured.clear()
        with self._measured:
            self._build_measured()
        self._complete = True
        return True

    def follow(self, data: PerformanceData, state: PerformanceState) -> bool:
        """Show the same after more labels or predictions have come, in place.

        Returns
        -------
        bool
            Whether that could be done; otherwise the body is to be built anew.
        """
        if _shape(data) != _shape(self._data):
            return False
        self._data = data
        self._show_top()
        if data.measure is None:
            return True
        self._history.follow(data, data.measure, state.of, self._young(data))
        self._estimates.show(data.estimates)
        if not self._complete:
            return True
        self._measures.show(data.report)
        self._parts.follow(data)
        self._classes.follow(data.report, data.confusion)
        if data.errors is not None:
            self._errors.show(data.errors)
        if data.confusion is not None:
            self._confusion.show(data.confusion)
        if data.curves is not None:
            self._calibration.show(data.curves)
            self._curves.show(data.curves)
        return True

    def show_measure(self, data: PerformanceData, measure: str, of: str | None) -> None:
        """Show another measure of each day; nothing but the chart changes."""
        self._data = data
        self._history.show(data, measure, of)

    def show_curve(self, data: PerformanceData) -> None:
        """Show other curves; nothing else changes."""
        self._data = data
        if data.curves is not None:
            self._curves.show(data.curves)

    def fill(self, parts: PartsData) -> None:
        """Show slices and segments, which come later."""
        if self._complete:
            self._parts.fill(parts)
            self._classes.draw(parts.classes)

    def fail(self, error: ModeldeskError) -> None:
        """Say why there are no slices and segments."""
        if self._complete:
            self._parts.fail(error)

    async def find(self) -> None:
        """Look for the worst slices."""
        await self._parts.find()

    def _show_top(self) -> LabelSteps | None:
        """Show what comes first: figures, or why there are none."""
        data = self._data
        if data.measure is not None and data.report.figures:
            if self._top.default_slot.children:
                self._figures.show(data)
            else:
                with self._top:
                    self._figures.build(data)
            return None
        self._top.clear()
        with self._top:
            if data.measure is not None:
                only_estimates(data, all_days=self._hooks.all_days)
            elif nothing_measured(data, all_days=self._hooks.all_days):
                return LabelSteps(self._site, model=data.rows.model, data=data)
        return None

    def _young(self, data: PerformanceData) -> set[datetime]:
        return immature(data.maturity, data.delay, self._site.clock.now())

    def _build_measured(self) -> None:
        """Add what only labelled rows tell."""
        data = self._data
        with block("md-grid-measures" if data.errors or data.confusion else ""):
            self._measures.build(data.report)
            if data.errors is not None:
                self._errors = ErrorsCard(self._appearance, self._rows_of(self._choose_errors))
                self._errors.build(data.errors)
            elif data.confusion is not None:
                with block("md-column"):
                    self._confusion = ConfusionCard(self._rows_of(self._choose_cell))
                    self._confusion.build(data.confusion)
                    if data.curves is not None:
                        self._calibration.build(data.curves, data.scored)
        self._parts.build(data)
        self._classes = ClassTable(show=self._rows_of(self._choose_mistakes))
        self._classes.build(data.report, data.confusion)
        if data.curves is not None:
            self._curves.build(data.curves, data.scored)

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
        await self._hooks.rows("", found)


def _shape(data: PerformanceData) -> tuple[object, ...]:
    """Return what decides which cards there are, and what can be chosen on them."""
    curves = data.curves
    drawn = None
    if curves is not None:
        drawn = (curves.because, bool(curves.calibration), curves.cheapest is None)
    return (
        data.measure is None,
        data.measure is None and bool(data.labelled),
        data.rows.start is None,
        tuple((figure.measure, figure.of) for figure in data.report.figures),
        drawn,
        data.scored,
        data.confusion is None,
        data.errors is None,
    )
