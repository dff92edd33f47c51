r"""Penalised additive models on cells, fitted by Newton's method.

The mean of an outcome is :math:`\mu = g(\text{offset} + a + \sum_t \beta_t[\text{cell}_t])`, with
the identity, the logistic function or the exponential function for :math:`g`. The residuals of
the reference, weighed, sum up to almost nothing in every cell of every term: whatever shift of the
inputs reweights the cells, the estimate follows it (*multicalibration*).

Sizes of errors vary the more the larger they are expected to be, as :math:`\mu^p` with `p` from 1
to 2 by the data. With the exponential function residuals are weighed by :math:`\mu^{1 - p}`, so
that a few rows with wild errors do not tell what all others mean (quasi-likelihood).

Sums over rows are sums over cells, so that a Newton step takes one `bincount` for each pair of
terms, and no matrix with a row for each row. How smooth each term is decides the data: its
penalty's weight follows the update of Fellner and Schall.

References
----------
Wood, Fasiolo: A generalized Fellner-Schall method for smoothing parameter optimization, 2017.
Hebert-Johnson et al.: Multicalibration, 2018. Wedderburn: Quasi-likelihood functions, 1974.
Nelder, Pregibon: An extended quasi-likelihood function, 1987.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.estimation.cells import Codes, Cut, Floats
from modeldesk.performance.estimation.terms import Term
from modeldesk.performance.estimation.variance_law import VarianceLaw

STEPS = 6
"""Newton steps at most; with twice as many the benchmark's estimates get no better."""
_FEW = 3
"""Newton steps of a model that only has to tell which terms are wanted."""
BLOCKS = 20
"""Runs of rows, in the order in which they came, that may differ from each other."""
_LEAST, _MOST = 1e-3, 1e7
_LARGEST_STEP = 3.0
_FAR = 30.0


class Link(StrEnum):
    """How the sum of the terms becomes a mean."""

    IDENTITY = "identity"
    LOGISTIC = "logistic"
    EXPONENTIAL = "exponential"

    def mean(self, sums: Floats) -> Floats:
        """Return the means."""
        if self is Link.LOGISTIC:
            # Twice as fast as 1 / (1 + exp(-x)), and it never overflows.
            return 0.5 + 0.5 * np.tanh(0.5 * sums)
        if self is Link.EXPONENTIAL:
            return np.exp(np.clip(sums, -_FAR, _FAR))
        return sums

    def slope(self, means: Floats) -> Floats:
        """Return how fast the mean grows with the sum."""
        if self is Link.LOGISTIC:
            return means * (1 - means)
        return means if self is Link.EXPONENTIAL else np.ones_like(means)


