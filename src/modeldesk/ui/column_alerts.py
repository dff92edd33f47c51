"""The card with a column's alerts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from modeldesk.services.views import AlertView
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.states import empty
from modeldesk.ui.time_ranges import key_of, window_words
from modeldesk.ui.wording import plural, utc

MOST_ALERTS = 20


class ColumnAlerts:
    """Lists the newest alerts; each leads to its day.

    Parameters
    ----------
    show
        Called with the day of an alert that a person clicked.
    """

    def __init__(self, *, show: Callable[[str], Awaitable[None]]) -> None:
        self._choose = show

    def build(self, alerts: tuple[AlertView, ...]) -> None:
        """Add the card."""
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Alerts on this column")
                self._note = text("span", "", "md-card-note")
            self._listed = block("md-alerts")
            testable(self._listed, "column-alerts")
        self.show(alerts)

    def show(self, alerts: tuple[AlertView, ...]) -> None:
        """Show other alerts."""
        self._note.set_text(plural(len(alerts), "alert") if alerts else "")
        self._listed.clear()
        with self._listed:
            if not alerts:
                words = "An alert opens when a monitor finds a change that matters."
                empty("notifications_none", "No alerts", words, small=True)
            for alert in alerts[:MOST_ALERTS]:
                self._alert(alert)

    def _alert(self, alert: AlertView) -> None:
        day = key_of(alert.window)

        async def show() -> None:
            await self._choose(day)

        with block(f"md-alert md-alert--{alert.status}"):
            with block("md-alert-top"):
                text("button", window_words(alert.window), "md-link md-num").on("click", show)
                words = text("span", alert.status.capitalize(), "md-alert-day md-faint md-small")
                words.props["title"] = f"Opened {utc(alert.opened_at)} by {alert.monitor}"
            text("p", alert.sentence)
