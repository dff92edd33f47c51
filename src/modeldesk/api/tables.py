"""Tables in and out: CSV, Parquet, Arrow streams and JSON, by content type."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import polars as pl
from starlette.responses import Response

from modeldesk.api.encoding import encode
from modeldesk.api.requests import TooLarge, parse, refuse
from modeldesk.errors import InvalidData
from modeldesk.schema import to_frame

ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
CSV = "text/csv"
JSON = "application/json"

TABLE_TYPES = (CSV, PARQUET, ARROW)
"""What a table may be sent and asked for as, besides JSON."""

TABLES: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string"}} for kind in TABLE_TYPES}}
}
"""How OpenAPI describes an answer in any of them."""

CURSOR_HEADER = "X-Next-Cursor"


def read_table(body: bytes, content_type: str, *, most_rows: int) -> pl.DataFrame:
    """Return the table that a body holds.

    Parameters
    ----------
    body
        The bytes.
    content_type
        As the client sent it; parameters behind a semicolon are left out.
    most_rows
        Rows beyond which the table is refused.

    Raises
    ------
    InvalidRequest
        When the content type is none of the four, or JSON is something else than rows.
    InvalidData
        When the bytes are not what the content type says.
    TooLarge
        When there are too many rows.
    """
    kind = content_type.partition(";")[0].strip().lower()
    read = _READERS.get(kind)
    if read is None:
        expected = f"one of {', '.join(_READERS)}"
        raise refuse(field="Content-Type", problem=f"unknown ({kind or 'none'})", expected=expected)
    try:
        frame = read(body, most_rows)
    except pl.exceptions.PolarsError as error:
        message = f"The body cannot be read as {kind}: {str(error).splitlines()[0]}."
        raise InvalidData(message, hint="Check the file and its content type.") from error
    if frame.height > most_rows:
        raise _too_many(most_rows)
    return frame


def table_answer(frame: pl.DataFrame, accept: str, *, cursor: str | None) -> Response:
    """Return rows as the client asked for them: an Arrow stream, or JSON.

    The cursor of the next page is in the JSON, and in a header with either.
    """
    headers = {} if cursor is None else {CURSOR_HEADER: cursor}
    if ARROW in accept:
        stream = io.BytesIO()
        frame.write_ipc_stream(stream)
        return Response(stream.getvalue(), media_type=ARROW, headers=headers)
    body = encode({"rows": frame.to_dicts(), "cursor": cursor})
    return Response(body, media_type=JSON, headers=headers)


def wanted_type(accept: str) -> str | None:
    """Return the type of table that an ``Accept`` header asks for first; ``None``: JSON.

    >>> wanted_type("text/csv, */*")
    'text/csv'
    """
    for part in accept.split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind in _WRITERS:
            return kind
        if kind in {JSON, "*/*"}:
            return None
    return None


def written_as(frame: pl.DataFrame, kind: str) -> bytes:
    """Return a table as CSV, Parquet or an Arrow stream."""
    stream = io.BytesIO()
    _WRITERS[kind](frame, stream)
    return stream.getvalue()


def _csv(body: bytes, most_rows: int) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(body), infer_schema_length=10_000, n_rows=most_rows + 1)


def _parquet(body: bytes, most_rows: int) -> pl.DataFrame:
    # The number of rows stands in the file's footer: a small file can hold very many.
    rows = pl.scan_parquet(io.BytesIO(body)).select(pl.len()).collect().item()
    if rows > most_rows:
        raise _too_many(most_rows)
    return pl.read_parquet(io.BytesIO(body))


def _arrow(body: bytes, most_rows: int) -> pl.DataFrame:
    return pl.read_ipc_stream(io.BytesIO(body), n_rows=most_rows + 1)


def _json(body: bytes, most_rows: int) -> pl.DataFrame:
    rows = parse(body)
    if isinstance(rows, dict) and set(rows) == {"rows"}:
        rows = rows["rows"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise refuse(field="body", problem="no list of rows", expected="a list of JSON objects")
    if len(rows) > most_rows:
        raise _too_many(most_rows)
    return to_frame(rows)


_READERS: dict[str, Callable[[bytes, int], pl.DataFrame]] = {
    JSON: _json,
    CSV: _csv,
    PARQUET: _parquet,
    ARROW: _arrow,
}


_WRITERS: dict[str, Callable[[pl.DataFrame, io.BytesIO], object]] = {
    CSV: lambda frame, stream: frame.write_csv(stream),
    PARQUET: lambda frame, stream: frame.write_parquet(stream),
    ARROW: lambda frame, stream: frame.write_ipc_stream(stream),
}


def _too_many(most_rows: int) -> TooLarge:
    message = f"The table has more than {most_rows} rows."
    return TooLarge(message, hint="Send it in parts, or raise max_log_rows.")
