"""Reading tables of any make: Polars, pandas, PyArrow, Arrow streams, lists and mappings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeGuard, runtime_checkable

import numpy as np
import polars as pl
from polars.exceptions import PanicException, PolarsError

from modeldesk.errors import InvalidData
from modeldesk.schema.objects import from_values
from modeldesk.schema.reading import Reading
from modeldesk.schema.series import plain

if TYPE_CHECKING:
    import pandas as pd

_VECTORS = 2
"""Dimensions of an array with one vector a row."""
_UNREADABLE = ("decimal256", "interval", "union")
"""Types of Arrow, or parts of their names, that Polars 2.1 does not know."""


@runtime_checkable
class ArrowStream(Protocol):
    """Any table that exports itself through the Arrow C stream interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a PyCapsule with an Arrow C stream of record batches."""


Frame: TypeAlias = (
    pl.DataFrame
    | pl.LazyFrame
    | ArrowStream
    | Mapping[str, Iterable[object]]
    | Sequence[Mapping[str, object]]
)
"""What `to_frame` reads; pandas and PyArrow tables are Arrow streams."""

_ACCEPTED = (
    "Pass a Polars or pandas DataFrame, a PyArrow table, a mapping of column names to values, "
    "or a list of mappings."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it was read: its columns with the types in which their values came."""

    height: int
    columns: tuple[Reading, ...]

    @property
    def frame(self) -> pl.DataFrame:
        """The columns as one Polars DataFrame."""
        return pl.DataFrame([column.series for column in self.columns])


def to_frame(data: object) -> pl.DataFrame:
    """Return any table as a Polars DataFrame of plain column types.

    Columns come out as Boolean, Int64, Float64, String, Date, Datetime (microseconds, UTC),
    Duration (microseconds), or lists of Float64: Array where all are equally long, List
    elsewhere. Nulls stay nulls and NaN stays NaN. Values of mixed types become text.

    Parameters
    ----------
    data
        A Polars DataFrame or LazyFrame, a pandas DataFrame, a PyArrow Table or RecordBatch,
        any object with ``__arrow_c_stream__``, a mapping of column names to equally long
        values, or a list of mappings (a key that a row lacks is null there).

    Returns
    -------
    polars.DataFrame
        The same rows and columns in the same order.

    Raises
    ------
    InvalidData
        When the object is no table, a column cannot be read, a column's name is not a string,
        or two columns share a name; the message names the column.

    Examples
    --------
    >>> to_frame([{"age": 31}, {"age": 47, "city": "Graz"}]).to_dict(as_series=False)
    {'age': [31, 47], 'city': [None, 'Graz']}
    """
    return read_table(data).frame


def read_table(data: object) -> Table:
    """Return any table like `to_frame`, with the types in which its values came.

    Raises
    ------
    InvalidData
        When `to_frame` raises it.

    Examples
    --------
    >>> read_table({"x": [1, "one"]}).columns[0].types()["string"]
    1
    """
    if isinstance(data, pl.LazyFrame):
        data = _collected(data)
    if isinstance(data, pl.DataFrame):
        return _of_columns([_plain(series) for series in data.get_columns()])
    if _is_pandas(data):
        return _from_pandas(data)
    if isinstance(data, Mapping):
        return _from_columns(data)
    if isinstance(data, ArrowStream):
        return _from_arrow(data)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _from_rows(data)
    message = f"An object of type {type(data).__name__!r} cannot be read as a table."
    raise InvalidData(message, hint=_ACCEPTED)


def _of_columns(columns: list[Reading]) -> Table:
    height = len(columns[0].series) if columns else 0
    return Table(height=height, columns=tuple(columns))


def _plain(series: pl.Series) -> Reading:
    try:
        return plain(series)
    except (PolarsError, PanicException, OverflowError, TypeError, ValueError) as error:
        message = f"Column {series.name!r} of type {series.dtype} cannot be read: {error}."
        raise InvalidData(message, hint="Convert it to numbers, text or times first.") from error


def _is_pandas(data: object) -> TypeGuard[pd.DataFrame]:
    # Where another thread imports it at this moment, it is there and has no tables yet.
    table = getattr(sys.modules.get("pandas"), "DataFrame", None)
    return table is not None and isinstance(data, table)


