"""The bytes of a profile."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard

from modeldesk.errors import Corrupt
from modeldesk.profiles import Profile, profile
from modeldesk.schema import Kind

GOLDEN = Path(__file__).parent / "golden"
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
MORE: dict[str, list[object]] = {
    "day": [date(2026, 3, 1), None, date(2026, 3, 2)],
    "wait": [timedelta(seconds=90), timedelta(0), None],
    "place": [[1.0, 2.0], None, [3.0, -4.0]],
    "key": ["k-1", "k-2", "k-3"],
    "mixed": [1, "two", 3.5],
}
ALL = profile(
    {
        "float": [1.5, float("nan"), float("inf")],
        "whole": [1, 2, None],
        "flag": [True, None, False],
        "level": ["a", "b", "🌲"],
        "note": ["x" * 200, None, "so it was, so it was"],
        "time": [datetime(2026, 3, 1, tzinfo=UTC), None, None],
        "none": [None, None, None],
        **MORE,
    },
    kinds={"note": Kind.TEXT, "key": Kind.IDENTIFIER},
)
"""A column of every kind."""


def sealed(body: bytes) -> bytes:
    """Return bytes with a right header and checksum around any body."""
    return b"MDPF\x02" + hashlib.blake2b(body, digest_size=16).digest() + body


def packed(value: object) -> bytes:
    """Return sealed bytes of any value."""
    return sealed(zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(value)))


def columns(data: bytes) -> list[list[object]]:
    """Return the columns in a profile's bytes, as plain lists."""
    body = zstandard.ZstdDecompressor().decompress(data[21:])
    _, found, _ = msgspec.msgpack.decode(body)
    return list(found)


def test_bytes_lead_back() -> None:
    """What is encoded is decoded to an equal profile, the empty one included."""
    for some in (DAY, ALL, Profile.empty(), profile({"x": np.arange(50_000) / 3})):
        assert Profile.decode(some.encode()) == some


def test_some_columns_are_decoded_alone() -> None:
    """They are what they are among all others; damage to any of them is still found."""
    some = profile({"a": [1, 2, 3], "b": ["x", "y", None], "c": [0.5, 1.5, 2.5]})
    data = some.encode()
    found = Profile.decode(data, only={"c", "b", "nothing"})
    assert found.names == ("b", "c")
    assert found.column("c") == some.column("c")
    assert (found.rows, found.correlations) == (3, None)
    with pytest.raises(Corrupt):
        Profile.decode(data[:-1], only={"a"})


def test_small_profiles_are_small() -> None:
    """A profile of few rows takes a hundred bytes a column, not the size of its sketches."""
    assert len(DAY.encode()) < 1_200


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
    with pytest.raises(Corrupt, match="format version 9; known are 1, 2"):
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
    assert Profile.decode(packed([3, found])).columns == DAY.columns
    with pytest.raises(Corrupt):
        Profile.decode(packed([3, found, b"junk"]))


def test_sketches_of_another_column_are_corrupt() -> None:
    """Any of a column's parts replaced by junk is refused."""
    for place in range(2, 10):
        found = columns(DAY.encode())
        found[4][place] = b"junk"
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


def golden(version: int) -> Profile:
    """Read the file that a version of the format was kept in."""
    return Profile.decode((GOLDEN / f"profile-{version}.mdpf").read_bytes())


def test_version_2_stays_readable() -> None:
    """The file that the second version wrote is read to the same profile."""
    assert golden(2) == ALL


def test_version_1_stays_readable() -> None:
    """The file that the first version wrote is read to all that it knew."""
    stored = golden(1)
    assert stored.correlations is None
    for old, new in zip(stored.columns, DAY.columns, strict=True):
        assert (old.name, old.kind, old.moments) == (new.name, new.kind, new.moments)
        assert (old.quantiles, old.frequent) == (new.quantiles, new.frequent)
        assert (old.types, old.missing, old.infinite) == (new.types, new.missing, new.infinite)
        assert old.distinct == pytest.approx(new.distinct, abs=0.01)
        assert (old.words, old.lengths, old.vector) == (None, None, None)
        assert (old.positive_infinite, old.negative_infinite) == (0, 0), "it did not tell"


def test_version_1_merges_with_later_ones() -> None:
    """A day of which some hours were stored by an earlier version is a day like any other."""
    both = golden(1).merge(DAY)
    assert both.rows == 6
    assert both.column("float").infinite == 2
    assert both.column("float").positive_infinite == 1
    assert both.column("level").distinct == pytest.approx(3, abs=0.01)
    assert both.correlations == DAY.correlations
    assert Profile.decode(both.encode()) == both == DAY.merge(golden(1))
