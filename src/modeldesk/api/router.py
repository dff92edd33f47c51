"""Routes that are described when their module is imported, and prepared once they are included."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute


class Router(APIRouter):
    """FastAPI's router, whose routes cost nothing until an application includes them.

    FastAPI reads a route's parameters and builds validators of what it answers twice: when it is
    declared, and again with what the application adds to it. The first is never used.

    Parameters
    ----------
    prefix
        In front of each path.
    tags
        Under which the routes are documented.
    """

    def __init__(self, *, tags: list[str | Enum], prefix: str = "") -> None:
        super().__init__(prefix=prefix, tags=tags, route_class=_Declared)


class _Declared(APIRoute):
    """Holds what was declared; becomes a whole route if somebody asks for more than that."""

    def __init__(self, path: str, endpoint: Callable[..., object], **declared: Any) -> None:  # noqa: ANN401 - as FastAPI's
        name = declared["name"] or endpoint.__name__
        self.__dict__.update(declared, path=path, endpoint=endpoint, name=name)
        self.stream_item_type = None
        self.tags = declared["tags"] or []
        self.responses = declared["responses"] or {}
        self.dependencies = list(declared["dependencies"] or [])
        self._declared = declared

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the route has
        """Prepare the route: only what was not declared is looked for here."""
        if name.startswith("__") or "_declared" not in self.__dict__:
            raise AttributeError(name)
        declared = self.__dict__.pop("_declared")
        try:
            super().__init__(self.path, self.endpoint, **declared)
        except Exception:
            self._declared = declared  # the next one is told the same
            raise
        return getattr(self, name)
