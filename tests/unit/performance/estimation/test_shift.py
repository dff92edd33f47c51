"""Under a shift of the inputs alone, estimates follow, and intervals hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from modeldesk.performance.estimation import (
    CaveatKind,
    ClassificationEstimator,
    Estimate,
    RegressionEstimator,
    Treatment,
    learn_classification,
    learn_regression,
)
from tests.support.measuring import REPEATS
from tests.support.shifting import Shifted, many_classes, two_classes

SHIFT = 0.8
MEASURES = ("accuracy", "precision", "recall", "f1", "roc_auc")


def learned(rows: Shifted, *, columns: bool = True) -> ClassificationEstimator:
    """Learn from a reference."""
    classes = [str(place) for place in range(max(2, rows.scores.ndim and rows.labels.max() + 1))]
    found = learn_classification(
        rows.scores,
        rows.predicted,
        rows.labels,
        classes=classes,
        columns=rows.columns if columns else None,
    )
    assert isinstance(found, ClassificationEstimator)
    return found


def realised(rows: Shifted) -> dict[str, float]:
    """Return the realised measures of two classes."""
    return {
        "accuracy": metrics.accuracy_score(rows.labels, rows.predicted),
        "precision": metrics.precision_score(rows.labels, rows.predicted),
        "recall": metrics.recall_score(rows.labels, rows.predicted),
        "f1": metrics.f1_score(rows.labels, rows.predicted),
        "roc_auc": metrics.roc_auc_score(rows.labels, rows.scores),
    }


@REPEATS
def test_intervals_of_two_classes_cover_as_often_as_they_promise() -> None:
    """Over 60 references with four shifted windows each, 95 % intervals cover 90 to 99 %."""
    inside = dict.fromkeys(MEASURES, 0)
    for seed in range(60):
        random = np.random.default_rng(seed)
        estimator = learned(two_classes(random, 4000))
        for shift in (0.0, 0.3, 0.6, SHIFT):
            now = two_classes(random, 1000, shift)
            found = estimator.estimate(estimator.condense(now.scores, now.predicted, now.columns))
            for name, real in realised(now).items():
                told = found[name]
                assert isinstance(told, Estimate)
                inside[name] += told.lower <= real <= told.upper
    coverage = {name: hits / 240 for name, hits in inside.items()}
    assert min(coverage.values()) >= 0.90, coverage
    assert max(coverage.values()) <= 0.995, coverage


@REPEATS
def test_intervals_of_many_classes_cover_as_often_as_they_promise() -> None:
    """Over 30 references with three shifted windows each, 95 % intervals cover 88 % or more."""
    inside = {"accuracy": 0, "f1": 0, "recall": 0}
    for seed in range(30):
        random = np.random.default_rng(1000 + seed)
        estimator = learned(many_classes(random, 4000))
        for shift in (0.0, 0.4, SHIFT):
            now = many_classes(random, 1000, shift)
            found = estimator.estimate(estimator.condense(now.scores, now.predicted, now.columns))
            truth, guess = now.labels, now.predicted
            real = {
                "accuracy": metrics.accuracy_score(truth, guess),
                "f1": metrics.f1_score(truth, guess, average="macro"),
                "recall": metrics.recall_score(truth, guess, average="macro"),
            }
            for name, value in real.items():
                told = found[name]
                assert isinstance(told, Estimate)
                inside[name] += told.lower <= value <= told.upper
    assert min(inside.values()) >= 0.88 * 90, inside


def test_inputs_that_the_model_does_not_know_correct_the_estimate() -> None:
    """The model leaves one input out; when it shifts, only the estimate that knows it follows."""
    random = np.random.default_rng(5)
    reference = two_classes(random, 20_000)
    now = two_classes(random, 50_000, SHIFT)
    real = realised(now)["precision"]
    errors = {}
    for columns in (True, False):
        estimator = learned(reference, columns=columns)
        assert (estimator.treatment is Treatment.CORRECTED) == columns
        window = estimator.condense(now.scores, now.predicted, now.columns if columns else None)
        told = estimator.estimate(window)["precision"]
        assert isinstance(told, Estimate)
        errors[columns] = abs(told.value - real)
    assert errors[True] < 0.01
    assert errors[False] > 0.1


def test_the_expected_area_is_that_of_the_true_chances() -> None:
    """With a large reference the estimated area is within 0.005 of the one that chances give."""
    random = np.random.default_rng(6)
    estimator = learned(two_classes(random, 40_000))
    now = two_classes(random, 100_000, 0.4)
    told = estimator.estimate(estimator.condense(now.scores, now.predicted, now.columns))["roc_auc"]
    assert isinstance(told, Estimate)
    assert told.value == pytest.approx(realised(now)["roc_auc"], abs=0.005)


def prices(random: np.random.Generator, rows: int, shift: float) -> tuple[np.ndarray, ...]:
    """Draw inputs, predictions and labels whose spread grows with an input."""
    x, z = random.normal(shift, 1, rows), random.normal(0, 1, rows)
    return x, z, 3 * x, 3 * x + z + np.exp(0.5 * x) * random.normal(size=rows)


@REPEATS
def test_errors_of_a_regression_follow_the_shift() -> None:
    """The estimated errors rise with the realised ones; intervals cover 88 % or more."""
    inside = np.zeros(2)
    for seed in range(40):
        random = np.random.default_rng(2000 + seed)
        x, z, predicted, labels = prices(random, 4000, 0.0)
        estimator = learn_regression(predicted, labels, columns={"x": x, "z": z})
        assert isinstance(estimator, RegressionEstimator)
        for shift in (0.0, 0.4, SHIFT):
            x, z, predicted, labels = prices(random, 1000, shift)
            found = estimator.estimate(estimator.condense(predicted, {"x": x, "z": z}))
            gaps = labels - predicted
            real = (np.abs(gaps).mean(), np.sqrt((gaps**2).mean()))
            for place, name in enumerate(("mae", "rmse")):
                told = found[name]
                assert isinstance(told, Estimate)
                inside[place] += told.lower <= real[place] <= told.upper
    assert inside.min() >= 0.88 * 120, inside


def test_a_changed_concept_is_outside_the_intervals() -> None:
    """When labels follow from other inputs than before, no interval holds the realised value."""
    random = np.random.default_rng(7)
    estimator = learned(two_classes(random, 10_000))
    now = two_classes(random, 2000)
    labels = (random.random(2000) < 0.5).astype(int)
    told = estimator.estimate(estimator.condense(now.scores, now.predicted, now.columns))[
        "accuracy"
    ]
    assert isinstance(told, Estimate)
    assert not told.lower <= float((labels == now.predicted).mean()) <= told.upper


def test_a_reference_that_changes_by_itself_is_told_and_not_explained_by_inputs() -> None:
    """If labels change with time, effects of inputs are not learned, and intervals get wider."""
    random = np.random.default_rng(8)
    rows = two_classes(random, 10_000)
    turned = (np.arange(10_000) // 500) % 2 == 0
    labels = np.where(turned, rows.labels, 1 - rows.labels)
    still = learned(rows)
    moving = learn_classification(
        rows.scores, rows.predicted, labels, classes=["0", "1"], columns=rows.columns
    )
    assert isinstance(moving, ClassificationEstimator)
    assert moving.treatment is not Treatment.CORRECTED
    widths, kinds = [], []
    for estimator in (still, moving):
        columns = rows.columns
        found = estimator.estimate(estimator.condense(rows.scores, rows.predicted, columns))
        told = found["accuracy"]
        assert isinstance(told, Estimate)
        widths.append(told.upper - told.lower)
        kinds.append({caveat.kind for caveat in found.warnings})
    assert widths[1] > 5 * widths[0]
    assert CaveatKind.UNSTABLE_REFERENCE in kinds[1] - kinds[0]
