"""Tables in and out: CSV, Parquet, Arrow streams and JSON, by content type."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
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

_CELL = 8
"""Bytes that a number takes."""

_UNPACKED = 8
"""How many times as large as the largest body a table may become."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """What a body may become; a small one that is compressed can hold very much."""

    rows: int
    columns: int
    bytes: int

    def check(self, height: int, width: int) -> None:
        """Refuse a table before it is read."""
        if width > self.columns:
            message = f"The table has more than {self.columns} columns."
            raise TooLarge(message, hint="Leave some out, or raise max_columns.")
        if height > self.rows:
            message = f"The table has more than {self.rows} rows."
            raise TooLarge(message, hint="Send it in parts, or raise max_log_rows.")
        if height * width * _CELL > self.bytes:
            raise self.too_much()

    def too_much(self) -> TooLarge:
        """Return the error for a table that takes too much memory."""
        message = f"The table takes more than {self.bytes} bytes when it is unpacked."
        return TooLarge(message, hint="Send it in parts, or raise max_body_bytes.")


def read_table(
    body: bytes,
    content_type: str,
    *,
    most_rows: int,
    most_columns: int,
    most_bytes: int,
    typed: bool = False,
) -> pl.DataFrame:
    """Return the table that a body holds.

    Parameters
    ----------
    body
        The bytes.
    content_type
        As the client sent it; parameters behind a semicolon are left out.
    most_rows
        Rows beyond which the table is refused.
    most_columns
        Likewise columns; an array counts as many as it is long.
    most_bytes
        Largest body; a table that takes more than eight times as many is refused.
    typed
        Whether types are told from all rows of a CSV; otherwise its values stay text.

    Raises
    ------
    InvalidRequest
        When the content type is none of the four, or JSON is something else than rows.
    InvalidData
        When the bytes are not what the content type says.
    TooLarge
        When there are too many rows, cells or characters.
    """
    kind = content_type.partition(";")[0].strip().lower()
    read = _READERS.get(kind)
    if read is None:
        expected = f"one of {', '.join(_READERS)}"
        raise refuse(field="Content-Type", problem=f"unknown ({kind or 'none'})", expected=expected)
    limits = _Limits(rows=most_rows, columns=most_columns, bytes=_UNPACKED * most_bytes)
    if typed and kind == CSV:
        read = _typed_csv
    try:
        frame = read(body, limits)
    except pl.exceptions.PolarsError as error:
        message = f"The body cannot be read as {kind}: {str(error).splitlines()[0]}."
        raise InvalidData(message, hint="Check the file and its content type.") from error
    limits.check(frame.height, _width(frame.schema))
    if sum(map(_held, frame)) > limits.bytes:
        raise limits.too_much()
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


def _width(schema: pl.Schema) -> int:
    """Return how many cells a row has; an array counts as many as it is long."""
    return sum(prod(kind.shape) if isinstance(kind, pl.Array) else 1 for kind in schema.values())


def _held(series: pl.Series) -> int:
    """Return the bytes that the texts or lists of a column hold, where they are not shared."""
    if series.dtype == pl.String:
        return int(series.str.len_bytes().sum())
    if series.dtype == pl.Binary:
        return int(series.bin.size().sum())
    if isinstance(series.dtype, pl.List):
        return int(series.list.len().cast(pl.UInt64).sum()) * _CELL
    return 0


def _csv(body: bytes, limits: _Limits) -> pl.DataFrame:
    # Text stays text, as 01234 is no number; what is one is read by the signature.
    return pl.read_csv(_checked(body, limits), infer_schema=False, n_rows=limits.rows + 1)


def _typed_csv(body: bytes, limits: _Limits) -> pl.DataFrame:
    return pl.read_csv(
        _checked(body, limits),
        infer_schema_length=None,
        try_parse_dates=True,
        n_rows=limits.rows + 1,
    )


def _checked(body: bytes, limits: _Limits) -> io.BytesIO:
    """Return a CSV to read from its beginning, as far as it is known to be within the limits."""
    # Lines may be shorter than the first: what they lack takes memory all the same.
    stream = io.BytesIO(body)
    lines = min(body.count(b"\n"), limits.rows)
    # Reading a million names takes seconds, counting them nothing; a name may hold a comma.
    limits.check(0, body.partition(b"\n")[0].count(b",") // 2)
    limits.check(lines, _width(pl.read_csv(stream, infer_schema=False, n_rows=0).schema))
    stream.seek(0)
    return stream


def _parquet(body: bytes, limits: _Limits) -> pl.DataFrame:
    # Schema and number of rows stand in the file's footer.
    stored = pl.scan_parquet(io.BytesIO(body))
    rows = stored.select(pl.len()).collect().item()
    limits.check(rows, _width(stored.collect_schema()))
    return pl.read_parquet(io.BytesIO(body))


def _arrow(body: bytes, limits: _Limits) -> pl.DataFrame:
    return pl.read_ipc_stream(io.BytesIO(body), n_rows=limits.rows + 1)


def _json(body: bytes, limits: _Limits) -> pl.DataFrame:
    rows = parse(body)
    if isinstance(rows, dict) and set(rows) == {"rows"}:
        rows = rows["rows"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise refuse(field="body", problem="no list of rows", expected="a list of JSON objects")
    limits.check(len(rows), len(set().union(*rows)))
    return to_frame(rows)


_READERS: dict[str, Callable[[bytes, _Limits], pl.DataFrame]] = {
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
