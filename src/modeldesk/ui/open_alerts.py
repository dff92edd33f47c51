"""The link to the alerts in the top bar of every page, and how many of them are open."""

from __future__ import annotations

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.ui.background import aside
from modeldesk.ui.following import follow
from modeldesk.ui.markup import testable, text
from modeldesk.ui.places import ALERTS_PATH
from modeldesk.ui.site import Site

_MOST_SHOWN = 999


class OpenAlerts:
    """A link with a number that follows what happens.

    Parameters
    ----------
    site
        The services.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._shown: int | None = None

    def build(self) -> None:
        """Add the link."""
        with ui.link(target=ALERTS_PATH).classes("md-toplink md-bell") as self._link:
            ui.icon("notifications_none")
            text("span", "Alerts", "md-bell-word")
            self._count = text("span", "", "md-bell-count")
        self._link.props["aria-label"] = "Alerts"
        testable(self._link, "alerts-link")

    def watch(self) -> None:
        """Fill the number in as soon as the browser is there, and follow it.

        Called when the page is built: as soon as anything waits for the browser, the first answer
        is sent as far as it is, with the status that it has until then.
        """
        ui.timer(0, self._first, once=True)
        follow(self._look)

    async def _first(self) -> None:
        try:
            await self._look()
        except ModeldeskError:
            return

    async def _look(self) -> None:
        many = await aside(self._site.desk.alert_feed.count_open)
        if many == self._shown:
            return
        self._shown = many
        words = f"{_MOST_SHOWN}+" if many > _MOST_SHOWN else str(many)
        self._count.set_text(words if many else "")
        self._link.props["aria-label"] = f"Alerts, {many} open" if many else "Alerts"
        self._link.update()
