"""Estimates of few rows, against a computation that looks at each row by itself."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from sklearn import metrics

from modeldesk.performance.estimation import (
    CLASSIFYING,
    ClassificationEstimator,
    Estimate,
    Measure,
    Treatment,
    learn_classification,
)
from modeldesk.performance.estimation.axis import cells, logits
from modeldesk.performance.estimation.classifying import tallied, tallies
from modeldesk.performance.estimation.measuring import Rows, Value, value_of
from tests.support.shifting import many_classes, two_classes

RANDOM = np.random.default_rng(20261121)


@pytest.fixture(scope="module")
def honest() -> ClassificationEstimator:
    """Return an estimator of scores that are probabilities already."""
    scores = RANDOM.random(30_000)
    labels = (RANDOM.random(30_000) < scores) * 1
    learned = learn_classification(scores, (scores > 0.5) * 1, labels, classes=["0", "1"])
    assert isinstance(learned, ClassificationEstimator)
    return learned


def test_the_expected_confusion_is_the_mean_over_all_possible_labels(
    honest: ClassificationEstimator,
) -> None:
    """Enumerating all labels of eight rows, weighted by their chance, gives the same confusion."""
    scores = np.array([0.08, 0.3, 0.44, 0.55, 0.61, 0.7, 0.85, 0.97])
    predicted = (scores > 0.5) * 1
    found = honest.estimate(honest.condense(scores, predicted))
    assert found.confusion is not None
    chances = _chances(honest, scores)
    expected = np.zeros((2, 2))
    accuracy = 0.0
    for labels in product((0, 1), repeat=8):
        chance = float(np.prod(np.where(labels, chances, 1 - chances)))
        for label, guess in zip(labels, predicted, strict=True):
            expected[label, guess] += chance
        accuracy += chance * float((predicted == labels).mean())
    assert np.asarray(found.confusion) == pytest.approx(expected, abs=1e-12)
    told = found[Measure.ACCURACY]
    assert isinstance(told, Estimate)
    assert told.value == pytest.approx(accuracy, abs=1e-12)


def test_the_deviation_is_that_of_the_possible_labels(honest: ClassificationEstimator) -> None:
    """Without error of the calibration, accuracy varies as a sum of independent labels does."""
    scores = RANDOM.random(50)
    found = honest.estimate(honest.condense(scores, (scores > 0.5) * 1))["accuracy"]
    chances = _chances(honest, scores)
    wanted = float(np.sqrt((chances * (1 - chances)).sum()) / 50)
    assert isinstance(found, Estimate)
    assert wanted <= found.deviation < 1.05 * wanted


def test_measures_of_labels_are_scikit_learns() -> None:
    """Where the labels themselves are counted, every measure is that of scikit-learn."""
    rows = two_classes(RANDOM, 20_000)
    places = tallied(0, 2, rows.predicted, cells(logits(rows.scores)))
    counts, hits, _ = tallies(places, rows.labels.astype(np.float64))
    counted = Rows(counts=counts[None], of_class=hits[None], classes=("0", "1"))
    wanted = {
        Measure.ACCURACY: metrics.accuracy_score(rows.labels, rows.predicted),
        Measure.PRECISION: metrics.precision_score(rows.labels, rows.predicted),
        Measure.RECALL: metrics.recall_score(rows.labels, rows.predicted),
        Measure.F1: metrics.f1_score(rows.labels, rows.predicted),
    }
    binned = {
        Measure.ROC_AUC: metrics.roc_auc_score(rows.labels, rows.scores),
        Measure.LOG_LOSS: metrics.log_loss(rows.labels, rows.scores),
        Measure.BRIER: metrics.brier_score_loss(rows.labels, rows.scores),
    }
    for measure, value in (wanted | binned).items():
        found = value_of(measure, counted)
        assert isinstance(found, Value)
        assert found.value == pytest.approx(value, abs=1e-9 if measure in wanted else 5e-4)


def test_measures_of_many_classes_are_scikit_learns() -> None:
    """Macro averages, and the areas of each class against the others, are scikit-learn's."""
    rows = many_classes(RANDOM, 20_000)
    parts = [
        tallies(
            tallied(view, 3, rows.predicted, cells(logits(rows.scores[:, view]))),
            (rows.labels == view).astype(np.float64),
        )
        for view in range(3)
    ]
    counted = Rows(
        counts=np.stack([part[0] for part in parts]),
        of_class=np.stack([part[1] for part in parts]),
        classes=("0", "1", "2"),
    )
    wanted = {
        Measure.ACCURACY: metrics.accuracy_score(rows.labels, rows.predicted),
        Measure.PRECISION: metrics.precision_score(rows.labels, rows.predicted, average="macro"),
        Measure.RECALL: metrics.recall_score(rows.labels, rows.predicted, average="macro"),
        Measure.F1: metrics.f1_score(rows.labels, rows.predicted, average="macro"),
        Measure.ROC_AUC: metrics.roc_auc_score(rows.labels, rows.scores, multi_class="ovr"),
        Measure.LOG_LOSS: metrics.log_loss(rows.labels, rows.scores),
    }
    for measure, value in wanted.items():
        found = value_of(measure, counted)
        assert isinstance(found, Value)
        assert found.value == pytest.approx(value, abs=5e-4)


def test_slopes_are_the_derivatives(honest: ClassificationEstimator) -> None:
    """Each measure's slope is how it changes when a little of the class is added to a cell."""
    window = honest.condense(scores := RANDOM.random(500), (scores > 0.5) * 1)
    counts, expected = window.counts.astype(np.float64), window.expected
    base = Rows(counts=counts, of_class=expected, classes=("0", "1"))
    places = np.argwhere(counts > 2)[:12]
    for measure in CLASSIFYING:
        found = value_of(measure, base)
        assert isinstance(found, Value)
        for place in places:
            moved = []
            for step in (-1e-4, 1e-4):
                other = expected.copy()
                other[tuple(place)] += step
                value = value_of(measure, Rows(counts=counts, of_class=other, classes=("0", "1")))
                assert isinstance(value, Value)
                moved.append(value.value)
            slope = (moved[1] - moved[0]) / 2e-4
            assert found.slope[tuple(place)] == pytest.approx(slope, abs=1e-7, rel=1e-4)


def test_scores_that_are_probabilities_are_hardly_touched(honest: ClassificationEstimator) -> None:
    """Calibrating what is calibrated moves no probability by more than a hundredth."""
    assert honest.treatment in {Treatment.NONE, Treatment.CALIBRATED}
    scores = np.linspace(0.02, 0.98, 97)
    assert np.abs(_chances(honest, scores) - scores).max() < 0.02


def _chances(estimator: ClassificationEstimator, scores: np.ndarray) -> np.ndarray:
    """Return the probability of each row, by windows of one row."""
    return np.array(
        [
            estimator.condense(scores[place : place + 1], np.array([1])).expected.sum()
            for place in range(scores.size)
        ]
    )
