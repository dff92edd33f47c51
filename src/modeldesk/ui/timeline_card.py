"""The card with a model's days on one axis: performance, volume, and what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from nicegui import ui

from modeldesk.charts.event_lanes import LANES, lanes_of
from modeldesk.charts.model_timeline import model_timeline, timeline_height, timeline_words
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.services.model_events import EventKind
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.overview_data import OverviewData
from modeldesk.ui.places import API, PLAYGROUND
from modeldesk.ui.states import empty

_SIGNS = {
    EventKind.ALERT: "an alert, on the day that it is about",
    EventKind.VERSION: "a version or an alias",
    EventKind.FLAG: "a person's flag",
    EventKind.CHANGE: "another change",
}


class TimelineCard:
    """Shows the days of the range.

    Parameters
    ----------
    appearance
        The page's colours.
    model
        Whose days they are.
    now
        Tells the time.
    """

    def __init__(self, appearance: Appearance, *, model: str, now: Callable[[], datetime]) -> None:
        self._appearance = appearance
        self._model = model
        self._now = now

    def build(self, data: OverviewData) -> None:
        """Add the card."""
        card = block("md-card")
        testable(card, "timeline-card")
        with card:
            with block("md-card-head"):
                text("h2", "Day by day")
                self._note = text("span", "", "md-card-note")
            self._content = block("")
        self._picture: Picture | None = None
        self._height = 0
        self.show(data)

    def show(self, data: OverviewData) -> None:
        """Show other days; the chart stays where its parts are the same."""
        self._shown = data.timeline(self._now())
        self._note.set_text(_note(data))
        height = timeline_height(self._shown)
        self._signs_shown = lanes_of(self._shown.events)
        if not data.predictions:
            self._nothing(data)
        elif self._picture is not None and height == self._height:
            self._picture.redraw(self._appearance.palette)
            self._describe()
        else:
            self._draw_anew(height)
        self._height = height

    def _draw_anew(self, height: int) -> None:
        self._content.clear()
        with self._content:
            with block("md-performance-chart"):
                self._picture = self._appearance.picture(self._draw, height=height)
                testable(self._picture.chart, "timeline")
            self._describe()
            self._key()

    def _nothing(self, data: OverviewData) -> None:
        self._content.clear()
        self._picture = None
        with self._content:
            words = "Predictions of this version show up here within seconds."
            if data.start is not None and data.summary.last_prediction_at is not None:
                words = "Nothing was predicted in this range; another one may have more."
            with empty("sensors", "No traffic in this range", words, small=True):
                ui.link("Make a prediction in the playground", PLAYGROUND.path(self._model))
                ui.link("See how to send them to the API", API.path(self._model))

    def _describe(self) -> None:
        if self._picture is not None:
            props = self._picture.chart.props
            props["role"], words = "img", timeline_words(self._shown)
            if props.get("aria-label") != words:
                props["aria-label"] = words

    def _key(self) -> None:
        with block("md-card-body"), block("md-key") as key:
            testable(key, "timeline-key")
            for name, words in self._signs():
                with block("", tag="span"):
                    block(f"md-key-{name}", tag="i")
                    text("span", words)

    def _signs(self) -> list[tuple[str, str]]:
        signs: list[tuple[str, str]] = []
        shown = self._shown
        if shown.measure is not None and shown.days:
            signs.append(("point", "what labels say of the day, on its interval"))
            if shown.immature:
                signs.append(("young", "labels of the day are still to come"))
        if shown.measure is not None and shown.estimates:
            signs.append(("estimate", "estimate, in the band where the truth will probably be"))
            if any(day.learned_from for day in shown.estimates):
                signs.append(("learned", "estimates were learned from this day"))
            if any(day.warnings for day in shown.estimates):
                signs.append(("doubt", "do not rely on this estimate"))
        labelled = any(found.labelled for found in shown.maturity)
        words = "predictions of the day, filled as far as labelled"
        signs.append(("volume", words) if labelled else ("volume-all", "predictions of the day"))
        lanes = [kind for kind in reversed(tuple(LANES)) if kind in self._signs_shown]
        return signs + [(f"event-{kind}", _SIGNS[kind]) for kind in lanes]

    def _draw(self, colours: Palette) -> Options:
        return model_timeline(self._shown, colours)


def _note(data: OverviewData) -> str:
    figure = data.headline
    parts = [f"v{data.version.number}"]
    if figure is not None:
        parts.append(f"{figure.title.lower()} with {data.report.confidence:.0%} intervals")
    return ", ".join([*parts, "days in UTC"])
