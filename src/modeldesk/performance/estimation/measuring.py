r"""Measures of classification as functions of expected rows, with their derivatives.

A measure is a function of the numbers of rows of the class in each cell, :math:`P_{vfb}`, by view,
whether the class was predicted, and cell of the axis. Its derivative says how far one label moves
it, and so how far the realised measure will be from the estimate:

.. math:: \sigma^2 = \sum_{vfb} \psi_{vfb}^2 \sum_i p_i (1 - p_i)
    + \sum_r \Big(\sum_{vfg} \bar\psi_{vfg} E_{vfgr}\Big)^2

the chance of the labels, and the errors of the calibration.

References
----------
NannyML: How CBPE works, 2022. Bialek et al.: Estimating model performance under covariate shift
without labels, 2024.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from modeldesk.performance.estimation.axis import CELLS, SCORES
from modeldesk.performance.estimation.cells import Floats
from modeldesk.performance.estimation.records import Measure
from modeldesk.performance.estimation.windows import GROUPS, ClassificationWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A measure and its derivative by the rows of the class, shape ``(views, 2, CELLS)``."""

    value: float
    slope: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows, and those of the class, by view, whether it was predicted, and cell."""

    counts: Floats
    of_class: Floats
    classes: tuple[str, ...]

    @property
    def total(self) -> float:
        """All rows."""
        return float(self.counts[0].sum())

    @property
    def names(self) -> Sequence[str]:
        """The class of each view."""
        return self.classes[1:] if len(self.counts) == 1 else self.classes


def value_of(measure: Measure, rows: Rows) -> Value | str:
    """Return a measure, or the reason why it is not defined."""
    if not rows.total:
        return "the window has no rows with a score and a prediction"
    return _MEASURES[measure](rows)


def deviation(measure: Measure, value: Value, window: ClassificationWindow) -> float:
    """Return how far the realised measure will be from the estimate, as a standard deviation.

    A row's labels in several views depend on each other, as it is of one class only. For accuracy
    and log loss each row counts in one view, or what is left out makes the interval wider. For
    the others the variance of contrasts between `k` classes is taken: `k / (k - 1)` times that
    of independent labels.
    """
    chance = float((value.slope**2 * window.spread).sum())
    views = window.counts.shape[0]
    if views > 1 and measure not in {Measure.ACCURACY, Measure.LOG_LOSS}:
        chance *= views / (views - 1)
    shape = (views, 2, GROUPS, CELLS // GROUPS)
    weight = window.spread.reshape(shape) + 1e-12
    mean = (value.slope.reshape(shape) * weight).sum(axis=-1) / weight.sum(axis=-1)
    drawn = np.tensordot(mean, window.errors, axes=3)
    return float(np.sqrt(chance + (drawn * drawn).sum()))


def _accuracy(rows: Rows) -> Value:
    slope = np.zeros_like(rows.of_class)
    slope[:, 1] = 1 / rows.total
    value = float(rows.of_class[:, 1].sum()) / rows.total
    if len(rows.counts) == 1:
        slope[:, 0] = -1 / rows.total
        value += float((rows.counts[:, 0] - rows.of_class[:, 0]).sum()) / rows.total
    return Value(value=value, slope=slope)


def _averaged(one: Callable[[Rows, int], tuple[float, Floats] | str], rows: Rows) -> Value | str:
    """Average a measure of one class over the views."""
    slope = np.zeros_like(rows.of_class)
    total = 0.0
    views = len(rows.counts)
    for view in range(views):
        found = one(rows, view)
        if isinstance(found, str):
            return found
        total += found[0] / views
        slope[view] = found[1] / views
    return Value(value=total, slope=slope)


def _precision(rows: Rows, view: int) -> tuple[float, Floats] | str:
    predicted = float(rows.counts[view, 1].sum())
    if not predicted:
        return f"class {rows.names[view]!r} was never predicted"
    slope = np.zeros((2, CELLS))
    slope[1] = 1 / predicted
    return float(rows.of_class[view, 1].sum()) / predicted, slope


def _recall(rows: Rows, view: int) -> tuple[float, Floats] | str:
    right, wanted = (
        float(part) for part in (rows.of_class[view, 1].sum(), rows.of_class[view].sum())
    )
    if wanted <= 0:
        return f"no row of class {rows.names[view]!r} is expected"
    slope = np.full((2, CELLS), -right / wanted**2)
    slope[1] += 1 / wanted
    return right / wanted, slope


def _f1(rows: Rows, view: int) -> tuple[float, Floats] | str:
    right = float(rows.of_class[view, 1].sum())
    both = float(rows.counts[view, 1].sum() + rows.of_class[view].sum())
    if both <= 0:
        return f"class {rows.names[view]!r} was never predicted and is not expected"
    slope = np.full((2, CELLS), -2 * right / both**2)
    slope[1] += 2 / both
    return 2 * right / both, slope


def _roc_auc(rows: Rows, view: int) -> tuple[float, Floats] | str:
    hits = rows.of_class[view].sum(axis=0)
    rest = rows.counts[view].sum(axis=0) - hits
    positives, negatives = float(hits.sum()), float(rest.sum())
    if positives <= 0 or negatives <= 0:
        return f"only one of class {rows.names[view]!r} and the others is expected"
    below = (np.cumsum(rest) - rest / 2) / negatives
    above = 1 - (np.cumsum(hits) - hits / 2) / positives
    area = float((hits * below).sum()) / positives
    slope = (below - area) / positives - (above - area) / negatives
    return area, np.broadcast_to(slope, (2, CELLS)).copy()


def _brier(rows: Rows) -> Value:
    score = SCORES
    total = rows.total
    value = float((rows.counts * score**2 + rows.of_class * (1 - 2 * score)).sum()) / total
    return Value(
        value=value, slope=np.broadcast_to((1 - 2 * score) / total, rows.counts.shape).copy()
    )


def _log_loss(rows: Rows) -> Value:
    total = rows.total
    hit, miss = -np.log(SCORES), -np.log1p(-SCORES)
    if len(rows.counts) > 1:
        value = float((rows.of_class * hit).sum()) / total
        slope = hit / total
    else:
        value = float((rows.counts * miss + rows.of_class * (hit - miss)).sum()) / total
        slope = (hit - miss) / total
    return Value(value=value, slope=np.broadcast_to(slope, rows.counts.shape).copy())


_MEASURES: dict[Measure, Callable[[Rows], Value | str]] = {
    Measure.ACCURACY: _accuracy,
    Measure.PRECISION: lambda rows: _averaged(_precision, rows),
    Measure.RECALL: lambda rows: _averaged(_recall, rows),
    Measure.F1: lambda rows: _averaged(_f1, rows),
    Measure.ROC_AUC: lambda rows: _averaged(_roc_auc, rows),
    Measure.BRIER: _brier,
    Measure.LOG_LOSS: _log_loss,
}
