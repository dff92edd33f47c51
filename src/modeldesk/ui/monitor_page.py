"""The monitor of one model: figures, alerts, a heat map, the columns, and one column's panel."""

from __future__ import annotations

from dataclasses import replace

from nicegui import events, ui

from modeldesk.charts import Options, Palette, distance_heatmap, heatmap_height, heatmap_key
from modeldesk.services.views import WindowComparison
from modeldesk.ui.alert_list import AlertList
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.background import aside, first
from modeldesk.ui.column_panel import ColumnPanel
from modeldesk.ui.column_table import ColumnTable
from modeldesk.ui.figures import model_figures
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.monitor_state import MonitorData, MonitorState, day_of
from modeldesk.ui.places import API, MONITOR, PLAYGROUND
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty
from modeldesk.ui.version_choice import version_choice
from modeldesk.ui.wording import count


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
        self._picture: Picture | None = None
        self._day: ui.select | None = None
        self._alerts = AlertList(site, show=self._choose, changed=self._alerts_changed)
        self._table = ColumnTable(show=self._choose_column)
        self._panel = ColumnPanel(
            site, appearance, choose_day=self._choose_day, close=self._close_panel
        )

    async def build(self) -> None:
        """Build the page."""
        with frame(self._appearance, model=self._model), block("md-bones"):
            data = await first(MonitorData.load, self._site.desk, self._model, self._state.version)
            if data is None:
                return
            self._data = data
            self._head()
            tabs(self._model, MONITOR)
            self._figures = block("md-card")
            self._fill_figures()
            with block("md-grid-monitor"):
                self._map()
                self._alerts.build(self._data.alerts)
            self._table.build(self._data, self._entry, self._state.column)
            self._panel.build()
        if self._state.column is not None:
            await self._panel.show(self._data, self._entry, self._state.column)

    @property
    def _entry(self) -> WindowComparison | None:
        return self._data.on(self._state.day)

    def _head(self) -> None:
        version = self._data.version
        with head(self._model, version.description, tag=f"v{version.number}"):
            version_choice(self._data.versions, version, self._choose_version)

    def _fill_figures(self) -> None:
        self._figures.clear()
        with self._figures:
            model_figures(self._data.overview, self._site.clock.now())

    def _map(self) -> None:
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Distance from the reference, per column and day")
                if self._entry is not None:
                    with block("md-card-end"):
                        self._day_chooser(day_of(self._entry.window))
            if self._entry is None:
                self._nothing_yet()
                return
            with scrollable("md-heatmap"):
                height = heatmap_height(self._data.report)
                self._picture = self._appearance.picture(self._draw, height=height)
                self._picture.on_click(self._click_cell)
                testable(self._picture.chart, "heatmap")
            self._key()

    def _nothing_yet(self) -> None:
        words = "Predictions of this version show up here within seconds."
        with empty("sensors", "No traffic has been profiled yet", words, small=True):
            ui.link("Make one in the playground", PLAYGROUND.path(self._model))
            ui.link("See how to send them to the API", API.path(self._model))

    def _key(self) -> None:
        threshold = self._site.thresholds.min_distance
        steps = heatmap_key(threshold, self._appearance.palette)
        with block("md-card-body"), block("md-key"):
            for step, (_, words) in enumerate(steps):
                with block(f"md-key-{step}", tag="span"):
                    ui.element("i")
                    text("span", words)
            with block("md-key-unsure", tag="span"):
                ui.element("i")
                text("span", "too few rows")
            with block("", tag="span"):
                block("md-key-frame", tag="i")
                text("span", f"changed; a distance matters from {threshold:g} on")

    def _day_chooser(self, chosen: str) -> None:
        entries = reversed(self._data.report.windows)
        options = {day_of(entry.window): _day_words(entry) for entry in entries}
        self._day = ui.select(options, value=chosen, on_change=self._pick_day)
        self._day.props("outlined dense options-dense").classes("md-field md-field--day")
        self._day.props["aria-label"] = "Day"
        testable(self._day, "day")

    def _draw(self, colours: Palette) -> Options:
        return distance_heatmap(
            self._data.report,
            colours,
            threshold=self._site.thresholds.min_distance,
            selected=self._entry.window if self._entry else None,
        )

    async def _click_cell(self, cell: dict[str, object]) -> None:
        if "column" in cell:
            await self._choose(str(cell["column"]), str(cell["start"])[:10])

    async def _pick_day(self, event: events.ValueChangeEventArguments[str]) -> None:
        await self._move(replace(self._state, day=event.value))

    async def _choose_column(self, column: str) -> None:
        await self._move(replace(self._state, column=column))

    async def _choose_day(self, day: str) -> None:
        await self._move(replace(self._state, day=day))

    async def _choose(self, column: str, day: str) -> None:
        await self._move(replace(self._state, column=column, day=day))

    async def _close_panel(self) -> None:
        await self._move(replace(self._state, column=None))

    def _choose_version(self, number: int) -> None:
        address = MONITOR.path(self._model) + replace(self._state, version=number).query()
        ui.navigate.to(address)

    async def _move(self, state: MonitorState) -> None:
        """Show what the new state asks for, and put it into the address."""
        if state == self._state:
            return
        self._state = state
        ui.navigate.history.replace(state.query())
        if self._picture is not None:
            self._picture.redraw(self._appearance.palette)
        if self._day is not None and self._entry is not None:
            self._day.set_value(day_of(self._entry.window))
        self._table.show(self._data, self._entry, state.column)
        await self._panel.show(self._data, self._entry, state.column)

    async def _alerts_changed(self) -> None:
        overview = await aside(self._site.desk.overview.model, self._model)
        alerts = await aside(self._site.desk.monitoring.alerts, self._model)
        self._data = replace(self._data, overview=overview, alerts=alerts)
        self._fill_figures()
        self._alerts.fill(alerts)


def _day_words(entry: WindowComparison) -> str:
    changed = len(entry.comparison.changed)
    words = f"{entry.window.start:%a} {day_of(entry.window)}, {count(entry.comparison.rows)} rows"
    return f"{words}, {changed} changed" if changed else words
