"""The pages about all models: their addresses, and what each is given of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modeldesk.ui.admin_page import AdminPage
from modeldesk.ui.admin_state import AdminState
from modeldesk.ui.alerts_page import AlertsPage
from modeldesk.ui.alerts_state import AlertsState
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.model_views import Page, Query
from modeldesk.ui.places import ADMIN_PATH, ALERTS_PATH
from modeldesk.ui.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """A page about all models."""

    path: str
    title: str
    open: Callable[[Site, Appearance, Query], Page]
    """Called for each browser that comes."""


def _alerts(site: Site, appearance: Appearance, query: Query) -> Page:
    return AlertsPage(site, appearance, state=AlertsState.read(query))


def _admin(site: Site, appearance: Appearance, query: Query) -> Page:
    return AdminPage(site, appearance, state=AdminState.read(query))


DESK_VIEWS = (
    DeskView(path=ALERTS_PATH, title="Alerts", open=_alerts),
    DeskView(path=ADMIN_PATH, title="Admin", open=_admin),
)