@dataclass(frozen=True, slots=True, kw_only=True)
class Additive:
    """A fitted additive model.

    Parameters
    ----------
    link
        How the sum becomes a mean.
    terms
        The summands.
    start
        The constant.
    tables
        One entry a cell, term after term, shape ``(cells,)``.
    errors
        How the tables change when one block of the reference is left out, scaled so that the
        sum of squares of anything linear in them is its variance, shape ``(cells + 1, blocks)``;
        the first row is that of the constant.
    """

    link: Link
    terms: tuple[Term, ...]
    start: float
    tables: Floats
    errors: NDArray[np.float32]
    smoothing: tuple[float, ...]
    """The weight of each term's penalty."""

    def sums(self, codes: Sequence[Codes], offset: Floats) -> Floats:
        """Return the sum of offset and terms for each row, shape ``(n,)``.

        Parameters
        ----------
        codes
            The cells of each term, each of shape ``(n,)``.
        offset
            What is known beforehand, shape ``(n,)``.
        """
        return _sums(self.start, self.tables, _offsets(self.terms), codes, offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """An additive model, and what it says of rows that it was not fitted to."""

    model: Additive
    held_out: Floats
    """For each row of the reference the mean without the fifth of the rows round it."""


def fit(
    terms: tuple[Term, ...],
    cuts: Sequence[Cut],
    codes: Sequence[Codes],
    outcomes: Floats,
    *,
    link: Link,
    offset: Floats,
    begun: Additive | None = None,
    final: bool = True,
) -> Fit:
    """Fit an additive model to a reference.

    Parameters
    ----------
    terms, cuts
        The summands, and the cells of the columns that they are of.
    codes
        The cells of each term, each of shape ``(n,)``.
    outcomes
        What is to be told, shape ``(n,)``.
    link
        How the sum becomes a mean.
    offset
        What is known beforehand, on the scale of the sum, shape ``(n,)``.
    begun
        A model of the first of these terms, to begin with.
    final
        Whether it is fitted to the end; otherwise a few steps do, and nothing is held out.
    """
    problem = _Problem(terms, cuts, codes, outcomes, link, offset)
    if begun is not None:
        problem.begin(begun)
    return problem.solved(final=final)


class _Problem:
    """One fit: the arrays that each Newton step needs."""

    def __init__(
        self,
        terms: tuple[Term, ...],
        cuts: Sequence[Cut],
        codes: Sequence[Codes],
        outcomes: Floats,
        link: Link,
        offset: Floats,
    ) -> None:
        self.terms, self.codes = terms, codes
        self.outcomes, self.link, self.offset = outcomes, link, offset
        self.places = _offsets(terms)
        self.size = 1 + sum(term.size for term in terms)
        self.penalties = [term.penalty(cuts) for term in terms]
        self.smoothing = np.full(len(terms), 10.0)
        self.law = VarianceLaw()
        self.beta = np.zeros(self.size)
        if link is Link.EXPONENTIAL:
            expected = float(np.exp(np.clip(offset, -_FAR, _FAR)).mean())
            self.beta[0] = np.log(max(float(outcomes.mean()), 1e-12) / expected)

    def begin(self, begun: Additive) -> None:
        self.beta[0] = begun.start
        self.beta[1 : 1 + begun.tables.size] = begun.tables
        self.smoothing[: len(begun.smoothing)] = begun.smoothing

    def solved(self, *, final: bool) -> Fit:
        inverse = gram = np.empty(0)
        dispersion = 1.0
        for step in range(STEPS if final else _FEW):
            means = self._means()
            if self.link is Link.EXPONENTIAL:
                self.law = VarianceLaw.of(means, self.outcomes)
            if not step or self.link is not Link.IDENTITY:  # whose curvature is always one
                gram = self._gram(self._curvature(means), slice(None))
            penalty = self._penalty()
            inverse = np.linalg.inv(gram + penalty).astype(np.float64, copy=False)
            gradient = self._gradient(self._residuals(means), slice(None)) - penalty @ self.beta
            change = inverse @ gradient
            largest = float(np.abs(change).max())
            self.beta = self.beta + change * min(1.0, _LARGEST_STEP / max(largest, 1e-12))
            effective = float((inverse * gram).sum())
            dispersion = self._dispersion(means, effective)
            moved = self._smoothen(inverse, dispersion)
            if step > 2 and largest < 1e-3 and moved < 0.1:  # noqa: PLR2004
                break
        if not final:
            return Fit(model=self._model(np.zeros((self.size, 1))), held_out=np.empty(0))
        return self._told(inverse)

    def _told(self, inverse: Floats) -> Fit:
        means = self._means()
        curvature = self._curvature(means)
        residuals = self._residuals(means)
        count = self.outcomes.size
        edges = np.linspace(0, count, BLOCKS + 1).astype(np.intp)
        scores = np.column_stack(
            [self._gradient(residuals, slice(low, high)) for low, high in pairwise(edges)]
        )
        errors = inverse @ scores * np.sqrt(BLOCKS / (BLOCKS - 1))
        gram = self._gram(curvature, slice(None))
        penalty = self._penalty()
        held_out = np.empty(count)
        for fold in range(FOLDS):
            rows = slice(edges[fold * BLOCKS // FOLDS], edges[(fold + 1) * BLOCKS // FOLDS])
            rest = gram - self._gram(curvature, rows) + penalty
            fall = np.linalg.solve(rest, self._gradient(residuals, rows))
            beta = self.beta - fall
            held_out[rows] = self.link.mean(
                _sums(
                    beta[0], beta[1:], self.places, [c[rows] for c in self.codes], self.offset[rows]
                )
            )
        return Fit(model=self._model(errors), held_out=held_out)

    def _model(self, errors: Floats) -> Additive:
        return Additive(
            link=self.link,
            terms=self.terms,
            start=float(self.beta[0]),
            tables=self.beta[1:],
            errors=errors.astype(np.float32),
            smoothing=tuple(float(weight) for weight in self.smoothing),
        )

    def _means(self) -> Floats:
        sums = _sums(self.beta[0], self.beta[1:], self.places, self.codes, self.offset)
        return self.link.mean(sums)

    def _curvature(self, means: Floats) -> Floats:
        return self.link.slope(means) * self.law.weights(means)

    def _residuals(self, means: Floats) -> Floats:
        return (self.outcomes - means) * self.law.weights(means)

    def _gradient(self, residuals: Floats, rows: slice) -> Floats:
        some = residuals[rows]
        parts = [np.array([some.sum()])]
        parts += [
            np.bincount(codes[rows], weights=some, minlength=term.size)
            for term, codes in zip(self.terms, self.codes, strict=True)
        ]
        return np.concatenate(parts)

    def _gram(self, curvature: Floats, rows: slice) -> Floats:
        some = curvature[rows]
        gram = np.zeros((self.size, self.size))
        gram[0, 0] = some.sum()
        codes = [each[rows] for each in self.codes]
        for place, (term, mine) in enumerate(zip(self.terms, codes, strict=True)):
            low, high = 1 + self.places[place], 1 + self.places[place + 1]
            diagonal = np.bincount(mine, weights=some, minlength=term.size)
            gram[low:high, low:high] = np.diag(diagonal)
            gram[0, low:high] = gram[low:high, 0] = diagonal
            for later in range(place + 1, len(self.terms)):
                size = self.terms[later].size
                start, end = 1 + self.places[later], 1 + self.places[later + 1]
                block = np.bincount(
                    mine * size + codes[later], weights=some, minlength=term.size * size
                ).reshape(term.size, size)
                gram[low:high, start:end] = block
                gram[start:end, low:high] = block.T
        return gram

    def _penalty(self) -> Floats:
        whole = np.zeros((self.size, self.size))
        whole[0, 0] = 1e-8
        for place, (penalty, weight) in enumerate(zip(self.penalties, self.smoothing, strict=True)):
            low, high = 1 + self.places[place], 1 + self.places[place + 1]
            whole[low:high, low:high] = weight * penalty
        return whole

    def _smoothen(self, inverse: Floats, dispersion: float) -> float:
        """Move the penalties' weights; return by how much, as the largest change of a logarithm."""
        moved = 0.0
        for place, penalty in enumerate(self.penalties):
            low, high = 1 + self.places[place], 1 + self.places[place + 1]
            table = self.beta[low:high]
            rough = max(float(table @ penalty @ table), 1e-12)
            known = float((inverse[low:high, low:high] * penalty).sum())
            free = max(penalty.shape[0] - self.smoothing[place] * known, 1e-9)
            wanted = min(max(dispersion * free / rough, _LEAST), _MOST)
            step = float(np.clip(np.log(wanted / self.smoothing[place]), -3, 3))
            self.smoothing[place] *= np.exp(step)
            moved = max(moved, abs(step))
        return moved

    def _dispersion(self, means: Floats, effective: float) -> float:
        if self.link is Link.LOGISTIC:
            return 1.0
        left = self.outcomes - means
        squares = left * left
        if self.link is Link.EXPONENTIAL:
            squares = squares * self.law.weights(means) / np.maximum(means, 1e-12)
        return float(squares.sum()) / max(self.outcomes.size - effective, 1.0)


FOLDS = 5
"""Parts of the reference that are held out in turn; each is some blocks."""


def _offsets(terms: Sequence[Term]) -> NDArray[np.intp]:
    return np.cumsum([0, *(term.size for term in terms)])


def _sums(
    start: float,
    tables: Floats,
    places: NDArray[np.intp],
    codes: Sequence[Codes],
    offset: Floats,
) -> Floats:
    sums = offset + start
    for low, high, cells in zip(places[:-1], places[1:], codes, strict=True):
        sums += tables[low:high][cells]
    return sums
