"""The bytes of a chunk: exact, compact, and refused when they are not whole."""

import zlib
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from modeldesk.errors import Corrupt
from modeldesk.schema import FewColumns, FewRows, PackedRows
from modeldesk.store.payload import TIME, decode_as_kept, decode_chunk, encode_chunk

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


FEW = FewRows(
    columns=FewColumns.of(("number", "whole", "text", "yes", "time"), "fisbt"),
    values=[
        [1.5, None, float("nan"), float("-inf")],
        [1, -(2**63), 2**63 - 1, None],
        ["", "zwölf \N{FIRE}", None, "x" * 1000],
        [True, False, None, True],
        [1_767_225_600_000_000] * 4,
    ],
)
"""The rows of `FRAME`."""

GOLDEN = bytes.fromhex(
    "4d44434802bd84a40093a366737493a6666c6f776572a56f74686572ae6d6f64656c6465736b3a74696d65"
    "9391cb3ff800000000000091a17891cf0006474846204000"
)
"""A chunk that was written when the format was new."""


def test_a_few_rows_come_back_as_a_table() -> None:
    """Every type, nulls, NaN, extremes and text, as if the table had been kept."""
    assert_frame_equal(decode_chunk(encode_chunk(FEW)), FRAME)


def test_a_few_rows_come_back_as_they_were() -> None:
    """Whoever puts many together needs no table of each."""
    kept = FewRows(columns=FewColumns.of(("a", TIME), "it"), values=[[1, 2], [3, 4]])
    read = decode_as_kept(encode_chunk(kept))
    assert isinstance(read, PackedRows)
    assert (read.columns, read.height) == (kept.columns, kept.height)
    assert_frame_equal(read.frame(), kept.frame())


def test_old_bytes_of_a_few_rows_stay_readable() -> None:
    """What was written once is read for ever."""
    time = datetime(2026, 1, 1, tzinfo=UTC)
    assert decode_chunk(GOLDEN).rows() == [(1.5, "x", time)]


@pytest.mark.parametrize(
    "body",
    [
        (b"\x93\xa1f\x91\xa1a\x92\x91\x01\x91\x02"),  # a column too many
        (b"\x93\xa2ff\x92\xa1a\xa1b\x92\x91\x01\x92\x01\x02"),  # columns of different lengths
        (b"\x93\xa1q\x91\xa1a\x91\x91\x01"),  # an unknown type
        (b"\x93\xa1f\x91\xa1a\x91\x91\xa1x"),  # a value of another type
        (b"\x93\xa1f\x91\xa1a\x91\x01"),  # a column that is no list
        (b"\x93\xa0\x90\x90"),  # no column
        (b"\x92\xa1f\x91\xa1a"),  # no values
        (b"\xc1"),  # no MessagePack
    ],
)
def test_a_few_rows_that_do_not_fit_are_refused(body: bytes) -> None:
    """Also where their checksum is right."""
    data = b"MDCH\x02" + zlib.crc32(body).to_bytes(4, "little") + body
    with pytest.raises(Corrupt, match="cannot be read"):
        decode_chunk(data)


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
    with pytest.raises(Corrupt, match="format version 3"):
        decode_chunk(data[:4] + b"\x03" + data[5:])


@pytest.mark.parametrize("rows", [FRAME, FEW])
def test_any_flipped_bit_is_noticed(rows: pl.DataFrame | FewRows) -> None:
    """No single damaged byte gives other rows."""
    data = encode_chunk(rows)
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 0x40
        with pytest.raises(Corrupt):
            decode_chunk(bytes(damaged))
