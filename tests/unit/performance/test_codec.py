"""The bytes of states."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
import zstandard

from modeldesk.errors import Corrupt
from modeldesk.performance import (
    Classification,
    MultiLabel,
    Ranking,
    Regression,
    State,
    decode,
    measure_all,
)

GOLDEN = Path(__file__).parent / "golden"
SPREAD = np.linspace(0, 1, 3001)
CROWD = np.concatenate([SPREAD, 0.3 + np.linspace(0, 1e-9, 30_000)])
STATES: dict[str, State] = {
    "binary": Classification.of(
        ["y", "n", "y", None, "n", "🌲"],
        ["y", "n", "n", "y", None, "y"],
        {"y": [0.9, 0.0, 1.0, 0.5, 0.5, 0.25]},
    ),
    "classes": Classification.of(
        ["a", "b", "c", "a"],
        ["a", "b", "b", "c"],
        {"a": [0.5, 0.2, 0.1, 0.3], "b": [0.3, 0.6, 0.6, 0.1], "c": [0.2, 0.2, 0.3, None]},
    ),
    "sets": MultiLabel.of(
        [["a"], [], ["a", "b"], None], [["a"], ["b"], ["a"], []], {"a": [0.9, 0.1, 0.8, 0.5]}
    ),
    "numbers": Regression.of(
        [1.0, 2.0, 0.0, None], [1.5, 2.0, float("inf"), 1.0], {0.1: [0.0] * 4, 0.9: [3.0] * 4}
    ),
    "queries": Ranking.of(["q", "q", "r"], [0.3, 0.9, None], [1, 0, 2]),
    "no rows": Classification(),
    "no sets": MultiLabel(),
    "no numbers": Regression(),
    "no queries": Ranking(),
}
LARGE: dict[str, State] = {
    "many scores": Classification.of(SPREAD > 0.4, SPREAD > 0.5, {"true": SPREAD}),
    "crowded scores": Classification.of(np.arange(33_001) % 3 == 0, CROWD > 0.5, {"true": CROWD}),
    "many numbers": Regression.of(SPREAD * 10, np.sin(SPREAD)),
}
EVERY_STATE = pytest.mark.parametrize("name", sorted(STATES))


def sealed(body: bytes, kind: bytes = b"C") -> bytes:
    """Return bytes with a right header and checksum around any body."""
    return b"MDPE\x01" + kind + hashlib.blake2b(kind + body, digest_size=16).digest() + body


def packed(value: object, kind: bytes = b"C") -> bytes:
    """Return sealed bytes of any value."""
    return sealed(zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(value)), kind)


def parts(state: State) -> list[object]:
    """Return what the bytes of a state hold, as plain lists."""
    body = zstandard.ZstdDecompressor().decompress(state.encode()[22:])
    found: list[object] = msgspec.msgpack.decode(body)
    return found


@pytest.mark.parametrize("name", sorted(STATES | LARGE))
def test_bytes_lead_back(name: str) -> None:
    """What is encoded is decoded to an equal state, which has the same bytes and figures."""
    state = (STATES | LARGE)[name]
    found = decode(state.encode())
    assert found == state
    assert hash(found) == hash(state)
    assert found.encode() == state.encode()
    assert measure_all(found) == measure_all(state)


def test_states_are_small() -> None:
    """A few hundred bytes for a few rows, some thousand for any number of them."""
    assert max(len(state.encode()) for state in STATES.values()) < 700
    assert len(LARGE["many scores"].encode()) < 16_000
    assert len(LARGE["crowded scores"].encode()) < 40_000


@EVERY_STATE
def test_golden_files_stay_readable(name: str) -> None:
    """States written by the first release of the format are read as they were."""
    data = (GOLDEN / f"{name.replace(' ', '-')}-1.mdpe").read_bytes()
    assert decode(data) == STATES[name]


@EVERY_STATE
def test_every_cut_and_every_flipped_bit_is_corrupt(name: str) -> None:
    """Bytes that end early or have one wrong bit are refused, wherever it is."""
    data = STATES[name].encode()
    for place in range(len(data)):
        wrong = bytearray(data)
        wrong[place] ^= 1 << (place % 8)
        for damaged in (data[:place], bytes(wrong)):
            with pytest.raises(Corrupt):
                decode(damaged)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 something else",
        b"MDPE",
        sealed(b""),
        sealed(b"no zstandard frame"),
        packed("text"),
        packed([1]),
        packed([], b"R"),
        packed([1] * 12, b"R"),
        packed([1], b"Z"),
        packed([2**60, 0, 0, [], [], b"", [], [], b"", []]),
    ],
)
def test_well_sealed_nonsense_is_corrupt(data: bytes) -> None:
    """Bytes with a right checksum but a senseless body are refused all the same."""
    with pytest.raises(Corrupt):
        decode(data)


def test_later_formats_are_refused_by_number() -> None:
    """A state of a later version is named as such."""
    data = bytearray(STATES["binary"].encode())
    data[4] = 9
    with pytest.raises(Corrupt, match="format version 9; known is 1"):
        decode(bytes(data))


def test_another_kind_is_refused() -> None:
    """A state is not read as one of another task."""
    with pytest.raises(Corrupt, match="of kind b'R', not b'C'"):
        Classification.decode(STATES["numbers"].encode())


def test_a_frame_that_claims_too_much_is_refused() -> None:
    """A body that would unpack to gigabytes is refused before memory is taken."""
    bomb = zstandard.ZstdCompressor().compress(bytes((1 << 28) + 1))
    with pytest.raises(Corrupt, match="the limit is"):
        decode(sealed(bomb))


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("binary", 0, 7),
        ("binary", 1, -1),
        ("binary", 3, [["b", "a"], b"\x01" + bytes(9), 0]),
        ("binary", 3, [["a"], b"\x01" + bytes(9), 0]),
        ("binary", 3, [["a"], b"\x03" + bytes(9), 0]),
        ("binary", 3, [[], b"\x01\x04", 5]),
        ("binary", 3, [[], b"\x08" + b"\xff" * 8, 0]),
        ("binary", 4, ["a", "b"]),
        ("binary", 6, 2),
        ("binary", 7, [3, bytes(16), bytes(32)]),
        ("binary", 7, [4, bytes(8), bytes(32)]),
        ("binary", 7, [4, bytes(16), b"\xff\xff\xff\xff\xff\xff\xef\xff" + bytes(24)]),
        ("binary", 9, [b"\x01" + bytes(20), b"\x01" + b"\x01" * 20, bytes(160), bytes(160)]),
        ("binary", 9, [b"\x01" + bytes(5), b"\x01" + bytes(5), bytes(40), bytes(40)]),
        ("sets", 3, ["b", "a"]),
        ("sets", 3, ["a"]),
        ("sets", 4, b"\x01" + bytes([9, 1, 1, 0, 0, 0])),
        ("sets", 4, b"\x01" + bytes([0, 9, 9, 0, 0, 0])),
        ("sets", 6, -1),
        ("numbers", 0, 9),
        ("numbers", 3, -1),
        ("numbers", 6, 4),
        ("numbers", 7, [2, bytes(48)]),
        ("numbers", 7, [3, bytes(56)]),
        ("numbers", 8, b"junk"),
        ("numbers", 10, [[1.5, 2, 1, [2, bytes(8), bytes(8)]]]),
        ("numbers", 10, [[0.5, 2, 3, [2, bytes(8), bytes(8)]]]),
        ("numbers", 11, [[0.9, 0.1, 2, 1]]),
        ("queries", 1, 5),
        ("queries", 3, 9),
        ("queries", 5, []),
    ],
)
def test_contradictions_are_corrupt(name: str, place: int, value: object) -> None:
    """Parts that do not fit each other are refused, even where the checksum is right."""
    state = STATES[name]
    found = parts(state)
    kind = state.encode()[5:6]
    assert decode(packed(found, kind)) == state
    found[place] = value
    with pytest.raises(Corrupt):
        decode(packed(found, kind))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 2),
        (0, 2**30),
        (1, 255),
        (2, b"\x01"),
        (2, b"\x01" + bytes(5)),
        (2, b"\x08" + b"\xff" * 7 + b"\x7f" + bytes(32)),
        (3, b"\x01" + bytes(4)),
        (4, b"\x01" + bytes(5)),
        (6, b""),
        (6, bytes(9)),
        (7, [b"junk", b"junk"]),
    ],
)
def test_contradictory_histograms_are_corrupt(place: int, value: object) -> None:
    """Bins out of order, empty or without parts are refused."""
    found = parts(STATES["binary"])
    histograms = found[5]
    assert isinstance(histograms, list)
    histograms[0][place] = value
    with pytest.raises(Corrupt):
        decode(packed(found))


def test_crowded_scores_need_their_sketches() -> None:
    """Sketches that are missing, and single scores without a bin, are refused."""
    for name, place, value in (
        ("crowded scores", 7, None),
        ("many scores", 5, bytes(16)),
        ("many scores", 5, b"\xff" * 8 * 1024),
        ("many scores", 6, b""),
        ("many scores", 6, b"\x01\xff\xff" + bytes(16)),
    ):
        found = parts(LARGE[name])
        histograms = found[5]
        assert isinstance(histograms, list)
        histograms[0][place] = value
        with pytest.raises(Corrupt):
            decode(packed(found))
