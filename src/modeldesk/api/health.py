"""Whether the server works."""

from __future__ import annotations

from fastapi import APIRouter

from modeldesk import __version__
from modeldesk.api.answers import HealthAnswer
from modeldesk.api.context import TheDesk
from modeldesk.api.encoding import Json

router = APIRouter(tags=["Health"])


@router.get(
    "/health", operation_id="health", summary="Check the server", response_model=HealthAnswer
)
def health(desk: TheDesk) -> Json:
    """Say that the server answers and its database can be read, and which models it serves."""
    return Json(HealthAnswer(status="ok", version=__version__, models=desk.registry.names()))
