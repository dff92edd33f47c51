"""What administrators look after: users, keys, storage, jobs, the trail, the program itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from nicegui import ui

from modeldesk.services.acting import CHANGES, caller
from modeldesk.ui.admin_about import AboutSection
from modeldesk.ui.admin_audit import AuditSection
from modeldesk.ui.admin_jobs import JobsSection
from modeldesk.ui.admin_keys import KeysSection
from modeldesk.ui.admin_state import AdminState, AdminTab
from modeldesk.ui.admin_storage import StorageSection
from modeldesk.ui.admin_users import UsersSection
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.frame import frame, head, strip_link
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.places import ADMIN_PATH
from modeldesk.ui.site import Site
from modeldesk.ui.views import Visit


class Section(Protocol):
    """One part of the page."""

    async def build(self) -> None:
        """Add it."""


SECTIONS: dict[AdminTab, tuple[str, Callable[[Site, AdminState], Section]]] = {
    AdminTab.USERS: ("Users", UsersSection),
    AdminTab.KEYS: ("Keys", KeysSection),
    AdminTab.STORAGE: ("Storage", StorageSection),
    AdminTab.JOBS: ("Jobs", JobsSection),
    AdminTab.AUDIT: ("Audit", AuditSection),
    AdminTab.ABOUT: ("About", AboutSection),
}


class AdminPage:
    """One open page; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    state
        What the address asks for.
    """

    def __init__(self, site: Site, appearance: Appearance, *, state: AdminState) -> None:
        self._site = site
        self._appearance = appearance
        self._state = state

    async def build(self) -> None:
        """Build the page."""
        with frame(self._site, self._appearance, here="Admin"), block("md-bones"):
            if not caller().may(CHANGES):
                _not_for_you()
                return
            head("Admin")
            self._tabs()
            self._section = SECTIONS[self._state.tab][1](self._site, self._state)
            await self._section.build()

    def _tabs(self) -> None:
        with block("md-tabs", tag="nav") as strip, block("md-tabs-group"):
            strip.props["aria-label"] = "Parts of the page"
            for tab, (name, _) in SECTIONS.items():
                target = f"{ADMIN_PATH}{AdminState(tab=tab).query()}"
                strip_link(name, target, f"tab-{tab}", here=tab is self._state.tab)


def _not_for_you() -> None:
    """Say that the page is for administrators."""
    ui.context.client.status_code = 403
    with block("md-lost"):
        text("div", "403", "md-lost-code")
        testable(text("h1", "This page is for administrators"), "refused")
        words = f"You are signed in as {caller().name}. Ask an administrator for the role."
        text("p", words, "md-soft")
        ui.link("See all models", "/")


def opened(visit: Visit) -> AdminPage:
    """Open the page."""
    return AdminPage(visit.site, visit.appearance, state=AdminState.read(visit.query))
