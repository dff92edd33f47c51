"""The hash that the distinct count is built on, for whole arrays at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint64]

_SEED = np.uint64(9001)
_LENGTH = np.uint64(8)


def hashes(keys: Bits) -> tuple[Bits, Bits]:
    """Return both halves of MurmurHash3 (x64, 128 bits, seed 9001) of keys of 8 bytes.

    Parameters
    ----------
    keys
        The keys' bits, shape ``(n,)``.

    Returns
    -------
    tuple of arrays
        The first and the second 64 bits of each hash, each of shape ``(n,)``.

    References
    ----------
    Appleby: MurmurHash3, public domain. https://github.com/aappleby/smhasher
    """
    mixed = keys * np.uint64(0x87C37B91114253D5)
    mixed = (mixed << np.uint64(31)) | (mixed >> np.uint64(33))
    mixed *= np.uint64(0x4CF5AD432745937F)
    start = _SEED ^ _LENGTH
    blend = (mixed ^ start) + start
    first, second = _finished(blend), _finished(blend + start)
    first += second
    second += first
    return first, second


def _finished(state: Bits) -> Bits:
    state = state ^ (state >> np.uint64(33))
    state *= np.uint64(0xFF51AFD7ED558CCD)
    state ^= state >> np.uint64(33)
    state *= np.uint64(0xC4CEB9FE1A85EC53)
    state ^= state >> np.uint64(33)
    return state
