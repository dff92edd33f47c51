"""The hash of a table: the same for the same table, and for no other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from modeldesk.schema import to_frame
from modeldesk.services.fingerprint import fingerprint

TABLE = to_frame(
    pl.DataFrame(
        {
            "whole": [1, None, 3],
            "number": [0.5, float("nan"), None],
            "text": ["a", "bc", ""],
            "truth": [True, None, False],
            "day": [date(2026, 3, 1), None, date(2026, 3, 2)],
            "at": [datetime(2026, 3, 1, tzinfo=UTC), None, None],
            "span": [timedelta(seconds=1), None, timedelta(0)],
            "vector": [[1.0, 2.0], None, [3.0]],
        }
    )
)


def test_the_same_table_has_one_fingerprint() -> None:
    """However its columns are ordered, its rows lie in memory, and a slice was cut."""
    expected = fingerprint(TABLE)
    assert len(expected) == 64
    assert fingerprint(TABLE.select(reversed(TABLE.columns))) == expected
    assert fingerprint(pl.concat([TABLE.head(1), TABLE.slice(1)], rechunk=False)) == expected
    assert fingerprint(pl.concat([TABLE, TABLE]).slice(3)) == expected


@pytest.mark.parametrize(
    "other",
    [
        TABLE.reverse(),
        TABLE.head(2),
        TABLE.drop("text"),
        TABLE.rename({"text": "texts"}),
        TABLE.with_columns(pl.col("whole").cast(pl.Float64)),
        TABLE.with_columns(pl.col("whole").fill_null(0)),
        TABLE.with_columns(pl.col("number").fill_nan(None)),
        TABLE.with_columns(pl.Series("text", ["ab", "c", ""])),
        TABLE.with_columns(pl.Series("text", ["a", "bc", None])),
        TABLE.with_columns(pl.Series("vector", [[1.0], None, [2.0, 3.0]])),
        TABLE.with_columns(pl.col("at").shift(1)),
        TABLE.clear(),
    ],
)
def test_another_table_has_another_one(other: pl.DataFrame) -> None:
    """Rows, columns, types, gaps, and where one value ends and the next begins all count."""
    assert fingerprint(other) != fingerprint(TABLE)


def test_values_that_pass_for_each_other_do_not() -> None:
    """The name of one column and the values of another cannot be taken for each other."""
    one = pl.DataFrame({"a": ["b"], "c": ["d"]})
    assert fingerprint(one) != fingerprint(pl.DataFrame({"a": ["d"], "c": ["b"]}))
    assert fingerprint(pl.DataFrame({"a": [1]})) != fingerprint(pl.DataFrame({"a": [256]}))
