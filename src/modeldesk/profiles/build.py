"""Building profiles from tables, column by column and without a loop over rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import overload

import polars as pl

from modeldesk.profiles import named, numeric
from modeldesk.profiles.column import ColumnProfile
from modeldesk.profiles.profile import Profile
from modeldesk.profiles.together import correlations
from modeldesk.schema import ArrowStream, Frame, Kind, Reading, Table, infer_kind, read_table


@overload
def profile(data: Frame, *, kinds: Mapping[str, Kind] | None = None) -> Profile: ...


@overload
def profile(data: Iterable[Frame], *, kinds: Mapping[str, Kind] | None = None) -> Profile: ...


def profile(data: Frame | Iterable[Frame], *, kinds: Mapping[str, Kind] | None = None) -> Profile:
    """Summarise a table: counts, types, moments, quantiles and frequent values per column.

    Parameters
    ----------
    data
        A Polars or pandas DataFrame, a PyArrow table, a mapping of column names to values, or
        a list of mappings. Tables that come one after the other (an iterator, a list of frames,
        a reader of record batches) are read one at a time, in bounded memory.
    kinds
        Kind of columns by name, for instance ``signature.kinds``; the others are inferred.
        Names that the table does not have are ignored. Values that do not fit the kind (the
        text ``"n/a"`` in a column of numbers) are counted by the type in which they came, and
        have no part in moments and quantiles.

    Returns
    -------
    Profile
        It merges with profiles of other rows, encodes to bytes, and compares with a reference.

    Raises
    ------
    InvalidData
        When the table or one of its columns cannot be read.

    Examples
    --------
    >>> day = profile({"age": [31, 47, None], "city": ["Graz", "Linz", "Graz"]})
    >>> day.rows, day.column("age").missing, day.column("age").moments.mean
    (3, 1, 39.0)
    >>> [(item.value, item.count) for item in day.column("city").frequent.items()]
    [('Graz', 2), ('Linz', 1)]
    """
    parts = _parts(data)
    if parts is None:
        return _profiled(read_table(data), kinds or {})
    return merged(parts, kinds)


def merged(parts: Iterable[object], kinds: Mapping[str, Kind] | None = None) -> Profile:
    """Profile tables one after the other, and merge the profiles.

    The first values of a column decide its kind. Fractions among whole numbers make it a column
    of fractional numbers, and times among days one of times.

    Raises
    ------
    InvalidData
        When one of the parts is no table.
    Incompatible
        When vectors of a column are of different dimensions.
    """
    given = dict(kinds or {})
    whole, known = Profile.empty(), dict(given)
    for part in parts:
        table = part if isinstance(part, Table) else read_table(part)
        for reading in table.columns:
            name = reading.series.name
            if name in known and name not in given:
                known[name] = _widened(known[name], reading.series.dtype)
        whole = whole.merge(_profiled(table, known))
        for column in whole.columns:
            if column.present:
                known.setdefault(column.name, column.kind)
    return whole


def _widened(kind: Kind, dtype: pl.DataType) -> Kind:
    if kind is Kind.INTEGER and dtype == pl.Float64:
        return Kind.FLOAT
    return Kind.DATETIME if kind is Kind.DATE and dtype == pl.Datetime else kind


def _parts(data: object) -> Iterable[object] | None:
    """Return the tables that an object consists of; ``None`` where it is one table."""
    if isinstance(data, Iterator):
        return data
    if not isinstance(data, list | tuple) or not data:
        return None
    tables = all(isinstance(part, pl.DataFrame | pl.LazyFrame | ArrowStream) for part in data)
    return data if tables else None


def _profiled(table: Table, kinds: Mapping[str, Kind]) -> Profile:
    columns = tuple(_column(reading, kinds) for reading in table.columns)
    numeric = [
        reading.series
        for reading, column in zip(table.columns, columns, strict=True)
        if column.kind.numeric
    ]
    return Profile(rows=table.height, columns=columns, correlations=correlations(numeric))


def _column(reading: Reading, kinds: Mapping[str, Kind]) -> ColumnProfile:
    series = reading.series
    kind = kinds.get(series.name)
    if kind is None and series.dtype == pl.String:
        return named.strings(reading, lambda levels: infer_kind(series, levels=levels))
    kind = kind or infer_kind(series)
    if kind in _STRINGS:
        return named.strings(reading, lambda _: kind)
    return _BY_KIND[kind](reading)


_STRINGS = frozenset({Kind.CATEGORICAL, Kind.TEXT, Kind.IDENTIFIER})
_BY_KIND: dict[Kind, Callable[[Reading], ColumnProfile]] = {
    Kind.BOOLEAN: named.booleans,
    Kind.INTEGER: lambda reading: numeric.numbers(reading, Kind.INTEGER),
    Kind.FLOAT: lambda reading: numeric.numbers(reading, Kind.FLOAT),
    Kind.DATETIME: lambda reading: numeric.times(reading, Kind.DATETIME),
    Kind.DATE: lambda reading: numeric.times(reading, Kind.DATE),
    Kind.DURATION: numeric.spans,
    Kind.VECTOR: numeric.vectors,
}
