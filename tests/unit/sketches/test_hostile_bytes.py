"""Bytes that a stranger made up: an error that can be caught, never a crash."""

from __future__ import annotations

import struct
from collections.abc import Callable

import datasketches
import numpy as np
import pytest

from modeldesk.errors import Corrupt
from modeldesk.sketches import Distinct, Frequent, Quantiles

NUMBERS = Quantiles.of(np.arange(3000.0)).encode()
FEW = Quantiles.of(np.arange(5.0)).encode()
ONE = Quantiles.of(np.array([1.5])).encode()
LIST = Distinct.of(range(3)).encode()
SET = Distinct.of(range(100)).encode()
REGISTERS = Distinct.of_numbers(np.arange(300_000)).encode()
WORDS = Frequent.of({"a": 3, "bc": 2}).encode()


def changed(data: bytes, place: int, new: bytes) -> bytes:
    """Return the bytes with some others at a place."""
    return data[:place] + new + data[place + len(new) :]


def starts(data: bytes, place: int, by: int) -> bytes:
    """Return a KLL sketch one of whose levels starts elsewhere."""
    (start,) = struct.unpack_from("<I", data, place)
    return changed(data, place, struct.pack("<I", start + by))


@pytest.mark.parametrize(
    "data",
    [
        changed(NUMBERS, 0, b"\2"),
        changed(NUMBERS, 1, b"\3"),
        changed(NUMBERS, 2, b"\7"),
        changed(NUMBERS, 3, b"\x10"),
        changed(NUMBERS, 3, b"\1"),
        changed(NUMBERS, 3, b"\4"),
        changed(NUMBERS, 4, b"\0\0"),
        changed(NUMBERS, 4, b"\xff\xff"),
        changed(NUMBERS, 6, b"\1"),
        changed(NUMBERS, 8, b"\xff" * 8),
        changed(NUMBERS, 16, b"\0\0"),
        changed(NUMBERS, 18, b"\0"),
        changed(NUMBERS, 18, b"\xff"),
        starts(NUMBERS, 20, 1),
        starts(NUMBERS, 20, -1),
        starts(NUMBERS, 24, 10_000),
        changed(NUMBERS, len(NUMBERS) - 8, struct.pack("<d", np.nan)),
        changed(NUMBERS, len(NUMBERS) - 8, struct.pack("<d", 1e9)),
        changed(NUMBERS, len(NUMBERS) - 8, struct.pack("<d", 0.0)),
        NUMBERS[:-8],
        NUMBERS + b"\0" * 8,
        NUMBERS[:12],
        NUMBERS[:24],
        changed(ONE, 8, struct.pack("<d", np.inf)),
        ONE + b"\0",
        Quantiles().encode() + b"\0",
    ],
)
def test_impossible_quantiles(data: bytes) -> None:
    """Levels, weights and numbers that contradict each other are refused."""
    with pytest.raises(Corrupt):
        Quantiles.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        changed(LIST, 1, b"\2"),
        changed(LIST, 3, b"\x1f"),
        changed(LIST, 5, b"\0"),
        changed(LIST, 5, b"\x0c"),
        changed(LIST, 6, b"\xff"),
        changed(LIST, 7, b"\2"),
        changed(LIST, 7, b"\7"),
        changed(LIST, 8, b"\0\0\0\0"),
        changed(LIST, 8, LIST[12:16]),
        LIST + b"\0\0\0\1",
        changed(SET, 4, b"\x1f"),
        changed(SET, 8, b"\xff\xff\xff\xff"),
        SET[:10],
        changed(REGISTERS, 4, b"\1"),
        changed(REGISTERS, 6, b"\x7f"),
        changed(REGISTERS, 8, struct.pack("<d", np.nan)),
        changed(REGISTERS, 16, struct.pack("<d", 1.0)),
        changed(REGISTERS, 32, b"\0\0\0\0"),
        changed(REGISTERS, 36, b"\0\0\0\0"),
        changed(REGISTERS, 36, b"\xff\xff\xff\xff"),
        changed(REGISTERS, len(REGISTERS) - 4, b"\0\0\0\4"),
        changed(REGISTERS, len(REGISTERS) - 4, b"\xff\xff\xff\0"),
        changed(REGISTERS, 50, b"\xff"),
        REGISTERS[:-1],
        b"",
    ],
)
def test_impossible_registers(data: bytes) -> None:
    """Hashes and registers that contradict each other are refused."""
    with pytest.raises(Corrupt):
        Distinct.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        changed(WORDS, 0, b"\1"),
        changed(WORDS, 1, b"\2"),
        changed(WORDS, 3, b"\x1f"),
        changed(WORDS, 4, b"\x0b"),
        changed(WORDS, 5, b"\4"),
        changed(WORDS, 8, b"\xff\xff\xff\xff"),
        changed(WORDS, 8, b"\0\0\0\0"),
        changed(WORDS, 16, b"\1\0\0\0\0\0\0\0"),
        changed(WORDS, 16, b"\xff" * 8),
        changed(WORDS, 24, b"\xff" * 8),
        changed(WORDS, 32, b"\0" * 8),
        changed(WORDS, 48, b"\xff\xff\xff\xff"),
        changed(WORDS, len(WORDS) - 1, b"\xff"),
        WORDS[:-1],
        WORDS[:-4],
        WORDS + b"\0",
    ],
)
def test_impossible_frequent_values(data: bytes) -> None:
    """Counts and strings that contradict each other are refused."""
    with pytest.raises(Corrupt):
        Frequent.decode(data)


def kll(count: int) -> bytes:
    """Return what the library itself writes."""
    native = datasketches.kll_doubles_sketch(200)
    for value in range(count):
        native.update(value * 0.7 % 1)
    return bytes(native.serialize())


def hll(count: int) -> bytes:
    """Return what the library itself writes."""
    native = datasketches.hll_sketch(12, datasketches.tgt_hll_type.HLL_4)
    for value in range(count):
        native.update(value)
    return bytes(native.serialize_compact())


def words(count: int) -> bytes:
    """Return what the library itself writes."""
    native = datasketches.frequent_strings_sketch(10)
    for value in range(count):
        native.update(f"value {value % 1500}")
    return bytes(native.serialize())


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 150, 201, 700, 5000, 30_000])
@pytest.mark.parametrize(
    ("write", "read"),
    [
        (kll, Quantiles.decode),
        (hll, Distinct.decode),
        (words, Frequent.decode),
    ],
)
def test_whatever_the_library_writes_is_read(
    write: Callable[[int], bytes], read: Callable[[bytes], object], count: int
) -> None:
    """No sketch is refused that the library made, merged or not."""
    sketch = read(write(count))
    assert isinstance(sketch, Quantiles | Distinct | Frequent)
    assert read(sketch.encode()) == sketch
    merged = sketch.merge(sketch)  # type: ignore[arg-type]  # of one type
    assert read(merged.encode()) == merged
