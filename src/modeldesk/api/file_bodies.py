"""Bodies that are a file: told by content type what they are, and described so in OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import Request

from modeldesk.api.requests import unknown_type
from modeldesk.services.media_types import media_type

NDJSON = "application/x-ndjson"
JSON_LINES = "application/jsonl"

Format = TypeVar("Format")


def file_body(formats: Mapping[str, object]) -> dict[str, Any]:
    """Return what OpenAPI says of a body that is a file in one of some formats."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {"requestBody": {"required": True, "content": dict.fromkeys(formats, binary)}}


def format_of(request: Request, formats: Mapping[str, Format]) -> Format:
    """Return in which format a request's file is; refuse one that is not known."""
    given = media_type(request.headers.get("content-type", ""))
    found = formats.get(given)
    if found is None:
        raise unknown_type(given, formats)
    return found
