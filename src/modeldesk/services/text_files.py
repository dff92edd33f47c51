"""Text files of rows, CSV and JSON lines: a wrong row is told, and costs no other row.

Both are read in blocks of whole records, and reading can begin at the end of any block.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

import msgspec
import polars as pl
from polars.exceptions import PolarsError

from modeldesk.errors import InvalidData, InvalidRows, Problem
from modeldesk.profiles.records import LONGEST, blocks, first_end, record_ends
from modeldesk.schema import RowDecoder, Signature, repeated
from modeldesk.services.pieces import Piece, Place

_BLOCK = 1 << 20
_MARK = b"\xef\xbb\xbf"
_OWN = ("timestamp", "time", "row_id")
"""Names that rows of JSON may have besides the features."""

_Cut: TypeAlias = Callable[[BinaryIO], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Some whole records."""

    data: bytes
    end: int
    """Where they end in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a block holds."""

    frame: pl.DataFrame
    positions: Sequence[int]
    problems: tuple[Problem, ...]
    rows: int

    def piece(self, end: int) -> Piece:
        return Piece(
            frame=self.frame,
            positions=self.positions,
            unreadable=self.problems,
            rows=self.rows,
            end=end,
        )


class DelimitedFile:
    """A CSV file with a header line; all values are text until the signature reads them.

    Parameters
    ----------
    path
        Where it is.

    Raises
    ------
    InvalidData
        When it has no header, or two columns of one name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            start = _passed_mark(file)
            first = next(_records(file), b"")
        end = first_end(first)
        self._start = start + end
        self.head = pl.DataFrame(schema=dict.fromkeys(_names(first[:end]), pl.String))
        self.rows = 0 if end == len(first) else None

    def pieces(self, after: Place) -> Iterator[Piece]:
        """Yield the records of each block."""
        with self._path.open("rb") as file:
            for block in _blocks_from(file, max(after.bytes, self._start), _records):
                read = _cells(block.data, self.head.width)
                read.frame.columns = self.head.columns
                yield read.piece(block.end)


class LinesFile:
    """A file with one JSON object a line, read as rows of a request are.

    Parameters
    ----------
    path
        Where it is.
    signature
        Names and types of the features.
    own
        Names of further columns, with times and keys.

    Raises
    ------
    InvalidData
        When its first line is no object.
    """

    rows = None
    head = None

    def __init__(self, path: Path, signature: Signature, own: Sequence[str]) -> None:
        self._path = path
        self._decoder = RowDecoder(Signature(inputs=signature.inputs))
        features = {column.name for column in signature.inputs}
        with path.open("rb") as file:
            _passed_mark(file)
            line = file.readline(LONGEST)
        try:
            first = msgspec.json.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            message = f"The file's first line is no JSON: {str(error).rstrip('.')}."
            raise InvalidData(message, hint="Write one object a line.") from error
        if not isinstance(first, dict):
            message = "The file's first line is no JSON object."
            raise InvalidData(message, hint='Write one object a line: {"age": 31}.')
        usual = [name for name in _OWN if name in first and name not in features]
        self._own = list(dict.fromkeys([*own, *usual]))

    def pieces(self, after: Place) -> Iterator[Piece]:
        """Yield the rows of each block."""
        with self._path.open("rb") as file:
            for block in _blocks_from(file, after.bytes, _lines):
                yield self._read(block.data).piece(block.end)

    def _read(self, data: bytes) -> _Read:
        lines = [line for line in data.split(b"\n") if line.strip()]
        problems: list[Problem] = []
        rows: list[object] = []
        positions: list[int] = []
        for position, line in enumerate(lines):
            try:
                rows.append(msgspec.json.decode(line))
                positions.append(position)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                told = "no JSON"
                problems.append(
                    Problem(row=position, field="", problem=told, expected="one object a line")
                )
        own = [self._taken(row) for row in rows]
        table, fitting = self._table(rows, positions, problems)
        stamps = [
            pl.Series(name, [own[place].get(name) for place in fitting], dtype=pl.String)
            for name in self._own
        ]
        return _Read(
            frame=table.with_columns(stamps),
            positions=[positions[place] for place in fitting],
            problems=tuple(sorted(problems, key=lambda problem: problem.row)),
            rows=len(lines),
        )

    def _taken(self, row: object) -> dict[str, str]:
        """Take what is no feature out of a row, as text."""
        if not isinstance(row, dict):
            return {}
        found = {name: row.pop(name) for name in self._own if name in row}
        return {name: str(value) for name, value in found.items() if value is not None}

    def _table(
        self, rows: Sequence[object], positions: Sequence[int], problems: list[Problem]
    ) -> tuple[pl.DataFrame, Sequence[int]]:
        """Return the rows that fit as a table, and which they are; tell the others."""
        with suppress(InvalidRows):
            return self._decoder.table(rows), range(len(rows))
        fitting: list[int] = []
        for place, row in enumerate(rows):
            try:
                self._decoder.decode([row])
                fitting.append(place)
            except InvalidRows as error:
                problems.append(replace(error.problems[0], row=positions[place]))
        return self._decoder.table([rows[place] for place in fitting]), fitting


def _passed_mark(file: BinaryIO) -> int:
    """Pass over the mark that some programs put before UTF-8; return where the file is then."""
    start = file.tell()
    if file.read(len(_MARK)) == _MARK:
        return file.tell()
    return file.seek(start)


def _blocks_from(file: BinaryIO, start: int, cut: _Cut) -> Iterator[_Block]:
    file.seek(start)
    end = _passed_mark(file)
    for data in cut(file):
        end += len(data)
        yield _Block(data=data, end=end)


def _records(file: BinaryIO) -> Iterator[bytes]:
    return blocks(file, size=_BLOCK)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while data := file.read(_BLOCK):
        rest += data
        end = rest.rfind(b"\n") + 1
        if end:
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > LONGEST:
            message = f"A line is longer than {LONGEST >> 20} MB."
            raise InvalidData(message, hint="Write one object a line.")
    if rest:
        yield rest


def _cells(data: bytes, width: int) -> _Read:
    """Read records; where one of them is wrong, it alone is left out."""
    try:
        frame = _parsed(data, width)
    except PolarsError:
        return _without_wrong(data, width)
    return _Read(frame=frame, positions=range(frame.height), problems=(), rows=frame.height)


def _without_wrong(data: bytes, width: int) -> _Read:
    ends = record_ends(data)
    good: list[pl.DataFrame] = [_parsed(b"", width)]
    positions: list[int] = []
    problems: list[Problem] = []
    waiting = [(0, len(ends))]
    while waiting:
        first, last = waiting.pop()
        part = data[ends[first - 1] if first else 0 : ends[last - 1]]
        try:
            good.append(_parsed(part, width))
            positions += range(first, last)
        except PolarsError:
            if last - first == 1:
                problems.append(_wrong_record(first, part, width))
                continue
            middle = (first + last) // 2
            waiting += [(middle, last), (first, middle)]  # the earlier ones come first
    return _Read(
        frame=pl.concat(good), positions=positions, problems=tuple(problems), rows=len(ends)
    )


def _parsed(data: bytes, width: int) -> pl.DataFrame:
    # Columns are read under their numbers, so that any name will do.
    schema = {str(number): pl.String() for number in range(width)}
    source = io.BytesIO(",".join(schema).encode() + b"\n" + data)
    return pl.read_csv(source, schema=schema, infer_schema=False)


def _wrong_record(position: int, record: bytes, width: int) -> Problem:
    try:
        record.decode()
    except UnicodeDecodeError:
        problem = "not in UTF-8"
    else:
        problem = "too many cells, or a quote in the wrong place"
    cells = "one cell" if width == 1 else f"{width} cells"
    return Problem(row=position, field="", problem=problem, expected=cells)


def _names(header: bytes) -> list[str]:
    if not header.strip():
        message = "The file holds no table."
        raise InvalidData(message, hint="Give a table with a header line.")
    try:
        read = pl.read_csv(io.BytesIO(header), has_header=False, infer_schema=False, n_rows=1)
    except PolarsError as error:
        message = "The file's first line is no header of a CSV file."
        raise InvalidData(message, hint="Check the file and its type.") from error
    names = ["" if name is None else str(name) for name in read.row(0)]
    twice = repeated(names)
    if twice:
        message = f"Two columns of the file are named {twice[0]!r}."
        raise InvalidData(message, hint="Give every column a name of its own.")
    return names
