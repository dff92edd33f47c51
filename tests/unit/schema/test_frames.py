"""Tables of any make become frames of plain columns."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import ModuleType
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from modeldesk.errors import InvalidData
from modeldesk.schema import read_table, to_frame

STAMP = pl.Datetime("us", "UTC")
SPAN = pl.Duration("us")


class Stream:
    """A table of some library that speaks the Arrow C stream interface."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


TABLE = pa.table({"age": [31, 47, None], "city": ["Graz", None, "Linz"]})
ROWS = [{"age": 31, "city": "Graz"}, {"age": 47}, {"city": "Linz"}]


@pytest.mark.parametrize(
    "data",
    [
        pl.DataFrame(TABLE),
        pl.DataFrame(TABLE).lazy(),
        TABLE,
        TABLE.to_batches()[0],
        Stream(TABLE),
        pd.DataFrame(
            {"age": pd.array([31, 47, None], dtype="Int64"), "city": ["Graz", None, "Linz"]}
        ),
        {"age": [31, 47, None], "city": ("Graz", None, "Linz")},
        {"age": pl.Series([31, 47, None]), "city": pd.Series(["Graz", None, "Linz"])},
        ROWS,
    ],
    ids=lambda data: type(data).__name__,
)
def test_every_kind_of_table_is_read_alike(data: object) -> None:
    """The same table gives the same frame, whoever made it."""
    frame = to_frame(data)
    assert frame.schema == {"age": pl.Int64, "city": pl.String}
    assert frame.to_dict(as_series=False) == {
        "age": [31, 47, None],
        "city": ["Graz", None, "Linz"],
    }


