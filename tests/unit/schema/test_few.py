"""A few rows without a table are the same rows as in one."""

import polars as pl
import pytest

from modeldesk.schema import FewColumns, FewRows, table_of

TYPES: dict[str, pl.DataType] = {
    "yes": pl.Boolean(),
    "whole": pl.Int64(),
    "number": pl.Float64(),
    "text": pl.String(),
    "when": pl.Datetime("us", "UTC"),
}


def test_a_table_of_a_few_rows_has_their_types() -> None:
    """Also where all values of a column are missing."""
    columns = FewColumns.like(TYPES)
    assert columns is not None
    table = FewRows(columns=columns, values=[[None]] * 5).frame()
    assert table.schema == TYPES
    assert table.null_count().row(0) == (1,) * 5


def test_what_is_no_plain_value_needs_a_table() -> None:
    """Vectors, dates, durations, and times of another unit."""
    others = [pl.List(pl.Float64), pl.Date(), pl.Duration("us"), pl.Datetime("ms"), pl.Int32()]
    for other in others:
        assert FewColumns.like(TYPES | {"other": other}) is None


def test_names_and_types_go_together() -> None:
    """One letter for each name, and only letters that are known."""
    for names, types in [(("a", "b"), "f"), (("a",), "x")]:
        with pytest.raises(ValueError, match="do not go together"):
            FewColumns.of(names, types)


def test_a_table_stays_as_it_is() -> None:
    """Whoever has one gets it back."""
    table = pl.DataFrame({"a": [1]})
    assert table_of(table) is table
