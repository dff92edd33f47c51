"""The card with the heat map: every column's distance in every window of the range."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from modeldesk.charts.distance_heatmap import distance_heatmap, heatmap_height, heatmap_key
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.spans import place_of
from modeldesk.services.views import WindowComparison
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.day_line import over_days
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.monitor_state import MonitorData, MonitorState, day_of
from modeldesk.ui.places import API, PLAYGROUND
from modeldesk.ui.states import empty
from modeldesk.ui.time_ranges import RANGES, key_at, window_words
from modeldesk.ui.wording import count

MOST_COLUMNS = 60
"""Columns of the map; the table below has all of them."""

_LEFT, _RIGHT = 184, 8
_DAYS = 7


class HeatmapCard:
    """Shows the map, and the field that chooses a window.

    Parameters
    ----------
    appearance
        The page's colours.
    choose
        Called with column and window when a person clicks a cell.
    choose_day
        Called with the window that a person picks.
    all_days
        Called when a person wants to see all days.
    """

    def __init__(
        self,
        appearance: Appearance,
        *,
        choose: Callable[[str, str], Awaitable[None]],
        choose_day: Callable[[str], Awaitable[None]],
        all_days: Callable[[], Awaitable[None]],
    ) -> None:
        self._appearance = appearance
        self._choose = choose
        self._choose_day = choose_day
        self._all_days = all_days
        self._picture: Picture | None = None
        self._day: ui.select | None = None

    def build(self, data: MonitorData, entry: WindowComparison | None, state: MonitorState) -> None:
        """Add the card."""
        self._take(data, entry)
        self._picture, self._day = None, None
        with block("md-card"):
            with block("md-card-head"):
                self._title = text("h2", _title(data))
                if entry is not None:
                    with block("md-card-end"):
                        self._day_chooser(day_of(entry.window))
            if entry is None:
                self._nothing_yet(state)
                return
            with scrollable("md-heatmap"):
                self._place = block("md-map")
                with self._place:
                    height = heatmap_height(len(self._columns))
                    self._picture = self._appearance.picture(self._draw, height=height)
                    self._picture.on_click(self._click_cell)
                    testable(self._picture.chart, "heatmap")
                self._mark()
            self._key()

    def show(self, data: MonitorData, entry: WindowComparison | None) -> None:
        """Show other data, or mark another window; the map is drawn for other data alone."""
        known = self._data
        other = data.report is not known.report or data.rule != known.rule
        self._take(data, entry)
        self._title.set_text(_title(data))
        if self._picture is None or self._day is None or entry is None:
            return
        if other:
            self._picture.chart.style(f"height: {heatmap_height(len(self._columns))}px")
            self._picture.redraw(self._appearance.palette)
            self._day.set_options(_day_options(data), value=day_of(entry.window))
        else:
            self._day.set_value(day_of(entry.window))
        self._mark()

    def _mark(self) -> None:
        """Frame the chosen window's place on the axis of time, over the picture."""
        spans = self._data.spans
        place = None if self._entry is None else place_of(spans, self._entry.window.start)
        if place is not None:
            self._place.style(f"--md-chosen: {place}").classes("md-map--chosen")
        over_days(self._place, len(spans), left=_LEFT, right=_RIGHT)

    def _take(self, data: MonitorData, entry: WindowComparison | None) -> None:
        self._data, self._entry = data, entry
        self._columns = data.report.most_changed()[:MOST_COLUMNS]

    def _nothing_yet(self, state: MonitorState) -> None:
        model = self._data.report.model
        if self._data.earlier:
            words = f"Nothing was profiled in the {RANGES[state.range].words.lower()}."
            with empty("date_range", "No traffic in this range", words, small=True):
                button = ui.button("Show all days", on_click=self._all_days, color=None)
                button.props("flat no-caps").classes("md-btn md-btn--quiet")
                testable(button, "all-days")
            return
        words = "Predictions of this version show up here within seconds."
        with empty("sensors", "No traffic has been profiled yet", words, small=True):
            ui.link("Make one in the playground", PLAYGROUND.path(model))
            ui.link("See how to send them to the API", API.path(model))

    def _key(self) -> None:
        threshold = self._data.threshold
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
            many = len(self._data.report.signature.columns)
            if many > MOST_COLUMNS:
                text("span", f"the {MOST_COLUMNS} of {count(many)} columns that changed most")

    def _day_chooser(self, chosen: str) -> None:
        self._day = ui.select(_day_options(self._data), value=chosen, on_change=self._pick_day)
        self._day.props("outlined dense options-dense").classes("md-field md-field--day")
        self._day.props["aria-label"] = "Day"
        testable(self._day, "day")

    def _draw(self, colours: Palette) -> Options:
        return distance_heatmap(
            self._data.report,
            colours,
            threshold=self._data.threshold,
            columns=self._columns,
        )

    async def _click_cell(self, cell: dict[str, object]) -> None:
        if "column" in cell:
            await self._choose(str(cell["column"]), key_at(str(cell["start"])))

    async def _pick_day(self, event: events.ValueChangeEventArguments[str]) -> None:
        if self._entry is not None and event.value != day_of(self._entry.window):
            await self._choose_day(event.value)


def _title(data: MonitorData) -> str:
    if not data.spans:
        return "Distance from the reference, per column and day"
    length = (data.spans[0].end - data.spans[0].start).total_seconds() / 86_400
    each = (
        "hour" if length < 1 else "day" if length == 1 else "week" if length == _DAYS else "month"
    )
    worst = "" if length <= 1 else ", its worst changed day or a typical one"
    return f"Distance from the reference, per column and {each}{worst}"


def _day_options(data: MonitorData) -> dict[str, str]:
    return {day_of(entry.window): _day_words(entry) for entry in reversed(data.report.windows)}


def _day_words(entry: WindowComparison) -> str:
    changed = len(entry.comparison.changed)
    words = f"{window_words(entry.window)}, {count(entry.comparison.rows)} rows"
    return f"{words}, {changed} changed" if changed else words
