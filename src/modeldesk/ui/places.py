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


MONITOR = Tab(name="Monitor", place="")
PERFORMANCE = Tab(name="Performance", place="performance")
PREDICTIONS = Tab(name="Predictions", place="predictions")
FEEDBACK = Tab(name="Feedback", place="feedback")
PLAYGROUND = Tab(name="Playground", place="playground")
BATCH = Tab(name="Batch", place="batch")
API = Tab(name="API", place="api")

TABS = (
    (MONITOR, PERFORMANCE, PREDICTIONS, FEEDBACK),
    (PLAYGROUND, BATCH, API),
)
"""A model's views in the order in which they are shown: to watch it, to use it."""


def model_path(model: str) -> str:
    """Return the address at which a model's views begin.

    >>> model_path("a/b")
    '/models/a%2Fb'
    """
    return f"/models/{quote(model, safe='')}"
