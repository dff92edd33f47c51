"""What is missing, alike, far away or wrong: a sentence, never a crash or NaN."""

from __future__ import annotations

import numpy as np
import pytest

from modeldesk.errors import Incompatible, InvalidArgument
from modeldesk.performance.estimation import (
    CLASSIFYING,
    CaveatKind,
    ClassificationEstimator,
    Estimate,
    RegressionEstimator,
    Undefined,
    Unlearned,
    learn_classification,
    learn_regression,
)
from tests.support.shifting import two_classes

RANDOM = np.random.default_rng(3)
ROWS = two_classes(RANDOM, 3000)


@pytest.fixture(scope="module")
def estimator() -> ClassificationEstimator:
    """Return an estimator of two classes."""
    found = learn_classification(
        ROWS.scores, ROWS.predicted, ROWS.labels, classes=["0", "1"], columns=ROWS.columns
    )
    assert isinstance(found, ClassificationEstimator)
    return found


@pytest.fixture(scope="module")
def regressor() -> RegressionEstimator:
    """Return an estimator of a regression."""
    x = RANDOM.normal(size=3000)
    found = learn_regression(x, x + RANDOM.normal(size=3000) * (1 + x**2), columns={"x": x})
    assert isinstance(found, RegressionEstimator)
    return found


def test_an_empty_window_has_no_estimates(
    estimator: ClassificationEstimator, regressor: RegressionEstimator
) -> None:
    """Every measure says why it is not defined."""
    none = np.zeros(0)
    found = estimator.estimate(estimator.condense(none, none, {"x": none, "z": none}))
    found_too = regressor.estimate(regressor.condense(none, {"x": none}))
    for each in (*found.found, *found_too.found):
        assert isinstance(each, Undefined)
        assert each.reason.startswith("Not defined, because the window has no rows with")


def test_rows_without_score_or_prediction_are_counted_and_left_out(
    estimator: ClassificationEstimator, regressor: RegressionEstimator
) -> None:
    """The estimates are those of the rows that are whole."""
    scores = ROWS.scores.copy()
    scores[:100] = np.nan
    predicted: list[object] = ROWS.predicted.tolist()
    predicted[100:150] = [None] * 50
    window = estimator.condense(scores, predicted, ROWS.columns)
    rest = {name: column[150:] for name, column in ROWS.columns.items()}
    whole = estimator.condense(ROWS.scores[150:], ROWS.predicted[150:], rest)
    assert (window.rows, window.missing) == (2850, 150)
    assert np.array_equal(window.expected, whole.expected)
    some = regressor.condense(np.array([1.0, np.nan]), {"x": np.array([1.0, 2.0])})
    assert (some.rows, some.missing) == (1, 1)


def test_a_reference_of_one_class_teaches_nothing() -> None:
    """It is told which class is absent."""
    found = learn_classification(ROWS.scores, ROWS.predicted, ROWS.labels * 0, classes=["0", "1"])
    assert isinstance(found, Unlearned)
    assert found.reason == "Not defined, because no row of the reference is of class '1'."


@pytest.mark.parametrize("rows", [0, 1, 99])
def test_a_tiny_reference_teaches_nothing(rows: int) -> None:
    """It is told how many rows are needed."""
    some = slice(rows)
    found = learn_classification(
        ROWS.scores[some], ROWS.predicted[some], ROWS.labels[some], classes=["0", "1"]
    )
    other = learn_regression(ROWS.scores[some], ROWS.scores[some] + 1)
    for each in (found, other):
        assert isinstance(each, Unlearned)
        assert "100 are needed" in each.reason


def test_a_model_without_errors_teaches_nothing() -> None:
    """A regression that is always right has no errors to learn from."""
    found = learn_regression(ROWS.scores, ROWS.scores)
    assert isinstance(found, Unlearned)
    assert "makes no errors" in found.reason


def test_labels_that_are_missing_are_left_out_of_the_reference() -> None:
    """Rows without a label teach nothing, and change nothing."""
    labels: list[object] = ROWS.labels.tolist()
    labels[2000:] = [None] * 1000
    found = learn_classification(ROWS.scores, ROWS.predicted, labels, classes=["0", "1"])
    some = learn_classification(
        ROWS.scores[:2000], ROWS.predicted[:2000], ROWS.labels[:2000], classes=["0", "1"]
    )
    assert isinstance(found, ClassificationEstimator)
    assert isinstance(some, ClassificationEstimator)
    assert found.fingerprint == some.fingerprint


def test_a_class_that_was_never_predicted_has_no_precision(
    estimator: ClassificationEstimator,
) -> None:
    """The reason names the class; what can be told is told."""
    found = estimator.estimate(estimator.condense(ROWS.scores, ROWS.predicted * 0, ROWS.columns))
    precision = found["precision"]
    assert isinstance(precision, Undefined)
    assert precision.reason == "Not defined, because class '1' was never predicted."
    assert isinstance(found["accuracy"], Estimate)


@pytest.mark.parametrize(
    ("scores", "predicted", "message"),
    [
        ([0.5, 1.5], [0, 1], "not from 0 to 1"),
        ([0.5, 0.5], [0, 2], "Unknown class '2': known are '0', '1'"),
        ([0.5, 0.5], [0], "2 rows of scores and 1 predictions"),
        ([[0.2, 0.3, 0.5]], [0], "scores of 3 classes; the classes are 2"),
    ],
)
def test_wrong_rows_are_refused(
    estimator: ClassificationEstimator, scores: list[object], predicted: list[int], message: str
) -> None:
    """The error says what is wrong."""
    with pytest.raises(InvalidArgument, match=message):
        estimator.condense(np.array(scores), predicted, ROWS.columns)


