"""Tables in and out: CSV, Parquet, Arrow streams and JSON, by content type."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import polars as pl
from polars.exceptions import PanicException, PolarsError
from starlette.responses import Response

from modeldesk.api.encoding import encode
from modeldesk.api.requests import TooLarge, parse, refuse, unknown_type
from modeldesk.errors import InvalidData
from modeldesk.schema import to_frame
from modeldesk.services.media_types import media_type
from modeldesk.services.pieces import Place
from modeldesk.services.reading_apart import TableReaders
from modeldesk.services.row_files import RowFormat, arrow_format

ARROW = "application/vnd.apache.arrow.stream"
ARROW_FILE = "application/vnd.apache.arrow.file"
PARQUET = "application/vnd.apache.parquet"
CSV = "text/csv"
JSON = "application/json"

TABLE_TYPES = (CSV, PARQUET, ARROW)
"""What a table may be asked for as, besides JSON."""

SENT_TYPES = (*TABLE_TYPES, ARROW_FILE)
"""What a table may be sent as, besides JSON."""

TABLES: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string"}} for kind in TABLE_TYPES}}
}
"""How OpenAPI describes an answer in any of them."""

CURSOR_HEADER = "X-Next-Cursor"

_BINARY = {
    PARQUET: RowFormat.PARQUET,
    ARROW: RowFormat.ARROW_STREAM,
    ARROW_FILE: RowFormat.ARROW_FILE,
}

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
        self.check_held(height * width * _CELL)

    def check_held(self, size: int) -> None:
        """Refuse a table that takes too much memory."""
        if size > self.bytes:
            message = f"The table takes more than {self.bytes} bytes when it is unpacked."
            raise TooLarge(message, hint="Send it in parts, or raise max_body_bytes.")


def table_body(rows: dict[str, Any]) -> dict[str, Any]:
    """Return what OpenAPI says of a body that is a table.

    Parameters
    ----------
    rows
        The schema of such a body in JSON.
    """
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = {JSON: {"schema": rows}, CSV: {"schema": {"type": "string"}}}
    content |= dict.fromkeys(_BINARY, binary)
    return {"requestBody": {"required": True, "content": content}}


def read_table(
    body: bytes,
    content_type: str,
    readers: TableReaders,
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
    readers
        Read Parquet and Arrow.
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
        When the content type is none of the known ones, or JSON is something else than rows.
    InvalidData
        When the bytes are not what the content type says.
    TooLarge
        When there are too many rows, cells or characters.
    """
    kind = media_type(content_type)
    limits = _Limits(rows=most_rows, columns=most_columns, bytes=_UNPACKED * most_bytes)
    if kind in _BINARY:
        return _binary(body, kind, readers, limits)
    if kind not in {CSV, JSON}:
        raise unknown_type(kind, (JSON, *SENT_TYPES))
    frame = _textual(body, kind, limits, typed=typed)
    limits.check(frame.height, _width(frame.schema))
    limits.check_held(_held(frame))
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
        kind = media_type(part)
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


def _held(frame: pl.DataFrame) -> int:
    """Return the bytes that texts and lists hold, where they are not shared."""
    return sum(map(_held_by, frame))


def _held_by(series: pl.Series) -> int:
    if series.dtype == pl.String:
        return int(series.str.len_bytes().sum())
    if series.dtype == pl.Binary:
        return int(series.bin.size().sum())
    if isinstance(series.dtype, pl.List):
        return int(series.list.len().cast(pl.UInt64).sum()) * _CELL
    return 0


def _binary(body: bytes, kind: str, readers: TableReaders, limits: _Limits) -> pl.DataFrame:
    stored = _BINARY[kind]
    if stored is RowFormat.ARROW_STREAM:
        # What writes .arrow files writes them with a directory of their batches, or without.
        stored = arrow_format(body)
    with readers.body(body, stored) as file:
        head = pl.DataFrame() if file.head is None else file.head
        width = _width(head.schema)
        limits.check(file.rows or 0, width)
        frames, rows, held = [head], 0, 0
        for piece in file.pieces(Place()):
            frames.append(piece.frame)
            rows += piece.rows
            held += _held(piece.frame)
            limits.check(rows, width)
            limits.check_held(held)
        return pl.concat(frames)


def _textual(body: bytes, kind: str, limits: _Limits, *, typed: bool) -> pl.DataFrame:
    if kind == JSON:
        return _json(body, limits)
    try:
        return (_typed_csv if typed else _csv)(body, limits)
    except (PolarsError, PanicException) as error:
        message = f"The body cannot be read as {kind}: {str(error).splitlines()[0]}."
        raise InvalidData(message, hint="Check the file and its content type.") from error


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


def _json(body: bytes, limits: _Limits) -> pl.DataFrame:
    rows = parse(body)
    if isinstance(rows, dict) and set(rows) == {"rows"}:
        rows = rows["rows"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise refuse(field="body", problem="no list of rows", expected="a list of JSON objects")
    limits.check(len(rows), len(set().union(*rows)))
    return to_frame(rows)


_WRITERS: dict[str, Callable[[pl.DataFrame, io.BytesIO], object]] = {
    CSV: lambda frame, stream: frame.write_csv(stream),
    PARQUET: lambda frame, stream: frame.write_parquet(stream),
    ARROW: lambda frame, stream: frame.write_ipc_stream(stream),
}
