"""Files of rows of every format that is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from modeldesk.errors import InvalidData
from modeldesk.schema import Signature
from modeldesk.services.arrow_stream import ArrowStream
from modeldesk.services.pieces import PIECE_BYTES, PIECE_ROWS, Piece, Place, RowFile, gathered
from modeldesk.services.text_files import DelimitedFile, LinesFile

_FEWEST = 1_000
_SMALL_BYTES = 1 << 23
"""A file of less is not tried with a few rows first: each query reads a whole row group."""

_CELLS = 4_000_000

_QUERY_BYTES = 1 << 26
"""Bytes of a file that one query may read, where that can be known.

To read some rows of Parquet, Polars reads all bytes that their row group has of a column. The first
million rows of a file of 980 MB with 16 columns in one row group took a process 273 MB and 10
seconds that way, and take 159 MB and 3 seconds a few columns at a time.
"""


class RowFormat(StrEnum):
    """What a file of rows may be."""

    CSV = "csv"
    PARQUET = "parquet"
    ARROW_STREAM = "arrows"
    ARROW_FILE = "arrow"
    NDJSON = "ndjson"


ARROW_START = b"ARROW1"
"""What an Arrow file begins with, and a stream does not."""

NAMES = {
    RowFormat.CSV: "CSV",
    RowFormat.PARQUET: "Parquet",
    RowFormat.ARROW_STREAM: "an Arrow stream",
    RowFormat.ARROW_FILE: "an Arrow file",
    RowFormat.NDJSON: "NDJSON",
}
"""What people call them."""


def arrow_format(start: bytes) -> RowFormat:
    """Tell by its first bytes whether Arrow data has a directory of its batches.

    >>> arrow_format(b"ARROW1 and more").value
    'arrow'
    """
    has_directory = start.startswith(ARROW_START)
    return RowFormat.ARROW_FILE if has_directory else RowFormat.ARROW_STREAM


def open_rows(
    path: Path, kind: RowFormat, signature: Signature, *, own: Sequence[str] = ()
) -> RowFile:
    """Open a file of rows.

    Parameters
    ----------
    path
        Where it is.
    kind
        What it is.
    signature
        What rows of JSON are read by; the values of other files are judged later.
    own
        Names of columns with times and keys, where they were told.

    Raises
    ------
    InvalidData
        When it is no such file.
    """
    try:
        match kind:
            case RowFormat.CSV:
                return DelimitedFile(path)
            case RowFormat.NDJSON:
                return LinesFile(path, signature, own)
            case RowFormat.ARROW_STREAM:
                return ArrowStreamFile(path)
            case RowFormat.PARQUET:
                return ScannedFile(pl.scan_parquet(path, glob=False), path, "Parquet")
            case RowFormat.ARROW_FILE:
                return ScannedFile(pl.scan_ipc(path), path, "Arrow")
    except (PolarsError, OSError) as error:
        raise unreadable(error, kind=NAMES[kind]) from error


def pieces_of(file: RowFile, after: Place) -> Iterator[Piece]:
    """Yield large pieces of what comes after a place.

    Raises
    ------
    InvalidData
        When the rest cannot be read.
    """
    try:
        yield from gathered(file.pieces(after))
    except (PolarsError, OSError) as error:
        raise unreadable(error, kind="a table") from error


class ScannedFile:
    """A file with a directory of its parts: any rows of it can be read by number.

    Parameters
    ----------
    table
        The file, not read yet.
    path
        Where it is.
    kind
        What it is, in words.
    query_bytes
        About how many bytes of the file one query reads at most, where it has several columns:
        as many columns are read together as would take these if all rows were in one row group.
    """

    def __init__(
        self, table: pl.LazyFrame, path: Path, kind: str, *, query_bytes: int = _QUERY_BYTES
    ) -> None:
        self._table = table
        self._kind = kind
        self._size = path.stat().st_size
        self.head = pl.DataFrame(schema=table.collect_schema())
        self.rows = int(table.select(pl.len()).collect().item())
        self._columns = max(query_bytes * self.head.width // max(self._size, 1), 1)
        """How many are read together."""

    def pieces(self, after: Place) -> Iterator[Piece]:
        """Yield rows, fewer at once the more memory they take.

        Each piece is a query of its own: what streams ahead of its reader takes twice the
        memory.
        """
        most = min(max(_CELLS // max(self.head.width, 1), _FEWEST), PIECE_ROWS)
        first = most if self._size <= _SMALL_BYTES else _FEWEST
        step, start = min(first, most), after.rows
        while start < self.rows:
            frame = self._slice(start, step)
            if not frame.height:
                message = f"The {self._kind} file ends after {start:,} of {self.rows:,} rows."
                raise InvalidData(message, hint="Check that it is complete.")
            start += frame.height
            yield Piece(
                frame=frame,
                positions=range(frame.height),
                unreadable=(),
                rows=frame.height,
                end=self._size * start // self.rows,
            )
            held = max(int(frame.estimated_size()), 1) / frame.height
            step = max(min(most, int(PIECE_BYTES / held)), 1)

    def _slice(self, start: int, rows: int) -> pl.DataFrame:
        """Return some rows, read a few columns at a time."""
        names = self.head.columns
        parts = [
            self._table.select(names[first : first + self._columns]).slice(start, rows).collect()
            for first in range(0, max(len(names), 1), self._columns)
        ]
        return pl.DataFrame([series for part in parts for series in part.get_columns()])


class ArrowStreamFile:
    """An Arrow stream, read batch by batch.

    Parameters
    ----------
    path
        Where it is.
    """

    rows = None

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self.head = pl.DataFrame(schema=ArrowStream(file).columns)

    def pieces(self, after: Place) -> Iterator[Piece]:
        """Yield the rows of each batch."""
        with self._path.open("rb") as file:
            stream = ArrowStream(file)
            for batch in stream.frames(skip=after.rows):
                for frame in batch.iter_slices(PIECE_ROWS):
                    yield Piece(
                        frame=frame,
                        positions=range(frame.height),
                        unreadable=(),
                        rows=frame.height,
                        end=stream.position,
                    )


def unreadable(error: BaseException, *, kind: str) -> InvalidData:
    """Return what is told of a file that a library could not read."""
    reason = str(error).strip().split("\n", maxsplit=1)[0].rstrip(".")
    message = f"The file cannot be read as {kind}: {reason}."
    return InvalidData(message, hint="Check that the file is complete, and its type.")
