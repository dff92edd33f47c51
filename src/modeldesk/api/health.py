"""Whether the server works."""

from __future__ import annotations

from fastapi import Request

from modeldesk import __version__
from modeldesk.api.answers import HealthAnswer
from modeldesk.api.context import TheDesk, model_names
from modeldesk.api.encoding import Json
from modeldesk.api.router import Router
from modeldesk.services.acting import caller

router = Router(tags=["Health"])


@router.get(
    "/health", operation_id="health", summary="Check the server", response_model=HealthAnswer
)
async def health(request: Request, desk: TheDesk) -> Json:
    """Say that the server answers and its database can be read, and which models it serves."""
    names = await model_names(request.app, desk)
    return Json(HealthAnswer(status="ok", version=__version__, models=caller().visible(names)))
