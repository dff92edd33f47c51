"""The bytes of a chunk: exact, compact, and refused when they are not whole."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from modeldesk.errors import Corrupt
from modeldesk.store.payload import decode_chunk, encode_chunk

FRAME = pl.DataFrame(
    {
        "number": [1.5, None, float("nan"), float("-inf")],
        "whole": [1, -(2**63), 2**63 - 1, None],
        "text": ["", "zwölf \N{FIRE}", None, "x" * 1000],
        "yes": [True, False, None, True],
        "time": [datetime(2026, 1, 1, tzinfo=UTC)] * 4,
    }
)


def test_every_type_comes_back_as_it_was() -> None:
    """Nulls, NaN, extremes and text are kept; an empty table too."""
    assert_frame_equal(decode_chunk(encode_chunk(FRAME)), FRAME)
    assert_frame_equal(decode_chunk(encode_chunk(FRAME.clear())), FRAME.clear())


def test_one_row_of_30_columns_is_small() -> None:
    """A chunk of one row stays below 1.5 KB."""
    row = {f"feature_number_{column}": [float(np.pi) * column] for column in range(30)}
    assert len(encode_chunk(pl.DataFrame(row))) <= 1500


@pytest.mark.parametrize("length", [0, 3, 8, 9, 20, -1])
def test_truncated_bytes_are_refused(length: int) -> None:
    """Whatever is cut off is noticed."""
    with pytest.raises(Corrupt):
        decode_chunk(encode_chunk(FRAME)[:length])


def test_bytes_of_another_format_or_version_are_refused() -> None:
    """The error says which."""
    data = encode_chunk(FRAME)
    with pytest.raises(Corrupt, match="not a chunk"):
        decode_chunk(b"WHY1" + data[4:])
    with pytest.raises(Corrupt, match="format version 2"):
        decode_chunk(data[:4] + b"\x02" + data[5:])


def test_any_flipped_bit_is_noticed() -> None:
    """No single damaged byte gives other rows."""
    data = encode_chunk(FRAME)
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 0x40
        with pytest.raises(Corrupt):
            decode_chunk(bytes(damaged))
