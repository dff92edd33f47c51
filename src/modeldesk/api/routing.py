"""Which version answers: aliases and their history, canary and shadow, what is loaded."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from modeldesk.api.answers import AliasesAnswer, AliasHistoryAnswer
from modeldesk.api.bodies import read_bytes
from modeldesk.api.context import LARGEST_KEY, NAME_PATTERN, ModelName, TheDesk, TheSettings
from modeldesk.api.encoding import Json
from modeldesk.api.requests import parse_as, storable
from modeldesk.api.router import Router
from modeldesk.api.tables import JSON
from modeldesk.schema import Canary, Routing, Shadow
from modeldesk.services.serving import ServedModel
from modeldesk.settings import Settings
from modeldesk.store import CHAMPION, AliasMove

router = Router(prefix="/models/{name}", tags=["Routing"])

_ALIAS_PATTERN = r"^[A-Za-z][A-Za-z0-9._-]{0,99}$"

AliasName = Annotated[
    str, Path(description="champion, challenger or a name of your own.", pattern=_ALIAS_PATTERN)
]
Body = TypeVar("Body", bound=BaseModel)


def _storable(text: str) -> str:
    if not storable(text):
        message = "text without NUL characters"
        raise ValueError(message)
    return text


_Text = Annotated[str, AfterValidator(_storable)]


def _whole_number(value: object) -> object:
    """Take 2.0 for the whole number that JSON Schema says it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


