"""One alert in the feed of all models."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nicegui import ui

from modeldesk.charts.sparkline import distance_sparkline
from modeldesk.drift import ColumnComparison
from modeldesk.services.alert_feed import HISTORY_DAYS
from modeldesk.services.views import AlertView
from modeldesk.ui.alert_words import STATUSES, Deed, deeds_for
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import tell_since
from modeldesk.ui.monitor_state import MonitorState, day_of
from modeldesk.ui.places import MONITOR
from modeldesk.ui.wording import NOTHING, utc

_LONGEST = 400
"""Characters of a column's name or a sentence that are shown."""


@dataclass(kw_only=True)
class EntryHooks:
    """What the entry tells, as long as the page is open."""

    tick: Callable[[int], None]
    """Called with the alert's key when a person ticks it, or takes the tick away."""
    here: Callable[[int], None]
    """Called when the keyboard has come to it."""
    gone: Callable[[int], None]
    """Called when the keyboard has left it."""
    act: Callable[[int, Deed], Awaitable[None]]


class AlertEntry:
    """An alert: what was found, when and where, how it came, and what can be done.

    Parameters
    ----------
    alert
        What it shows first.
    hooks
        What it tells.
    may_act
        Whether deeds are offered.
    """

    def __init__(self, alert: AlertView, hooks: EntryHooks, *, may_act: bool) -> None:
        self._hooks = hooks
        self._may_act = may_act
        self.alert = alert

    def build(self, now: datetime) -> None:
        """Add the entry."""
        alert = self.alert
        self.box = block("md-feed-entry", tag="article")
        self.box.props["tabindex"] = "-1"
        self.box.props["aria-label"] = f"{alert.column[:_LONGEST]} of {alert.model}"
        self.box.on("focusin", lambda: self._hooks.here(alert.alert_id))
        self.box.on("focusout", lambda: self._hooks.gone(alert.alert_id))
        testable(self.box, f"alert-{alert.alert_id}")
        with self.box:
            if self._may_act:
                self._tick_box()
            with block("md-feed-words"):
                self._what()
                text("p", alert.sentence[:_LONGEST], "md-feed-sentence")
            self._picture()
            with block("md-feed-when"):
                self._chip = block("md-chip", tag="span")
                self._since = text("time", "", "md-faint md-small")
            self._deeds = block("md-feed-deeds")
        self.show(alert, now)

    def _tick_box(self) -> None:
        self._tick = block("md-tick", tag="button")
        self._tick.props["type"] = "button"
        self._tick.props["role"] = "checkbox"
        self._tick.props["aria-checked"] = "false"
        self._tick.props["aria-label"] = f"Select the alert on {self.alert.column[:_LONGEST]}"
        self._tick.on("click", lambda: self._hooks.tick(self.alert.alert_id))
        testable(self._tick, "tick")
        with self._tick:
            ui.icon("check")

    def _what(self) -> None:
        alert, day = self.alert, day_of(self.alert.window)
        state = MonitorState(version=alert.version, column=alert.column, day=day)
        with block("md-feed-what"):
            link = ui.link(
                alert.column[:_LONGEST] or "(no name)", MONITOR.path(alert.model) + state.query()
            )
            link.classes("md-feed-column")
            link.props["title"] = f"See the column on {day} in the monitor"
            testable(link, "column")
            text("span", "in", "md-faint")
            ui.link(alert.model, MONITOR.path(alert.model)).classes("md-feed-model")
            text("span", f"v{alert.version}", "md-tag")

    def _picture(self) -> None:
        distance = self.alert.distance
        with block("md-feed-picture"):
            self._spark = block("md-feed-spark", tag="span")
            self._spark.props["title"] = (
                f"Distance from the reference on the {HISTORY_DAYS} days up to the alert's; "
                "changed days are marked"
            )
            with block("md-feed-distance", tag="span") as box:
                text("b", NOTHING if distance is None else f"{distance:.3f}", "md-num")
                text("span", "distance", "md-faint md-small")
            box.props["title"] = "Hellinger distance: 0 is the same distribution, 1 another one"

    def show(self, alert: AlertView, now: datetime) -> None:
        """Show where the alert stands now."""
        changed = alert.status is not self.alert.status
        self.alert = alert
        words = STATUSES[alert.status]
        ended = f"{words.word} since {utc(alert.changed_at)}"
        title = f"Opened {utc(alert.opened_at)} by {alert.monitor}. {ended}."
        tell_since(self._since, alert.changed_at, now, title=title)
        if self._chip.default_slot.children and not changed:
            return
        self._chip.classes(replace=f"md-chip md-chip--{words.tone}")
        self._chip.clear()
        with self._chip:
            ui.icon(words.icon)
            text("span", words.word)
        self.box.classes(replace=f"md-feed-entry md-feed-entry--{alert.status}")
        self._offer()

    def _offer(self) -> None:
        self._deeds.clear()
        if not self._may_act:
            return
        with self._deeds:
            for deed in deeds_for(self.alert.status):
                button = ui.button(deed.word, on_click=self._acting(deed), color=None)
                button.props("flat no-caps dense").classes("md-btn md-btn--quiet md-btn--small")
                button.props["title"] = f"{deed.title} (key {deed.key})"
                testable(button, deed.word.lower().replace(" ", "-"))

    def _acting(self, deed: Deed) -> Callable[[], Awaitable[None]]:
        return lambda: self._hooks.act(self.alert.alert_id, deed)

    def draw(self, history: Sequence[ColumnComparison]) -> None:
        """Show how the distance came to be what it is."""
        self._spark.clear()
        if history:
            with self._spark:
                # Numbers and class names only: see `modeldesk.charts.sparkline`.
                ui.html(distance_sparkline(history), sanitize=False, tag="span")

    def tick(self, *, ticked: bool) -> None:
        """Show whether it is ticked."""
        if self._may_act:
            self._tick.props["aria-checked"] = "true" if ticked else "false"
            self._tick.update()

    def focus(self) -> None:
        """Bring the keyboard here, and the entry into view."""
        ui.run_javascript(
            f"const box = getHtmlElement({self.box.id}); box?.focus({{preventScroll: true}});"
            "box?.scrollIntoView({block: 'nearest'});"
        )
