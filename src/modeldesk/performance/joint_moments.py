"""Means of several numbers per row and how they vary together, mergeable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.sealing import need, pack_floats, unpack_floats

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointMoments:
    r"""Count, means and sums of products of deviations of ``k`` numbers per row.

    Parts merge by the pairwise update, which never subtracts large numbers of similar size:

    .. math:: \bar x = \bar a + \delta n_b / n, \quad
        M = M_a + M_b + \delta \delta^T n_a n_b / n, \quad \delta = \bar b - \bar a

    Parameters
    ----------
    count
        How many rows.
    means
        Shape ``(k,)``; zeros where there is no row.
    products
        Sums of products of deviations from the means, shape ``(k, k)``.

    References
    ----------
    Chan, Golub, LeVeque: Algorithms for computing the sample variance, 1983.

    Examples
    --------
    >>> left = JointMoments.of([np.array([1.0, 2.0])])
    >>> both = left.merge(JointMoments.of([np.array([6.0])]))
    >>> both.count, both.means.tolist(), both.variances.tolist()
    (3, [3.0], [7.0])
    """

    count: int
    means: Floats
    products: Floats

    @staticmethod
    def none(width: int) -> JointMoments:
        """Return the moments of no rows of so many numbers."""
        return JointMoments(count=0, means=np.zeros(width), products=np.zeros((width, width)))

    @staticmethod
    def of(columns: list[Floats]) -> JointMoments:
        """Summarise columns of finite numbers, each of shape ``(n,)``."""
        width, count = len(columns), columns[0].size
        if not count:
            return JointMoments.none(width)
        # Sums may overflow; what is not finite is told by the measures.
        with np.errstate(over="ignore", invalid="ignore"):
            means = np.array([column.mean() for column in columns])
            apart = [column - mean for column, mean in zip(columns, means, strict=True)]
            products = np.empty((width, width))
            for i in range(width):
                for j in range(i, width):
                    products[i, j] = products[j, i] = (apart[i] * apart[j]).sum()
        return JointMoments(count=count, means=means, products=products)

    @property
    def variances(self) -> Floats:
        """Sample variances, shape ``(k,)``; zeros below two rows."""
        return np.diag(self.covariances).copy()

    @property
    def covariances(self) -> Floats:
        """Sample covariances, shape ``(k, k)``; zeros below two rows."""
        return self.products / max(self.count - 1, 1)

    def merge(self, other: JointMoments) -> JointMoments:
        """Return the moments of both sets of rows together."""
        if not self.count or not other.count:
            return self if self.count else other
        count = self.count + other.count
        share = other.count / count
        with np.errstate(over="ignore", invalid="ignore"):
            delta = other.means - self.means
            products = self.products + other.products
            products = products + np.outer(delta, delta) * (self.count * share)
            means = self.means + delta * share
        return JointMoments(count=count, means=means, products=products)

    def pack(self) -> tuple[int, bytes, bytes]:
        """Return the moments as a number and bytes, for a sealed body."""
        return self.count, pack_floats(self.means), pack_floats(self.products)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JointMoments) and self.pack() == other.pack()

    def __hash__(self) -> int:
        return hash(self.pack())


def unpack(packed: tuple[int, bytes, bytes], width: int) -> JointMoments:
    """Read what `JointMoments.pack` wrote; `Corrupt` when it contradicts itself."""
    count, means, products = packed[0], unpack_floats(packed[1]), unpack_floats(packed[2])
    need(count >= 0, "a count is negative")
    need(means.size == width and products.size == width * width, "moments have another size")
    table = products.reshape(width, width)
    need(not bool((np.diag(table) < 0).any()), "a variance is negative")
    return JointMoments(count=count, means=means, products=table)
