"""Tables out of files whose columns nobody knows: bounded, and with types told from the values."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
import polars as pl

from modeldesk.errors import InvalidData
from modeldesk.schema import Column, Kind, Signature, to_frame
from modeldesk.services.pieces import Place, RowFile
from modeldesk.services.reading_apart import TableReaders
from modeldesk.services.row_files import ARROW_START, RowFormat, pieces_of

_TRUTHS = {"true": True, "false": False}
_UNKNOWN = Signature(inputs=(Column(name="-", kind=Kind.TEXT),))
"""What files are read by whose columns tell themselves."""
_PARQUET_START = b"PAR1"


class TableFormat(StrEnum):
    """What a file with a table may be."""

    CSV = "csv"
    PARQUET = "parquet"
    ARROW_STREAM = "arrows"
    ARROW_FILE = "arrow"
    JSON = "json"
    """A list of objects, one for each row."""
    NDJSON = "ndjson"
    """One object a line."""


_OF_ROWS = {
    TableFormat.CSV: RowFormat.CSV,
    TableFormat.PARQUET: RowFormat.PARQUET,
    TableFormat.ARROW_STREAM: RowFormat.ARROW_STREAM,
    TableFormat.ARROW_FILE: RowFormat.ARROW_FILE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLimits:
    """How much of a table is held."""

    rows: int
    cells: int
    bytes: int
    """Of values in memory."""
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadTable:
    """A table out of a file."""

    frame: pl.DataFrame
    more: bool
    """Whether the file has more rows than these."""
    wrong: int = 0
    """Records that could not be read, and are left out."""


def read_table_file(
    path: Path, kind: TableFormat, limits: TableLimits, readers: TableReaders
) -> ReadTable:
    """Return the first rows of a file.

    Values of text files are numbers, truth values or times where all values of their column are,
    and text elsewhere.

    Parameters
    ----------
    path
        The file.
    kind
        What it is.
    limits
        How much is held.
    readers
        Open it.

    Raises
    ------
    InvalidData
        When it is no such file, or has too many columns or no row.
    """
    if kind in {TableFormat.JSON, TableFormat.NDJSON}:
        found = _of_json(path.read_bytes(), kind, limits)
    else:
        found = _of_rows(readers.open(path, _OF_ROWS[kind], _UNKNOWN), limits)
    if not found.frame.height:
        message = "There is no row in the table."
        raise InvalidData(message, hint="Check that it is the file that you mean.")
    typed = _typed(found.frame) if kind is TableFormat.CSV else to_frame(found.frame)
    return ReadTable(frame=typed, more=found.more, wrong=found.wrong)


def read_table_bytes(
    data: bytes, kind: TableFormat, limits: TableLimits, readers: TableReaders
) -> ReadTable:
    """Do what `read_table_file` does for what is in memory."""
    with tempfile.NamedTemporaryFile(prefix="modeldesk-") as file:
        file.write(data)
        file.flush()
        return read_table_file(Path(file.name), kind, limits, readers)


def format_of(data: bytes, *, media: str, path: str) -> TableFormat:
    """Tell what a file is: by its first bytes, what was said of it, and its name.

    >>> format_of(b'[{"a": 1}]', media="text/plain", path="/x").value
    'json'
    """
    if data.startswith(_PARQUET_START):
        return TableFormat.PARQUET
    if data.startswith(ARROW_START):
        return TableFormat.ARROW_FILE
    if data.startswith(b"\xff\xff\xff\xff"):
        return TableFormat.ARROW_STREAM
    begin = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    suffix = path.rpartition(".")[2].lower()
    if begin == b"[":
        return TableFormat.JSON
    if begin == b"{":
        lines = suffix in {"ndjson", "jsonl"} or "ndjson" in media or "jsonl" in media
        return TableFormat.NDJSON if lines else TableFormat.JSON
    if begin == b"<":
        message = "The address has a page, and no table."
        raise InvalidData(message, hint="Give the address of the CSV, Parquet or JSON file itself.")
    return TableFormat.CSV


def _of_rows(file: RowFile, limits: TableLimits) -> ReadTable:
    width = max(1, 1 if file.head is None else file.head.width)
    _check_columns(width, limits)
    most = min(limits.rows, limits.cells // width)
    parts: list[pl.DataFrame] = []
    rows = size = wrong = 0
    for piece in pieces_of(file, Place()):
        part = piece.frame.head(most - rows)
        parts.append(part)
        rows += part.height
        size += int(part.estimated_size())
        wrong += len(piece.unreadable)
        if part.height < piece.frame.height or size > limits.bytes:
            return ReadTable(frame=pl.concat(parts), more=True, wrong=wrong)
    if not parts:
        return ReadTable(frame=pl.DataFrame(), more=False)
    return ReadTable(frame=pl.concat(parts), more=False, wrong=wrong)


def _of_json(data: bytes, kind: TableFormat, limits: TableLimits) -> ReadTable:
    wrong = 0
    try:
        if kind is TableFormat.NDJSON:
            rows = [msgspec.json.decode(line) for line in data.splitlines() if line.strip()]
        else:
            found = msgspec.json.decode(data)
            rows = found if isinstance(found, list) else _listed(found)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = f"The file is no JSON: {str(error).rstrip('.')}."
        raise InvalidData(message, hint="Check that it is whole.") from error
    objects = [row for row in rows if isinstance(row, dict)]
    wrong = len(rows) - len(objects)
    if not objects:
        message = "There is no list of objects in the JSON."
        raise InvalidData(message, hint='Write one object for each row: [{"age": 31}, ...].')
    width = len({name for row in objects[: limits.rows] for name in row})
    _check_columns(width, limits)
    most = min(limits.rows, limits.cells // max(width, 1))
    return ReadTable(frame=to_frame(objects[:most]), more=len(objects) > most, wrong=wrong)


def _listed(found: object) -> list[object]:
    """Return the list in an object that holds one, as many interfaces answer."""
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        if len(lists) == 1:
            return list(lists[0])
        return [found]
    return []


def _check_columns(width: int, limits: TableLimits) -> None:
    if width > limits.columns:
        message = f"The table has {width:,} columns."
        raise InvalidData(message, hint=f"Give at most {limits.columns:,}.")


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame([_values(series) for series in frame.get_columns()])


def _values(texts: pl.Series) -> pl.Series:
    """Return the values that all texts of a column stand for."""
    present = texts.null_count()
    if texts.dtype != pl.String or present == len(texts):
        return texts
    trimmed = texts.str.strip_chars()
    for dtype in (pl.Int64, pl.Float64):
        read = trimmed.cast(dtype, strict=False)
        if read.null_count() == present:
            return read
    lower = trimmed.str.to_lowercase()
    if lower.drop_nulls().is_in(list(_TRUTHS)).all():
        return lower.replace_strict(_TRUTHS, default=None, return_dtype=pl.Boolean)
    return _times(texts, trimmed, present)


def _times(texts: pl.Series, trimmed: pl.Series, missing: int) -> pl.Series:
    days = trimmed.str.to_date("%Y-%m-%d", strict=False)
    if days.null_count() == missing:
        return days
    for pattern in ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"):
        zoned = trimmed.str.to_datetime(pattern, strict=False, time_zone="UTC")
        if zoned.null_count() == missing:
            return zoned.cast(pl.Datetime("us", "UTC"))
    for pattern in ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"):
        plain = trimmed.str.to_datetime(pattern, strict=False)
        if plain.null_count() == missing:
            return plain.dt.replace_time_zone("UTC").cast(pl.Datetime("us", "UTC"))
    return texts
