"""Quantiles of the error, and how well predicted quantiles hold.

References
----------
David, Nagaraja: Order statistics, 2003 (limits for a quantile from two order statistics).
Koenker, Bassett: Regression quantiles, 1978 (pinball loss).
"""

from __future__ import annotations

import math

from modeldesk.performance.figures import Result, Undefined, figure
from modeldesk.performance.intervals import normal_quantile, of_positive
from modeldesk.performance.measures.definition import State
from modeldesk.performance.measures.shares import share
from modeldesk.performance.regression import Regression
from modeldesk.sketches import Quantiles

ORDER = "order statistics"
_TWO = 2


def median_error(state: Regression, confidence: float) -> Result:
    """Return the median of the error: half of the predictions are higher than that above.

    Limits are the values at the ranks that a binomial of one half reaches.

    >>> median_error(Regression.of([0.0] * 5, [-1.0, 0.0, 2.0, 3.0, 9.0]), 0.95).value
    2.0
    """
    return quantile_figure(state.error_quantiles, 0.5, confidence)


def median_absolute_error(state: Regression, confidence: float) -> Result:
    """Return the median size of the error, with limits like `median_error`.

    >>> median_absolute_error(Regression.of([0.0] * 5, [-1.0, 0.0, 2.0, 3.0, 9.0]), 0.95).value
    2.0
    """
    return quantile_figure(state.size_quantiles, 0.5, confidence)


def quantile_figure(sketch: Quantiles, level: float, confidence: float) -> Result:
    """Return a quantile of the sketched numbers with limits from order statistics.

    Their ranks are ``level`` plus and minus so many standard errors, of the sketch, too.
    Between two numbers in the middle it is their mean.
    """
    count = sketch.count
    error = math.sqrt(level * (1 - level) / count + sketch.rank_error**2)
    reach = normal_quantile(confidence) * error
    ranks = [max(level - reach, 0.0), min(level + reach + 1 / count, 1.0)]
    low, high = sketch.quantiles(ranks)
    beside = min(level + 0.5 / count, 1.0) if sketch.exact else level
    value = sum(sketch.quantiles([level, beside])) / 2
    limits = (low, high) if count >= _TWO else None
    note = "" if sketch.exact else f"Ranks are known to about {100 * sketch.rank_error:.2f} %."
    return figure(value, limits, count, confidence=confidence, method=ORDER, note=note)


def levels(state: State) -> tuple[str, ...]:
    """Return the predicted quantiles that there are, such as ``0.9``."""
    if not isinstance(state, Regression):
        return ()
    return tuple(f"{each.level:g}" for each in state.outputs)


def ranges(state: State) -> tuple[str, ...]:
    """Return the ranges between quantiles that there are, such as ``0.1 to 0.9``."""
    if not isinstance(state, Regression):
        return ()
    return tuple(f"{each.low:g} to {each.high:g}" for each in state.ranges)


def quantile_coverage(state: Regression, level: str, confidence: float) -> Result:
    """Return the share of labels at or below a predicted quantile; right is its level.

    Wilson's interval.

    >>> state = Regression.of([1.0, 2.0, 3.0, 4.0], [2.0] * 4, {0.75: [3.0] * 4})
    >>> quantile_coverage(state, "0.75", 0.95).value
    0.75
    """
    output = dict(zip(levels(state), state.outputs, strict=True)).get(level)
    if output is None:
        return Undefined(because=f"the quantile {level} is not predicted")
    return share(output.below, output.rows, confidence, f"no row has a quantile {level}")


def range_coverage(state: Regression, between: str, confidence: float) -> Result:
    """Return the share of labels between two predicted quantiles, ends included.

    Right is the distance of their levels. Wilson's interval.

    >>> state = Regression.of([1.0, 2.0], [1.5] * 2, {0.1: [0.0, 0.0], 0.9: [1.0, 1.0]})
    >>> range_coverage(state, "0.1 to 0.9", 0.95).value
    0.5
    """
    found = dict(zip(ranges(state), state.ranges, strict=True)).get(between)
    if found is None:
        return Undefined(because=f"the range {between} is not predicted")
    return share(found.inside, found.rows, confidence, f"no row has a range {between}")


def pinball(state: Regression, level: str, confidence: float) -> Result:
    r"""Return the mean pinball loss of a predicted quantile.

    .. math:: \max(q (y - \hat y), (q - 1)(y - \hat y))

    Limits by the delta method on its logarithm.

    >>> state = Regression.of([1.0, 3.0], [2.0] * 2, {0.75: [2.0, 2.0]})
    >>> pinball(state, "0.75", 0.95).value
    0.5
    """
    output = dict(zip(levels(state), state.outputs, strict=True)).get(level)
    if output is None or not output.rows:
        return Undefined(because=f"the quantile {level} is not predicted")
    value, variance = float(output.pinball.means[0]), float(output.pinball.variances[0])
    limits = None
    if output.rows >= _TWO and math.isfinite(value) and math.isfinite(variance):
        limits = of_positive(value, variance / output.rows, output.rows, confidence)
    method = "delta method on the logarithm"
    return figure(value, limits, output.rows, confidence=confidence, method=method)