def _collected(frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except PolarsError as error:
        message = f"The lazy frame cannot be evaluated: {error}."
        raise InvalidData(message, hint="Check the query that builds it.") from error


def _from_arrow(data: ArrowStream) -> Table:
    _check_names(_arrow_names(data))
    _check_types(data)
    try:
        frame = pl.DataFrame(data)
    except (PolarsError, PanicException, TypeError, ValueError) as error:
        message = f"The {type(data).__name__} cannot be read as a table: {error}."
        raise InvalidData(message, hint=_ACCEPTED) from error
    return _of_columns([_plain(series) for series in frame.get_columns()])


def _check_types(data: object) -> None:
    """Refuse columns of a PyArrow table whose type Polars panics at."""
    schema = getattr(data, "schema", ())
    for field in schema if hasattr(schema, "field") else ():
        told = str(field.type)
        if any(word in told for word in _UNREADABLE):
            message = f"Column {field.name!r} of type {told} cannot be read."
            raise InvalidData(message, hint="Cast it to numbers or text first.")


def _arrow_names(data: object) -> Sequence[object]:
    """Return the names of a PyArrow table; other streams are left to Polars to check."""
    names = getattr(data, "column_names", None)
    if names is None:
        names = getattr(getattr(data, "schema", None), "names", ())
    return names if isinstance(names, list | tuple) else ()


def _from_columns(data: Mapping[object, object]) -> Table:
    _check_names(list(data))
    columns = [_column(str(name), values) for name, values in data.items()]
    first = columns[0].series if columns else pl.Series()
    for series in (column.series for column in columns):
        if len(series) != len(first):
            message = (
                f"Column {series.name!r} has {len(series)} values, "
                f"column {first.name!r} has {len(first)}."
            )
            raise InvalidData(message, hint="Give every column the same number of values.")
    return _of_columns(columns)


def _column(name: str, values: object) -> Reading:
    if isinstance(values, pl.Series):
        return _plain(values.alias(name))
    pandas = sys.modules.get("pandas")
    series, index = (getattr(pandas, kind, None) for kind in ("Series", "Index"))
    if series is not None and index is not None and isinstance(values, series | index):
        return _pandas_column(name, series(values))
    if isinstance(values, np.ndarray):
        return _array_column(name, values)
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        message = f"Column {name!r} holds one {type(values).__name__!r} instead of values."
        raise InvalidData(message, hint="Give a list of values per column.")
    return from_values(name, list(values))


def _array_column(name: str, values: np.ndarray) -> Reading:
    if values.ndim == _VECTORS and values.dtype.kind in "iuf" and values.shape[1]:
        return _plain(pl.Series(name, np.ascontiguousarray(values, dtype=np.float64)))
    if values.ndim != 1:
        message = f"Column {name!r} is an array of {values.ndim} dimensions."
        raise InvalidData(message, hint="Give an array of numbers, or one of vectors, a column.")
    if values.dtype.kind in "biufmM":
        try:
            return plain(pl.Series(name, values))
        except (TypeError, ValueError, PolarsError):
            return from_values(name, values.tolist())
    return from_values(name, values.tolist())


def _from_rows(rows: Sequence[object]) -> Table:
    names: dict[object, None] = {}
    for position, row in enumerate(rows):
        if not isinstance(row, Mapping):
            message = f"Row {position} is a {type(row).__name__!r}, not a mapping."
            raise InvalidData(message, hint=_ACCEPTED)
        names.update(dict.fromkeys(row))
    _check_names(list(names))
    columns = [from_values(str(name), [row.get(name) for row in rows]) for name in names]  # type: ignore[attr-defined]  # every row is a mapping, see above
    return Table(height=len(rows), columns=tuple(columns))


def _from_pandas(data: pd.DataFrame) -> Table:
    _check_names(list(data.columns))
    columns = [_pandas_column(str(name), series) for name, series in data.items()]
    return Table(height=len(data), columns=tuple(columns))


def _pandas_column(name: str, series: pd.Series) -> Reading:
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufmM":
        return _array_column(name, series.to_numpy())
    if getattr(dtype, "tz", None) is not None:
        naive = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return _array_column(name, naive)
    if not isinstance(dtype, np.dtype) and sys.modules.get("pyarrow") is not None:
        exported = _exported(series)
        if exported is not None:
            return _plain(exported.alias(name))
    present = series.notna().to_numpy()
    pairs = zip(series.tolist(), present, strict=True)
    return from_values(name, [value if there else None for value, there in pairs])


def _exported(series: pd.Series) -> pl.Series | None:
    """Return a column that pandas can export to Arrow as a type that Polars knows."""
    export = getattr(series.array, "__arrow_array__", None)
    text = isinstance(series.dtype, sys.modules["pandas"].StringDtype)
    if export is None or not (text or series.dtype.kind in "biufU"):
        return None
    arrow = pl.from_arrow(export())
    return arrow if isinstance(arrow, pl.Series) else None


def _check_names(names: Sequence[object]) -> None:
    seen: set[str] = set()
    for name in names:
        if not isinstance(name, str):
            message = f"The column name {name!r} is not a string."
            raise InvalidData(message, hint="Name every column with a string.")
        if not name.isascii() and name.encode(errors="replace").decode() != name:
            message = f"The column name {name!r} has half a surrogate pair in it."
            raise InvalidData(message, hint="Rename the column.")
        if name in seen:
            message = f"Two columns are named {name!r}."
            raise InvalidData(message, hint="Give every column a name of its own.")
        seen.add(name)
