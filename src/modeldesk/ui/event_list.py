"""What happened to a model, the latest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlencode

from nicegui import ui

from modeldesk.services.model_events import EventKind, ModelEvent
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.moments import since
from modeldesk.ui.places import MONITOR
from modeldesk.ui.states import empty
from modeldesk.ui.wording import plural

_MOST = 20

_ICONS = {
    EventKind.ALERT: "notifications",
    EventKind.VERSION: "sell",
    EventKind.FLAG: "outlined_flag",
    EventKind.CHANGE: "tune",
}
_WORDS = {
    EventKind.ALERT: "Alert",
    EventKind.VERSION: "Version",
    EventKind.FLAG: "Flag",
    EventKind.CHANGE: "Change",
}


class EventList:
    """A card with a line for each event.

    Parameters
    ----------
    model
        What it happened to.
    now
        Tells the time.
    """

    def __init__(self, *, model: str, now: Callable[[], datetime]) -> None:
        self._model = model
        self._now = now

    def build(self, events: Sequence[ModelEvent]) -> None:
        """Add the card."""
        with block("md-card md-card--fill"), block("md-fill"):
            with block("md-card-head"):
                text("h2", "Latest events")
                self._note = text("span", "", "md-card-note")
            self._list = scrollable("md-alerts md-events")
            self._list.props["role"] = "region"
            self._list.props["aria-label"] = "Latest events"
            testable(self._list, "events")
        self._shown: Sequence[ModelEvent] | None = None
        self.show(events)

    def show(self, events: Sequence[ModelEvent]) -> None:
        """Show other events; the same ones move nothing."""
        if events == self._shown:
            return
        self._shown = events
        self._note.set_text(plural(len(events), "event") + " in this range" if events else "")
        self._list.clear()
        with self._list:
            if not events:
                words = "Versions, alerts, flags and changes of the range are listed here."
                empty("event_note", "Nothing happened", words, small=True)
            for event in events[:_MOST]:
                self._entry(event)
            if len(events) > _MOST:
                more = plural(len(events) - _MOST, "older event")
                text("p", f"And {more}, on the chart above.", "md-event md-faint md-small")

    def _entry(self, event: ModelEvent) -> None:
        entry = block(f"md-event md-event--{event.kind}")
        testable(entry, f"event-{event.kind}")
        with entry:
            ui.icon(_ICONS[event.kind]).props["title"] = _WORDS[event.kind]
            with block("md-event-words"):
                text("p", event.sentence)
                with block("md-event-foot"):
                    since(event.time, self._now(), "md-faint md-small")
                    if event.actor:
                        text("span", f"by {event.actor}", "md-faint md-small")
                    if event.column:
                        address = MONITOR.path(self._model) + _query(event)
                        ui.link("See it", address).classes("md-small")


def _query(event: ModelEvent) -> str:
    return "?" + urlencode({"column": event.column, "day": event.day.isoformat()})
