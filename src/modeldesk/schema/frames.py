"""Reading tables of any make: Polars, pandas, PyArrow, Arrow streams, lists and mappings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeGuard, runtime_checkable

import numpy as np
import polars as pl

from modeldesk.errors import InvalidData
from modeldesk.schema.series import from_values, plain

if TYPE_CHECKING:
    import pandas as pd


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


def to_frame(data: object) -> pl.DataFrame:
    """Return any table as a Polars DataFrame of plain column types.

    Columns come out as Boolean, Int64, Float64, String or Datetime (microseconds, UTC).
    Nulls stay nulls and NaN stays NaN. Values of mixed types become text.

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
    if isinstance(data, pl.LazyFrame):
        data = _collected(data)
    if isinstance(data, pl.DataFrame):
        return pl.DataFrame([plain(series) for series in data.get_columns()])
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


def _is_pandas(data: object) -> TypeGuard[pd.DataFrame]:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def _collected(frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except pl.exceptions.PolarsError as error:
        message = f"The lazy frame cannot be evaluated: {error}."
        raise InvalidData(message, hint="Check the query that builds it.") from error


def _from_arrow(data: ArrowStream) -> pl.DataFrame:
    _check_names(_arrow_names(data))
    try:
        frame = pl.DataFrame(data)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        message = f"The {type(data).__name__} cannot be read as a table: {error}."
        raise InvalidData(message, hint=_ACCEPTED) from error
    return pl.DataFrame([plain(series) for series in frame.get_columns()])


def _arrow_names(data: object) -> Sequence[object]:
    """Return the names of a PyArrow table; other streams are left to Polars to check."""
    names = getattr(data, "column_names", None)
    if names is None:
        names = getattr(getattr(data, "schema", None), "names", ())
    return names if isinstance(names, list | tuple) else ()


def _from_columns(data: Mapping[object, object]) -> pl.DataFrame:
    _check_names(list(data))
    columns = [_column(str(name), values) for name, values in data.items()]
    for series in columns:
        if len(series) != len(columns[0]):
            message = (
                f"Column {series.name!r} has {len(series)} values, "
                f"column {columns[0].name!r} has {len(columns[0])}."
            )
            raise InvalidData(message, hint="Give every column the same number of values.")
    return pl.DataFrame(columns)


def _column(name: str, values: object) -> pl.Series:
    if isinstance(values, pl.Series):
        return plain(values.alias(name))
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(values, pandas.Series | pandas.Index):
        return _pandas_column(name, pandas.Series(values))
    if isinstance(values, np.ndarray):
        return _array_column(name, values)
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        message = f"Column {name!r} holds one {type(values).__name__!r} instead of values."
        raise InvalidData(message, hint="Give a list of values per column.")
    return from_values(name, list(values))


def _array_column(name: str, values: np.ndarray) -> pl.Series:
    if values.ndim != 1:
        message = f"Column {name!r} is an array of {values.ndim} dimensions."
        raise InvalidData(message, hint="Give a one-dimensional array per column.")
    if values.dtype.kind in "biufM":
        try:
            return plain(pl.Series(name, values))
        except (TypeError, ValueError, pl.exceptions.PolarsError):
            return from_values(name, values.tolist())
    return from_values(name, values.tolist())


def _from_rows(rows: Sequence[object]) -> pl.DataFrame:
    names: dict[object, None] = {}
    for position, row in enumerate(rows):
        if not isinstance(row, Mapping):
            message = f"Row {position} is a {type(row).__name__!r}, not a mapping."
            raise InvalidData(message, hint=_ACCEPTED)
        names.update(dict.fromkeys(row))
    _check_names(list(names))
    return pl.DataFrame(
        [from_values(str(name), [row.get(name) for row in rows]) for name in names]  # type: ignore[attr-defined]  # every row is a mapping, see above
    )


def _from_pandas(data: pd.DataFrame) -> pl.DataFrame:
    _check_names(list(data.columns))
    columns = [_pandas_column(str(name), data[name]) for name in data.columns]
    return pl.DataFrame(columns)


def _pandas_column(name: str, series: pd.Series) -> pl.Series:
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufM":
        return _array_column(name, series.to_numpy())
    if getattr(dtype, "tz", None) is not None:
        naive = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return _array_column(name, naive)
    if not isinstance(dtype, np.dtype) and sys.modules.get("pyarrow") is not None:
        exported = _exported(series)
        if exported is not None:
            return plain(exported.alias(name))
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
        if name in seen:
            message = f"Two columns are named {name!r}."
            raise InvalidData(message, hint="Give every column a name of its own.")
        seen.add(name)
