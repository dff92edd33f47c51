"""The bytes of a HyperLogLog sketch of Apache DataSketches, compact.

::

    preamble   words of preamble, version 1, family 7, lg k, lg of a table's size, flags, number
               of hashes or smallest register, mode (list, set, registers) and bits per register
    list       up to 8 hashes of 4 bytes
    set        how many, 4 bytes, and the hashes
    registers  number of values so far (8 bytes), sums of 2**-r over the registers r below and
               from 32 (8 bytes each), how many registers are smallest, how many are exceptions
               (4 bytes each); the registers, 4 bits each, above the smallest one; the exceptions

The library trusts them: what contradicts itself makes it read where nothing is, or ask for much
memory. So they are checked before it sees them.
"""

from __future__ import annotations

import math
import struct

import numpy as np
from numpy.typing import NDArray

Registers = NDArray[np.uint8]

HEAD = 40
"""Bytes before the registers."""

_FAMILY = 7
_COMPACT, _EMPTY, _FLAGS = 8, 4, 4 | 8 | 16 | 32
_LIST, _SET, _REGISTERS = 0, 1, 2
_HALVES = struct.Struct("<dddII")
_EXCEPTION = 15
"""What four bits hold where the register is larger."""
_PLACE = (1 << 26) - 1
_SPLIT = 32
_POWERS = np.ldexp(1.0, -np.arange(128))
_LIST_SIZE = 8
_SMALLEST, _LARGEST = 4, 21


def written(registers: Registers, lg_k: int, distinct: int) -> bytes:
    """Return the bytes of a sketch with eight bits a register, shape ``(2**lg_k,)``.

    Parameters
    ----------
    registers
        The registers.
    lg_k
        Binary logarithm of their number.
    distinct
        How many different values there are.
    """
    head = struct.pack("<8B", 10, 1, _FAMILY, lg_k, 0, _COMPACT, 0, _REGISTERS | 2 << 2)
    powers = np.ldexp(1.0, -registers.astype(np.int32))
    low, high = math.fsum(powers[registers < _SPLIT]), math.fsum(powers[registers >= _SPLIT])
    empty = int(np.count_nonzero(registers == 0))
    return head + _HALVES.pack(distinct, low, high, empty, 0) + registers.tobytes()


def check(data: bytes) -> None:
    """Raise `ValueError` where bytes are no sketch, or one that contradicts itself."""
    if len(data) < 8:  # noqa: PLR2004
        _refuse("they are cut short")
    words, version, family, lg_k, lg_table, flags, number, mode = data[:8]
    if (version, family) != (1, _FAMILY) or not flags & _COMPACT or flags & ~_FLAGS:
        _refuse("they are no compact HyperLogLog sketch")
    if not _SMALLEST <= lg_k <= _LARGEST or mode > _REGISTERS:
        _refuse("their size or mode is unknown")
    if mode == _LIST and words == 2:  # noqa: PLR2004
        _check_hashes(data, 8, number, _LIST_SIZE)
        if bool(flags & _EMPTY) != (number == 0):
            _refuse("they are empty and not empty")
    elif mode == _SET and words == 3 and len(data) >= 12:  # noqa: PLR2004
        if not 5 <= lg_table <= max(lg_k - 3, 5):  # noqa: PLR2004
            _refuse("their table has an impossible size")
        (count,) = struct.unpack_from("<I", data, 8)
        _check_hashes(data, 12, count, 3 << lg_table >> 2)
    elif mode == _REGISTERS and words == 10 and len(data) >= HEAD:  # noqa: PLR2004
        _check_registers(data, lg_k, lg_table, number)
    else:
        _refuse("their preamble is unknown")


def _check_hashes(data: bytes, start: int, count: int, most: int) -> None:
    if count > most or len(data) != start + 4 * count:
        _refuse("the number of hashes is wrong")
    hashes = np.frombuffer(data, dtype="<u4", offset=start)
    if not (hashes >> 26).all() or np.unique(hashes).size != count:
        _refuse("a hash is impossible, or there twice")


def _check_registers(data: bytes, lg_k: int, lg_table: int, smallest: int) -> None:
    distinct, low, high, at_smallest, exceptions = _HALVES.unpack_from(data, 8)
    size = 1 << lg_k
    if len(data) != HEAD + size // 2 + 4 * exceptions or smallest > 63:  # noqa: PLR2004
        _refuse("the number of registers is wrong")
    if exceptions and not (2 <= lg_table <= lg_k and exceptions <= 3 << lg_table >> 2):  # noqa: PLR2004
        _refuse("their table has an impossible size")
    times = _counted(data, size, smallest, exceptions)
    if times[smallest] != at_smallest:
        _refuse("the number of smallest registers is wrong")
    parts = times * _POWERS
    for told, part in ((low, parts[:_SPLIT]), (high, parts[_SPLIT:])):
        if not math.isclose(told, float(part.sum()), rel_tol=1e-6, abs_tol=1e-12):
            _refuse("the sums of the registers are wrong")
    if not 0 <= distinct < 2**63:
        _refuse("the number of values is impossible")


def _counted(data: bytes, size: int, smallest: int, exceptions: int) -> NDArray[np.int64]:
    """Return how many registers hold each value, shape ``(128,)``; that is all their sums need.

    Raises `ValueError` where the exceptions contradict the registers.
    """
    pairs = np.frombuffer(data, dtype=np.uint8, offset=HEAD, count=size // 2)
    both = np.bincount(pairs, minlength=256).reshape(16, 16)
    above = both.sum(axis=0) + both.sum(axis=1)
    others = np.frombuffer(data, dtype="<u4", offset=HEAD + size // 2)
    places, values = (others & _PLACE) & (size - 1), (others >> 26).astype(np.int64)
    marked = (pairs[places >> 1] >> (4 * (places & 1)).astype(np.uint8)) & 15 == _EXCEPTION
    if above[_EXCEPTION] != exceptions or not marked.all() or np.unique(places).size != exceptions:
        _refuse("the exceptions are not those of the registers")
    if (values < smallest + _EXCEPTION).any():
        _refuse("an exception is too small to be one")
    times = np.bincount(values, minlength=_POWERS.size)
    times[smallest : smallest + _EXCEPTION] += above[:_EXCEPTION]
    return times


def _refuse(reason: str) -> None:
    raise ValueError(reason)
