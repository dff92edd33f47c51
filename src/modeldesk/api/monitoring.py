"""How models and their data are doing: comparisons with the reference, and alerts."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict

from modeldesk.api.answers import AlertsAnswer
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import AlertId, ModelName, TheDesk, TheSettings, VersionNumber
from modeldesk.api.encoding import Json
from modeldesk.api.ranges import When
from modeldesk.api.requests import body_of, parse_as, parse_object, refuse
from modeldesk.api.tables import JSON
from modeldesk.monitors import DriftRule
from modeldesk.schema import Granularity
from modeldesk.services.acting import caller
from modeldesk.services.views import AlertStatus, AlertView, DriftReport

router = APIRouter(tags=["Monitoring"])

_Length = Annotated[Granularity, Query(description="Length of a window.")]
_OfStatus = Annotated[AlertStatus | None, Query(description="Only alerts of this status.")]
_OfModel = Annotated[
    str | None,
    Query(description="Only this model's alerts.", max_length=200, pattern=r"^[^\x00]*$"),
]


_Segment = Annotated[
    str,
    Query(
        description="Only rows of this segment, such as `country=DE`; all rows without one.",
        max_length=500,
        pattern=r"^[^\x00]*$",
    ),
]


class AlertChange(BaseModel):
    """The status that an alert is to have."""

    model_config = ConfigDict(extra="forbid")

    status: AlertStatus


@router.get(
    "/models/{name}/drift",
    operation_id="drift",
    summary="Compare traffic with the reference",
    response_model=DriftReport,
)
def drift(
    desk: TheDesk,
    name: ModelName,
    when: When,
    version: VersionNumber = None,
    granularity: _Length = Granularity.DAY,
    segment: _Segment = "",
) -> Json:
    """Compare every window of traffic with the version's reference, column by column.

    `distance` is the Hellinger distance, from 0 (same distribution) to 1 (disjoint); the
    verdict says in a sentence whether the difference is more than chance and large enough to
    matter.
    """
    report = desk.monitoring.drift(
        name,
        version=version,
        granularity=granularity,
        segment=segment,
        start=when.start,
        end=when.end,
    )
    return Json(report)


@router.get(
    "/alerts", operation_id="list_alerts", summary="List alerts", response_model=AlertsAnswer
)
def list_alerts(desk: TheDesk, model: _OfModel = None, status: _OfStatus = None) -> Json:
    """List alerts, newest first."""
    sees = caller().sees
    found = desk.monitoring.alerts(model, status=status)
    return Json(AlertsAnswer(alerts=tuple(alert for alert in found if sees(alert.model))))


@router.get(
    "/models/{name}/alerts",
    operation_id="model_alerts",
    summary="List a model's alerts",
    response_model=AlertsAnswer,
)
def model_alerts(desk: TheDesk, name: ModelName, status: _OfStatus = None) -> Json:
    """List one model's alerts, newest first."""
    return Json(AlertsAnswer(alerts=desk.monitoring.alerts(name, status=status)))


@router.patch(
    "/alerts/{alert_id}",
    operation_id="change_alert",
    summary="Change an alert's status",
    response_model=AlertView,
    openapi_extra=body_of(AlertChange, {"status": "acknowledged"}),
)
async def change_alert(
    request: Request, desk: TheDesk, settings: TheSettings, alert_id: AlertId
) -> Json:
    """Acknowledge, resolve or reopen an alert, or mark it as a false alarm."""
    change = parse_as(AlertChange, await read_bytes(request, most=settings.max_body_bytes))

    def work() -> AlertView:
        caller().check_model(desk.monitoring.alert(alert_id).model)
        return desk.monitoring.set_status(alert_id, change.status)

    return Json(await run_in_threadpool(work))


@router.get(
    "/models/{name}/monitor",
    operation_id="monitor",
    summary="Show the rule of a model's monitor",
    response_model=DriftRule,
)
def monitor(desk: TheDesk, name: ModelName) -> Json:
    """Show the rule by which each day of a model is judged."""
    return Json(desk.watching.rule(name))


@router.put(
    "/models/{name}/monitor",
    operation_id="set_monitor",
    summary="Change the rule of a model's monitor",
    response_model=DriftRule,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/DriftRule"}}},
        }
    },
)
async def set_monitor(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName
) -> Json:
    """Judge by another rule from now on, and the last 30 days anew; what is left out is default.

    The alerts of those days follow: what the rule no longer finds is resolved, what it finds is
    opened. Older days keep the alerts that they have.
    """
    given = parse_object(await read_bytes(request, most=settings.max_body_bytes))
    try:
        wanted = msgspec.convert(given, DriftRule)
    except msgspec.ValidationError as error:
        raise refuse(field="body", problem=str(error), expected="a rule") from error
    unknown = sorted(set(given) - set(DriftRule.__dataclass_fields__))
    if unknown:
        known = ", ".join(DriftRule.__dataclass_fields__)
        raise refuse(field=unknown[0], problem="unknown", expected=f"one of: {known}")
    return Json(await run_in_threadpool(desk.watching.set_rule, name, wanted))
