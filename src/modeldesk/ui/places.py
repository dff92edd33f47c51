"""Where the pages are: their addresses, and the tabs of a model."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One view of a model."""

    name: str
    place: str
    """What follows the model's own address."""

    @property
    def route(self) -> str:
        """Return the address as a pattern, with the model's name left open."""
        return "/models/{name}" + (f"/{self.place}" if self.place else "")

    def path(self, model: str) -> str:
        """Return the address of this view of a model.

        >>> PERFORMANCE.path("a b")
        '/models/a%20b/performance'
        """
        return f"{model_path(model)}/{self.place}" if self.place else model_path(model)


OVERVIEW = Tab(name="Overview", place="")
MONITOR = Tab(name="Monitor", place="monitor")
PERFORMANCE = Tab(name="Performance", place="performance")
PROFILES = Tab(name="Profiles", place="profiles")
DATA = Tab(name="Data", place="data")
PREDICTIONS = Tab(name="Predictions", place="predictions")
FEEDBACK = Tab(name="Feedback", place="feedback")
PLAYGROUND = Tab(name="Playground", place="playground")
BATCH = Tab(name="Batch", place="batch")
API = Tab(name="API", place="api")
COMPARE = Tab(name="Compare", place="compare")
VERSIONS = Tab(name="Versions", place="versions")
SETTINGS = Tab(name="Settings", place="settings")

TABS = (
    (OVERVIEW, MONITOR, PROFILES, DATA, PERFORMANCE, COMPARE),
    (PREDICTIONS, FEEDBACK),
    (PLAYGROUND, BATCH, API),
    (VERSIONS, SETTINGS),
)
"""A model's views in the order in which they are shown: to watch it, to read its rows, to use it,
to manage it."""

ALERTS_PATH = "/alerts"
ADMIN_PATH = "/admin"
DESK_PLACES = ("/", ALERTS_PATH, ADMIN_PATH)
"""Addresses of the pages about all models."""


def model_path(model: str) -> str:
    """Return the address at which a model's views begin.

    >>> model_path("a/b")
    '/models/a%2Fb'
    """
    return f"/models/{quote(model, safe='')}"


def own_path(place: str, model: str | None = None) -> str:
    """Return the address of a page of one's own.

    >>> own_path("margins"), own_path("margins", "iris")
    ('/pages/margins', '/models/iris/pages/margins')
    """
    return f"{'' if model is None else model_path(model)}/pages/{place}"


COLUMN_ROUTE = "/models/{name}/columns/{column:path}"
"""The address of one column as a pattern; its name may hold slashes."""


def column_path(model: str, column: str) -> str:
    """Return the address of one column of a model.

    >>> column_path("iris", "a/b c")
    '/models/iris/columns/a%2Fb%20c'
    """
    return f"{model_path(model)}/columns/{quote(column, safe='')}"
