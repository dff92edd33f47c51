"""What a caller must have for a request, by its method and path.

One table for all routes, rather than a word at each: it is read before a route is looked for, it
covers what no route declares (files, pages, sockets, other dialects), and what it does not name
needs the most: to see it the scope ``read``, to change it ``admin``, and no limit on models.
"""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.services.acting import (
    CHANGES,
    DESCRIBES,
    EDITS,
    PAGES,
    PREDICTS,
    SHOWS,
    TAKES,
    Need,
)

_SHOWING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is about."""

    need: Need | None
    """``None``: nothing, anybody may ask."""
    model: str | None = None
    """The model that the path names."""
    sorts: bool = False
    """Whether the route itself leaves out, or refuses, what a limited caller may not see."""


_OPEN = Asked(None)

_EXACT: dict[str, Asked] = {
    "/api/v1/health": _OPEN,
    "/api/v1/predict": Asked(PREDICTS, sorts=True),
    "/api/v1/jobs": Asked(PREDICTS, sorts=True),
    "/api/v1/models": Asked(SHOWS, sorts=True),
    "/api/v1/alerts": Asked(SHOWS, sorts=True),
    "/api/v1/audit": Asked(CHANGES),
    "/v1/models": Asked(DESCRIBES, sorts=True),
    "/v2": Asked(DESCRIBES, sorts=True),
    "/v2/health/live": _OPEN,
    "/v2/health/ready": _OPEN,
    "/ping": _OPEN,
    "/health": _OPEN,
    "/version": Asked(DESCRIBES, sorts=True),
    "/invocations": Asked(PREDICTS, sorts=True),
    "/metrics": Asked(SHOWS),
    "/openapi.json": Asked(DESCRIBES, sorts=True),
    "/login": _OPEN,
    "/logout": _OPEN,
    "/logout/everywhere": _OPEN,
    "/login/oidc": _OPEN,
    "/login/oidc/callback": _OPEN,
}

_API = frozenset({"api", "v1", "v2", "invocations", "ping", "health", "version", "metrics"})


def is_api(path: str) -> bool:
    """Whether a path is the API's, and not the pages'."""
    return path.split("/", 2)[1] in _API or path == "/openapi.json"


def asked(method: str, path: str) -> Asked:
    """Return what a request is about.

    >>> asked("POST", "/v1/models/iris:predict").model
    'iris'
    """
    exact = _EXACT.get(path)
    if exact is not None and (method in _SHOWING or exact.need is PREDICTS or exact.need is None):
        return exact
    first, *rest = path.split("/")[1:]
    if first not in _API:
        return _OPEN if path.startswith("/docs/assets/") else Asked(PAGES)
    found = _BELOW[first](method, rest) if first in _BELOW else None
    return found or Asked(SHOWS if method in _SHOWING else CHANGES)


def _of_api(method: str, parts: list[str]) -> Asked | None:
    match parts:
        case ["v1", "models", name, *rest] if name:
            return Asked(_of_model(method, rest), name)
        case ["v1", "jobs", _] | ["v1", "jobs", _, "result"]:
            return Asked(PREDICTS, sorts=True)
        case ["v1", "predictions", _] | ["v1", "predictions", _, "neighbours"] if (
            method in _SHOWING
        ):
            return Asked(SHOWS, sorts=True)
        case ["v1", "predictions", _, "flags"] if method == "POST":
            return Asked(TAKES, sorts=True)
        case ["v1", "alerts", _] if method == "PATCH":
            return Asked(EDITS, sorts=True)
    return None


def _of_v1(method: str, parts: list[str]) -> Asked | None:
    match parts:
        case ["models", name] if method == "POST" and name.endswith(":predict"):
            return Asked(PREDICTS, name.removesuffix(":predict"))
        case ["models", name] if name:
            return Asked(_described(method), name)
    return None


def _of_v2(method: str, parts: list[str]) -> Asked | None:
    match parts:
        case ["models", name, *rest] if name:
            infers = method == "POST" and rest[-1:] == ["infer"]
            return Asked(PREDICTS if infers else _described(method), name)
    return None


_BELOW = {"api": _of_api, "v1": _of_v1, "v2": _of_v2}


def _of_model(method: str, rest: list[str]) -> Need:
    """Return what is needed for a model's own routes."""
    if rest[:1] == ["versions"] and len(rest) > 2:  # noqa: PLR2004 - versions, 3, predict
        rest = rest[2:]
    if method == "POST" and rest in (["predict"], ["jobs"]):
        return PREDICTS
    if method == "POST" and rest in (["log"], ["labels"]):
        return TAKES
    if rest[:1] == ["slices"]:
        shows = method in _SHOWING or rest == ["slices", "check"]
        return SHOWS if shows else EDITS
    if rest[:1] == ["monitor"]:
        shows = method in _SHOWING or rest == ["monitor", "try"]
        return SHOWS if shows else EDITS
    if method in _SHOWING or (method == "POST" and rest == ["tables"]):
        return DESCRIBES if rest in (["schema"], ["example"], ["snippets"]) else SHOWS
    return CHANGES


def _described(method: str) -> Need:
    return DESCRIBES if method in _SHOWING else CHANGES
