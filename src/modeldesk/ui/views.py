"""The pages that modeldesk brings: their addresses, and the modules that build them.

A module is imported when its page is visited for the first time: a server that nobody looks at
starts sooner and stays smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Protocol, TypeAlias

from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside
from modeldesk.ui.places import (
    ADMIN_PATH,
    ALERTS_PATH,
    API,
    BATCH,
    COLUMN_ROUTE,
    COMPARE,
    DATA,
    FEEDBACK,
    MONITOR,
    OVERVIEW,
    PERFORMANCE,
    PLAYGROUND,
    PREDICTIONS,
    PROFILES,
    SETTINGS,
    VERSIONS,
    Tab,
)
from modeldesk.ui.site import Site

_LONGEST = 100


class Page(Protocol):
    """A page that somebody opened."""

    async def build(self) -> None:
        """Build the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A browser that comes to a page."""

    site: Site
    appearance: Appearance
    model: str = ""
    """The model that the address names, if the page is about one."""
    column: str = ""
    """The column that it names."""
    query: Mapping[str, str]
    """What stands behind the question mark of the address."""


Opened: TypeAlias = Callable[[Visit], Page]
"""What a page's module calls ``opened``: makes the page for a visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page, and where it is."""

    route: str
    module: str
    """Within this package."""
    title: str
    """May name the model and the column."""

    def title_of(self, visit: Visit) -> str:
        """Return what the browser shows for the page.

        >>> VIEWS[0].title
        'Models - modeldesk'
        """
        return self.title.format(model=visit.model, column=visit.column[:_LONGEST])

    async def opened(self, visit: Visit) -> Page:
        """Make the page; its module is imported beside whatever else the server does."""
        module = await aside(partial(import_module, f"modeldesk.ui.{self.module}"))
        make: Opened = module.opened
        return make(visit)


def _about(tab: Tab, module: str) -> View:
    """Return a page about a model."""
    return View(route=tab.route, module=module, title=f"{{model}} {tab.name} - modeldesk")


VIEWS = (
    View(route="/", module="models_page", title="Models - modeldesk"),
    View(route=ALERTS_PATH, module="alerts_page", title="Alerts - modeldesk"),
    View(route=ADMIN_PATH, module="admin_page", title="Admin - modeldesk"),
    _about(OVERVIEW, "overview_page"),
    _about(MONITOR, "monitor_page"),
    _about(PROFILES, "profiles_page"),
    _about(DATA, "data_page"),
    _about(PERFORMANCE, "performance_page"),
    _about(COMPARE, "compare_page"),
    _about(PREDICTIONS, "predictions_page"),
    _about(FEEDBACK, "feedback_page"),
    _about(PLAYGROUND, "playground_page"),
    _about(BATCH, "batch_page"),
    _about(API, "api_page"),
    _about(VERSIONS, "versions_page"),
    _about(SETTINGS, "model_settings_page"),
    View(route=COLUMN_ROUTE, module="column_page", title="{column} of {model} - modeldesk"),
)
"""Every page; `places.TABS` has the order in which those of a model are shown."""
