"""The panel of one column: its verdict, its distance over time, and its distribution."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from nicegui import events, ui

from modeldesk.charts.distance_history import distance_history
from modeldesk.charts.distribution import distribution, distribution_height
from modeldesk.desk import Desk
from modeldesk.drift import ColumnComparison, Overlay
from modeldesk.errors import ModeldeskError
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Column, Window
from modeldesk.services.views import WindowComparison
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside
from modeldesk.ui.column_facts import Fact, facts
from modeldesk.ui.column_state import ColumnState
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.monitor_state import MonitorData, MonitorState, day_of
from modeldesk.ui.places import column_path
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
from modeldesk.ui.time_ranges import key_at, window_words
from modeldesk.ui.verdict_chip import verdict_chip

_HISTORY_PIXELS = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What the panel reads from the services."""

    overlay: Overlay
    reference: ColumnProfile
    current: ColumnProfile | None

    @staticmethod
    def load(desk: Desk, data: MonitorData, column: str, window: Window | None) -> _Loaded:
        model, version, segment = data.report.model, data.report.version, data.report.segment
        monitoring = desk.monitoring
        reference, current = monitoring.column_profiles(
            model, column, window=window, version=version, segment=segment
        )
        overlay = monitoring.overlay(model, column, window=window, version=version, segment=segment)
        return _Loaded(overlay=overlay, reference=reference, current=current)


class ColumnPanel:
    """A drawer at the right edge; the page stays usable beside it.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    choose_day
        Called with a day that a person clicked.
    close
        Called when a person closes the drawer.
    """

    def __init__(
        self,
        site: Site,
        appearance: Appearance,
        *,
        choose_day: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._choose_day = choose_day
        self._close = close
        self._asked = 0

    def build(self) -> None:
        """Add the place of the drawer, closed."""
        self._drawer = block("md-drawer", tag="aside")
        self._drawer.set_visibility(False)
        testable(self._drawer, "panel")
        ignored: list[Literal["input", "select", "button", "textarea"]] = ["input", "textarea"]
        self._keys = ui.keyboard(self._press, active=False, repeating=False, ignore=ignored)

    async def _press(self, event: events.KeyEventArguments) -> None:
        if event.key.escape and event.action.keydown:
            await self._close()

    async def show(
        self, data: MonitorData, entry: WindowComparison | None, state: MonitorState
    ) -> None:
        """Open the drawer on a state's column, at a window, or close it."""
        column, self._range = state.column, state.range
        self._asked += 1
        asked = self._asked
        self._drawer.set_visibility(column is not None)
        self._keys.active = column is not None
        if column is None:
            self._drawer.clear()
            return
        window = entry.window if entry else None
        try:
            known = data.report.signature.column(column)
            loaded = await aside(_Loaded.load, self._site.desk, data, column, window)
        except ModeldeskError as error:
            self._fail(column, error)
            return
        if asked == self._asked:
            self._fill(data, known, entry, loaded)

    def _fail(self, column: str, error: ModeldeskError) -> None:
        self._drawer.clear()
        with self._drawer:
            self._head(column, "")
            with block("md-drawer-body"):
                trouble(error)

    def _head(self, title: str, words: str, *, address: str = "") -> None:
        self._drawer.props["aria-label"] = f"Column {title}"
        with block("md-drawer-head"):
            with block(""):
                testable(text("h2", title), "panel-title")
                text("div", words, "md-faint md-small")
            ui.space()
            if address:
                link = ui.link(target=address).classes("md-job-link")
                with link:
                    text("span", "Open")
                link.props["aria-label"] = f"Open the page of {title}"
                testable(link, "panel-open")
            close = ui.button(icon="close", on_click=self._close, color=None)
            close.props("flat dense").classes("md-btn md-btn--icon")
            close.props["aria-label"] = "Close"
            testable(close, "panel-close")

    def _fill(
        self, data: MonitorData, column: Column, entry: WindowComparison | None, loaded: _Loaded
    ) -> None:
        self._drawer.clear()
        day = window_words(entry.window) if entry else "no traffic"
        address = column_path(data.report.model, column.name) + self._query(data, entry)
        with self._drawer:
            self._head(column.name, f"{column.role}, {column.kind}; {day}", address=address)
            with scrollable("md-drawer-body"):
                if entry is not None:
                    muted = data.rule.muted.get(column.name, "")
                    self._verdict(entry.comparison.column(column.name), muted)
                    self._history(data, column.name, entry.window)
                self._distribution(loaded.overlay, day)
                self._facts(facts(loaded.reference, loaded.current), day)

    def _query(self, data: MonitorData, entry: WindowComparison | None) -> str:
        """Return the same choices for the column's own page."""
        state = ColumnState(
            version=data.version.number,
            range=self._range,
            segment=data.report.segment,
            day=None if entry is None else day_of(entry.window),
        )
        return state.query()

    def _verdict(self, compared: ColumnComparison, muted: str) -> None:
        box = block("md-verdict-box")
        testable(box, "panel-verdict")
        with box:
            verdict_chip(compared.verdict.status)
            text("p", compared.verdict.sentence)
            if muted:
                text("p", f"Muted: {muted}", "md-soft md-small")

    def _history(self, data: MonitorData, column: str, selected: Window) -> None:
        with block(""):
            text("h3", "Distance over time")
            picture = self._appearance.picture(
                lambda colours: distance_history(
                    data.report,
                    column,
                    colours,
                    threshold=data.rule.thresholds_of(column).min_distance,
                    selected=selected,
                ),
                height=_HISTORY_PIXELS,
            )
            picture.on_click(self._click_day)
            testable(picture.chart, "panel-history")

    async def _click_day(self, point: dict[str, object]) -> None:
        if "start" in point:
            await self._choose_day(key_at(str(point["start"])))

    def _distribution(self, overlay: Overlay, day: str) -> None:
        with block(""):
            text("h3", "Distribution, share of rows with a value")
            picture = self._appearance.picture(
                lambda colours: distribution(overlay, colours, current=day),
                height=distribution_height(overlay),
            )
            testable(picture.chart, "panel-distribution")

    def _facts(self, lines: tuple[Fact, ...], day: str) -> None:
        with block("md-stats", tag="table") as table:
            testable(table, "panel-facts")
            with ui.element("thead"), ui.element("tr"):
                for words in ("Fact", "Reference", day):
                    text("th", words)
            with ui.element("tbody"):
                for line in lines:
                    with ui.element("tr"):
                        for words in (line.name, line.reference, line.current):
                            text("td", words)
