"""Chunks that are put together byte by byte hold what their rows hold, whatever that is."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from modeldesk.schema import FewColumns, FewRows, PackedRows, packed_table
from modeldesk.store.payload import TIME, decode_as_kept, encode_chunk

WHOLE = st.integers(-(2**63), 2**63 - 1)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "f": st.floats(),
    "i": st.integers(0, 127) | WHOLE,
    "b": st.booleans(),
    "s": st.text(max_size=5),
    # Up to the year 2200, and now and then before 1970.
    "t": st.integers(2**40, 7 * 10**15) | st.integers(-(2**50), 2**40),
}


@st.composite
def chunks(draw: st.DrawFn) -> list[FewRows]:
    """Chunks of the same columns; some columns hold nulls."""
    letters = draw(st.text("fibst", min_size=1, max_size=6)) + "t"
    names = (*(f"c{place}" for place in range(len(letters) - 1)), TIME)
    columns = FewColumns.of(names, letters)
    cells = [
        st.none() | VALUES[letter] if draw(st.booleans()) else VALUES[letter] for letter in letters
    ]
    return [
        FewRows(
            columns=columns,
            values=[draw(st.lists(cell, min_size=rows, max_size=rows)) for cell in cells],
        )
        for rows in draw(st.lists(st.integers(1, 20), min_size=1, max_size=4))
    ]


@given(chunks())
def test_chunks_are_put_together_as_their_tables_would_be(some: list[FewRows]) -> None:
    """Every type, null, extreme and length of list."""
    kept = [decode_as_kept(encode_chunk(rows)) for rows in some]
    packed = [rows for rows in kept if isinstance(rows, PackedRows)]
    assert [rows.height for rows in packed] == [rows.height for rows in some]
    assert_frame_equal(packed_table(packed), pl.concat([rows.frame() for rows in some]))


def test_long_lists_are_read() -> None:
    """Their length takes two bytes, or four; a few rows are never as many."""
    columns = FewColumns.of(("x", TIME), "ft")
    for rows in (16, 65_535, 65_536):
        kept = FewRows(columns=columns, values=[[0.5] * rows, [2**50] * rows])
        assert_frame_equal(packed_table([_packed(kept)]), kept.frame())


def test_columns_of_different_lengths_are_refused() -> None:
    """The second has a value less, in one of two chunks."""
    columns = FewColumns.of(("x", TIME), "ft")
    whole = FewRows(columns=columns, values=[[0.5, 1.5], [2**50, 2**50]])
    short = FewRows(columns=columns, values=[[0.5, 1.5], [2**50]])
    with pytest.raises(ValueError, match="do not go together"):
        packed_table([_packed(whole), _packed(short)])


def _packed(rows: FewRows) -> PackedRows:
    kept = decode_as_kept(encode_chunk(rows))
    assert isinstance(kept, PackedRows)
    return kept
