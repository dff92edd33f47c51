"""Where vectors of one length lie and how they spread: norms, moments and projections."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import Corrupt, Incompatible, InvalidArgument
from modeldesk.sketches.moments import Moments
from modeldesk.sketches.quantiles import Quantiles

PROJECTIONS = 8
"""Random directions on which the vectors' positions are sketched."""
LONGEST = 65_536
"""Longest vector that is summarised."""

Floats = NDArray[np.float64]

_BLOCK = 4_194_304
"""Numbers that are worked on at once, 32 MB."""
_LARGE = 1e140
_LIMIT = 1e300


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VectorSummary:
    r"""Norm, moments of each dimension and projections of vectors with the same dimension.

    Vectors that hold a number that is not finite (or beyond 1e140) have no part in it. The
    directions of the projections depend on nothing but the dimension: their entries are
    :math:`\pm 1/\sqrt{d}`, by the bits of a hash, so that summaries made anywhere are
    comparable. If two sets of vectors differ, so do their projections on almost any direction.

    Parameters
    ----------
    dimension
        Numbers per vector.
    norm
        Moments of the vectors' Euclidean norms; its count is the number of vectors.
    norm_quantiles
        Quantiles of the norms.
    means
        Mean of each dimension, the centroid, shape ``(dimension,)``.
    squares
        Sum of squared deviations from it, shape ``(dimension,)``.
    projections
        Quantiles of the positions on each of the random directions.

    Raises
    ------
    InvalidArgument
        When the shapes and counts contradict each other.

    References
    ----------
    Achlioptas: Database-friendly random projections, 2003. Cuesta-Albertos, Fraiman, Ransford:
    A sharp form of the Cramer-Wold theorem, 2007.

    Examples
    --------
    >>> some = VectorSummary.of(np.array([[3.0, 4.0], [0.0, 2.0]]))
    >>> some.dimension, some.count, some.norm.mean, some.means.tolist()
    (2, 2, 3.5, [1.5, 3.0])
    """

    dimension: int
    norm: Moments
    norm_quantiles: Quantiles
    means: Floats
    squares: Floats
    projections: tuple[Quantiles, ...]

    def __post_init__(self) -> None:
        shape = (self.dimension,)
        counts = {self.norm.count, self.norm_quantiles.count, *(p.count for p in self.projections)}
        right = 1 <= self.dimension <= LONGEST and len(counts) == 1
        if not right or self.means.shape != shape or self.squares.shape != shape:
            message = f"The parts of the summary of {self.dimension} dimensions do not agree."
            raise InvalidArgument(message, hint=f"Dimensions go from 1 to {LONGEST}.")
        small = (np.abs(self.means) <= 2 * _LARGE).all() and (self.squares <= _LIMIT).all()
        if not small or not (self.squares >= 0).all():
            message = "A mean or a square is not finite or too large, or a square is negative."
            raise InvalidArgument(message)

    @staticmethod
    def of(vectors: Floats) -> VectorSummary:
        """Summarise vectors, shape ``(rows, dimension)``.

        Raises
        ------
        InvalidArgument
            When a vector has no or too many dimensions.
        """
        rows, dimension = vectors.shape
        if not 1 <= dimension <= LONGEST:
            message = f"Vectors of {dimension} dimensions cannot be summarised."
            raise InvalidArgument(message, hint=f"Dimensions go from 1 to {LONGEST}.")
        step = max(1, _BLOCK // dimension)
        blocks = [_block(vectors[start : start + step]) for start in range(0, max(rows, 1), step)]
        norms = np.concatenate([block.norms for block in blocks])
        positions = np.concatenate([block.positions for block in blocks], axis=1)
        means, squares, count = np.zeros(dimension), np.zeros(dimension), 0
        for block in blocks:
            means, squares = _added(
                (count, means, squares), (block.norms.size, block.means, block.squares)
            )
            count += block.norms.size
        return VectorSummary(
            dimension=dimension,
            norm=Moments.of(norms),
            norm_quantiles=Quantiles.of(norms),
            means=means,
            squares=squares,
            projections=tuple(Quantiles.of(row) for row in positions),
        )

    @property
    def count(self) -> int:
        """How many vectors were summarised."""
        return self.norm.count

    @property
    def centroid(self) -> Floats:
        """The mean vector, shape ``(dimension,)``."""
        return self.means

    @property
    def variances(self) -> Floats | None:
        """Sample variance of each dimension, shape ``(dimension,)``; ``None`` below two."""
        return self.squares / (self.count - 1) if self.count > 1 else None

    def merge(self, other: VectorSummary) -> VectorSummary:
        """Return the summary of both sets of vectors together.

        Raises
        ------
        Incompatible
            When the vectors are of different dimensions, or were projected on other directions.
        """
        if self.dimension != other.dimension or len(self.projections) != len(other.projections):
            message = f"Vectors of {self.dimension} and {other.dimension} dimensions do not merge."
            raise Incompatible(message, hint="Profile vectors of one dimension.")
        means, squares = _added(
            (self.count, self.means, self.squares), (other.count, other.means, other.squares)
        )
        pairs = zip(self.projections, other.projections, strict=True)
        return VectorSummary(
            dimension=self.dimension,
            norm=self.norm.merge(other.norm),
            norm_quantiles=self.norm_quantiles.merge(other.norm_quantiles),
            means=means,
            squares=squares,
            projections=tuple(mine.merge(theirs) for mine, theirs in pairs),
        )

    def encode(self) -> bytes:
        """Return the summary as bytes."""
        return msgspec.msgpack.encode(
            (
                self.dimension,
                self.norm.encode(),
                self.norm_quantiles.encode(),
                self.means.astype("<f8").tobytes(),
                self.squares.astype("<f8").tobytes(),
                tuple(sketch.encode() for sketch in self.projections),
            )
        )

    @staticmethod
    def decode(data: bytes) -> VectorSummary:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        shape = tuple[int, bytes, bytes, bytes, bytes, tuple[bytes, ...]]
        try:
            dimension, norm, quantiles, means, squares, projections = msgspec.msgpack.decode(
                data, type=shape
            )
            return VectorSummary(
                dimension=dimension,
                norm=Moments.decode(norm),
                norm_quantiles=Quantiles.decode(quantiles),
                means=np.frombuffer(means, dtype="<f8").astype(np.float64),
                squares=np.frombuffer(squares, dtype="<f8").astype(np.float64),
                projections=tuple(Quantiles.decode(part) for part in projections),
            )
        except (msgspec.MsgspecError, InvalidArgument, ValueError) as error:
            message = f"The vectors cannot be read: {error}."
            raise Corrupt(message) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VectorSummary) and self._kept() == other._kept()

    def __hash__(self) -> int:
        return hash(self._kept())

    def _kept(self) -> tuple[object, ...]:
        numbers = (self.dimension, self.means.tobytes(), self.squares.tobytes())
        return (*numbers, self.norm, self.norm_quantiles, self.projections)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """What is known of some thousand vectors."""

    norms: Floats
    positions: Floats
    means: Floats
    squares: Floats


