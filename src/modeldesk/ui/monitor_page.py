"""The monitor of one model: figures, alerts, a heat map, the columns, and one column's panel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.views import WindowComparison
from modeldesk.ui.after_paint import after_paint
from modeldesk.ui.alert_list import AlertList
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, breath, first
from modeldesk.ui.column_panel import ColumnPanel
from modeldesk.ui.column_table import ColumnTable
from modeldesk.ui.day_line import day_lines, share_days
from modeldesk.ui.figures import model_figures
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.heatmap_card import HeatmapCard
from modeldesk.ui.markup import block
from modeldesk.ui.monitor_state import MonitorData, MonitorState
from modeldesk.ui.places import MONITOR
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
from modeldesk.ui.time_ranges import range_choice, segment_choice
from modeldesk.ui.version_choice import version_choice
from modeldesk.ui.views import Visit


class MonitorPage:
    """One open monitor; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose monitor it is.
    state
        What the address asks for.
    """

    def __init__(
        self, site: Site, appearance: Appearance, *, model: str, state: MonitorState
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._state = state
        self._asked = 0
        self._alerts = AlertList(site, show=self._choose, changed=self._look)
        self._map = HeatmapCard(
            appearance, choose=self._choose, choose_day=self._choose_day, all_days=self._all
        )
        self._table = ColumnTable(show=self._choose_column, change=self._move)
        self._panel = ColumnPanel(
            site, appearance, choose_day=self._choose_day, close=self._close_panel
        )

    async def build(self) -> None:
        """Build the page."""
        day_lines()
        self._state = self._state.reaching(self._site.clock.now())
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            data = await first(
                MonitorData.load, self._site.desk, self._model, self._state, self._site.clock.now()
            )
            if data is None:
                return
            self._data = data
            self._head()
            tabs(self._site, self._model, MONITOR)
            await breath()
            self._figures = block("md-card")
            self._fill_figures()
            await breath()
            self._body = block("md-bones")
            for _ in self._cards():
                await breath()
            self._panel.build()
            # Once the browser is there: the rest must not hold up what is seen first.
            after_paint(self._after)
            follow(self._look)

    @property
    def _entry(self) -> WindowComparison | None:
        return self._data.on(self._state.day)

    def _head(self) -> None:
        version = self._data.version
        with head(self._model, version.description, tag=f"v{version.number}"):
            segment_choice(self._data.segments, self._data.report.segment, self._pick_segment)
            range_choice(self._state.range, self._pick_range)
            version_choice(self._data.versions, version, self._choose_version)

    def _fill_figures(self) -> None:
        self._figures.clear()
        with self._figures:
            model_figures(self._data.overview, self._site.clock.now())

    def _fill(self) -> None:
        """Show what belongs to the range and the segment."""
        self._body.clear()
        for _ in self._cards():
            pass

    def _cards(self) -> Iterator[None]:
        """Build them one by one."""
        with self._body:
            with block("md-grid-monitor"):
                self._map.build(self._data, self._entry, self._state)
                yield
                self._alerts.build(self._data.alerts)
            yield
            self._table.build(self._state)
        self._share()
        yield

    def _share(self) -> None:
        share_days(self._body, [span.title for span in self._data.spans])

    async def _after(self) -> None:
        """Bring what comes after the page: rows below the map, the panel, what is to be counted."""
        self._table.show(self._data, self._entry, self._state)
        await self._panel.show(self._data, self._entry, self._state)
        await self._count()

    async def _count(self) -> None:
        """Read how many different values the columns of this page of the table have."""
        data, asked = self._data, self._asked
        names = self._table.untold
        if not names:
            return
        try:
            found = await aside(data.distinct, self._site.desk, names)
        except ModeldeskError:
            return  # the table stands without them
        if asked == self._asked and data.report is self._data.report:
            self._table.tell(names, found)

    async def _pick_range(self, chosen: str) -> None:
        await self._reload(replace(self._state, range=chosen, day=None, page=1))

    async def _pick_segment(self, chosen: str) -> None:
        await self._reload(replace(self._state, segment=chosen, page=1))

    async def _all(self) -> None:
        ui.navigate.to(MONITOR.path(self._model) + replace(self._state, range="all").query())

    async def _choose_column(self, column: str) -> None:
        await self._move(replace(self._state, column=column))

    async def _choose_day(self, day: str) -> None:
        await self._move(replace(self._state, day=day))

    async def _choose(self, column: str, day: str) -> None:
        await self._move(replace(self._state, column=column, day=day))

    async def _close_panel(self) -> None:
        await self._move(replace(self._state, column=None))

    def _choose_version(self, number: int) -> None:
        state = replace(self._state, version=number, segment="", day=None)
        ui.navigate.to(MONITOR.path(self._model) + state.query())

    async def _move(self, state: MonitorState) -> None:
        """Show what the new state asks for, and put it into the address."""
        before, self._state = self._state, state
        if state == before:
            return
        ui.navigate.history.replace(state.query())
        self._table.show(self._data, self._entry, state)
        if state.day != before.day:
            self._map.show(self._data, self._entry)
        if (state.day, state.column) != (before.day, before.column):
            await self._panel.show(self._data, self._entry, state)
        await self._count()

    async def _reload(self, state: MonitorState) -> None:
        """Show another range or segment: everything below the figures changes."""
        self._state = state
        ui.navigate.history.replace(state.query())
        self._asked += 1
        asked = self._asked
        try:
            data = await aside(
                MonitorData.load, self._site.desk, self._model, state, self._site.clock.now()
            )
        except ModeldeskError as error:
            self._body.clear()
            with self._body:
                trouble(error, retry=ui.navigate.reload)
            return
        if asked == self._asked:
            self._data = data
            self._fill()
            await self._after()

    async def _look(self) -> None:
        """Show what has changed since, in place; what has not stays untouched."""
        asked = self._asked
        data = await aside(
            MonitorData.load, self._site.desk, self._model, self._state, self._site.clock.now()
        )
        if asked != self._asked or data == self._data:
            return
        before, self._data = self._data, data.keeping(self._data)
        data = self._data
        self._fill_figures()
        if data.alerts != before.alerts:
            self._alerts.fill(data.alerts)
        if (data.report, data.rule) == (before.report, before.rule):
            return  # the map and the table stay
        if not before.report.windows:
            self._fill()  # there is a map now
        else:
            self._map.show(data, self._entry)
            self._share()
        await self._after()


def opened(visit: Visit) -> MonitorPage:
    """Open the page."""
    state = MonitorState.read(visit.query)
    return MonitorPage(visit.site, visit.appearance, model=visit.model, state=state)
