r"""Directions among the inputs along which an outcome bends: projection pursuit.

Tables of columns and of pairs cannot see what depends on many inputs at once, such as a wave along
a mixture of them, of which a linear model leaves over all but the straight part. So unit vectors
:math:`w` are looked for, one after the other, for which a curve :math:`g(w^\top z)` of the
whitened inputs :math:`z` leaves the least squares. What is along them is then one more column.

The search begins where moments point to: at the mean of :math:`r z` and of
:math:`r \lVert z \rVert^2 z`, and at the principal Hessian directions, the eigenvectors of the mean
of :math:`r z z^\top`. It goes on by Gauss-Newton steps, and the best of its ends is taken. A
direction that explains less than the Bayesian information criterion asks for is not kept, nor is
one looked for after it.

References
----------
Friedman, Stuetzle: Projection pursuit regression, 1981.
Li: On principal Hessian directions for data visualization and dimension reduction, 1992.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.estimation.cells import Floats

DIRECTIONS = 3
"""Directions at most. Four or five are as good, and take up to a third longer."""
INPUTS = 24
"""Inputs at most among which they are looked for."""
_ROWS = 50_000
"""Rows at most that the search looks at."""
_KNOTS = np.linspace(-2.5, 2.5, 9)
_WIDTH = float(_KNOTS[1] - _KNOTS[0])
_BEND = 1e-3
"""What a bend of the curve costs, for each row."""
_STEPS = 15
_ENOUGH = 1e-5
"""The share of the squares by which a step has to be better."""
_FLAT = 1e-6
"""Share of the largest variance that a combination of inputs needs to count as one."""
_TRIED = (1.0, 0.5, 0.25, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """A linear combination of columns.

    Parameters
    ----------
    names
        The columns.
    weights
        How much each counts, in the unit of its spread in the reference.
    """

    names: tuple[str, ...]
    weights: tuple[float, ...]


def pursued(values: Floats, residuals: Floats) -> list[Floats]:
    """Return the directions along which residuals bend, each of shape ``(d,)``, at most three.

    Parameters
    ----------
    values
        Numbers on comparable scales, shape ``(n, d)``.
    residuals
        What is not explained yet, shape ``(n,)``.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> values = random.normal(size=(4000, 3))
    >>> wave = np.sin(values @ [1.2, 1.2, 0.0])
    >>> first, *others = pursued(values, wave + 0.1 * random.normal(size=4000))
    >>> (first / first[0]).round(1).tolist(), others
    ([1.0, 1.0, 0.0], [])
    """
    step = -(-len(residuals) // _ROWS)
    values, left = values[::step], residuals[::step]
    turn = _whitening(values)
    white = (values - values.mean(axis=0)) @ turn
    left = left - left.mean()
    asked = (turn.shape[1] + _KNOTS.size) * np.log(max(len(left), 2))
    found: list[Floats] = []
    while len(found) < DIRECTIONS and turn.shape[1] > 1:
        before = float(left @ left)
        best = min((_followed(white, left, w) for w in _starts(white, left)), key=_squares)
        if len(left) * np.log(max(before, 1e-300) / max(best.squares, 1e-300)) <= asked:
            break
        found.append(turn @ best.direction)
        left = left - best.curve
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ridge:
    """A curve along a direction, its slope for each row, and the squares that it leaves over."""

    direction: Floats
    curve: Floats
    slope: Floats
    squares: float


def _squares(ridge: _Ridge) -> float:
    return ridge.squares


def _whitening(values: Floats) -> Floats:
    """Return what makes uncorrelated numbers of variance one, shape ``(d, at most d)``."""
    spread, axes = np.linalg.eigh(np.atleast_2d(np.cov(values, rowvar=False)))
    kept = spread > _FLAT * max(float(spread.max()), 1e-300)
    found: Floats = axes[:, kept] / np.sqrt(spread[kept])
    return found


def _starts(white: Floats, left: Floats) -> list[Floats]:
    weighted = white * left[:, None]
    values, vectors = np.linalg.eigh(weighted.T @ white)
    order = np.argsort(-np.abs(values))
    wanted = [vectors[:, place] for place in order[:2]]
    far = (white * white).sum(axis=1)
    wanted += [weighted.T @ far, weighted.sum(axis=0)]
    lengths = [float(np.linalg.norm(each)) for each in wanted]
    return [each / length for each, length in zip(wanted, lengths, strict=True) if length > 0]


def _followed(white: Floats, left: Floats, start: Floats) -> _Ridge:
    """Return where Gauss-Newton steps from one direction lead to."""
    now = _ridge(white, left, start)
    for _ in range(_STEPS):
        moved = white * now.slope[:, None]
        gram = moved.T @ moved
        gram += (1e-3 * np.trace(gram) / len(gram) + 1e-300) * np.eye(len(gram))
        change = np.linalg.solve(gram, moved.T @ (left - now.curve))
        better = _better(white, left, now, change.astype(np.float64, copy=False))
        if better is None:
            break
        now = better
    return now


def _better(white: Floats, left: Floats, now: _Ridge, change: Floats) -> _Ridge | None:
    """Return the first of shorter and shorter steps that is better, if one is."""
    for share in _TRIED:
        direction = now.direction + share * change
        length = float(np.linalg.norm(direction))
        if length > 0:
            found = _ridge(white, left, direction / length)
            if found.squares < (1 - _ENOUGH) * now.squares:
                return found
    return None


def _ridge(white: Floats, left: Floats, direction: Floats) -> _Ridge:
    """Fit a piecewise linear curve along a direction; beyond its ends it is level."""
    place = np.clip((white @ direction - _KNOTS[0]) / _WIDTH, 0, _KNOTS.size - 1)
    low = np.minimum(place.astype(np.intp), _KNOTS.size - 2)
    share = place - low
    heights = _heights(low, share, left)
    steps = np.diff(heights)
    curve = heights[low] + share * steps[low]
    inside = (place > 0) & (place < _KNOTS.size - 1)
    gap = left - curve
    return _Ridge(
        direction=direction,
        curve=curve,
        slope=np.where(inside, steps[low] / _WIDTH, 0.0),
        squares=float(gap @ gap),
    )


def _heights(low: NDArray[np.intp], share: Floats, left: Floats) -> Floats:
    """Return the curve's heights at the knots, by penalised least squares."""
    size = _KNOTS.size
    rest = 1 - share
    first, second, both, before, after = (
        np.bincount(low, weights=weights, minlength=size)
        for weights in (rest * rest, share * share, rest * share, rest * left, share * left)
    )
    gram = np.diag(first)
    lower = np.arange(size - 1)
    gram[lower + 1, lower + 1] += second[:-1]
    gram[lower, lower + 1] = gram[lower + 1, lower] = both[:-1]
    wanted = before
    wanted[1:] += after[:-1]
    bends = np.diff(np.eye(size), n=2, axis=0)
    penalty = _BEND * len(left) * bends.T @ bends + 1e-6 * np.eye(size)
    found: Floats = np.linalg.solve(gram + penalty, wanted).astype(np.float64, copy=False)
    return found
