"""How models and their data are doing: comparisons with the reference, and alerts."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from modeldesk.api.answers import AlertsAnswer
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import (
    NAME_PATTERN,
    AlertId,
    ModelName,
    TheDesk,
    TheSettings,
    VersionNumber,
)
from modeldesk.api.encoding import Json
from modeldesk.api.ranges import When
from modeldesk.api.requests import body_of, parse_as, parse_object, refuse
from modeldesk.api.router import Router
from modeldesk.api.tables import JSON
from modeldesk.monitors import ColumnRule, DriftRule
from modeldesk.schema import Granularity
from modeldesk.services.acting import caller
from modeldesk.services.views import AlertStatus, AlertView, DriftReport
from modeldesk.services.watching import RuleTrial
from modeldesk.settings import Settings

router = Router(tags=["Monitoring"])

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


_Column = Annotated[
    str, Path(description="Name of a column.", max_length=500, pattern=NAME_PATTERN)
]

_RULE: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/DriftRule"}}},
    }
}


class ColumnRuleBody(BaseModel):
    """What is to hold for one column; what is left out is as for all columns."""

    model_config = ConfigDict(extra="forbid")

    min_distance: float | None = Field(
        default=None, description="Smallest Hellinger distance that matters, 0 to 1."
    )
    min_missing_change: float | None = Field(
        default=None, description="Smallest change of the share of missing values, 0 to 1."
    )
    muted: str | None = Field(
        default=None, description="Why its changes open no alerts; left out: they do."
    )


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
    openapi_extra=_RULE,
)
async def set_monitor(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName
) -> Json:
    """Judge by another rule from now on, and the last 30 days anew; what is left out is default.

    The alerts of those days follow: what the rule no longer finds is resolved, what it finds is
    opened. Older days keep the alerts that they have.
    """
    wanted = await _rule_of(request, settings)
    return Json(await run_in_threadpool(desk.watching.set_rule, name, wanted))


@router.post(
    "/models/{name}/monitor/try",
    operation_id="try_monitor",
    summary="Try a rule on the last days",
    response_model=RuleTrial,
    openapi_extra=_RULE,
)
async def try_monitor(
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    name: ModelName,
    version: VersionNumber = None,
) -> Json:
    """Say which columns each of the last 30 days would have been alerted of; nothing is kept.

    `now` are those by the rule in force, `then` those by the rule of the body, of which what is
    left out is default. Days with too few rows for a verdict are left out.
    """
    wanted = await _rule_of(request, settings)

    def work() -> RuleTrial:
        return desk.watching.tried(name, wanted, version=version)

    return Json(await run_in_threadpool(work))


@router.put(
    "/models/{name}/monitor/columns/{column:path}",
    operation_id="set_column_rule",
    summary="Change the rule of one column",
    response_model=DriftRule,
    openapi_extra=body_of(ColumnRuleBody, {"min_distance": 0.25, "muted": "a new sensor"}),
)
async def set_column_rule(  # what FastAPI hands over
    request: Request,
    desk: TheDesk,
    settings: TheSettings,
    name: ModelName,
    column: _Column,
    version: VersionNumber = None,
) -> Json:
    """Judge one column by something of its own, or mute it; the answer is the whole rule.

    What is left out is as for all columns: so an empty object takes back what the column had
    of its own. `muted` is the reason for which its changes open no alerts; they are shown all the
    same. As with the whole rule, the alerts of the last 30 days follow.
    """
    body = parse_as(ColumnRuleBody, await read_bytes(request, most=settings.max_body_bytes))

    def work() -> DriftRule:
        own = ColumnRule(**body.model_dump())
        desk.column_rules.set(name, column, own, version=version)
        return desk.watching.rule(name)

    return Json(await run_in_threadpool(work))


async def _rule_of(request: Request, settings: Settings) -> DriftRule:
    """Read a body that is a rule; what is left out gets its default."""
    given = parse_object(await read_bytes(request, most=settings.max_body_bytes))
    try:
        wanted = msgspec.convert(given, DriftRule)
    except msgspec.ValidationError as error:
        raise refuse(field="body", problem=str(error), expected="a rule") from error
    if unknown := sorted(set(given) - set(DriftRule.__dataclass_fields__)):
        known = ", ".join(DriftRule.__dataclass_fields__)
        raise refuse(field=unknown[0], problem="unknown", expected=f"one of: {known}")
    return wanted