def _block(vectors: Floats) -> _Block:
    small = (np.abs(vectors) <= _LARGE).all(axis=1)  # false for NaN and infinities as well
    vectors = np.asarray(vectors if small.all() else vectors[small], dtype=np.float64)
    rows, dimension = vectors.shape
    means = vectors.mean(axis=0) if rows else np.zeros(dimension)
    return _Block(
        norms=np.sqrt(np.einsum("ij,ij->i", vectors, vectors)),
        positions=_directions(dimension) @ vectors.T,
        means=means,
        squares=np.square(vectors - means).sum(axis=0),
    )


def _added(a: tuple[int, Floats, Floats], b: tuple[int, Floats, Floats]) -> tuple[Floats, Floats]:
    """Return means and squares of both together, after Chan, Golub and LeVeque."""
    (n, means, squares), (m, others, more) = a, b
    if not n or not m:
        return (means, squares) if n else (others, more)
    delta = others - means
    return means + delta * (m / (n + m)), squares + more + delta * delta * (n * (m / (n + m)))


@lru_cache(maxsize=16)
def _directions(dimension: int) -> Floats:
    """Return the directions that all vectors of a dimension are projected on, one a row."""
    size = PROJECTIONS * dimension
    digest = hashlib.shake_256(f"directions of {dimension}".encode()).digest(-(-size // 8))
    bits = np.unpackbits(np.frombuffer(digest, dtype=np.uint8), count=size)
    signs = np.where(bits, 1.0, -1.0).reshape(PROJECTIONS, dimension)
    directions: Floats = signs / np.sqrt(dimension)
    return directions
