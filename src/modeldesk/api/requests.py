"""What a client says: its JSON, and complaints about it and about other parts of a request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from modeldesk.errors import InvalidInput, Problem

Body = TypeVar("Body", bound=BaseModel)


class InvalidRequest(InvalidInput):
    """A body, a field or a query parameter that cannot be used; lists every problem."""

    def __init__(self, problems: tuple[Problem, ...], *, hint: str = "") -> None:
        super().__init__("; ".join(_in_words(problem) for problem in problems) + ".", hint=hint)
        self.problems = problems


class TooLarge(InvalidInput):
    """A request with more bytes, rows or columns than the settings allow."""


class TooSlow(InvalidInput):
    """A request whose body takes longer to arrive than the settings allow."""


class UnsupportedUpload(InvalidInput):
    """A body or a file of a format that is not taken over HTTP."""


def refuse(
    *, field: str, problem: str, expected: str, row: int = 0, hint: str = ""
) -> InvalidRequest:
    """Return the error for one thing that is wrong with a request."""
    found = Problem(row=row, field=field, problem=problem, expected=expected)
    return InvalidRequest((found,), hint=hint)


def unknown_type(kind: str, known: Iterable[str]) -> InvalidRequest:
    """Return the error for a body of a type that is not taken."""
    problem = f"unknown ({kind or 'none'})"
    return refuse(field="Content-Type", problem=problem, expected=f"one of {', '.join(known)}")


def check_rows(count: int, most: int) -> None:
    """Refuse a request with too many rows, before they are made.

    Raises
    ------
    TooLarge
        When there are more rows than the settings allow.
    """
    if count > most:
        message = f"The request has {count} rows; this server takes at most {most}."
        raise TooLarge(message, hint="Send them in several requests, or raise max_rows.")


def parse(body: bytes) -> object:
    """Return what a JSON body says.

    The literals ``NaN``, ``Infinity`` and ``-Infinity``, which are no JSON but which many
    programs write, are read as the numbers they mean, so that whoever checks the fields can
    name the one that is not a number.

    Raises
    ------
    InvalidRequest
        When it is no JSON, with the position of the first mistake.
    """
    if not body.strip():
        raise refuse(field="body", problem="missing", expected="a JSON object")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _parse_leniently(body)


def parse_object(body: bytes) -> dict[str, object]:
    """Return what a JSON body says, which has to be an object."""
    value = parse(body)
    if not isinstance(value, dict):
        raise refuse(
            field="body", problem=f"wrong type, {json_name(value)}", expected="a JSON object"
        )
    return value


def parse_as(kind: type[Body], body: bytes) -> Body:
    """Return a JSON body as a checked record.

    Raises
    ------
    InvalidRequest
        Naming every field that is missing, unknown or of the wrong type.
    """
    try:
        return kind.model_validate(parse_object(body))
    except ValidationError as error:
        complaints = error.errors(include_url=False)
        problems = tuple(problem_in(found, known=tuple(kind.model_fields)) for found in complaints)
        raise InvalidRequest(problems) from error


def body_of(kind: type[BaseModel], example: Mapping[str, object]) -> dict[str, object]:
    """Return the part of the OpenAPI document that describes a body read by `parse_as`."""
    schema = kind.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    content = {"application/json": {"schema": schema, "example": dict(example)}}
    return {"requestBody": {"required": True, "content": content}}


def problem_in(complaint: Mapping[str, object], *, known: Sequence[str] = ()) -> Problem:
    """Return what Pydantic complains about as one of our problems.

    >>> problem_in({"type": "missing", "loc": ("body", "reason"), "msg": "Field required"})
    Problem(row=0, field='reason', problem='missing', expected='a value')
    """
    location = complaint["loc"]
    path = location if isinstance(location, tuple) else ()
    field = ".".join(str(part) for part in path[-1:])
    if complaint["type"] == "missing":
        return Problem(row=0, field=field, problem="missing", expected="a value")
    if complaint["type"] == "extra_forbidden":
        return unknown(field, known)
    expected = str(complaint["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    problem = f"wrong value ({shorten(complaint.get('input'))})"
    return Problem(row=0, field=field, problem=problem, expected=expected)


def unknown(field: str, known: Sequence[str]) -> Problem:
    """Return the problem of a field that nobody asked for."""
    close = get_close_matches(field, known, n=1)
    problem = f"unknown, did you mean {close[0]!r}?" if close else "unknown"
    return Problem(row=0, field=field, problem=problem, expected=f"one of: {', '.join(known)}")


def json_name(value: object) -> str:
    """Say in words what sort of JSON value something is.

    >>> json_name([])
    'a list'
    """
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "an object")


def shorten(value: object) -> str:
    """Return a value as text of at most 40 characters."""
    text = repr(value) if isinstance(value, str | int | float | None) else json_name(value)
    return text if len(text) <= 40 else text[:37] + "..."  # noqa: PLR2004


def storable(text: str) -> bool:
    """Whether every database keeps a string: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _parse_leniently(body: bytes) -> object:
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text)
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 at byte {error.start}"
        raise refuse(field="body", problem=problem, expected="JSON in UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno} (character {error.pos})"
        problem = f"no valid JSON at {where}: {error.msg}"
        raise refuse(field="body", problem=problem, expected="a JSON object") from error
    except RecursionError as error:
        raise too_deep() from error
    except ValueError as error:
        # A whole number of thousands of digits: Python refuses to read it.
        raise refuse(
            field="body", problem="a number with too many digits", expected="numbers of 64 bits"
        ) from error


def too_deep() -> InvalidRequest:
    """Return the error for JSON that is nested more deeply than any request needs."""
    return refuse(field="body", problem="nested too deeply", expected="rows of plain values")


def _in_words(problem: Problem) -> str:
    return f"{problem.field}: {problem.problem}; expected {problem.expected}"
