"""How the API's document tells what a route answers when it fails.

As plain schemas: FastAPI would compile a validator for every status of every route, which takes
longer than all the rest of a start.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from modeldesk.api.errors import FailureAnswer
from modeldesk.api.shapes import ErrorAnswer, ScoringErrorAnswer

Responses = dict[int | str, dict[str, Any]]

_PLACE = "#/components/schemas/"
_WRONG = {400: "The request's content is wrong."}
_WHEN = {
    401: "No API key or session, or one that is not good (any more).",
    403: "The key or the user may not do this, or another site's page asks.",
    404: "The model, version, prediction or alert does not exist.",
    408: "The body did not arrive in time.",
    409: "The request does not fit what the server has.",
    413: "The body has too many bytes or rows.",
    422: "The request's content is wrong; `problems` says where.",
    500: "The model failed, or something unforeseen happened; never with a stack trace.",
    504: "The model did not answer in time.",
    503: "Too much waits already, or the database is not available; try again later.",
}


def failures(*, plain: bool = False) -> Responses:
    """Describe the failures of modeldesk's own routes; of plain ones, which take nothing."""
    shown = (401, 403, 500, 503) if plain else tuple(_WHEN)
    return {status: failure_answer(_WHEN[status]) for status in shown}


def failures_as(shape: type[object]) -> Responses:
    """Describe the failures of a dialect, whose clients know one status for wrong content."""
    shown = {status: words for status, words in _WHEN.items() if status != 422}  # noqa: PLR2004
    return {status: failure_answer(words, shape) for status, words in (_WRONG | shown).items()}


def failure_answer(words: str, shape: type[object] = FailureAnswer) -> dict[str, Any]:
    """Describe one failure.

    Parameters
    ----------
    words
        When it comes.
    shape
        What its body is; one of those that `failure_schemas` gives.
    """
    schema = {"$ref": f"{_PLACE}{shape.__name__}"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def failure_schemas() -> dict[str, Any]:
    """Return the JSON schemas of all bodies of failures, by name."""
    found: dict[str, Any] = {}
    for shape in (FailureAnswer, ErrorAnswer, ScoringErrorAnswer):
        schema = TypeAdapter(shape).json_schema(
            mode="serialization", ref_template=f"{_PLACE}{{model}}"
        )
        found |= schema.pop("$defs", {})
        found[shape.__name__] = schema
    return found
