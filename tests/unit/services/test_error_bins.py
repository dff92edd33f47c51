"""Errors in stretches of round length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.services.error_bins import MOST_BINS, error_bins
from modeldesk.sketches import Quantiles


@given(
    errors=st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=300),
    scale=st.sampled_from([1e-6, 1.0, 1e6]),
)
def test_every_error_is_in_one_stretch(errors: list[float], scale: float) -> None:
    """Stretches follow each other without a gap, and their shares are those of the errors."""
    values = np.array(errors) * scale
    bins = error_bins(Quantiles.of(values))
    assert sum(each.share for each in bins) == pytest.approx(1)
    assert [each.low for each in bins[1:]] == [each.high for each in bins[:-1]]
    assert len(bins) <= MOST_BINS + 4
    for each in bins:
        low = -np.inf if each.low is None else each.low
        high = np.inf if each.high is None else each.high
        inside = (values >= low) & (values < high)
        assert each.share == pytest.approx(inside.mean(), abs=1e-9)


def test_zero_is_an_edge_where_errors_lie_on_both_sides() -> None:
    """So that too low and too high are told apart."""
    errors = np.random.default_rng(1).normal(3, 40, 5_000)
    bins = error_bins(Quantiles.of(errors))
    assert 0.0 in {each.low for each in bins}
    assert len({round((each.high or 0) - (each.low or 0), 6) for each in bins[1:-1]}) == 1
    below = sum(each.share for each in bins if each.high is not None and each.high <= 0)
    assert below == pytest.approx((errors < 0).mean(), abs=0.02)


def test_nothing_and_one_value() -> None:
    """No error, no stretch; one error has a stretch round it."""
    assert error_bins(Quantiles()) == ()
    (held,) = [each for each in error_bins(Quantiles.of(np.array([5.0, 5.0]))) if each.share]
    assert held.low is not None
    assert held.high is not None
    assert held.low <= 5.0 < held.high
