"""The bytes of a frequent items sketch of Apache DataSketches, serial version 1, of strings.

::

    preamble  words of preamble (1 or 4), version, family 10, lg of the map's largest size and of
              its size, flags, 0, 0
    number    how many values are kept, 4 bytes, 0      (these and all below: where there is one)
    total     how many values were seen, 8 bytes
    error     how much larger a count may be, 8 bytes
    counts    8 bytes each
    values    length in bytes (4 bytes) and UTF-8, each

The library trusts them: what contradicts itself makes it read where nothing is, or ask for much
memory. So they are checked before it sees them.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

_FAMILY = 10
_EMPTY = 4 | 1
_HEAD = struct.Struct("<BBBBBBxxIxxxxQQ")
_LENGTH = struct.Struct("<I")
_BETWEEN = b"\0"
"""Half a character at the end of one value and half at the start of the next stay invalid."""
_LEAST, _LARGEST = 3, 16
_MOST = 2**62


def written(counts: Mapping[str, int], *, lg_max: int, error: int, total: int) -> bytes:
    """Return the bytes of a sketch of one or more values.

    Parameters
    ----------
    counts
        Least number of times that each value occurs.
    lg_max
        Binary logarithm of the map's size.
    error
        How much more often each may occur, and how often one that is not kept.
    total
        How many values there are.
    """
    names = [value.encode() for value in counts]
    head = _HEAD.pack(4, 1, _FAMILY, lg_max, lg_max, 0, len(names), total, error)
    weights = struct.pack(f"<{len(names)}Q", *counts.values())
    return head + weights + b"".join(struct.pack("<I", len(name)) + name for name in names)


def check(data: bytes) -> None:
    """Raise `ValueError` where bytes are no sketch, or one that contradicts itself."""
    if len(data) < 8:  # noqa: PLR2004
        _refuse("they are cut short")
    words, version, family, lg_max, lg_size, flags = data[:6]
    if (version, family) != (1, _FAMILY) or not _LEAST <= lg_size <= lg_max <= _LARGEST:
        _refuse("they are no sketch of frequent strings")
    if flags & _EMPTY:
        if (words, len(data)) != (1, 8):
            _refuse("they are empty and not empty")
        return
    if words != 4 or len(data) < _HEAD.size:  # noqa: PLR2004
        _refuse("their preamble is unknown")
    *_, number, total, error = _HEAD.unpack_from(data)
    if not 1 <= number <= 3 << lg_size >> 2 or len(data) < _HEAD.size + 12 * number:
        _refuse("the number of values is wrong")
    counts = struct.unpack_from(f"<{number}Q", data, _HEAD.size)
    if min(counts) < 1 or sum(counts) > total or max(total, error) > _MOST:
        _refuse("the counts contradict the total")
    _check_values(data, _HEAD.size + 8 * number, number)


def _check_values(data: bytes, start: int, number: int) -> None:
    """Raise `ValueError` unless so many different UTF-8 strings end where the bytes end.

    What is found is checked at once, not one by one: that takes a quarter of the time.
    """
    values: list[bytes] = []
    last = len(data) - 4
    while start <= last and len(values) < number:
        begin = start + 4
        start = begin + _LENGTH.unpack_from(data, start)[0]
        values.append(data[begin:start])
    if len(values) < number or start > len(data):
        _refuse("they are cut short")
    if start < len(data) or len(set(values)) < number:
        _refuse("a value is there twice, or something follows the last")
    _BETWEEN.join(values).decode()


def _refuse(reason: str) -> None:
    raise ValueError(reason)
