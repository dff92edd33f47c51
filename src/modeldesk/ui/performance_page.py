"""How good a model is: headline figures, a measure day by day, all measures, confusion, curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ParamSpec

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.ui.after_paint import after_paint
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, breath, first
from modeldesk.ui.day_ranges import RANGES, start_of
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, testable
from modeldesk.ui.part_rows import PartsData
from modeldesk.ui.performance_body import Hooks, PerformanceBody
from modeldesk.ui.performance_data import PerformanceData
from modeldesk.ui.performance_state import PerformanceState
from modeldesk.ui.places import PERFORMANCE
from modeldesk.ui.rows_drawer import RowsDrawer
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
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
        self._lost = False
        self._range: ui.select | None = None
        hooks = Hooks(
            measure=self._choose_measure,
            curve=self._choose_curve,
            costs=self._choose_costs,
            part_measure=self._choose_part_measure,
            rows=self._choose_rows,
            find=self._tell_find,
            parts=self._load_parts,
            all_days=self._show_all_days,
        )
        self._body = PerformanceBody(site, appearance, hooks)
        self._drawer = RowsDrawer(site, show_row=self._choose_row, close=self._close_rows)

    async def build(self) -> None:
        """Build the page; from then on it follows what happens."""
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
            # From now on it is a choice: labels that come do not change the range.
            self._state = self._shown = replace(self._state, days=data.days)
            self._head()
            tabs(self._site, self._model, PERFORMANCE)
            await breath()
            self._room = block("md-bones")
            testable(self._room, "performance")
            steps = self._body.build(self._room, data, self._state)
            await breath()
            self._drawer.build()
            follow(self._look)
            # Once the browser is there: what takes longer must not hold up the first answer.
            after_paint(self._after)
        if steps is not None:
            await steps.learn()

    def _head(self) -> None:
        version = self._data.version
        with head(self._model, version.description, tag=f"v{version.number}"):
            self._segment_choice()
            self._range = ui.select(RANGES, value=self._data.days, on_change=self._pick_range)
            self._range.props("outlined dense options-dense").classes("md-field")
            self._range.props["aria-label"] = "Range"
            testable(self._range, "range")
            version_choice(self._data.versions, version, self._choose_version)

    def _segment_choice(self) -> None:
        field = ui.select({"": ""}, value="", on_change=self._pick_segment)
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = "Segment"
        testable(field, "segment")
        self._segment = field
        self._offer_segments()

    def _offer_segments(self) -> None:
        """Let the field offer the segments that there are by now."""
        names = {"": "All segments"} | {name: name for name in self._data.segments}
        if names != self._segment.options:
            self._segment.set_options(names, value=self._data.rows.segment)
        self._segment.set_visibility(bool(self._data.segments))

    async def _after(self) -> None:
        """Bring what comes after the page: what is below its first screen, and rows."""
        if self._lost:
            return
        added = self._body.complete()
        await self._drawer.show(self._data.rows, self._state)
        if added:
            await self._load_after()

    async def _load_after(self) -> None:
        """Read what takes longer: parts, and the worst ones."""
        if self._data.report.figures:
            await self._load_parts()
            if self._state.find:
                await self._body.find()

    async def _load_parts(self) -> None:
        """Read slices and segments, which may be many, while the page is shown already."""
        data, asked = self._data, self._asked
        try:
            parts = await aside(PartsData.load, self._site.desk, data, self._state.by)
        except ModeldeskError as error:
            if asked == self._asked:
                self._body.fail(error)
            return
        if asked == self._asked:
            self._body.fill(parts)

    def _show_all_days(self) -> None:
        if self._range is not None:
            self._range.set_value(0)

    async def _pick_range(self, event: events.ValueChangeEventArguments[int]) -> None:
        await self._reload(replace(self._state, days=event.value))

    async def _pick_segment(self, event: events.ValueChangeEventArguments[str]) -> None:
        if event.value != self._state.segment:
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
            self._body.show_measure(self._data, measure, of)

    async def _choose_curve(self, name: str) -> None:
        """Show the curves of another class; nothing else changes."""
        await self._show_curve(replace(self._state, curve=name))

    async def _choose_costs(self, mistaken: float, missed: float) -> None:
        """Look for the threshold that is cheapest if mistakes cost that; nothing else changes."""
        await self._show_curve(replace(self._state, mistaken=mistaken, missed=missed))

    async def _show_curve(self, state: PerformanceState) -> None:
        if not self._about_the_same_rows():
            await self._reload(state)
        elif await self._load(state, self._data.of_curve, self._site.desk, state):
            self._body.show_curve(self._data)

    async def _choose_part_measure(self, measure: str) -> None:
        """Order the parts by another measure; nothing else changes."""
        self._move(replace(self._state, by=measure))
        await self._load_parts()

    def _tell_find(self, shown: bool) -> None:  # noqa: FBT001 - the only thing that is told
        self._move(replace(self._state, find=shown))

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
            self._offer_segments()
            await self._fill()
            await self._drawer.show(self._data.rows, self._state)

    async def _fill(self) -> None:
        """Show the data anew, with what comes after it."""
        self._lost = False
        steps = self._body.build(self._room, self._data, self._state)
        self._body.complete()
        await self._load_after()
        if steps is not None:
            await steps.learn()

    async def _look(self) -> None:
        """Show what has changed since, in place; what somebody chooses meanwhile comes first."""
        desk, now, asked = self._site.desk, self._site.clock.now(), self._asked
        version, start = self._data.rows.version, start_of(self._data.days, now)
        mark = await aside(desk.performance_marks.of, self._model, version=version, start=start)
        known = self._data.mark, self._data.rows.start
        if self._lost or asked != self._asked or (mark, start) == known:
            return
        state = replace(self._state, version=version)
        data = await aside(PerformanceData.load, desk, self._model, state, now)
        if asked != self._asked:
            return
        self._data = data
        self._offer_segments()
        if not self._body.follow(data, self._state):
            await self._fill()
        elif data.report.figures:
            await self._load_parts()

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
            self._lost = True
            self._room.clear()
            with self._room:
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
