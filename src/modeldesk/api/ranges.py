"""The ranges of time that a request is about: ``from`` and ``to``, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query

from modeldesk.api.batches import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What starts at or after ``start`` and before ``end``; `None` where a side is open."""

    start: datetime | None
    end: datetime | None


def asked_range(
    since: Annotated[
        str | None,
        Query(
            alias="from",
            description="Leave out what starts earlier; ISO 8601 with a zone.",
            json_schema_extra={"format": "date-time"},
        ),
    ] = None,
    until: Annotated[
        str | None,
        Query(
            alias="to",
            description="Leave out what starts then or later; ISO 8601 with a zone.",
            json_schema_extra={"format": "date-time"},
        ),
    ] = None,
) -> Range:
    """Read both ends; `InvalidRequest` where one is no time."""
    return Range(
        start=None if since is None else moment(since, "from"),
        end=None if until is None else moment(until, "to"),
    )


When = Annotated[Range, Depends(asked_range)]


def asked_base(
    since: Annotated[
        str | None,
        Query(
            alias="base_from",
            description="Where what it is compared with starts; ISO 8601 with a zone.",
            json_schema_extra={"format": "date-time"},
        ),
    ] = None,
    until: Annotated[
        str | None,
        Query(
            alias="base_to",
            description="What starts then or later is not of it; ISO 8601 with a zone.",
            json_schema_extra={"format": "date-time"},
        ),
    ] = None,
) -> Range:
    """Read both ends of the base; `InvalidRequest` where one is no time."""
    return Range(
        start=None if since is None else moment(since, "base_from"),
        end=None if until is None else moment(until, "base_to"),
    )


BaseRange = Annotated[Range, Depends(asked_base)]
