"""Errors of a regression in stretches of round length, from their sketch."""

from __future__ import annotations

import math

from modeldesk.errors import Incompatible
from modeldesk.performance import Regression, State
from modeldesk.services.performance_views import ErrorBinView, ErrorsView, RowsOf
from modeldesk.sketches import Quantiles

MOST_BINS = 24
"""Stretches between the outer ones."""

_TAIL = 0.01
"""Share of the errors on either side that the outer stretches take, about."""


def errors_of(rows: RowsOf, state: State | None) -> ErrorsView:
    """Return how the errors of a version's labelled rows are distributed.

    Raises
    ------
    Incompatible
        When the version does not predict one number per row.
    """
    if state is not None and not isinstance(state, Regression):
        message = f"Version {rows.version} of {rows.model!r} does not predict numbers."
        raise Incompatible(message, hint="Its mistakes are in the confusion table.")
    return ErrorsView(
        model=rows.model,
        version=rows.version,
        segment=rows.segment,
        slice=rows.slice,
        labelled=0 if state is None else state.labelled,
        bins=() if state is None else error_bins(state.error_quantiles),
    )


def error_bins(errors: Quantiles) -> tuple[ErrorBinView, ...]:
    """Return the share of errors in each stretch, those in the tails together.

    All stretches but the outer ones have one round length, and one of them begins at 0.

    Parameters
    ----------
    errors
        Prediction less label, of each row.

    Examples
    --------
    >>> import numpy as np
    >>> bins = error_bins(Quantiles.of(np.array([-3.0, -1.0, 0.5, 0.6, 2.0])))
    >>> [(each.low, each.high, each.share) for each in bins if each.share > 0.2]
    [(0.5, 0.75, 0.4)]
    """
    if not errors.count:
        return ()
    low, high = errors.quantiles([_TAIL, 1 - _TAIL])
    step = _round((high - low) / MOST_BINS) if high > low else _round(max(abs(low), 1.0) / 10)
    first, last = math.floor(low / step), max(math.floor(high / step), math.floor(low / step)) + 1
    digits = max(0, 2 - math.floor(math.log10(step)))
    edges = [round(number * step, digits) for number in range(first, last + 1)]
    below = [0.0, *errors.shares_up_to(edges, inclusive=False), 1.0]
    ends: list[float | None] = [None, *edges, None]
    bins = (
        ErrorBinView(low=ends[place], high=ends[place + 1], share=below[place + 1] - below[place])
        for place in range(len(ends) - 1)
    )
    outer = {0, len(ends) - 2}
    return tuple(each for place, each in enumerate(bins) if each.share or place not in outer)


def _round(length: float) -> float:
    """Return the next longer of 1, 2, 2.5 and 5, and their tens."""
    power = 10.0 ** math.floor(math.log10(length))
    return next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= length * 0.999)
