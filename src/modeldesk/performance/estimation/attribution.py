r"""What a change of performance comes from: which columns, and inputs or labels.

For each column the mean loss is a sum over its bins, :math:`L = \sum_b w_b \ell_b` with the share
:math:`w_b` of the rows and their mean loss :math:`\ell_b`. Its change is exactly

.. math:: L' - L = \underbrace{\sum_b (w'_b - w_b)\,\frac{\ell_b + \ell'_b}{2}}_{\text{covariate}}
    + \underbrace{\sum_b \frac{w_b + w'_b}{2} (\ell'_b - \ell_b)}_{\text{concept}}

A bin that one side lacks counts as covariate. The covariate part is what the shift of this column
explains; the concept part is the rest, which other columns or changed labels have brought about.

References
----------
Kitagawa: Components of a difference between two rates, 1955.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Rows and losses by bin of a column, on one side.

    Parameters
    ----------
    names
        The bins.
    rows
        Rows of each bin, shape ``(b,)``.
    losses
        The sum of their losses, realised or expected, shape ``(b,)``.
    squares
        The sum of their squared losses, shape ``(b,)``; without it there are no deviations.
    """

    names: tuple[str, ...]
    rows: NDArray[np.float64]
    losses: NDArray[np.float64]
    squares: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BinShare:
    """The part of one bin."""

    name: str
    covariate: float
    """By its having more or fewer rows."""
    concept: float
    """By the loss of its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The part of one column."""

    column: str
    change: float
    """Of the mean loss; the same for all columns."""
    covariate: float
    """What the shift of this column explains."""
    concept: float
    """The rest."""
    deviation: float | None
    """Standard deviation of `covariate` by chance."""
    bins: tuple[BinShare, ...]
    """The largest part first."""

    @property
    def explained(self) -> float | None:
        """The share of the change that the column's shift explains; ``None`` without a change."""
        return self.covariate / self.change if self.change else None


def attribute(
    reference: Mapping[str, Losses], current: Mapping[str, Losses]
) -> tuple[Attribution, ...]:
    """Tell what the change of the mean loss comes from, the column that explains most first.

    Parameters
    ----------
    reference, current
        For each column its bins on either side: the same columns with the same bins.

    Raises
    ------
    InvalidArgument
        When columns or bins differ, or a side has no rows.

    Examples
    --------
    >>> def side(rows, losses):
    ...     return {"age": Losses(names=("young", "old"), rows=np.array(rows, float),
    ...                           losses=np.array(losses, float))}
    >>> (age,) = attribute(side([80, 20], [8, 10]), side([50, 50], [5, 25]))
    >>> round(age.change, 3), round(age.covariate, 3), round(age.concept, 3)
    (0.12, 0.12, 0.0)
    >>> age.bins[0].name
    'old'
    """
    if set(reference) != set(current):
        message = f"The columns differ: {sorted(reference)} and {sorted(current)}."
        raise InvalidArgument(message)
    found = [_of(name, reference[name], current[name]) for name in reference]
    return tuple(sorted(found, key=lambda each: (-abs(each.covariate), each.column)))


def slice_parts(reference: Losses, current: Losses) -> tuple[BinShare, ...]:
    """Return the parts of slices that together are all rows, the largest first."""
    return _of("slices", reference, current).bins


def _of(column: str, reference: Losses, current: Losses) -> Attribution:
    if reference.names != current.names:
        message = f"The bins of {column!r} differ: {reference.names} and {current.names}."
        raise InvalidArgument(message)
    before, now = _shares(column, reference), _shares(column, current)
    both = (reference.rows > 0) & (current.rows > 0)
    # Where a side has no rows its loss is not known: the other's stands for it.
    old = np.where(reference.rows > 0, _means(reference), _means(current))
    new = np.where(both, _means(current), np.where(current.rows > 0, _means(current), old))
    mean = float((before * old).sum())
    middle = (old + new) / 2
    covariate = (now - before) * (middle - mean)
    concept = (now + before) / 2 * (new - old)
    order = sorted(
        range(len(reference.names)), key=lambda place: -abs(covariate[place] + concept[place])
    )
    return Attribution(
        column=column,
        change=float((now * new).sum() - (before * old).sum()),
        covariate=float(covariate.sum()),
        concept=float(concept.sum()),
        deviation=_deviation(reference, current, middle - mean),
        bins=tuple(
            BinShare(
                name=reference.names[place],
                covariate=float(covariate[place]),
                concept=float(concept[place]),
            )
            for place in order
        ),
    )


def _shares(column: str, side: Losses) -> NDArray[np.float64]:
    total = float(side.rows.sum())
    if total <= 0 or len(side.names) != side.rows.size or side.rows.shape != side.losses.shape:
        message = f"The bins of {column!r} hold no rows, or do not fit together."
        raise InvalidArgument(message)
    return side.rows / total


def _means(side: Losses) -> NDArray[np.float64]:
    return side.losses / np.maximum(side.rows, 1e-300)


def _deviation(reference: Losses, current: Losses, weight: NDArray[np.float64]) -> float | None:
    """Return the covariate part's standard deviation: that of two weighted multinomials."""
    if reference.squares is None or current.squares is None:
        return None
    variance = 0.0
    for side in (reference, current):
        total = float(side.rows.sum())
        share = side.rows / total
        centre = float((share * weight).sum())
        variance += float((share * (weight - centre) ** 2).sum()) / total
    return float(np.sqrt(variance))