@pytest.mark.parametrize(
    ("series", "dtype", "values"),
    [
        (pl.Series([1, 255], dtype=pl.UInt8), pl.Int64, [1, 255]),
        (pl.Series([2**63], dtype=pl.UInt64), pl.Float64, [2.0**63]),
        (pl.Series([2**63 - 1], dtype=pl.UInt64), pl.Int64, [2**63 - 1]),
        (pl.Series([None], dtype=pl.UInt64), pl.Int64, [None]),
        (pl.Series([0.5], dtype=pl.Float32), pl.Float64, [0.5]),
        (pl.Series([Decimal("1.5"), None]), pl.Float64, [1.5, None]),
        (pl.Series([None, None]), pl.Float64, [None, None]),
        (pl.Series(["a", "b"], dtype=pl.Categorical), pl.String, ["a", "b"]),
        (pl.Series(["a"], dtype=pl.Enum(["a", "b"])), pl.String, ["a"]),
        (pl.Series([date(2026, 3, 1)]), pl.Date, [date(2026, 3, 1)]),
        (pl.Series([datetime(2026, 3, 1)]), STAMP, [datetime(2026, 3, 1, tzinfo=UTC)]),  # noqa: DTZ001
        (
            pl.Series([datetime(2026, 3, 1, 1)]).dt.replace_time_zone("Europe/Vienna"),  # noqa: DTZ001
            STAMP,
            [datetime(2026, 3, 1, tzinfo=UTC)],
        ),
        (pl.Series([timedelta(minutes=1)]), SPAN, [timedelta(minutes=1)]),
        (pl.Series([timedelta.max, None], dtype=pl.Duration("ms")), SPAN, [None, None]),
        (pl.Series([time(1)]), pl.String, ["01:00:00"]),
        (pl.Series([b"abc", b"\xff"]), pl.String, ["abc", "\ufffd"]),
        (pl.Series([[1, 2], None]), pl.Array(pl.Float64, 2), [[1.0, 2.0], None]),
        (pl.Series([[1, 2], [3]]), pl.List(pl.Float64), [[1.0, 2.0], [3.0]]),
        (pl.Series([[None], []]), pl.List(pl.Float64), [[None], []]),
        (pl.Series([["a"], None]), pl.String, ["['a']", None]),
        (pl.Series([[[1]]], dtype=pl.Array(pl.Int64, (1, 1))), pl.String, ["[[1]]"]),
        (pl.Series([{"a": 1}]), pl.String, ["{'a': 1}"]),
        (pl.Series([1 + 2j], dtype=pl.Object), pl.String, ["(1+2j)"]),
    ],
    ids=lambda value: str(value.dtype) if isinstance(value, pl.Series) else "",
)
def test_columns_become_plain(series: pl.Series, dtype: pl.DataType, values: list[object]) -> None:
    """Every type of column becomes one of few, with the same values."""
    column = to_frame(pl.DataFrame({"x": series}))["x"]
    assert column.dtype == dtype
    assert column.to_list() == values


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([1, 2.5, None], pl.Float64, [1.0, 2.5, None]),
        ([np.int64(1), 2.5], pl.Float64, [1.0, 2.5]),
        ([1, "a", None], pl.String, ["1", "a", None]),
        ([True, 1], pl.String, ["True", "1"]),
        (["a", float("nan")], pl.String, ["a", None]),
        ([True, float("nan")], pl.Boolean, [True, None]),
        ([float("nan"), None], pl.Float64, None),
        ([2**70, -1], pl.Float64, [2.0**70, -1.0]),
        ([10**400, 1.5, -(10**400)], pl.Float64, [float("inf"), 1.5, float("-inf")]),
        (["half \ud800", None], pl.String, ["half ?", None]),
        ([np.float32(0.5), np.datetime64("2026-01-01", "ns")], pl.String, None),
        ([np.datetime64("2026-01-01", "ns")], STAMP, [datetime(2026, 1, 1, tzinfo=UTC)]),
        (
            [np.timedelta64(1, "s"), timedelta(seconds=2), timedelta.max],
            SPAN,
            [timedelta(seconds=1), timedelta(seconds=2), None],
        ),
        ([date(2026, 1, 1), None], pl.Date, [date(2026, 1, 1), None]),
        ([[1, 2.5], (3, None), None], pl.Array(pl.Float64, 2), None),
        ([np.arange(2), [1.5]], pl.List(pl.Float64), [[0.0, 1.0], [1.5]]),
        ([[1, "a"], [True]], pl.String, ["[1, 'a']", "[True]"]),
        (np.arange(6).reshape(3, 2), pl.Array(pl.Float64, 2), [[0, 1], [2, 3], [4, 5]]),
        (np.array([1, "NaT"], dtype="timedelta64[s]"), SPAN, [timedelta(seconds=1), None]),
        ([Decimal("sNaN"), Decimal("1e999")], pl.Float64, None),
        ([datetime.max.replace(tzinfo=timezone(timedelta(hours=-9)))], STAMP, [None]),
        ([pd.NA, 1, 2.5], pl.Float64, [None, 1.0, 2.5]),
        ([pd.NaT, datetime(2026, 1, 1, tzinfo=UTC)], STAMP, None),
        (
            [date(2026, 1, 1), datetime(2026, 1, 2), None],  # noqa: DTZ001
            STAMP,
            [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), None],
        ),
        (
            [date(2026, 1, 1), datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=1)))],
            STAMP,
            [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 23, tzinfo=UTC)],
        ),
        ([UUID(int=0)], pl.String, ["00000000-0000-0000-0000-000000000000"]),
        ([timedelta(seconds=3), "a"], pl.String, ["3.0", "a"]),
        ([], pl.Float64, []),
        (range(3), pl.Int64, [0, 1, 2]),
        (np.array([1.5, 2.5], dtype=np.float16), pl.Float64, [1.5, 2.5]),
        (np.array(["a", None], dtype=object), pl.String, ["a", None]),
        (
            np.array(["2026-01-01"], dtype="datetime64[h]"),
            STAMP,
            [datetime(2026, 1, 1, tzinfo=UTC)],
        ),
        (np.array([1 + 2j]), pl.String, ["(1+2j)"]),
        (pd.Index([1, 2]), pl.Int64, [1, 2]),
        ((value for value in (1, 2)), pl.Int64, [1, 2]),
    ],
)
def test_values_of_any_type_find_a_column(
    values: object, dtype: pl.DataType, expected: list[object] | None
) -> None:
    """Numbers of several types become floats, dates times, any other mixture text."""
    column = to_frame({"x": values})["x"]
    assert column.dtype == dtype
    if expected is not None:
        assert column.to_list() == expected


def test_pandas_columns_keep_what_they_say() -> None:
    """Every type of pandas column is read, NaN stays NaN, and missing strings are nulls."""
    stamps = pd.to_datetime(pd.Series(["2026-01-01T01:00", None])).array
    frame = to_frame(
        pd.DataFrame(
            {
                "whole": np.array([1, 2], dtype=np.int32),
                "float": [1.5, np.nan],
                "flag": [True, False],
                "maybe": pd.array([True, None], dtype="boolean"),
                "string": ["a", None],
                "object": np.array([1, "x"], dtype=object),
                "level": pd.Categorical(["u", None]),
                "naive": stamps,
                "zoned": stamps.tz_localize("Europe/Vienna"),
                "span": pd.to_timedelta([1, None], unit="s"),
            },
            index=[7, 7],
        )
    )
    assert dict(frame.schema) == {
        "whole": pl.Int64(),
        "float": pl.Float64(),
        "flag": pl.Boolean(),
        "maybe": pl.Boolean(),
        "string": pl.String(),
        "object": pl.String(),
        "level": pl.String(),
        "naive": STAMP,
        "zoned": STAMP,
        "span": SPAN,
    }
    assert np.isnan(frame["float"][1])
    assert frame["zoned"][0] == datetime(2026, 1, 1, tzinfo=UTC)
    for name in ("maybe", "string", "level", "naive", "zoned", "span"):
        assert frame[name].null_count() == 1, name


