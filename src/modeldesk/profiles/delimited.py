"""Reading CSV files block by block, with the same types from the first row to the last."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from modeldesk.errors import InvalidData
from modeldesk.profiles import values
from modeldesk.profiles.records import blocks, first_end
from modeldesk.schema import Kind, Reading, Table, read_table, repeated, type_name

_STAMP = pl.Datetime("us", "UTC")
_DECLARED: dict[Kind, pl.DataType] = {
    Kind.BOOLEAN: pl.Boolean(),
    Kind.INTEGER: pl.Int64(),
    Kind.FLOAT: pl.Float64(),
    Kind.DURATION: pl.Float64(),
    Kind.CATEGORICAL: pl.String(),
    Kind.TEXT: pl.String(),
    Kind.IDENTIFIER: pl.String(),
}
_KNOWN = (pl.Boolean, pl.Int64, pl.Float64, pl.Date, pl.Datetime)


def declared(kinds: Mapping[str, Kind]) -> dict[str, pl.DataType]:
    """Return the types under which columns of given kinds are read from text."""
    return {name: _DECLARED[kind] for name, kind in kinds.items() if kind in _DECLARED}


@dataclass(slots=True, kw_only=True)
class DelimitedReader:
    """Reads CSV files; remembers the columns' types from one block, and file, to the next.

    The first block with values of a column tells its type. A later value that is no whole
    number makes whole numbers fractional; one that is no number at all is counted as the
    string that it is, and has no part in the numbers.
    """

    types: dict[str, pl.DataType] = field(default_factory=dict)

    def tables(self, path: Path) -> Iterator[Table]:
        """Yield a file's rows, some ten thousand at a time.

        Raises
        ------
        InvalidData
            When the file cannot be read as a table.
        """
        try:
            with path.open("rb") as stream:
                yield from self._tables(blocks(stream))
        except (PolarsError, OSError) as error:
            reason = str(error).strip().split("\n", maxsplit=1)[0].rstrip(".")
            message = f"{path} cannot be read as csv: {reason}."
            raise InvalidData(message, hint="Check that the file is complete.") from error
        except InvalidData as error:
            message = f"{path} cannot be read as csv: {error.message}"
            raise InvalidData(message, hint=error.hint) from error

    def _tables(self, parts: Iterator[bytes]) -> Iterator[Table]:
        first = next(parts, b"")
        end = first_end(first)
        names = _names(first[:end])
        yield self._table(names, first[end:])
        for part in parts:
            yield self._table(names, part)

    def _table(self, names: list[str], lines: bytes) -> Table:
        if not lines.strip():
            nothing = [Reading(series=pl.Series(name, [], dtype=pl.Float64)) for name in names]
            return Table(height=0, columns=tuple(nothing))
        # Columns are read under their numbers, so that any name will do.
        numbered = [str(number) for number in range(len(names))]
        source = ",".join(numbered).encode() + b"\n" + lines
        known = {
            number: self.types[name]
            for number, name in zip(numbered, names, strict=True)
            if name in self.types
        }
        try:
            frame = _parsed(source, known, complete=len(known) == len(names))
        except PolarsError:
            return self._table_of_text(names, source)
        frame.columns = names
        table = read_table(frame)
        self._remember(table)
        return table

    def _table_of_text(self, names: list[str], source: bytes) -> Table:
        """Read a block that does not fit the types, value by value."""
        frame = pl.read_csv(io.BytesIO(source), infer_schema=False)
        frame.columns = names
        columns = tuple(self._typed(series) for series in frame.get_columns())
        table = Table(height=frame.height, columns=columns)
        self._remember(table)
        return table

    def _typed(self, text: pl.Series) -> Reading:
        dtype = self.types.get(text.name)
        told = dtype is not None
        if dtype == pl.Int64:
            return _wholes(text)
        if dtype == pl.Float64:
            return _misfits(text, values.numbers(text))
        if dtype == pl.Boolean:
            return _misfits(text, values.flags(text))
        if dtype == pl.Date:
            return _misfits(text, text.str.to_date(strict=False))
        if dtype == _STAMP:
            return _misfits(text, values.times(text))
        return Reading(series=text if told else _told(text))

    def _remember(self, table: Table) -> None:
        for column in table.columns:
            series = column.series
            if series.null_count() == len(series):
                continue
            told = self.types.get(series.name)
            if told is None or (told == pl.Int64 and series.dtype == pl.Float64):
                self.types[series.name] = series.dtype if series.dtype in _KNOWN else pl.String()


def _parsed(source: bytes, types: dict[str, pl.DataType], *, complete: bool) -> pl.DataFrame:
    """Read a block; types that are not known are told from all of its rows, which is slow."""
    if complete:
        return pl.read_csv(io.BytesIO(source), schema=types)
    return pl.read_csv(
        io.BytesIO(source), schema_overrides=types, infer_schema_length=None, try_parse_dates=True
    )


def _told(text: pl.Series) -> pl.Series:
    """Return text as the first type that all values fit, or as it is."""
    readers: tuple[Callable[[pl.Series], pl.Series], ...] = (
        lambda text: text.cast(pl.Int64, strict=False),
        values.numbers,
        values.flags,
        lambda text: text.str.to_date("%Y-%m-%d", strict=False),
        values.times,
    )
    for read in readers:
        found = read(text)
        if found.null_count() == text.null_count():
            return found
    return text


def _wholes(text: pl.Series) -> Reading:
    """Read whole numbers, or fractional ones where some have a fraction."""
    whole = text.cast(pl.Int64, strict=False)
    floats = values.numbers(text)
    fractions = whole.null_count() - floats.null_count()
    if not fractions:
        return _misfits(text, whole)
    came = {
        "integer": len(text) - whole.null_count(),
        "fractional": fractions,
        "string": floats.null_count() - text.null_count(),
    }
    return Reading(series=floats, came={name: count for name, count in came.items() if count})


def _misfits(text: pl.Series, read: pl.Series) -> Reading:
    """Return what was read, with the values that were not counted as strings."""
    came = {
        type_name(read.dtype): len(read) - read.null_count(),
        "string": read.null_count() - text.null_count(),
    }
    return Reading(series=read, came={name: count for name, count in came.items() if count})


def _names(header: bytes) -> list[str]:
    if not header.strip():
        message = "it holds no table."
        raise InvalidData(message, hint="Give a table with a header line.")
    row = pl.read_csv(io.BytesIO(header), has_header=False, infer_schema=False, n_rows=1).row(0)
    names = ["" if name is None else str(name) for name in row]
    twice = repeated(names)
    if twice:
        message = f"two columns are named {twice[0]!r}."
        raise InvalidData(message, hint="Give every column a name of its own.")
    return names
