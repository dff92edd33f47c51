"""How many alerts are open, beside the link to them in the top bar of every page."""

from __future__ import annotations

from nicegui import ElementFilter, ui
from nicegui.elements.mixins.text_element import TextElement

from modeldesk.errors import ModeldeskError
from modeldesk.ui.background import aside
from modeldesk.ui.following import follow
from modeldesk.ui.markup import testable, text
from modeldesk.ui.places import ALERTS_PATH
from modeldesk.ui.site import Site

_MARK = "open-alerts"
_MOST_SHOWN = 999


def alerts_link() -> None:
    """Add the link; `OpenAlerts` fills in the number once the page is there."""
    with ui.link(target=ALERTS_PATH).classes("md-toplink md-bell") as link:
        ui.icon("notifications_none")
        text("span", "Alerts", "md-bell-word")
        text("span", "", "md-bell-count").mark(_MARK)
    link.props["aria-label"] = "Alerts"
    testable(link, "alerts-link")


class OpenAlerts:
    """Keeps the number beside the link to the alerts.

    Parameters
    ----------
    site
        The services.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._shown: int | None = None

    def watch(self) -> None:
        """Fill the number in as soon as the browser is there, and then as long as it is."""
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
        for found in ElementFilter(kind=TextElement, marker=_MARK):
            words = f"{_MOST_SHOWN}+" if many > _MOST_SHOWN else str(many)
            found.set_text(words if many else "")
            link = found.parent_slot.parent if found.parent_slot else None
            if link is not None:
                link.props["aria-label"] = f"Alerts, {many} open" if many else "Alerts"
                link.update()
