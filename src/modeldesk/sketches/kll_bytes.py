"""The bytes of a KLL sketch of Apache DataSketches, serial version 1 and 2, of doubles.

::

    preamble  words of preamble (2 or 5), version, family 15, flags, k (2 bytes), m, 0
    n         how many numbers were seen, 8 bytes     (these and all below: two or more numbers)
    min k     2 bytes; levels, 1 byte; 0
    starts    where each level's numbers start in an array that is filled from its end
    ends      the smallest and the largest number
    numbers   of all levels from the lowest up; those of level h stand for 2**h numbers each

The library trusts them: what contradicts itself makes it read where nothing is. So they are
checked before it sees them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST = 8
"""How many numbers a level holds at least, the parameter m."""

_FAMILY = 15
_EMPTY, _SORTED, _SINGLE = 1, 2, 4
_HEAD = struct.Struct("<BBBBHBBQHBx")
_MOST_LEVELS = 60


def written(levels: Sequence[Floats], count: int, k: int, ends: tuple[float, float]) -> bytes:
    """Return the bytes of a sketch of two or more numbers.

    Parameters
    ----------
    levels
        The numbers of each level, ascending.
    count
        How many numbers they stand for.
    k
        The accuracy.
    ends
        The smallest and the largest number.
    """
    height = len(levels)
    sizes = [level.size for level in levels]
    first = _room(k, height) - sum(sizes)
    starts = [first + sum(sizes[:level]) for level in range(height)]
    head = _HEAD.pack(5, 1, _FAMILY, 0, k, LEAST, 0, count, k, height)
    head += struct.pack(f"<{height}Idd", *starts, *ends)
    return head + np.concatenate(levels).astype("<f8").tobytes()


def check(data: bytes) -> None:
    """Raise `ValueError` where bytes are no sketch, or one that contradicts itself."""
    if len(data) < 8:  # noqa: PLR2004
        _refuse("they are cut short")
    words, version, family, flags, k, least = struct.unpack_from("<BBBBHB", data)
    if family != _FAMILY or least != LEAST or k < LEAST:
        _refuse("they are no KLL sketch")
    if flags & _EMPTY or flags & _SINGLE:
        _check_short(data, words, version, flags)
    elif (words, version) != (5, 1) or flags & ~_SORTED:
        _refuse("their preamble is unknown")
    else:
        _check_levels(data, k, in_order=bool(flags & _SORTED))


def _check_short(data: bytes, words: int, version: int, flags: int) -> None:
    expected = (1, 8) if flags & _EMPTY else (2, 16)
    if words != 2 or (version, len(data)) != expected:  # noqa: PLR2004
        _refuse("their length is wrong")
    if not flags & _EMPTY and not np.isfinite(struct.unpack_from("<d", data, 8)[0]):
        _refuse("the number is not finite")


def _check_levels(data: bytes, k: int, *, in_order: bool) -> None:
    if len(data) < _HEAD.size:
        _refuse("they are cut short")
    *_, count, lowest_k, height = _HEAD.unpack_from(data)
    if not LEAST <= lowest_k <= k or not 1 <= height <= _MOST_LEVELS:
        _refuse("their levels are impossible")
    offset = _HEAD.size + 4 * height
    if len(data) < offset + 16:
        _refuse("they are cut short")
    starts = [*struct.unpack_from(f"<{height}I", data, _HEAD.size), _room(k, height)]
    sizes = [end - start for start, end in pairwise(starts)]
    if min(sizes) < 0 or len(data) != offset + 16 + 8 * sum(sizes):
        _refuse("their levels do not fit")
    if sum(size << level for level, size in enumerate(sizes)) != count or count < 2:  # noqa: PLR2004
        _refuse("the numbers do not stand for as many as were seen")
    low, high = struct.unpack_from("<dd", data, offset)
    numbers = np.frombuffer(data, dtype="<f8", offset=offset + 16)
    if not np.isfinite([low, high]).all() or not ((numbers >= low) & (numbers <= high)).all():
        _refuse("a number is not between the smallest and the largest")
    first = 0 if in_order else sizes[0]
    falls = np.flatnonzero(numbers[first + 1 :] < numbers[first:-1]) + first + 1
    if not set(falls.tolist()) <= {start - starts[0] for start in starts}:
        _refuse("the numbers of a level are not in order")


def _room(k: int, height: int) -> int:
    """Return how many numbers a sketch of so many levels has room for."""
    depths = range(height)
    return sum(max(LEAST, (((2 * k) << depth) // 3**depth + 1) >> 1) for depth in depths)


def _refuse(reason: str) -> None:
    raise ValueError(reason)
