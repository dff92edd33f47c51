"""A column as it was read: plain values, and the types in which they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

STAMP = pl.Datetime("us", "UTC")
SPAN = pl.Duration("us")

_TYPES: dict[type[pl.DataType], str] = {
    pl.Boolean: "boolean",
    pl.Int64: "integer",
    pl.Float64: "fractional",
    pl.String: "string",
    pl.Datetime: "datetime",
    pl.Date: "date",
    pl.Duration: "duration",
    pl.List: "vector",
    pl.Array: "vector",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One column of a table, in one of the plain types.

    Plain are Boolean, Int64, Float64, String, Datetime (microseconds, UTC), Date, Duration
    (microseconds), and lists of Float64: Array where all are equally long, List elsewhere.
    """

    series: pl.Series
    came: Mapping[str, int] | None = None
    """Values by type, where they came in other types than the series'; a value may be counted
    here and null in the series, because it is of no use there."""
    lost_nan: int = 0
    """Rows that were NaN and are null in the series."""

    @property
    def nan(self) -> int:
        """Rows that are or were NaN."""
        if self.series.dtype != pl.Float64:
            return self.lost_nan
        # In NumPy's array nulls are NaN too. For small columns it is the fastest way to count.
        both = int(np.count_nonzero(np.isnan(self.series.to_numpy())))
        return self.lost_nan + both - self.series.null_count()

    def types(self, nan: int | None = None) -> Mapping[str, int]:
        """Return the number of values by the type in which they came.

        Parameters
        ----------
        nan
            What `nan` is, where it is known; NaN and nulls are no values.
        """
        if self.came is not None:
            return self.came
        nan = self.nan if nan is None else nan
        count = len(self.series) - self.series.null_count() - nan
        return {type_name(self.series.dtype): count} if count else {}


def type_name(dtype: pl.DataType) -> str:
    """Return what the values of a plain column type are called.

    >>> type_name(pl.Int64()), type_name(pl.Array(pl.Float64, 3))
    ('integer', 'vector')
    """
    return _TYPES[type(dtype)]
