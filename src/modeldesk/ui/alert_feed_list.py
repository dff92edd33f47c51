"""The entries of the feed: grouped by day, ticked, and walked through by keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from nicegui import ui

from modeldesk.drift import ColumnComparison
from modeldesk.services.views import AlertView
from modeldesk.ui.alert_entry import AlertEntry, EntryHooks
from modeldesk.ui.alert_words import Deed
from modeldesk.ui.markup import block, text
from modeldesk.ui.wording import plural

# In the browser alone, so that no key waits for the server: which entry has the keyboard is told
# by the entries themselves, before any key that acts on it.
_WALK = """<script>
document.addEventListener('keydown', (event) => {
  const step = {j: 1, k: -1}[event.key];
  const at = document.activeElement;
  if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
  if (/^(input|select|textarea)$/i.test(at.tagName)) return;
  const entries = [...document.querySelectorAll('.md-feed-entry')];
  const place = entries.findIndex((entry) => entry.contains(at)) + step;
  const next = entries[Math.min(Math.max(place, 0), entries.length - 1)];
  next?.focus({preventScroll: true});
  next?.scrollIntoView({block: 'nearest'});
});
</script>"""


class AlertFeedList:
    """What is shown of a page of alerts.

    Parameters
    ----------
    hooks
        What an entry tells.
    may_act
        Whether deeds are offered.
    """

    def __init__(self, hooks: EntryHooks, *, may_act: bool) -> None:
        self._hooks = hooks
        self._may_act = may_act
        self._entries: dict[int, AlertEntry] = {}
        self._drawn: set[int] = set()
        self.ticked: set[int] = set()
        self.here: int | None = None
        """The alert that the keyboard has come to."""

    def walkable(self) -> None:
        """Let j and k bring the keyboard from one entry to the next.

        Called before anything is waited for: a browser that is there already runs no script that
        is added.
        """
        ui.add_body_html(_WALK)

    def leave(self, alert_id: int) -> None:
        """Note that the keyboard has left an entry."""
        if self.here == alert_id:
            self.here = None

    def fill(self, room: ui.element, alerts: Sequence[AlertView], now: datetime) -> None:
        """Show these alerts; where they are the same ones, only what has changed moves."""
        if [alert.alert_id for alert in alerts] == list(self._entries):
            self.show(alerts, now)
            return
        room.clear()
        self.clear()
        with room:
            for day, of_day in groupby(alerts, key=lambda alert: alert.window.start.date()):
                found = list(of_day)
                with block("md-feed-day", tag="section"):
                    with block("md-feed-date"):
                        text("h2", f"{day:%A} {day.day} {day:%B %Y}").props["title"] = (
                            f"{found[0].window.start:%Y-%m-%d %H:%M} to "
                            f"{found[0].window.end:%Y-%m-%d %H:%M} UTC"
                        )
                        text("span", plural(len(found), "alert"), "md-faint md-small")
                    for alert in found:
                        entry = AlertEntry(alert, self._hooks, may_act=self._may_act)
                        entry.build(now)
                        self._entries[alert.alert_id] = entry

    def clear(self) -> None:
        """Forget the entries that were shown."""
        self._entries.clear()
        self._drawn.clear()
        self.here = None

    def show(self, alerts: Sequence[AlertView], now: datetime) -> None:
        """Show where the same alerts stand now."""
        for alert in alerts:
            self._entries[alert.alert_id].show(alert, now)

    @property
    def undrawn(self) -> tuple[AlertView, ...]:
        """The alerts that have no picture yet."""
        return tuple(e.alert for key, e in self._entries.items() if key not in self._drawn)

    def draw(self, histories: Mapping[int, Sequence[ColumnComparison]]) -> None:
        """Add pictures."""
        for key, history in histories.items():
            if key in self._entries:
                self._entries[key].draw(history)
                self._drawn.add(key)

    def tick(self, alert_id: int) -> None:
        """Select an alert, or take it out of the selection."""
        self.ticked ^= {alert_id}
        self._entries[alert_id].tick(ticked=alert_id in self.ticked)

    def tick_all(self) -> None:
        """Select all that are shown, or none where all are selected."""
        wanted = set() if self.ticked == set(self._entries) else set(self._entries)
        for alert_id in wanted ^ self.ticked:
            self.tick(alert_id)

    def untick(self) -> None:
        """Select nothing."""
        for alert_id in tuple(self.ticked):
            if alert_id in self._entries:
                self._entries[alert_id].tick(ticked=False)
        self.ticked.clear()

    @property
    def chosen(self) -> tuple[int, ...]:
        """What a key acts on: the selection, or where the keyboard is."""
        if self.ticked:
            return tuple(self.ticked)
        return () if self.here is None else (self.here,)

    def fitting(self, alert_ids: Sequence[int], deed: Deed) -> tuple[int, ...]:
        """Return those of the alerts with which this can be done."""
        known = self._entries
        return tuple(
            key for key in alert_ids if key in known and known[key].alert.status in deed.since
        )

    @property
    def place(self) -> int | None:
        """How many entries lie before the one where the keyboard is."""
        keys = list(self._entries)
        return keys.index(self.here) if self.here in keys else None

    def go_to(self, place: int | None) -> None:
        """Bring the keyboard to an entry, or to the one nearest to that place."""
        keys = list(self._entries)
        if place is None or not keys:
            return
        self.here = keys[min(max(place, 0), len(keys) - 1)]
        self._entries[self.here].focus()
