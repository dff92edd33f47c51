"""How the numeric columns of a table vary together: mergeable pairwise co-moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import Corrupt, InvalidArgument

MOST_COLUMNS = 64
"""So many columns are kept, the first ones by name; the size grows with the square."""
LARGEST = 1e140
"""Numbers beyond this take no part: products of two of them overflow when they are summed."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_ENOUGH = 2
_LIMIT = 1e300
"""Larger sums of squares than `LARGEST` numbers can have in any table."""


def _no_floats() -> Floats:
    return np.zeros((0, 0))


def _no_counts() -> Whole:
    return np.zeros((0, 0), dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correlations:
    r"""Co-moments of every pair of columns over the rows in which both have a finite number.

    For columns :math:`i, j` with :math:`n_{ij}` such rows it keeps the mean of :math:`x_i` over
    these rows, its sum of squared deviations, and the sum of products of the deviations of both,
    :math:`C_{ij}`. Two sets of rows merge pair by pair, with
    :math:`\delta_{ij} = \bar b_{ij} - \bar a_{ij}` and :math:`w = n_a n_b / n`:

    .. math:: \bar x_{ij} = \bar a_{ij} + \delta_{ij} n_b / n, \quad
        C_{ij} = C^a_{ij} + C^b_{ij} + \delta_{ij} \delta_{ji} w, \quad
        M_{ij} = M^a_{ij} + M^b_{ij} + \delta_{ij}^2 w

    which never subtracts large numbers of similar size. Without an argument it is the neutral
    element of `merge`.

    Parameters
    ----------
    names
        The columns, in alphabetical order; of more than 64 the first 64.
    count
        :math:`n_{ij}`, shape ``(p, p)``, symmetric.
    means
        Mean of column ``i`` where column ``j`` is present too, shape ``(p, p)``.
    squares
        Sum of squared deviations of column ``i`` from that mean, shape ``(p, p)``.
    products
        Sum of products of the deviations of ``i`` and ``j``, shape ``(p, p)``, symmetric.

    Raises
    ------
    InvalidArgument
        When the shapes, the order of the names or the counts contradict each other.

    References
    ----------
    Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing sample
    variances, 1979. Pebay: Formulas for robust, one-pass parallel computation of covariances
    and arbitrary-order statistical moments, Sandia report SAND2008-6212, 2008.

    Examples
    --------
    >>> both = Correlations.of(["x", "y"], [np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.1, 6.0])])
    >>> both.names, round(float(both.matrix()[0, 1]), 4)
    (('x', 'y'), 0.9996)
    """

    names: tuple[str, ...] = ()
    count: Whole = field(default_factory=_no_counts)
    means: Floats = field(default_factory=_no_floats)
    squares: Floats = field(default_factory=_no_floats)
    products: Floats = field(default_factory=_no_floats)

    def __post_init__(self) -> None:
        size = len(self.names)
        arrays = (self.count, self.means, self.squares, self.products)
        if any(array.shape != (size, size) for array in arrays) or size > MOST_COLUMNS:
            message = f"Co-moments of {size} columns need arrays of {size} times {size}."
            raise InvalidArgument(message, hint=f"Give at most {MOST_COLUMNS} columns.")
        if any(a >= b for a, b in zip(self.names, self.names[1:], strict=False)):
            message = "Columns of co-moments are named twice or not in alphabetical order."
            raise InvalidArgument(message)
        counts = self.count
        if (counts < 0).any() or (counts != counts.T).any() or (self.squares < 0).any():
            message = "Counts or squares of co-moments are negative or not symmetric."
            raise InvalidArgument(message)

    @staticmethod
    def of(names: Sequence[str], columns: Sequence[Floats]) -> Correlations:
        """Summarise columns, each of shape ``(rows,)``; what is not finite is missing.

        A block of rows is summarised relative to its own means, so rows should come in blocks
        of some ten thousand that are merged.
        """
        kept = sorted(range(len(names)), key=lambda place: names[place])[:MOST_COLUMNS]
        if not kept:
            return Correlations()
        values = np.stack([columns[place] for place in kept])
        return _summarised(tuple(names[place] for place in kept), values)

    def matrix(self) -> Floats:
        """Return Pearson's correlation of every pair, shape ``(p, p)``, in the order of `names`.

        NaN stands where a pair has fewer than two rows in common, or a column does not vary
        there.
        """
        spread = np.sqrt(self.squares) * np.sqrt(self.squares.T)
        known = (self.count >= _ENOUGH) & (spread > 0)
        found = np.full(self.count.shape, np.nan)
        with np.errstate(over="ignore"):  # squares that are all but zero by rounding
            np.divide(self.products, spread, out=found, where=known)
        bounded: Floats = np.clip(found, -1.0, 1.0)
        return bounded

    def merge(self, other: Correlations) -> Correlations:
        """Return the co-moments of both sets of rows together.

        Columns of one side only keep the rows of that side. Of more than 64 columns in all the
        first 64 by name are kept, so that the order of merging does not matter.
        """
        if not self.names or not other.names:
            return self if self.names else other
        names = tuple(sorted({*self.names, *other.names})[:MOST_COLUMNS])
        return _merged(_spread(self, names), _spread(other, names))

    def encode(self) -> bytes:
        """Return the co-moments as bytes."""
        upper = np.triu_indices(len(self.names))
        parts = (self.count[upper], self.products[upper], self.means, self.squares)
        packed = tuple(part.astype(part.dtype.newbyteorder("<")).tobytes() for part in parts)
        return msgspec.msgpack.encode((self.names, packed))

    @staticmethod
    def decode(data: bytes) -> Correlations:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        shape = tuple[tuple[str, ...], tuple[bytes, bytes, bytes, bytes]]
        try:
            names, parts = msgspec.msgpack.decode(data, type=shape)
            return _unpacked(names, parts)
        except (msgspec.MsgspecError, InvalidArgument, ValueError) as error:
            message = f"The correlations cannot be read: {error}."
            raise Corrupt(message) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Correlations) and self.encode() == other.encode()

    def __hash__(self) -> int:
        return hash(self.encode())