_Whole = Annotated[int, BeforeValidator(_whole_number)]
_Number = Annotated[_Whole, Field(ge=1, le=LARGEST_KEY, description="Number of a version.")]
_Reason = Annotated[_Text, Field(description="For the history.", max_length=1000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class MoveBody(_Body):
    """Where an alias is to point."""

    version: _Number
    expected: _Whole | None = Field(
        default=None,
        ge=1,
        le=LARGEST_KEY,
        description="Version that it must still point at, or else nothing is changed.",
    )
    reason: _Reason = ""


class RollbackBody(_Body):
    """Which alias is to go back."""

    alias: str = Field(default=CHAMPION, description="Which alias.", pattern=_ALIAS_PATTERN)
    reason: _Reason = ""


class CanaryBody(_Body):
    """A version that answers a share of the champion's traffic."""

    version: _Number
    percent: float = Field(ge=0, le=100, description="Its share.")
    key: _Text | None = Field(
        default=None,
        max_length=500,
        description="Input column that decides; left out: your own key of the row.",
    )


class ShadowBody(_Body):
    """A version that gets the same rows and answers nobody."""

    version: _Number


class RoutingBody(_Body):
    """How traffic is shared; what is left out ends."""

    canary: CanaryBody | None = None
    shadow: ShadowBody | None = None


def _whole(kind: type[BaseModel], example: dict[str, object]) -> dict[str, Any]:
    """Describe a body with what is in it, all in one place."""
    schema = kind.model_json_schema()
    parts = schema.pop("$defs", {})
    for name, field in schema["properties"].items():
        if "anyOf" in field and parts:
            part = field["anyOf"][0]["$ref"].rpartition("/")[2]
            schema["properties"][name] = {**field, "anyOf": [parts[part], field["anyOf"][1]]}
    content = {JSON: {"schema": schema, "example": example}}
    return {"requestBody": {"required": bool(schema.get("required")), "content": content}}


@router.get(
    "/aliases", operation_id="aliases", summary="List the aliases", response_model=AliasesAnswer
)
def aliases(desk: TheDesk, name: ModelName) -> Json:
    """List the names that point at versions of a model."""
    return Json(AliasesAnswer(aliases=desk.aliases.of(name)))


@router.put(
    "/aliases/{alias}",
    operation_id="move_alias",
    summary="Move an alias",
    response_model=AliasMove,
    openapi_extra=_whole(MoveBody, {"version": 2, "reason": "Better on the March labels."}),
)
async def move_alias(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName, alias: AliasName
) -> Json:
    """Let an alias point at another version; a new alias is made.

    The version is loaded and predicts its example first, while the old one goes on answering;
    when that fails, nothing changes and the answer says why. No request waits or fails for it.
    With `expected`, nothing changes unless the alias still points there.
    """
    wanted = await _read(request, settings, MoveBody)

    def work() -> AliasMove:
        return desk.aliases.move(
            name,
            alias,
            wanted.version,
            expected=wanted.expected,
            reason=wanted.reason,
        )

    return Json(await run_in_threadpool(work))


@router.delete(
    "/aliases/{alias}",
    operation_id="remove_alias",
    summary="Remove an alias",
    response_model=AliasMove,
)
def remove_alias(
    desk: TheDesk,
    name: ModelName,
    alias: AliasName,
    reason: Annotated[
        str, Query(description="For the history.", max_length=1000, pattern=NAME_PATTERN)
    ] = "",
) -> Json:
    """Remove an alias, not the champion; its history stays."""
    return Json(desk.aliases.remove(name, alias, reason=reason))


@router.get(
    "/aliases/{alias}/history",
    operation_id="alias_history",
    summary="Show where an alias pointed",
    response_model=AliasHistoryAnswer,
)
def alias_history(
    desk: TheDesk,
    name: ModelName,
    alias: AliasName,
    limit: Annotated[int, Query(description="How many at most.", ge=1, le=1000)] = 100,
) -> Json:
    """Show when an alias was moved, from where to where, by whom and why; the latest first."""
    return Json(AliasHistoryAnswer(moves=desk.aliases.history(name, alias, limit=limit)))


@router.post(
    "/rollback",
    operation_id="rollback",
    summary="Take a move back",
    response_model=AliasMove,
    openapi_extra=_whole(RollbackBody, {"reason": "Twice as many flags."}),
)
async def rollback(request: Request, desk: TheDesk, settings: TheSettings, name: ModelName) -> Json:
    """Take the champion's latest move back, or that of another alias; again: the one before it.

    The version before is loaded first, as when an alias is moved.
    """
    wanted = await _read(request, settings, RollbackBody)

    def work() -> AliasMove:
        return desk.aliases.rollback(name, wanted.alias, reason=wanted.reason)

    return Json(await run_in_threadpool(work))


@router.get(
    "/routing",
    operation_id="routing",
    summary="Show how traffic is shared",
    response_model=Routing,
)
def routing(desk: TheDesk, name: ModelName) -> Json:
    """Show which versions share the champion's traffic."""
    return Json(desk.routes.of(name))


@router.put(
    "/routing",
    operation_id="set_routing",
    summary="Share traffic",
    response_model=Routing,
    openapi_extra=_whole(RoutingBody, {"canary": {"version": 2, "percent": 10}}),
)
async def set_routing(
    request: Request, desk: TheDesk, settings: TheSettings, name: ModelName
) -> Json:
    """Let a canary answer some of the champion's traffic, and a shadow repeat all of it.

    Who gets the canary is decided by the hash of a key, so that the same key is always answered
    by the same version, and keeps the canary when its share grows. The shadow's predictions are
    logged with the identifier of the answered one in `shadow_of`, and given to nobody. What is
    left out gets no traffic any more.
    """
    wanted = await _read(request, settings, RoutingBody)
    routing = Routing(
        canary=Canary(**wanted.canary.model_dump()) if wanted.canary else None,
        shadow=Shadow(version=wanted.shadow.version) if wanted.shadow else None,
    )
    return Json(await run_in_threadpool(desk.routes.set, name, routing))


@router.get(
    "/serving",
    operation_id="serving",
    summary="Show how a model is served",
    response_model=ServedModel,
)
def serving(desk: TheDesk, name: ModelName) -> Json:
    """Show which versions are loaded in this process, what waits for them, and what fails."""
    return Json(desk.serving.of(name))


async def _read(request: Request, settings: Settings, kind: type[Body]) -> Body:
    """Return the body as a checked record; none at all counts as an empty object."""
    return parse_as(kind, await read_bytes(request, most=settings.max_body_bytes) or b"{}")
