"""How many different values there are, within 1.6 %: a HyperLogLog sketch."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import datasketches
import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import Corrupt, Incompatible
from modeldesk.sketches.murmur import hashes

LG_K = 12
"""Binary logarithm of the number of registers; 1.6 % standard error in 2 KB."""

_EMPTY = "\0 the empty string \0"
"""What the empty string counts as: the library passes over it."""
_MANY = 1 << 14
"""From so many numbers on it pays to find out first which of them set a register."""
_FULL = 0.9
"""Share of filled registers from which on the numbers that set none do not count."""


def _new(lg_k: int = LG_K) -> datasketches.hll_sketch:
    return datasketches.hll_sketch(lg_k, datasketches.tgt_hll_type.HLL_4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distinct:
    """Estimate of how many different values were seen.

    Without an argument it is the neutral element of `merge`.

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
    def of_numbers(values: NDArray[np.int64] | NDArray[np.float64]) -> Distinct:
        """Summarise whole or fractional numbers, shape ``(n,)``, without a loop over them.

        A register keeps the smallest hash that fell to it. So of many numbers only those that
        set a register have to pass the slow door: 4,096 at most, found by comparing arrays.
        """
        if values.size < _MANY:
            return Distinct.of(np.unique(values).tolist())
        winners = _winners(values)
        if winners.size < _FULL * (1 << LG_K):
            return Distinct.of(np.unique(values).tolist())
        halves = winners[::2].tolist(), winners[1::2].tolist()
        # Merged, a sketch is told to estimate by its registers, not by how they came to be.
        return Distinct.of(halves[0]).merge(Distinct.of(halves[1]))

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

        Raises
        ------
        Incompatible
            When the two have different numbers of registers.
        """
        if self.lg_k != other.lg_k:
            message = f"Distinct counts of 2^{self.lg_k} and 2^{other.lg_k} registers differ."
            raise Incompatible(message, hint="Build both with the same lg_k.")
        union = datasketches.hll_union(self.lg_k)
        union.update(self.native)
        union.update(other.native)
        return Distinct(native=union.get_result(datasketches.tgt_hll_type.HLL_4))

    def encode(self) -> bytes:
        """Return the summary as bytes of Apache DataSketches."""
        return bytes(self.native.serialize_compact())

    @staticmethod
    def decode(data: bytes) -> Distinct:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        try:
            return Distinct(native=datasketches.hll_sketch.deserialize(data))
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
        modes 0 and 1 hashes of four bytes follow after 8 and 12 bytes.
        """
        data = self.encode()
        mode = data[7] & 3
        if mode > 1:
            return (self.lg_k, data)
        hashed = struct.iter_unpack("<I", data[8 + 4 * mode :])
        return (self.lg_k, tuple(sorted(hashed)))


def _winners(
    values: NDArray[np.int64] | NDArray[np.float64],
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return one value for each register that is set."""
    canonical = np.where(values == 0, 0, values).astype(values.dtype)  # -0.0 counts as 0.0
    first, second = hashes(canonical.view(np.uint64))
    register = (first & np.uint64((1 << LG_K) - 1)).astype(np.int64)
    smallest = np.full(1 << LG_K, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(smallest, register, second)
    return np.unique(canonical[second == smallest[register]])