def _summarised(names: tuple[str, ...], values: Floats) -> Correlations:
    """Summarise rows of shape ``(columns, rows)``, which are changed.

    Pairs with gaps are summarised by products with masks. There are no copies of all the values:
    to make one takes longer than the products.
    """
    least, most = values.min(axis=1, initial=0.0), values.max(axis=1, initial=0.0)
    gaps = np.flatnonzero(~((least >= -LARGEST) & (most <= LARGEST)))  # with a NaN as well
    present = np.abs(values[gaps]) <= LARGEST
    values[gaps] = np.where(present, values[gaps], 0.0)
    own = np.full(len(values), values.shape[1])
    own[gaps] = present.sum(axis=1)
    shift = values.sum(axis=1) / np.maximum(own, 1)
    values -= shift[:, np.newaxis]
    values[gaps] *= present
    products = values @ values.T
    count = np.minimum.outer(own, own)
    sums = np.repeat(values.sum(axis=1)[:, np.newaxis], own.size, axis=1)
    squares = np.repeat(products.diagonal()[:, np.newaxis], own.size, axis=1)
    if gaps.size:
        mask = present.astype(np.float64).T
        count[np.ix_(gaps, gaps)] = np.rint(mask.T @ mask)
        sums[:, gaps] = values @ mask
        squares[:, gaps] = np.square(values) @ mask
    filled = np.maximum(count, 1)
    return Correlations(
        names=names,
        count=count,
        means=np.where(count > 0, shift[:, np.newaxis] + sums / filled, 0.0),
        squares=np.maximum(squares - sums * sums / filled, 0.0),
        products=products - sums * sums.T / filled,
    )


def _spread(some: Correlations, names: tuple[str, ...]) -> Correlations:
    """Return the co-moments with places for more columns, or fewer."""
    if some.names == names:
        return some
    known = {name: place for place, name in enumerate(some.names)}
    to = [place for place, name in enumerate(names) if name in known]
    take = np.ix_(*[[known[names[place]] for place in to]] * 2)
    put = np.ix_(to, to)
    size = (len(names), len(names))
    count = np.zeros(size, dtype=np.int64)
    count[put] = some.count[take]
    parts = []
    for part in (some.means, some.squares, some.products):
        wider = np.zeros(size)
        wider[put] = part[take]
        parts.append(wider)
    means, squares, products = parts
    return Correlations(names=names, count=count, means=means, squares=squares, products=products)


def _merged(a: Correlations, b: Correlations) -> Correlations:
    count = a.count + b.count
    weight = b.count / np.maximum(count, 1)
    both = (a.count > 0) & (b.count > 0)
    delta = np.where(both, b.means - a.means, 0.0)
    means = np.where(a.count > 0, a.means, b.means) + delta * weight
    shared = a.count * weight
    return Correlations(
        names=a.names,
        count=count,
        means=means,
        squares=a.squares + b.squares + delta * delta * shared,
        products=a.products + b.products + delta * delta.T * shared,
    )


def _unpacked(names: tuple[str, ...], parts: tuple[bytes, bytes, bytes, bytes]) -> Correlations:
    size = len(names)
    if size > MOST_COLUMNS:
        message = f"{size} columns are more than {MOST_COLUMNS}"
        raise ValueError(message)
    count, products = np.zeros((size, size), dtype=np.int64), np.zeros((size, size))
    upper = np.triu_indices(size)
    for whole, half in ((count, parts[0]), (products, parts[1])):
        whole[upper] = np.frombuffer(half, dtype=whole.dtype.newbyteorder("<"))
        whole.T[upper] = whole[upper]
    means, squares = (
        np.frombuffer(part, dtype="<f8").astype(np.float64).reshape(size, size)
        for part in parts[2:]
    )
    for part, most in ((means, 2 * LARGEST), (squares, _LIMIT), (products, _LIMIT)):
        if not (np.abs(part) <= most).all():
            message = "they hold a number that is not finite, or too large"
            raise ValueError(message)
    return Correlations(names=names, count=count, means=means, squares=squares, products=products)
