"""What a server refuses comes back as the error class that it raised over there."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
import msgspec

from modeldesk import errors
from modeldesk.errors import (
    InvalidExpression,
    InvalidRows,
    ModeldeskError,
    Problem,
    ServerUnreachable,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    code: str
    message: str
    hint: str = ""
    problems: tuple[Problem, ...] = ()
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    error: _Refusal


def _code(error: type[ModeldeskError]) -> str:
    """Return the name under which a class travels: ``InvalidRows`` is ``invalid_rows``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", error.__name__).lower()


_CLASSES: dict[str, type[ModeldeskError]] = {
    _code(found): found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, ModeldeskError) and found is not InvalidRows
}

_BY_STATUS: dict[int, type[ModeldeskError]] = {
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    409: errors.Conflict,
    413: errors.InvalidInput,
    415: errors.InvalidInput,
    422: errors.InvalidInput,
    503: errors.Overloaded,
    504: errors.ModelTimedOut,
}


def refusal(response: httpx.Response) -> ModeldeskError:
    """Return the error that an answer with status 400 or more stands for.

    Parameters
    ----------
    response
        An answer that was read to its end.

    Returns
    -------
    ModeldeskError
        The class that the server raised, with its message, hint, problems and place;
        `ServerUnreachable` when the answer does not come from a modeldesk server.
    """
    try:
        error = msgspec.json.decode(response.content, type=_Body).error
    except msgspec.MsgspecError:
        return foreign(response)
    if error.code == _code(InvalidRows):
        refused = InvalidRows(error.problems, rows=len({p.row for p in error.problems}))
        refused.message, refused.hint = error.message, error.hint
        return refused
    if error.code == _code(InvalidExpression):
        return InvalidExpression(error.message, hint=error.hint, start=error.start, end=error.end)
    found = _CLASSES.get(error.code) or _BY_STATUS.get(response.status_code, ModeldeskError)
    return found(error.message, hint=error.hint)


def foreign(response: httpx.Response) -> ServerUnreachable:
    """Return the error for an answer that no modeldesk server gives."""
    message = (
        f"{response.url} answered with status {response.status_code}, "
        "but not the way a modeldesk server does."
    )
    return ServerUnreachable(message, hint="Check the address, and that the versions match.")
