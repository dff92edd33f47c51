"""One column of a model: over time, and in a chosen window against the reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nicegui import ui

from modeldesk.charts.column_timeline import ColumnTimeline, column_panels
from modeldesk.charts.distribution import distribution, distribution_height
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.panels import PANELS_LEFT, PANELS_RIGHT, panels_height, stacked_panels
from modeldesk.errors import ModeldeskError
from modeldesk.services.column_rules import ColumnRuleView
from modeldesk.ui.after_paint import after_paint
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, breath, first
from modeldesk.ui.column_alerts import ColumnAlerts
from modeldesk.ui.column_data import ChosenWindow, ColumnData, window_keys
from modeldesk.ui.column_facts import facts
from modeldesk.ui.column_rule_form import ColumnRuleForm
from modeldesk.ui.column_state import ColumnState
from modeldesk.ui.day_line import day_lines, on_days_chosen, over_days, share_days
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.monitor_state import MonitorState
from modeldesk.ui.places import API, MONITOR, PLAYGROUND, SETTINGS, column_path
from modeldesk.ui.site import Site
from modeldesk.ui.states import bone, empty, trouble
from modeldesk.ui.time_ranges import range_choice, segment_choice, window_words
from modeldesk.ui.timeline_key import timeline_key
from modeldesk.ui.top_values import value_tables
from modeldesk.ui.tried_numbers import TriedNumbers
from modeldesk.ui.version_choice import version_choice
from modeldesk.ui.views import Visit
from modeldesk.ui.window_card import WindowCard
from modeldesk.ui.window_rows import WindowRows


class ColumnPage:
    """One open page of a column; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model, column
        What it is about.
    state
        What the address asks for.
    """

    def __init__(
        self,
        site: Site,
        appearance: Appearance,
        *,
        model: str,
        column: str,
        state: ColumnState,
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._column = column
        self._state = state
        self._asked = 0
        self._window = WindowCard(step=self._step, rows=self._show_rows)
        self._alerts = ColumnAlerts(show=self._show_day)
        self._rows = WindowRows(site, close=self._close_rows)
        self._rule: ColumnRuleForm | None = None

    async def build(self) -> None:
        """Build the page."""
        day_lines()
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            data = await first(
                ColumnData.load,
                self._site.desk,
                self._model,
                self._column,
                self._state,
                self._site.clock.now(),
            )
            if data is None:
                return
            self._data = data
            self._head()
            tabs(self._site, self._model, MONITOR)
            await breath()
            self._body = block("md-bones")
            testable(self._body, "column")
            for _ in self._cards():
                await breath()
            self._rows.build()
            on_days_chosen(self._choose_places)
            after_paint(self._after)
            follow(self._look)

    async def _after(self) -> None:
        """Bring what comes after the page: the cards at its side, and rows that are wanted."""
        if self._data.chosen is not None and self._rule is None:
            self._side.clear()
            with self._side:
                self._rule_card()
                self._alerts.build(self._data.alerts)
        await self._show_chosen_rows()
        if self._rule is not None:
            await self._rule.learn()

    def _head(self) -> None:
        data = self._data
        state = MonitorState(
            version=self._state.version, range=self._state.range, segment=data.report.segment
        )
        with block("md-back"), ui.link(target=MONITOR.path(self._model) + state.query()):
            ui.icon("arrow_back")
            text("span", f"All columns of {self._model}")
        words = f"{data.column.role.capitalize()}, {data.column.kind}; {data.column.expected()}"
        with head(data.column.name, words[:300], tag=f"v{data.version.number}"):
            segment_choice(data.segments, data.report.segment, self._pick_segment)
            range_choice(self._state.range, self._pick_range)
            version_choice(data.versions, data.version, self._choose_version)

    def _fill(self) -> None:
        """Show what belongs to the range and the segment."""
        self._rule = None
        self._body.clear()
        for _ in self._cards():
            pass

    def _cards(self) -> Iterator[None]:
        """Build them one by one."""
        with self._body:
            if self._data.chosen is None:
                self._nothing()
                return
            with block("md-grid-column"):
                self._timeline()
                yield
                with block("md-column md-beside"):
                    self._window.build(self._data)
                    self._chosen = block("md-column")
                    yield
                    yield from self._cards_of(self._data.chosen)
                with block("md-column") as self._side:
                    bone(height=480)

    def _nothing(self) -> None:
        with block("md-card"):
            if self._data.earlier:
                words = "Nothing of this column was profiled in the range."
                with empty("date_range", "No traffic in this range", words, small=True):
                    address = column_path(self._model, self._column)
                    state = replace(self._state, range="all", day=None, to=None)
                    ui.link("Show all days", address + state.query())
                return
            words = "Predictions of this version show up here within seconds."
            with empty("sensors", "No traffic has been profiled yet", words, small=True):
                ui.link("Make one in the playground", PLAYGROUND.path(self._model))
                ui.link("See how to send them to the API", API.path(self._model))

    def _timeline(self) -> None:
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Over time")
                words = "click a day, or drag over several, to see them beside the reference"
                text("span", words, "md-card-note")
            with block("md-panels"), block("md-drag") as self._place:
                panels = column_panels(self._timeline_drawn, self._appearance.palette)
                height = panels_height(panels)
                self._picture = self._appearance.picture(self._draw, height=height)
                testable(self._picture.chart, "timeline")
            self._share()
            timeline_key(self._data.timeline)

    def _share(self) -> None:
        many = len(self._data.spans)
        over_days(self._place, many, left=PANELS_LEFT, right=PANELS_RIGHT, choose=True)
        share_days(self._body, [span.title for span in self._data.spans])

    @property
    def _timeline_drawn(self) -> ColumnTimeline:
        """What is drawn: by the thresholds that are tried."""
        data = self._data
        return replace(data.timeline, thresholds=self._state.tried.thresholds(data.rule))

    def _draw(self, colours: Palette) -> Options:
        data = self._data
        return stacked_panels(
            column_panels(self._timeline_drawn, colours),
            data.spans,
            colours,
            selected=None if data.chosen is None else data.chosen.window,
        )

    def _rule_card(self) -> None:
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "When this column counts as changed")
                link = ui.link("Rule of all columns", SETTINGS.path(self._model)).classes(
                    "md-small"
                )
                link.props["title"] = "The rule of the model's monitor"
            self._rule = ColumnRuleForm(
                self._site,
                model=self._model,
                column=self._column,
                version=self._data.version.number,
                tell=self._try,
                done=self._judged,
            )
            self._rule.build(self._data.rule, self._state.tried)

    def _try(self, tried: TriedNumbers) -> None:
        """Draw the thresholds that somebody tries."""
        self._move(replace(self._state, tried=tried))
        self._picture.redraw(self._appearance.palette)

    async def _judged(self, _rule: ColumnRuleView) -> None:
        await self._look()

    async def _show_day(self, day: str) -> None:
        await self._choose(replace(self._state, day=day, to=None))

    def _fill_chosen(self, chosen: ChosenWindow) -> None:
        """Show the chosen window beside the reference."""
        self._chosen.clear()
        for _ in self._cards_of(chosen):
            pass

    def _cards_of(self, chosen: ChosenWindow) -> Iterator[None]:
        current = window_words(chosen.window)
        with self._chosen:
            with block("md-card"):
                with block("md-card-head"):
                    text("h2", "Distribution")
                    text("span", "share of all rows with a value", "md-card-note")
                with block("md-panels"):
                    picture = self._appearance.picture(
                        lambda colours: distribution(chosen.overlay, colours, current=current),
                        height=distribution_height(chosen.overlay),
                    )
                    testable(picture.chart, "distribution")
            yield
            self._facts(chosen)
            yield
            matters = self._data.history.thresholds.min_missing_change
            value_tables(self._data.history.reference, chosen.profile, matters=matters)

    def _facts(self, chosen: ChosenWindow) -> None:
        lines = facts(self._data.history.reference, chosen.profile, values=False)
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "In numbers")
            with block("md-card-body"), block("md-stats", tag="table") as table:
                testable(table, "facts")
                with ui.element("thead"), ui.element("tr"):
                    for words in ("Fact", "Reference", "Window"):
                        text("th", words)
                with ui.element("tbody"):
                    for line in lines:
                        with ui.element("tr"):
                            for words in (line.name, line.reference, line.current):
                                text("td", words)

    async def _step(self, by: int) -> None:
        """Choose the window before or after, as long as the one that is shown."""
        chosen, spans = self._data.chosen, self._data.spans
        if chosen is None:
            return
        first_, last = chosen.places
        if not chosen.several:
            # A day without rows has nothing to show.
            filled = [p for p, each in enumerate(self._data.timeline.profiles) if each is not None]
            ahead = [p for p in filled if (p > last if by > 0 else p < first_)]
            if ahead:
                place = ahead[0] if by > 0 else ahead[-1]
                await self._choose_places(place, place)
            return
        many = last - first_ + 1
        begin = min(max(0, first_ + by * many), len(spans) - many)
        await self._choose_places(begin, begin + many - 1)

    async def _choose_places(self, begin: int, end: int) -> None:
        spans = self._data.spans
        if not 0 <= begin <= end < len(spans):
            return
        day, to = window_keys(spans, begin, end)
        await self._choose(replace(self._state, day=day, to=to))

    async def _choose(self, state: ColumnState) -> None:
        """Show another window; the axis of time stays."""
        if state == self._state:
            return
        self._move(state)
        self._asked += 1
        asked = self._asked
        try:
            data = await aside(self._data.choosing, self._site.desk, state)
        except ModeldeskError as error:
            self._fail(error)
            return
        if asked == self._asked and data.chosen is not None:
            self._data = data
            self._picture.redraw(self._appearance.palette)
            self._window.show(data)
            self._fill_chosen(data.chosen)
            await self._show_chosen_rows()

    async def _pick_range(self, chosen: str) -> None:
        await self._reload(replace(self._state, range=chosen, day=None, to=None))

    async def _pick_segment(self, chosen: str) -> None:
        await self._reload(replace(self._state, segment=chosen))

    def _choose_version(self, number: int) -> None:
        state = replace(self._state, version=number, segment="", rows=False)
        ui.navigate.to(column_path(self._model, self._column) + state.query())

    async def _show_rows(self) -> None:
        self._move(replace(self._state, rows=True))
        await self._show_chosen_rows()

    async def _close_rows(self) -> None:
        self._move(replace(self._state, rows=False))
        await self._show_chosen_rows()

    async def _show_chosen_rows(self) -> None:
        await self._rows.show(self._data, wanted=self._state.rows)

    def _move(self, state: ColumnState) -> None:
        self._state = state
        ui.navigate.history.replace(state.query())

    def _fail(self, error: ModeldeskError) -> None:
        self._body.clear()
        with self._body:
            trouble(error, retry=ui.navigate.reload)

    async def _reload(self, state: ColumnState) -> None:
        """Show another range or segment: everything below the tabs changes."""
        self._move(state)
        self._asked += 1
        asked = self._asked
        try:
            data = await self._read(state)
        except ModeldeskError as error:
            self._fail(error)
            return
        if asked == self._asked:
            self._data = data
            self._fill()
            await self._after()

    async def _read(self, state: ColumnState) -> ColumnData:
        now = self._site.clock.now()
        return await aside(ColumnData.load, self._site.desk, self._model, self._column, state, now)

    async def _look(self) -> None:
        """Show what has changed since, in place; what has not stays untouched."""
        asked, state, now = self._asked, self._state, self._site.clock.now()
        if not await aside(self._data.changed, self._site.desk, state, now):
            return
        data = await self._read(state)
        if asked != self._asked:
            return
        before, self._data = self._data, data
        if before.chosen is None or data.chosen is None:
            self._fill()
            await self._after()
            return
        if self._rule is not None:
            self._rule.show(data.rule)
            if data.alerts != before.alerts:
                self._alerts.show(data.alerts)
        self._share()
        self._picture.redraw(self._appearance.palette)
        self._window.show(data)
        old, new = before.chosen, data.chosen
        if (old.window, old.compared) != (new.window, new.compared):
            self._fill_chosen(new)


def opened(visit: Visit) -> ColumnPage:
    """Open the page."""
    state = ColumnState.read(visit.query)
    return ColumnPage(
        visit.site, visit.appearance, model=visit.model, column=visit.column, state=state
    )
