"""The bytes of a profile."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard

from modeldesk.errors import Corrupt
from modeldesk.profiles import Profile, profile
from modeldesk.schema import Kind

DAY = profile(
    {
        "float": [1.5, float("nan"), float("inf")],
        "whole": [1, 2, None],
        "flag": [True, None, False],
        "level": ["a", "b", "🌲"],
        "note": ["x" * 200, None, ""],
        "time": [datetime(2026, 3, 1, tzinfo=UTC), None, None],
        "none": [None, None, None],
    },
    kinds={"note": Kind.TEXT},
)


def sealed(body: bytes) -> bytes:
    """Return bytes with a right header and checksum around any body."""
    return b"MDPF\x01" + hashlib.blake2b(body, digest_size=16).digest() + body


def packed(value: object) -> bytes:
    """Return sealed bytes of any value."""
    return sealed(zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(value)))


def columns(data: bytes) -> list[list[object]]:
    """Return the columns in a profile's bytes, as plain lists."""
    body = zstandard.ZstdDecompressor().decompress(data[21:])
    _, found = msgspec.msgpack.decode(body)
    return list(found)


def test_bytes_lead_back() -> None:
    """What is encoded is decoded to an equal profile, the empty one included."""
    for some in (DAY, Profile.empty(), profile({"x": np.arange(50_000) / 3})):
        assert Profile.decode(some.encode()) == some


def test_small_profiles_are_small() -> None:
    """A profile of few rows takes some hundred bytes a column, not the size of its sketches."""
    assert len(DAY.encode()) < 1_000


def test_every_cut_is_corrupt() -> None:
    """Bytes that end early are refused, wherever they end."""
    data = DAY.encode()
    for length in range(len(data)):
        with pytest.raises(Corrupt):
            Profile.decode(data[:length])


def test_every_flipped_bit_is_corrupt() -> None:
    """One wrong bit anywhere is noticed."""
    data = DAY.encode()
    for place in range(len(data)):
        wrong = bytearray(data)
        wrong[place] ^= 1 << (place % 8)
        with pytest.raises(Corrupt):
            Profile.decode(bytes(wrong))


def test_later_formats_are_refused_by_number() -> None:
    """A profile of a later version is named as such."""
    data = bytearray(DAY.encode())
    data[4] = 9
    with pytest.raises(Corrupt, match="format version 9; known is 1"):
        Profile.decode(bytes(data))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 something else",
        b"MDPF",
        sealed(b""),
        sealed(b"no zstandard frame"),
        packed("text"),
        packed([1]),
        packed([1, [["x", "colour", b"", None, None, b"", None]]]),
        packed([1, [["x", "float", b"junk", None, None, b"junk", None]]]),
        packed([2**70 // 2**7, 5]),
        packed([-1, []]),
    ],
)
def test_well_sealed_nonsense_is_corrupt(data: bytes) -> None:
    """Bytes with a right checksum but a senseless body are refused all the same."""
    with pytest.raises(Corrupt):
        Profile.decode(data)


def test_contradictory_columns_are_corrupt() -> None:
    """Columns of one name, or of more rows than the profile has, are refused."""
    found = columns(DAY.encode())
    with pytest.raises(Corrupt):
        Profile.decode(packed([3, [found[0], found[0]]]))
    with pytest.raises(Corrupt):
        Profile.decode(packed([1, found]))
    assert Profile.decode(packed([3, found])) == DAY


def test_sketches_of_another_column_are_corrupt() -> None:
    """Any of a column's parts replaced by junk is refused."""
    for place in range(2, 7):
        found = columns(DAY.encode())
        found[1][place] = b"junk"
        with pytest.raises(Corrupt):
            Profile.decode(packed([3, found]))


def test_a_body_that_claims_to_be_huge_is_refused_before_memory_is_taken() -> None:
    """A frame that unpacks to more than a gigabyte is refused by its header."""
    frame = bytearray(zstandard.ZstdCompressor().compress(b"\0" * 300_000))
    parameters = zstandard.get_frame_parameters(bytes(frame))
    assert parameters.content_size == 300_000
    frame[5:9] = (2**32 - 1).to_bytes(4, "little")
    with pytest.raises(Corrupt, match=r"claims to be|cannot be read"):
        Profile.decode(sealed(bytes(frame)))


def test_version_1_stays_readable() -> None:
    """The file that the first version wrote is read to the same profile."""
    stored = (Path(__file__).parent / "golden" / "profile-1.mdpf").read_bytes()
    assert Profile.decode(stored) == DAY
