"""Two predictions of one number for each of the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.performance.measures import MEASURES
from modeldesk.performance.paired.classes import Asked, ClassChange
from modeldesk.performance.paired.resampling import METHOD, deviations
from modeldesk.performance.paired.spread import Spread, of_differences
from modeldesk.performance.reading import Column, numbers_of, same_length
from modeldesk.performance.regression import Regression

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairedNumbers:
    """Rows with a finite label and a finite prediction of each of two sides.

    Examples
    --------
    >>> pairs = PairedNumbers.of([10.0, 20.0, None], [11.0, 20.0, 1.0], [10.0, 25.0, 1.0])
    >>> pairs.rows, pairs.left_out, pairs.improved, pairs.regressed
    (2, 1, 1, 1)
    """

    left_out: int
    """Rows without a label or one of the predictions, or with an infinite one."""
    labels: Floats
    one: Floats
    other: Floats
    states: tuple[Regression, Regression]

    @staticmethod
    def of(labels: Column, one: Column, other: Column) -> PairedNumbers:
        """Pair predictions of the same rows.

        Parameters
        ----------
        labels, one, other
            The true number of each row, what the side that is judged predicted, and what the
            side that it is compared with did; ``None`` and NaN are gaps.

        Raises
        ------
        InvalidData
            When a column does not hold numbers, or columns differ in length.
        """
        told = numbers_of(labels, "labels")
        said = numbers_of(one, "first predictions")
        theirs = numbers_of(other, "second predictions")
        rows = same_length(
            {"labels": told.size, "first predictions": said.size, "second predictions": theirs.size}
        )
        with np.errstate(over="ignore", invalid="ignore"):
            full = np.isfinite(said - told) & np.isfinite(theirs - told)
        told, said, theirs = told[full], said[full], theirs[full]
        return PairedNumbers(
            left_out=rows - told.size,
            labels=told,
            one=said,
            other=theirs,
            states=(Regression.of(told, said), Regression.of(told, theirs)),
        )

    @property
    def rows(self) -> int:
        """Rows that are compared."""
        return self.labels.size

    @property
    def agreeing(self) -> int:
        """Rows for which both predicted the same, up to rounding."""
        return int(np.count_nonzero(same_numbers(self.one, self.other)))

    @property
    def improved(self) -> int:
        """Rows for which the first was nearer to the label."""
        return int(np.count_nonzero(self._sizes < 0))

    @property
    def regressed(self) -> int:
        """Rows for which the second was nearer to the label."""
        return int(np.count_nonzero(self._sizes > 0))

    @property
    def changes(self) -> tuple[ClassChange, ...]:
        """Nothing: numbers have no classes."""
        return ()

    @property
    def _sizes(self) -> Floats:
        """How much larger the first one's errors are."""
        sizes: Floats = np.abs(self.one - self.labels) - np.abs(self.other - self.labels)
        return np.where(same_numbers(self.one, self.other), 0.0, sizes)

    def measures(self) -> tuple[str, ...]:
        """Return the measures with one figure that can be compared."""
        return tuple(name for name in MEASURES if name in {"mae", "bias", *_STATISTICS})

    def sides(self, name: str) -> tuple[Regression, Regression]:  # noqa: ARG002 - as of classes
        """Return the states that a measure is read from."""
        return self.states

    def spreads(self, asked: Sequence[Asked], *, seed: int) -> dict[Asked, Spread]:
        """Return how much the differences vary; measures that are not paired are left out."""
        found: dict[Asked, Spread] = {}
        if not self.rows:
            return found
        by_means = {"mae": self._sizes, "bias": self.one - self.other}
        found |= {each: of_differences(by_means[each[0]]) for each in asked if each[0] in by_means}
        drawn = [each for each in asked if each[0] in _STATISTICS]
        if not drawn:
            return found
        mine, theirs = self.one - self.labels, self.other - self.labels
        with np.errstate(all="ignore"):
            ways = [
                (_STATISTICS[name](self.labels, mine), _STATISTICS[name](self.labels, theirs))
                for name, _ in drawn
            ]

            def gaps(weights: Floats) -> Floats:
                return np.stack([one(weights) - other(weights) for one, other in ways], axis=1)

            errors = deviations(np.ones(self.rows, dtype=np.int64), gaps, seed=seed)
        differing = int(np.count_nonzero(self.one != self.other))
        return found | {
            each: Spread(
                deviation=float(error), freedom=self.rows - 1, differing=differing, method=METHOD
            )
            for each, error in zip(drawn, errors, strict=True)
        }


def same_numbers(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Say which numbers are the same up to rounding.

    >>> same_numbers(np.array([0.3, 1.0]), np.array([0.1 + 0.2, 1.1])).tolist()
    [True, False]
    """
    return np.isclose(one, other, rtol=1e-9, atol=0.0)


Statistic = Callable[[Floats], Floats]
"""From how often each row was drawn, shape ``(r, n)``, to a figure per resample."""


def _rmse(labels: Floats, errors: Floats) -> Statistic:
    del labels
    squares = np.square(errors)
    return lambda weights: np.sqrt(weights @ squares / weights.sum(axis=1))


def _mape(labels: Floats, errors: Floats) -> Statistic:
    some = labels != 0
    ratios = np.abs(errors[some] / labels[some])
    return lambda weights: weights[:, some] @ ratios / weights[:, some].sum(axis=1)


def _r2(labels: Floats, errors: Floats) -> Statistic:
    squares, middle = np.square(errors), labels - labels.mean()

    def figure(weights: Floats) -> Floats:
        rows = weights.sum(axis=1)
        total = weights @ np.square(middle) - np.square(weights @ middle) / rows
        found: Floats = 1 - weights @ squares / np.where(total > 0, total, np.nan)
        return found

    return figure


def _median(values: Floats) -> Statistic:
    order = np.argsort(values, kind="stable")

    def figure(weights: Floats) -> Floats:
        below = weights[:, order].cumsum(axis=1)
        found: Floats = values[order][(below * 2 >= below[:, -1:]).argmax(axis=1)]
        return found

    return figure


_STATISTICS: dict[str, Callable[[Floats, Floats], Statistic]] = {
    "rmse": _rmse,
    "mape": _mape,
    "r2": _r2,
    "median_error": lambda _, errors: _median(errors),
    "median_absolute_error": lambda _, errors: _median(np.abs(errors)),
}
