"""The alerts of one model that are not resolved, and what can be done about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import EDITS, caller
from modeldesk.services.views import AlertStatus, AlertView, WaitingAlerts
from modeldesk.ui.alerts_state import AlertsState
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import tell_since
from modeldesk.ui.monitor_state import day_of
from modeldesk.ui.places import ALERTS_PATH
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty, say
from modeldesk.ui.wording import plural, utc


class AlertList:
    """A card with an entry per alert.

    Parameters
    ----------
    site
        The services.
    show
        Called with column and day when a person wants to see what an alert is about.
    changed
        Called after the status of an alert has changed.
    """

    def __init__(
        self,
        site: Site,
        *,
        show: Callable[[str, str], Awaitable[None]],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._site = site
        self._show = show
        self._changed = changed

    def build(self, alerts: WaitingAlerts) -> None:
        """Add the card."""
        with block("md-card md-card--fill"), block("md-fill"):
            with block("md-card-head"):
                text("h2", "Alerts")
                self._count = text("span", "", "md-card-note")
            self._list = block("md-alerts")
            testable(self._list, "alerts")
        self.fill(alerts)

    def fill(self, alerts: WaitingAlerts) -> None:
        """Show these alerts instead of the former."""
        seen, older = alerts.acknowledged, alerts.open + alerts.acknowledged - len(alerts.first)
        words = f"{alerts.open} open" + (f", {seen} acknowledged" if seen else "")
        self._count.set_text(words if alerts.first else "")
        self._list.clear()
        with self._list:
            if not alerts.first:
                words = "An alert opens when a monitor finds a change that matters."
                empty("notifications_none", "No open alerts", words, small=True)
            for alert in alerts.first:
                self._entry(alert)
            if older > 0:
                more = plural(older, "older alert")
                target = ALERTS_PATH + AlertsState(model=alerts.first[0].model).query()
                with block("md-alert"):
                    testable(ui.link(f"And {more}: see all", target), "more-alerts")

    def _entry(self, alert: AlertView) -> None:
        day = day_of(alert.window)
        entry = block(f"md-alert md-alert--{alert.status}")
        testable(entry, f"alert-{alert.alert_id}")
        with entry:
            with block("md-alert-top"):
                name = text("button", alert.column, "md-link")
                name.on("click", lambda: self._show(alert.column, day))
                text("span", f"{day}, v{alert.version}", "md-alert-day md-faint md-small md-num")
            text("p", alert.sentence)
            with block("md-alert-foot"):
                word, now = alert.status.capitalize(), self._site.clock.now()
                title = f"Opened {utc(alert.opened_at)} by {alert.monitor}"
                if alert.changed_at != alert.opened_at:
                    title += f". {word} since {utc(alert.changed_at)}"
                with block("md-faint md-small", tag="span"):
                    text("span", f"{word}, ")
                    tell_since(text("time", ""), alert.changed_at, now, title=title)
                if caller().may(EDITS):
                    if alert.status is AlertStatus.OPEN:
                        self._button("Acknowledge", alert, AlertStatus.ACKNOWLEDGED)
                    self._button("Resolve", alert, AlertStatus.RESOLVED)

    def _button(self, words: str, alert: AlertView, status: AlertStatus) -> None:
        async def act() -> None:
            button.set_enabled(False)
            try:
                caller().check(EDITS)
                await aside(self._site.desk.monitoring.set_status, alert.alert_id, status)
                await self._changed()
            except ModeldeskError as error:
                button.set_enabled(True)
                say(str(error), icon="error")

        button = ui.button(words, on_click=act, color=None).props("flat no-caps dense")
        button.classes("md-btn md-btn--quiet md-btn--small")
        testable(button, f"{words.lower()}-{alert.alert_id}")
