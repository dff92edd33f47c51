"""How many different values there are, within 0.8 %: a HyperLogLog sketch."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import Corrupt
from modeldesk.sketches import hll_bytes
from modeldesk.sketches.murmur import hashes
from modeldesk.sketches.native import library

if TYPE_CHECKING:
    import datasketches

LG_K = 14
"""Binary logarithm of the number of registers; 0.8 % standard error in 8 KB at most."""

_EMPTY = "\0 the empty string \0"
"""What the empty string counts as: the library passes over it."""
_MANY = 1 << 13
"""From so many numbers on it pays to find the registers by comparing arrays."""
_LARGEST = np.uint64(2**64 - 1)
_MOST_ZEROS = 62


Numbers: TypeAlias = NDArray[np.int64] | NDArray[np.float64]


def _new(lg_k: int = LG_K) -> datasketches.hll_sketch:
    return library().hll_sketch(lg_k, library().tgt_hll_type.HLL_4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distinct:
    """Estimate of how many different values were seen.

    Without an argument it is the neutral element of `merge`. Two of them are equal when they
    hold the same registers, also where one of them knows the exact number.

    Parameters
    ----------
    native
        The sketch of Apache DataSketches; nobody may update it any more.

    References
    ----------
    Flajolet, Fusy, Gandouet, Meunier: HyperLogLog, 2007.
    https://datasketches.apache.org/docs/HLL/HllSketches.html

    Examples
    --------
    >>> round(Distinct.of(["a", "b", "a"]).merge(Distinct.of(["b", "c"])).estimate)
    3
    """

    native: datasketches.hll_sketch = field(default_factory=_new)

    @staticmethod
    def of(values: Iterable[int] | Iterable[float] | Iterable[str]) -> Distinct:
        """Summarise values; it saves time to give each different value once."""
        native = _new()
        given = list(values)
        deque(map(native.update, given), maxlen=0)
        if "" in given:
            native.update(_EMPTY)
        return Distinct(native=native)

    @staticmethod
    def of_numbers(values: Numbers) -> Distinct:
        """Summarise whole or fractional numbers, shape ``(n,)``, without a loop over them."""
        if values.dtype == np.int64:
            return Distinct.of_sorted(np.unique(values.astype(np.int64, copy=False)))
        return Distinct.of_sorted(np.unique(values.astype(np.float64, copy=False)))

    @staticmethod
    def of_sorted(values: Numbers) -> Distinct:
        """Summarise numbers that are all different, in ascending order, shape ``(n,)``.

        The registers are those that the library would set, found by comparing arrays. The
        number of values is exact, and so is the estimate until the sketch is merged.

        >>> Distinct.of_sorted(np.arange(1_000_000)).estimate
        1000000.0
        """
        if values.size < _MANY:
            return Distinct.of(values.tolist())
        zero = values.dtype.type(0)
        keys = np.add(values, zero).view(np.uint64)  # -0.0 becomes 0.0, in a copy
        native = library().hll_sketch.deserialize(
            hll_bytes.written(_registers(keys), LG_K, keys.size)
        )
        union = library().hll_union(LG_K)
        union.update(native)
        return Distinct(native=union.get_result(library().tgt_hll_type.HLL_4))

    @property
    def lg_k(self) -> int:
        """Binary logarithm of the number of registers."""
        return int(self.native.lg_config_k)

    @property
    def estimate(self) -> float:
        """About how many different values were seen."""
        return float(self.native.get_estimate())

    def merge(self, other: Distinct) -> Distinct:
        """Return the summary of both sets of values together.

        Sketches of different numbers of registers merge into one of the smaller number.
        """
        lg_k = min(self.lg_k, other.lg_k)
        union = library().hll_union(lg_k)
        union.update(_narrowed(self.native, lg_k))
        union.update(_narrowed(other.native, lg_k))
        return Distinct(native=union.get_result(library().tgt_hll_type.HLL_4))

    def encode(self) -> bytes:
        """Return the summary as bytes of Apache DataSketches."""
        return bytes(self.native.serialize_compact())

    @staticmethod
    def decode(data: bytes) -> Distinct:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        try:
            hll_bytes.check(data)
            return Distinct(native=library().hll_sketch.deserialize(data))
        except Exception as error:  # boundary: whatever the C++ library makes of the bytes
            message = f"The distinct count cannot be read: {error}."
            raise Corrupt(message) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Distinct) and self._kept() == other._kept()

    def __hash__(self) -> int:
        return hash(self._kept())

    def _kept(self) -> tuple[object, ...]:
        """Return the registers, or the hashes of few values, whatever order they came in.

        By the layout of the library, the mode stands in the lowest two bits of byte 7; in
        modes 0 and 1 hashes of four bytes follow after 8 and 12 bytes. In mode 2 the registers
        follow after 40 bytes, four bits each, above the smallest one in byte 6; then come those
        that four bits do not hold.
        """
        data = self.encode()
        mode = data[7] & 3
        if mode > 1:
            end = hll_bytes.HEAD + (1 << self.lg_k) // 2
            large = struct.iter_unpack("<I", data[end:])
            return (self.lg_k, data[6], data[hll_bytes.HEAD : end], tuple(sorted(large)))
        hashed = struct.iter_unpack("<I", data[8 + 4 * mode :])
        return (self.lg_k, tuple(sorted(hashed)))


def _narrowed(native: datasketches.hll_sketch, lg_k: int) -> datasketches.hll_sketch:
    """Return a sketch of no more registers than asked for.

    A union of DataSketches 5.2 that begins with few values forgets all registers of a sketch
    that has more of them than it; one that begins with that sketch does not.
    """
    if native.lg_config_k <= lg_k:
        return native
    union = library().hll_union(lg_k)
    union.update(native)
    return union.get_result(library().tgt_hll_type.HLL_4)


def _registers(keys: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Return what each register holds: most leading zeros of the hashes that fell to it, and 1.

    The smallest hash has the most zeros. Of a million hashes seven in a hundred are smaller
    than those before them in their register; only these are put there, one by one.
    """
    smallest = np.full(1 << LG_K, _LARGEST, dtype=np.uint64)
    for first, second in hashes(keys):
        places = (first & np.uint64((1 << LG_K) - 1)).view(np.int64)
        near = second < smallest[places]
        np.minimum.at(smallest, places[near], second[near])
    filled = smallest < _LARGEST
    zeros = np.minimum(_leading_zeros(smallest), _MOST_ZEROS)
    return np.where(filled, zeros + 1, 0).astype(np.uint8)


def _leading_zeros(numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return how many of 64 bits are zero before the first that is set."""
    high, low = (numbers >> np.uint64(32)).astype(np.float64), numbers & np.uint64(2**32 - 1)
    bits = np.where(high > 0, 32 + np.frexp(high)[1], np.frexp(low.astype(np.float64))[1])
    found: NDArray[np.int64] = 64 - bits.astype(np.int64)
    return found