def test_a_column_that_is_missing_is_named(
    estimator: ClassificationEstimator, regressor: RegressionEstimator
) -> None:
    """What the reference had is needed again."""
    with pytest.raises(InvalidArgument, match="'z' is missing"):
        estimator.condense(ROWS.scores, ROWS.predicted, {"x": ROWS.columns["x"]})
    with pytest.raises(InvalidArgument, match="'x' is missing"):
        regressor.condense(ROWS.scores)


def test_windows_of_different_estimators_do_not_mix(
    estimator: ClassificationEstimator, regressor: RegressionEstimator
) -> None:
    """Neither merging them nor estimating from another's is possible."""
    other = learn_classification(ROWS.scores, ROWS.predicted, ROWS.labels, classes=["0", "1"])
    assert isinstance(other, ClassificationEstimator)
    mine = estimator.condense(ROWS.scores, ROWS.predicted, ROWS.columns)
    theirs = other.condense(ROWS.scores, ROWS.predicted)
    with pytest.raises(Incompatible):
        mine.merge(theirs)
    with pytest.raises(Incompatible):
        other.estimate(mine)
    assert regressor.fingerprint not in {estimator.fingerprint, other.fingerprint}


def test_scores_and_inputs_unlike_the_reference_are_told(
    estimator: ClassificationEstimator,
) -> None:
    """Warnings name the share; where nothing is unusual there is none."""
    usual = estimator.condense(ROWS.scores, ROWS.predicted, ROWS.columns)
    assert estimator.estimate(usual).warnings == ()
    scores = np.full(500, 0.9999)
    columns = {"x": np.full(500, 6.0), "z": np.full(500, 6.0)}
    odd = estimator.condense(scores, np.ones(500, dtype=int), columns)
    kinds = {caveat.kind: caveat.sentence for caveat in estimator.estimate(odd).warnings}
    assert kinds.keys() == {CaveatKind.UNFAMILIAR_SCORES, CaveatKind.UNFAMILIAR_INPUTS}
    assert kinds[CaveatKind.UNFAMILIAR_SCORES].startswith("100% of the scores lie where")
    told = estimator.estimate(usual, input_distance=0.5).warnings
    assert [caveat.kind for caveat in told] == [CaveatKind.UNFAMILIAR_INPUTS]


def test_few_rows_on_either_side_are_told() -> None:
    """A small reference and a small window each have a warning."""
    found = learn_classification(
        ROWS.scores[:300], ROWS.predicted[:300], ROWS.labels[:300], classes=["0", "1"]
    )
    assert isinstance(found, ClassificationEstimator)
    told = found.estimate(found.condense(ROWS.scores[:20], ROWS.predicted[:20])).warnings
    assert {caveat.kind for caveat in told} >= {CaveatKind.SMALL_REFERENCE, CaveatKind.FEW_ROWS}


def test_extreme_scores_and_numbers_stay_finite() -> None:
    """Scores of 0 and 1, huge inputs, constants and gaps give finite estimates."""
    rows = 2000
    scores = np.where(RANDOM.random(rows) < 0.5, 0.0, 1.0)
    labels = (RANDOM.random(rows) < 0.2 + 0.6 * scores) * 1
    huge = RANDOM.normal(size=rows) * 1e300
    huge[:50] = np.inf
    huge[50:90] = np.nan
    text = np.array(["a", "b", None, "c"] * (rows // 4), dtype=object)
    columns = {"huge": huge, "same": np.full(rows, 7.0), "text": text, "flag": scores > 0.5}
    found = learn_classification(
        scores, scores.astype(int), labels, classes=["0", "1"], columns=columns
    )
    assert isinstance(found, ClassificationEstimator)
    estimates = found.estimate(found.condense(scores, scores.astype(int), columns))
    for measure in CLASSIFYING:
        told = estimates[measure]
        assert isinstance(told, Estimate)
        assert np.isfinite([told.value, told.lower, told.upper, told.deviation]).all()
    accuracy = estimates["accuracy"]
    assert isinstance(accuracy, Estimate)
    assert accuracy.value == pytest.approx(float((labels == scores).mean()), abs=0.01)


def test_new_categories_and_new_gaps_are_taken() -> None:
    """A window may hold categories and missing values that the reference did not have."""
    rows = 3000
    text = np.array(["a", "b", "c"] * 1000)
    labels = RANDOM.normal(size=rows) * np.where(text == "a", 3, 1)
    found = learn_regression(np.zeros(rows), labels, columns={"text": text})
    assert isinstance(found, RegressionEstimator)
    new = np.array(["d", None, "a"], dtype=object)
    window = found.condense(np.zeros(3), {"text": new})
    assert np.isfinite(window.expected).all()
    with pytest.raises(KeyError):
        found.estimate(window)["accuracy"]


def test_a_level_beyond_reason_is_refused(estimator: ClassificationEstimator) -> None:
    """An interval that always holds cannot be asked for."""
    window = estimator.condense(ROWS.scores, ROWS.predicted, ROWS.columns)
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        estimator.estimate(window, level=1.0)