def test_pandas_is_read_without_pyarrow() -> None:
    """Where PyArrow is not loaded, pandas frames are read all the same."""
    program = """
import sys
sys.modules["pyarrow"] = None
import pandas as pd
from modeldesk.schema import read_table, to_frame
frame = to_frame(pd.DataFrame({"s": ["a", None], "i": pd.array([1, None], dtype="Int64")}))
print(frame.to_dict(as_series=False))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "{'s': ['a', None], 'i': [1, None]}"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (None, "'NoneType' cannot be read"),
        ("text", "'str' cannot be read"),
        (5, "'int' cannot be read"),
        ([1, 2], "Row 0 is a 'int'"),
        ({"a": 1}, "Column 'a' holds one 'int'"),
        ({"a": "xyz"}, "Column 'a' holds one 'str'"),
        ({"a": {"b": 1}}, "Column 'a' holds one 'dict'"),
        ({"a": [1], "b": [1, 2]}, "Column 'b' has 2 values, column 'a' has 1"),
        ({"a": np.zeros((2, 2, 2))}, "Column 'a' is an array of 3 dimensions"),
        ({"a": np.zeros((2, 0))}, "Column 'a' is an array of 2 dimensions"),
        ({"a\ud800": [1]}, "column name .* has half a surrogate pair"),
        (pa.table({"a": pa.array([(1, 2, 3)], pa.month_day_nano_interval())}), "Column 'a' of"),
        ({1: [1]}, "column name 1 is not a string"),
        ([{2: "x"}], "column name 2 is not a string"),
        (pd.DataFrame([[1, 2]]), "column name 0 is not a string"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "Two columns are named 'a'"),
        (pa.table([[1], [2]], names=["a", "a"]), "Two columns are named 'a'"),
        (pa.RecordBatch.from_arrays([pa.array([1])] * 2, ["a", "a"]), "Two columns are named 'a'"),
        (Stream(pa.table([[1], [2]], names=["a", "a"])), "cannot be read as a table"),
        (pl.LazyFrame({"a": [1]}).select("b"), "lazy frame cannot be evaluated"),
    ],
)
def test_what_is_no_table_is_refused(data: object, told: str) -> None:
    """What cannot be read raises `InvalidData`, which names the column or the row."""
    with pytest.raises(InvalidData, match=told) as caught:
        to_frame(data)
    assert caught.value.hint


@pytest.mark.parametrize("data", [{}, [], pl.DataFrame(), pd.DataFrame()])
def test_nothing_is_an_empty_frame(data: object) -> None:
    """A table without columns is a frame without columns."""
    assert to_frame(data).shape == (0, 0)


@pytest.mark.parametrize(
    ("values", "types", "nan"),
    [
        ([1, "a", 2.5, True, None, float("nan")], [1, 1, 1, 1], 1),
        ([1.5, float("nan"), None], [1], 1),
        ([1, 2.5, float("nan")], [1, 1], 1),
        ([date(2026, 1, 1), datetime(2026, 1, 2), timedelta(1)], [1, 1, 1], 0),  # noqa: DTZ001
        ([[1.0], {"a": 1}, b"x"], [1, 2], 0),
        (pl.Series([2**64 - 1, None], dtype=pl.UInt64), [1], 0),
        (pl.Series([{"a": 1}, None]), [1], 0),
        ([None, None], [], 0),
    ],
)
def test_values_are_counted_by_the_type_in_which_they_came(
    values: object, types: list[int], nan: int
) -> None:
    """However a column ends up, it is known what its values were."""
    (column,) = read_table({"x": values}).columns
    assert sorted(column.types().values()) == sorted(types)
    assert column.nan == nan


def test_rows_without_columns_are_rows() -> None:
    """A table of empty rows has rows."""
    assert read_table([{}, {}]).height == read_table(pd.DataFrame(index=range(2))).height == 2


def test_a_table_is_read_while_pandas_is_being_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread may be at it: the module is there, and has no tables yet."""
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))
    assert to_frame({"age": [31]}).to_dicts() == [{"age": 31}]
