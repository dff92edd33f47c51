"""Count, mean, variance and range."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from modeldesk.errors import Corrupt
from modeldesk.sketches import Moments


def test_agrees_with_numpy() -> None:
    """Mean, variance and range are those of NumPy."""
    values = np.random.default_rng(1).normal(3, 2, 1000)
    moments = Moments.of(values)
    assert moments.mean == pytest.approx(values.mean(), rel=1e-12)
    assert moments.variance == pytest.approx(values.var(ddof=1), rel=1e-12)
    assert moments.std == pytest.approx(values.std(ddof=1), rel=1e-12)
    assert (moments.minimum, moments.maximum) == (values.min(), values.max())
    assert moments.negatives == int((values < 0).sum())


def test_merged_parts_agree_with_the_whole() -> None:
    """However a set is split, its parts merge to the moments of the whole."""
    values = np.random.default_rng(2).exponential(size=999)
    merged = Moments()
    for part in np.array_split(values, 7):
        merged = merged.merge(Moments.of(part))
    whole = Moments.of(values)
    assert merged.count == whole.count
    assert merged.mean == pytest.approx(whole.mean, rel=1e-12)
    assert merged.m2 == pytest.approx(whole.m2, rel=1e-12)


def test_stays_exact_far_from_zero() -> None:
    """A standard deviation of 1 at a mean of a billion keeps eight digits, merged or not."""
    values = 1e9 + np.random.default_rng(3).normal(size=100_000)
    expected = np.var((values - 1e9).astype(np.longdouble), ddof=1)
    merged = Moments()
    for part in np.array_split(values, 50):
        merged = merged.merge(Moments.of(part))
    for moments in (Moments.of(values), merged):
        assert moments.variance == pytest.approx(float(expected), rel=1e-8)


def test_only_finite_numbers_count() -> None:
    """NaN and infinities have no part in the moments."""
    moments = Moments.of(np.array([1.0, np.nan, np.inf, -np.inf, 0.0, -1.0]))
    assert (moments.count, moments.zeros, moments.negatives) == (3, 1, 1)
    assert (moments.minimum, moments.maximum) == (-1.0, 1.0)


@pytest.mark.parametrize("values", [[], [np.nan], [np.inf, -np.inf]])
def test_without_numbers_it_is_the_neutral_element(values: list[float]) -> None:
    """No finite number gives the neutral element, which has no variance."""
    moments = Moments.of(np.array(values))
    assert moments == Moments()
    assert moments.variance is None
    some = Moments.of(np.array([1.0, 2.0]))
    assert some.merge(moments) == moments.merge(some) == some


def test_one_number_has_no_variance() -> None:
    """Below two numbers there is no sample variance, rather than a zero in disguise."""
    assert Moments.of(np.array([4.0])).variance is None
    assert Moments.of(np.array([4.0])).std is None


def test_largest_floats_do_not_overflow_the_mean() -> None:
    """At the end of the float range the mean is right and the variance is absent, not NaN."""
    far = Moments.of(np.array([1e308, 1.5e308, 1.7e308]))
    assert far.mean == pytest.approx(1.4e308, rel=1e-12)
    assert far.variance is None
    both = far.merge(Moments.of(np.array([-1.7e308])))
    assert -1.7e308 <= both.mean <= 1.7e308
    assert both.mean == pytest.approx(0.625e308, rel=1e-9)
    assert math.isinf(both.m2)
    equal = Moments.of(np.array([1.7e308, 1.7e308]))
    assert equal.variance == 0.0


def test_bytes_lead_back() -> None:
    """What is encoded is decoded to an equal value, the neutral element included."""
    for values in ([], [1.5], [-0.0, 1e308, 5e-324]):
        moments = Moments.of(np.array(values, dtype=np.float64))
        assert Moments.decode(moments.encode()) == moments


@pytest.mark.parametrize(
    "fields",
    [
        (1, 2.0, 0.0, 3.0, 4.0, 0, 0),
        (2, 2.0, -1.0, 1.0, 4.0, 0, 0),
        (2, 2.0, 1.0, 1.0, math.inf, 0, 0),
        (2, math.nan, 1.0, 1.0, 4.0, 0, 0),
        (2, 2.0, 1.0, 1.0, 4.0, 2, 1),
        (0, 2.0, 1.0, 1.0, 4.0, 0, 0),
        (-1, 2.0, 1.0, 1.0, 4.0, 0, 0),
        (1, 2.0),
    ],
)
def test_contradictory_bytes_are_corrupt(fields: tuple[float, ...]) -> None:
    """Well-formed bytes whose numbers contradict each other are refused."""
    with pytest.raises(Corrupt):
        Moments.decode(msgspec.msgpack.encode(fields))
