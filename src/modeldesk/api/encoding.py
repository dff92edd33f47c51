"""JSON out: records become bytes the same way in every answer."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.responses import Response


def encode(value: object) -> bytes:
    """Return a record, or anything made of records, as JSON.

    Field names are those of the dataclasses, times are ISO 8601 in UTC with a ``Z``, and a
    number that JSON cannot say (NaN, infinity) is ``null``.

    >>> encode({"distance": float("nan")})
    b'{"distance":null}'
    """
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def printable(text: str) -> str:
    r"""Return text that can be sent: half a surrogate pair is written as ``\udxxx``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Json(Response):
    """An answer of status 200, or another, whose body is a record as JSON."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Turn the record into bytes."""
        return encode(content)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    message = f"{type(value).__name__} has no JSON form"
    raise TypeError(message)
