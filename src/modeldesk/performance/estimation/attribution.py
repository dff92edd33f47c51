r"""What a change of performance comes from: which columns, and inputs or labels.

For each column the mean loss is a sum over its bins, :math:`L = \sum_b w_b \ell_b` with the share
:math:`w_b` of the rows and their mean loss :math:`\ell_b`. Its change is exactly

.. math:: L' - L = \underbrace{\sum_b (w'_b - w_b)\,\frac{\ell_b + \ell'_b}{2}}_{\text{covariate}}
    + \underbrace{\sum_b \frac{w_b + w'_b}{2} (\ell'_b - \ell_b)}_{\text{concept}}

A bin that one side lacks counts as covariate. The covariate part is what the shift of this column
explains; the concept part is the rest, which other columns or changed labels have brought about.

Where labels begin to follow from the inputs in another way, every column has about the same
concept part: the whole change. Which column it has to do with is told by its bins: in how far the
loss of one changed otherwise than that of all other rows, :math:`\Delta_b - \Delta_{-b}`.

Deviations are those of chance. The rows are taken to be independent draws, so shares vary as those
of a multinomial law do; the losses of a bin are taken to vary as those of both sides together do,
which is right where the bin's loss has not changed, and cautious where it has.

References
----------
Kitagawa: Components of a difference between two rates, 1955.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from modeldesk.errors import InvalidArgument

Floats = NDArray[np.float64]

_LEAST = 50
"""Rows of a bin, and of all others, on either side, from which on they are told apart: the means
of fewer skewed losses are not normal enough."""

_NOTHING = 1e-12
"""A share that is only rounding."""


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
    rows: Floats
    losses: Floats
    squares: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BinShare:
    """The part of one bin."""

    name: str
    covariate: float
    """By its having more or fewer rows."""
    concept: float
    """By the loss of its rows."""
    share_before: float
    """Of the reference's rows, from 0 to 1."""
    share_now: float
    loss_before: float | None
    """Mean loss of its rows in the reference; ``None`` where there are none."""
    loss_now: float | None
    apart: float | None
    """How much more its mean loss has risen than that of all other rows; ``None`` where it or they
    have fewer than 50 rows on a side."""
    apart_deviation: float | None
    """Standard deviation of `apart` by chance."""


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
    concept_deviation: float | None
    """Standard deviation of `concept` by chance."""
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
    noise = _noise(reference, current)
    chance = None if noise is None else np.where(both, noise, 0.0)
    return Attribution(
        column=column,
        change=float((now * new).sum() - (before * old).sum()),
        covariate=float(covariate.sum()),
        concept=float(concept.sum()),
        deviation=None
        if chance is None
        else _deviation(reference, current, middle - mean, (now - before) / 2, chance),
        concept_deviation=None
        if chance is None
        else _deviation(reference, current, (new - old) / 2, (now + before) / 2, chance),
        bins=_bins(reference, current, covariate, concept, chance),
    )


def _bins(
    reference: Losses, current: Losses, covariate: Floats, concept: Floats, chance: Floats | None
) -> tuple[BinShare, ...]:
    """Return the parts of the bins, the largest first."""
    before, now = (side.rows / float(side.rows.sum()) for side in (reference, current))
    old, new = _means(reference), _means(current)
    apart, deviations = _apart(reference, current, chance)
    order = sorted(
        range(len(reference.names)), key=lambda place: -abs(covariate[place] + concept[place])
    )
    return tuple(
        BinShare(
            name=reference.names[place],
            covariate=float(covariate[place]),
            concept=float(concept[place]),
            share_before=float(before[place]),
            share_now=float(now[place]),
            loss_before=float(old[place]) if reference.rows[place] > 0 else None,
            loss_now=float(new[place]) if current.rows[place] > 0 else None,
            apart=_known(apart[place]),
            apart_deviation=None if isnan(apart[place]) else _known(deviations[place]),
        )
        for place in order
    )


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _shares(column: str, side: Losses) -> Floats:
    total = float(side.rows.sum())
    if total <= 0 or len(side.names) != side.rows.size or side.rows.shape != side.losses.shape:
        message = f"The bins of {column!r} hold no rows, or do not fit together."
        raise InvalidArgument(message)
    return side.rows / total


def _means(side: Losses) -> Floats:
    return side.losses / np.maximum(side.rows, 1e-300)


def _noise(reference: Losses, current: Losses) -> Floats | None:
    """Return the variance of each bin's change of mean loss, by the spread of both sides."""
    if reference.squares is None or current.squares is None:
        return None
    rows = reference.rows + current.rows
    losses = reference.losses + current.losses
    spread = reference.squares + current.squares - losses * losses / np.maximum(rows, 1.0)
    variance = np.maximum(spread, 0.0) / np.maximum(rows - 1, 1.0)
    each = 1 / np.maximum(reference.rows, 1.0) + 1 / np.maximum(current.rows, 1.0)
    return variance * each


def _deviation(
    reference: Losses, current: Losses, by_share: Floats, by_loss: Floats, noise: Floats
) -> float:
    """Return a part's standard deviation: by the shares of the bins, and by their losses."""
    variance = float((by_loss * by_loss * noise).sum())
    for side in (reference, current):
        total = float(side.rows.sum())
        share = side.rows / total
        centre = float((share * by_share).sum())
        variance += float((share * (by_share - centre) ** 2).sum()) / total
    return float(np.sqrt(variance))


def _apart(reference: Losses, current: Losses, noise: Floats | None) -> tuple[Floats, Floats]:
    """Return how much more each bin's loss rose than that of the others, and the deviations.

    NaN where either has too few rows. The others' change is that of their middle mix.
    """
    sides = (reference, current)
    both = (reference.rows > 0) & (current.rows > 0)
    share = np.where(both, sum(side.rows / float(side.rows.sum()) for side in sides) / 2, 0.0)
    risen = np.where(both, _means(current) - _means(reference), 0.0)
    chance = np.zeros_like(share) if noise is None else noise
    rest = float(share.sum()) - share
    rest = np.where(rest > _NOTHING, rest, 1.0)
    others = (float((share * risen).sum()) - share * risen) / rest
    weighted = share * share * chance
    variance = chance + np.maximum(float(weighted.sum()) - weighted, 0.0) / rest**2
    enough = both
    for side in sides:
        total = float(side.rows[both].sum())
        enough = enough & (side.rows >= _LEAST) & (total - side.rows >= _LEAST)
    found = np.where(enough, risen - others, np.nan)
    deviations = np.sqrt(variance) if noise is not None else np.full_like(share, np.nan)
    return found, deviations
