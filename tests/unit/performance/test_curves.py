"""Curves and sweeps over thresholds agree with scikit-learn, from the counts alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import calibration, metrics

from modeldesk.errors import InvalidArgument
from modeldesk.performance import (
    Classification,
    Costs,
    Curve,
    Figure,
    Sweep,
    Undefined,
    calibration_curve,
    pr_curve,
    roc_curve,
    sweep,
)
from modeldesk.performance.sweep import at_threshold
from tests.unit.performance.populations import logistic

RNG = np.random.default_rng(21)
ROUNDED = np.round(RNG.random(2000), 2)
TRUTH = RNG.random(2000) < ROUNDED
STATE = Classification.of(TRUTH, ROUNDED >= 0.5, {"true": ROUNDED})


def made(curve: Curve | Undefined) -> Curve:
    """Return a curve that must be defined."""
    assert isinstance(curve, Curve)
    return curve


def test_the_roc_curve_is_scikit_learns() -> None:
    """Every threshold of rounded scores is a point, from none to all."""
    x, y, thresholds = metrics.roc_curve(TRUTH, ROUNDED, drop_intermediate=False)
    curve = made(roc_curve(STATE))
    assert [point.x for point in curve.points] == pytest.approx(x.tolist())
    assert [point.y for point in curve.points] == pytest.approx(y.tolist())
    assert [point.threshold for point in curve.points] == pytest.approx(thresholds.tolist())
    assert all(point.low <= point.y <= point.high for point in curve.points)


def test_the_precision_recall_curve_is_scikit_learns() -> None:
    """From the highest threshold to the lowest."""
    precision, recall, _ = metrics.precision_recall_curve(TRUTH, ROUNDED)
    curve = made(pr_curve(STATE))
    assert [point.y for point in curve.points] == pytest.approx(precision[-2::-1].tolist())
    assert [point.x for point in curve.points] == pytest.approx(recall[-2::-1].tolist())


def test_the_calibration_curve_is_scikit_learns() -> None:
    """Ten stretches, each with its rows, mean probability, truth and interval."""
    score = RNG.random(3000)
    truth = RNG.random(3000) < score**2
    state = Classification.of(truth, score > 0.5, {"true": score})
    points = calibration_curve(state)
    assert isinstance(points, tuple)
    true, said = calibration.calibration_curve(truth, score, n_bins=10)
    assert [point.truth.value for point in points] == pytest.approx(true.tolist())
    assert [point.confidence for point in points] == pytest.approx(said.tolist())
    assert sum(point.rows for point in points) == 3000
    twenty = calibration_curve(state, bins=20)
    assert isinstance(twenty, tuple)
    assert len(twenty) == 20


@pytest.mark.parametrize("points", [2, 50, 200])
def test_curves_have_as_many_points_as_wanted(points: int) -> None:
    """Thinned evenly, with both ends, and the area of all points nearly kept."""
    score = logistic(RNG.normal(size=20_000) + TRUTH.repeat(10))
    state = Classification.of(TRUTH.repeat(10), score > 0.5, {"true": score})
    curve = made(roc_curve(state, points=points))
    assert len(curve.points) <= points
    assert (curve.points[0].x, curve.points[-1].x, curve.points[-1].y) == (0.0, 1.0, 1.0)
    assert len(made(pr_curve(state, points=points)).points) <= points
    if points == 200:
        area = np.trapezoid([p.y for p in curve.points], [p.x for p in curve.points])
        assert isinstance(curve.area, Figure)
        assert area == pytest.approx(curve.area.value, abs=2e-3)


def found(costs: Costs | None = None, steps: int = 500) -> Sweep:
    """Sweep the thresholds of the rounded scores."""
    swept = sweep(STATE, costs=costs, steps=steps)
    assert isinstance(swept, Sweep)
    return swept


def test_every_threshold_is_measured_as_if_it_had_been_used() -> None:
    """Precision, recall, F1 and cost are those of predictions made with it."""
    costs = Costs(true_positive=-2, false_positive=1, false_negative=10, true_negative=0.5)
    swept = found(costs)
    assert len(swept.thresholds) == np.unique(ROUNDED).size + 1
    for each in swept.thresholds[::9]:
        said = each.threshold <= ROUNDED
        assert each.recall == pytest.approx(metrics.recall_score(TRUTH, said))
        assert each.f1 == pytest.approx(metrics.f1_score(TRUTH, said))
        if said.any():
            assert each.precision == pytest.approx(metrics.precision_score(TRUTH, said))
        else:
            assert each.precision is None
        cost = np.where(TRUTH, np.where(said, -2, 10), np.where(said, 1, 0.5)).mean()
        assert each.cost == pytest.approx(cost)
        assert costs.of(each.outcomes) / 2000 == pytest.approx(cost)


def test_the_cheapest_threshold_is_found() -> None:
    """For calibrated scores it is where the expected costs of both answers are equal."""
    score = np.random.default_rng(2).random(200_000)
    truth = np.random.default_rng(3).random(200_000) < score
    state = Classification.of(truth, score > 0.5, {"true": score})
    swept = sweep(state, costs=Costs(false_positive=1, false_negative=4), steps=10)
    assert isinstance(swept, Sweep)
    assert swept.cheapest.threshold == pytest.approx(0.2, abs=0.02)
    assert len(swept.thresholds) <= 10
    assert isinstance(swept.cost, Figure)
    assert swept.cost.value == swept.cheapest.cost
    assert swept.cost.interval is not None
    assert swept.cost.interval.holds(0.4)
    assert swept.highest_f1.f1 == pytest.approx(max(t.f1 for t in swept.thresholds), abs=0.01)


def test_where_alarms_cost_too_much_none_is_raised() -> None:
    """The threshold that nothing reaches is one of those compared."""
    swept = found(Costs(true_positive=2, false_positive=1, false_negative=1))
    assert swept.cheapest.threshold == math.inf
    assert swept.cheapest.outcomes.predicted == 0


def test_outcomes_at_any_threshold_are_known() -> None:
    """Also at thresholds between the scores that occur."""
    for threshold in (0.0, 0.255, 0.5, 0.99, 1.1):
        outcomes = at_threshold(STATE, threshold)
        assert not isinstance(outcomes, Undefined)
        assert outcomes.predicted == int((threshold <= ROUNDED).sum())
    assert isinstance(at_threshold(Classification(), 0.5), Undefined)


def test_costs_are_finite() -> None:
    """Infinite costs are refused."""
    with pytest.raises(InvalidArgument, match="not all finite"):
        sweep(STATE, costs=Costs(false_negative=math.inf))


def test_without_probabilities_there_are_no_curves() -> None:
    """The reason is that of the area."""
    bare = Classification.of(["y", "n"], ["y", "n"])
    for curve in (roc_curve(bare, of="y"), pr_curve(bare), calibration_curve(bare), sweep(bare)):
        assert curve == Undefined(because="there are no probabilities, only predictions")
