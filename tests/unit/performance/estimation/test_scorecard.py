"""The estimates' own scorecard, and what it warns of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from modeldesk.performance.estimation import (
    CaveatKind,
    Estimate,
    Measure,
    Point,
    Scorecard,
    Unscored,
    scorecard,
)

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def points(values: list[float], *, noise: float = 0.0) -> list[Point]:
    """Return windows of which 0.9 was estimated, give or take 0.0196 at 95 %."""
    told = Estimate(measure=Measure.ACCURACY, value=0.9, lower=0.8804, upper=0.9196, deviation=0.01)
    return [
        Point(start=DAY + timedelta(days=place), estimate=told, realised=value, noise=noise)
        for place, value in enumerate(values)
    ]


def card(values: list[float]) -> Scorecard:
    """Return the scorecard of such windows."""
    found = scorecard(points(values), reference=0.95)
    assert isinstance(found, Scorecard)
    return found


def test_it_says_what_numpy_says() -> None:
    """Bias, mean error and coverage are means over the windows."""
    values = np.random.default_rng(1).normal(0.89, 0.02, 50)
    found = card(values.tolist())
    errors = 0.9 - values
    assert found.windows == 50
    assert found.bias == pytest.approx(errors.mean())
    assert found.mean_error == pytest.approx(np.abs(errors).mean())
    assert found.coverage == pytest.approx((np.abs(errors) <= 0.0196).mean())
    assert found.gain == pytest.approx(1 - np.abs(errors).mean() / np.abs(0.95 - values).mean())


def test_right_intervals_seldom_raise_a_warning() -> None:
    """Where nothing is wrong, at most two windows in a hundred end in a warning."""
    random = np.random.default_rng(2)
    alarms = sum(
        card(random.normal(0.9, 0.01, 10).tolist()).warning is not None for _ in range(3000)
    )
    assert alarms / 3000 <= 0.02


def test_a_change_of_the_concept_is_told_with_its_side() -> None:
    """Three of ten outside are enough; the sentence says on which side."""
    low = card([0.9] * 7 + [0.8] * 3)
    assert low.warning is not None
    assert low.warning.kind is CaveatKind.CONCEPT_DRIFT
    assert "In 3 of the latest 10 windows" in low.warning.sentence
    assert "lower than estimated" in low.warning.sentence
    high = card([0.97] * 5).warning
    assert high is not None
    assert "higher than estimated" in high.sentence


def test_what_is_long_past_is_forgiven() -> None:
    """Only the latest ten windows count, whatever the order in which they are given."""
    some = points([0.7] * 20 + [0.9] * 10)
    found = scorecard(some[::-1])
    assert isinstance(found, Scorecard)
    assert found.warning is None
    assert found.coverage == pytest.approx(1 / 3)


def test_few_windows_are_no_reason_to_warn() -> None:
    """Two windows outside say little."""
    assert card([0.5, 0.5]).warning is None
    assert card([0.5, 0.5, 0.5]).warning is not None


def test_few_labels_make_the_realised_value_uncertain() -> None:
    """With noise of the realised value, an interval reaches further."""
    outside, inside = points([0.87])[0], points([0.87], noise=0.02)[0]
    assert (outside.inside, inside.inside) == (False, True)


def test_without_labels_there_is_no_scorecard() -> None:
    """It says why."""
    found = scorecard([])
    assert isinstance(found, Unscored)
    assert found.reason.startswith("Not defined, because no window")
