"""The audit trail over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from modeldesk.api.context import LARGEST_KEY, NAME_PATTERN, TheDesk
from modeldesk.api.encoding import Json
from modeldesk.api.router import Router
from modeldesk.services.audit import MOST_ENTRIES, AuditPage

router = Router(tags=["Access"])

_Cursor = Annotated[int | None, Query(description="From the page before.", ge=1, le=LARGEST_KEY)]
_Actor = Annotated[
    str | None,
    Query(description="Only what this one did.", max_length=300, pattern=NAME_PATTERN),
]
_Action = Annotated[
    str | None,
    Query(
        description="Only this action, such as `key.revoked`, or all of a kind, such as `key`.",
        max_length=100,
        pattern=NAME_PATTERN,
    ),
]
_Limit = Annotated[int, Query(description="Entries of a page.", ge=1, le=MOST_ENTRIES)]


@router.get(
    "/audit", operation_id="audit", summary="Show who changed what", response_model=AuditPage
)
def audit(
    desk: TheDesk,
    cursor: _Cursor = None,
    actor: _Actor = None,
    action: _Action = None,
    limit: _Limit = 100,
) -> Json:
    """Show who changed what and when, page by page, the latest first."""
    return Json(desk.audit.page(cursor=cursor, actor=actor, action=action, limit=limit))
