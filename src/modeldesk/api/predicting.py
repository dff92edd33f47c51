"""What every dialect does with rows: hand them over, wait for the commit, name the answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request

from modeldesk.api.arrivals import Arrivals
from modeldesk.api.batches import Batch
from modeldesk.api.requests import too_deep
from modeldesk.desk import Desk
from modeldesk.errors import Conflict, NotFound
from modeldesk.schema import prediction_id
from modeldesk.services.acting import caller
from modeldesk.services.batch import PredictionBatch

HEADER = "X-Prediction-ID"
"""Names the first row of an answer; the number behind its dash counts up with the rows."""

ROUTING_KEY = "X-Routing-Key"
"""Decides between champion and canary, instead of the first row's key."""

ROUTING_KEY_PARAMETER = {
    "name": ROUTING_KEY,
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "Who asks: the same version answers again where a canary shares the traffic.",
}
"""How OpenAPI describes it; FastAPI would read it from each request, whether needed or not."""

Result = TypeVar("Result")


async def predicted(
    request: Request, submit: Callable[[], Future[PredictionBatch]]
) -> PredictionBatch:
    """Read, check and queue the rows in a thread, then wait for the commit without one."""
    arrivals = request.app.state.arrivals
    assert isinstance(arrivals, Arrivals)  # noqa: S101 - set by `provide`
    return await arrivals.waiter(await in_thread(request, submit))


async def in_thread(request: Request, work: Callable[..., Result], *given: object) -> Result:
    """Do what takes a while, or waits, in one of the threads for predictions."""
    limiter = request.app.state.predicting
    assert isinstance(limiter, CapacityLimiter)  # noqa: S101 - set by `provide`
    return await to_thread.run_sync(work, *given, limiter=limiter)


def routing_key(request: Request) -> str | None:
    """Return what a client says about who it is, to be answered by the same version again."""
    return request.headers.get(ROUTING_KEY) or None


def submitted(
    desk: Desk,
    name: str,
    batch: Batch,
    version: int | None,
    *,
    alias: str | None = None,
    key: str | None = None,
) -> Future[PredictionBatch]:
    """Check rows and queue them."""
    try:
        return desk.predictor.submit(
            name,
            batch.rows,
            version=version,
            alias=alias,
            key=key,
            timestamps=batch.timestamps,
            row_ids=batch.row_ids,
        )
    except RecursionError as error:
        # Showing a wrong value that is nested a thousand deep.
        raise too_deep() from error


def only_model(desk: Desk, *, hint: str) -> str:
    """Return the name of the server's one model, or of the one that the caller may ask.

    Parameters
    ----------
    desk
        The server's desk.
    hint
        How to say which, where there are several; ``{names}`` in it stands for the first.

    Raises
    ------
    NotFound
        When there is none.
    Conflict
        When there are several.
    """
    names = caller().visible(desk.registry.names())
    if len(names) == 1:
        return names[0]
    if not names:
        message = "No model is published yet."
        raise NotFound(message, hint="Publish one: see modeldesk publish --help.")
    message = f"This server has {len(names)} models, so the request must say which."
    raise Conflict(message, hint=hint.format(names=", ".join(names[:5])))


def named(batch: PredictionBatch) -> dict[str, str]:
    """Return the header that names an answer's predictions."""
    return {HEADER: prediction_id(batch.chunk, batch.start)}
