"""What every route is given: the desk it speaks for, and the settings."""

from __future__ import annotations

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, FastAPI, Path, Query, Request

from modeldesk.api.arrivals import Arrivals
from modeldesk.desk import Desk
from modeldesk.settings import Settings

PREDICTING_THREADS = 8
"""Threads that decode rows; apart from those of the other routes, so that slow pages and
reports never hold up a prediction."""

CHECKING_THREADS = 2
"""Threads that answer whether the server works, also while all others wait for the database."""

LARGEST_KEY = 2**31 - 1
LONGEST_PART = 600
"""Characters in the name of a segment or slice, at most."""


def provide(app: FastAPI, desk: Desk, settings: Settings) -> None:
    """Make a desk and its settings known to an application's routes."""
    app.state.desk = desk
    app.state.settings = settings
    app.state.arrivals = Arrivals()
    app.state.predicting = CapacityLimiter(PREDICTING_THREADS)
    app.state.checking = CapacityLimiter(CHECKING_THREADS)


async def _desk(request: Request) -> Desk:
    desk = request.app.state.desk
    assert isinstance(desk, Desk)  # noqa: S101 - set by `provide`
    return desk


async def _settings(request: Request) -> Settings:
    settings = request.app.state.settings
    assert isinstance(settings, Settings)  # noqa: S101 - set by `provide`
    return settings


async def model_names(app: FastAPI, desk: Desk) -> tuple[str, ...]:
    """Read the names of all models: whoever can do that can predict.

    Raises
    ------
    StoreUnavailable
        When the database cannot be read.
    """
    limiter = app.state.checking
    assert isinstance(limiter, CapacityLimiter)  # noqa: S101 - set by `provide`
    return await to_thread.run_sync(desk.registry.names, limiter=limiter)


TheDesk = Annotated[Desk, Depends(_desk)]
TheSettings = Annotated[Settings, Depends(_settings)]

NAME_PATTERN = r"^[^\x00]*$"
"""What databases take for a name."""

ModelName = Annotated[
    str, Path(description="Name of a published model.", max_length=200, pattern=NAME_PATTERN)
]
PredictionId = Annotated[str, Path(description="From a prediction's answer.", max_length=60)]
AlertId = Annotated[int, Path(description="Number of the alert.", ge=1, le=LARGEST_KEY)]
VersionNumber = Annotated[
    int | None,
    Query(description="Number of a version; left out: the champion.", ge=1, le=LARGEST_KEY),
]
VersionAlias = Annotated[
    str | None,
    Query(
        description="Alias of a version, such as challenger, instead of its number.",
        max_length=100,
        min_length=1,
        pattern=NAME_PATTERN,
    ),
]
VersionInPath = Annotated[int, Path(description="Number of a version.", ge=1, le=LARGEST_KEY)]
VersionOrAlias = Annotated[
    str,
    Path(
        description="Number of a version, or an alias that points at it.",
        max_length=100,
        pattern=NAME_PATTERN,
    ),
]
TimeColumn = Annotated[
    str | None, Query(description="Column with the time of each row.", max_length=500)
]
KeyColumn = Annotated[str | None, Query(description="Column with your own keys.", max_length=500)]
