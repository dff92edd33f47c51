"""Several distributions on common bins, each by itself right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from modeldesk import profile
from modeldesk.drift import overlay, shared_bins
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind


def column(values: Sequence[object], kind: Kind) -> ColumnProfile:
    """Return the profile of a column with these values."""
    return profile({"x": list(values)}, kinds={"x": kind}).column("x")


def test_shares_are_those_of_a_histogram() -> None:
    """Of three samples, on edges that NumPy is given."""
    samples = [np.random.default_rng(seed).normal(seed, 1, 300) for seed in range(3)]
    bins = shared_bins([column(each.tolist(), Kind.FLOAT) for each in samples])
    drawn = overlay(profile({"x": samples[1].tolist()}), profile({"x": samples[0].tolist()}), "x")
    assert len(bins.labels) >= len(drawn.labels) - 1
    tops = []
    for shares in bins.shares:
        assert shares is not None
        assert sum(shares) == pytest.approx(1)
        tops.append(int(np.argmax(shares)))
    assert tops[0] < tops[2]


def test_two_profiles_are_drawn_as_an_overlay_draws_them() -> None:
    """The same bins and shares."""
    before, now = profile({"x": [1.0, 2.0, 2.5, 4.0]}), profile({"x": [2.0, 3.0, 3.5]})
    drawn = overlay(now, before, "x")
    bins = shared_bins([before.column("x"), now.column("x")])
    assert bins.labels == drawn.labels
    assert bins.shares == (drawn.reference, drawn.current)


def test_categories_that_anybody_has_have_a_bin() -> None:
    """Those without one of their own share the last."""
    one = column([f"v{place}" for place in range(30)], Kind.CATEGORICAL)
    other = column(["z"] * 9 + ["v0"], Kind.CATEGORICAL)
    bins = shared_bins([one, None, other], bins=5)
    assert bins.listed
    assert bins.labels[0] == "z"
    assert bins.labels[-1] == "other"
    first, none, last = bins.shares
    assert none is None
    assert first is not None
    assert last is not None
    assert sum(first) == pytest.approx(1)
    assert last[0] == pytest.approx(0.9)


def test_what_is_of_another_sort_is_not_drawn() -> None:
    """Numbers beside texts; whole numbers beside fractions are."""
    numbers, texts = column([1, 2, 3], Kind.INTEGER), column(["a b", "c"], Kind.TEXT)
    fractions = column([0.5, 2.5], Kind.FLOAT)
    bins = shared_bins([numbers, texts, fractions])
    assert bins.shares[1] is None
    assert bins.shares[2] is not None
    assert shared_bins([None, None]).labels == ()
    assert shared_bins([column([None], Kind.FLOAT)]).shares == (None,)
