"""Measures of classifiers agree with scikit-learn."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from sklearn import metrics

from modeldesk.errors import Incompatible, InvalidArgument, InvalidData, NotFound
from modeldesk.performance import MEASURES, Classification, Task, measure, measure_all, measures_for
from tests.unit.performance.populations import NAMES, figure, logistic, value

EXACT = 1e-9


class Rows:
    """Rows of a classifier as plain arrays, and the state of them."""

    def __init__(self, seed: int, *, classes: int, rows: int = 3000) -> None:
        rng = np.random.default_rng(seed)
        odds = rng.normal(size=(rows, classes))
        code = rng.integers(0, classes, rows)
        odds[np.arange(rows), code] += 1.0
        share = np.exp(odds)
        self.scores: NDArray[np.float64] = share / share.sum(axis=1, keepdims=True)
        self.names = NAMES[:classes]
        self.labels = self.names[code]
        self.predictions = self.names[self.scores.argmax(axis=1)]
        by_name = {str(name): self.scores[:, place] for place, name in enumerate(self.names)}
        self.state = Classification.of(self.labels, self.predictions, by_name)


TWO, THREE = Rows(1, classes=2), Rows(2, classes=3)
EITHER = pytest.mark.parametrize("rows", [TWO, THREE], ids=["two", "three"])


@EITHER
def test_measures_of_labels_agree_with_scikit_learn(rows: Rows) -> None:
    """Counts, averages and agreement are scikit-learn's to nine digits."""
    true, said, state = rows.labels, rows.predictions, rows.state
    pairs = {
        "accuracy": metrics.accuracy_score(true, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(true, said),
        "mcc": metrics.matthews_corrcoef(true, said),
        "kappa": metrics.cohen_kappa_score(true, said),
    }
    for average in ("macro", "weighted"):
        pairs[f"precision_{average}"] = metrics.precision_score(true, said, average=average)
        pairs[f"recall_{average}"] = metrics.recall_score(true, said, average=average)
        pairs[f"f1_{average}"] = metrics.f1_score(true, said, average=average)
    for name, expected in pairs.items():
        assert value(state, name) == pytest.approx(expected, abs=EXACT), name
    assert state.confusion.table.tolist() == metrics.confusion_matrix(true, said).tolist()


@EITHER
def test_measures_of_each_class_agree_with_scikit_learn(rows: Rows) -> None:
    """Precision, recall and F1 of every class are scikit-learn's, and so are the shares."""
    found = metrics.precision_recall_fscore_support(rows.labels, rows.predictions)
    for place, name in enumerate(rows.names):
        for column, each in enumerate(("precision", "recall", "f1")):
            expected = found[column][place]
            assert value(rows.state, each, str(name)) == pytest.approx(expected, abs=EXACT)
        others = rows.labels != name
        wrong = np.mean(rows.predictions[others] == name)
        assert value(rows.state, "false_positive_rate", str(name)) == pytest.approx(wrong)
        assert value(rows.state, "specificity", str(name)) == pytest.approx(1 - wrong)
        assert value(rows.state, "label_share", str(name)) == pytest.approx(1 - np.mean(others))
        chosen = np.mean(rows.predictions == name)
        assert value(rows.state, "predicted_share", str(name)) == pytest.approx(chosen)


def test_measures_of_two_classes_probabilities_agree_with_scikit_learn() -> None:
    """Losses are exact; areas from bins are within a thousandth."""
    truth, score = TWO.labels == "b", TWO.scores[:, 1]
    assert TWO.state.scored == ("b",)
    exact = {
        "log_loss": metrics.log_loss(truth, score),
        "brier": metrics.brier_score_loss(truth, score),
    }
    for name, expected in exact.items():
        assert value(TWO.state, name) == pytest.approx(expected, abs=EXACT)
    areas = {
        "roc_auc": metrics.roc_auc_score(truth, score),
        "pr_auc": metrics.average_precision_score(truth, score),
    }
    for name, expected in areas.items():
        assert value(TWO.state, name) == pytest.approx(expected, abs=1e-3)


def test_measures_of_three_classes_probabilities_agree_with_scikit_learn() -> None:
    """So they are over more classes: Brier sums over them, areas are of each against the rest."""
    truth = THREE.labels[:, None] == NAMES[None, :]
    assert value(THREE.state, "log_loss") == pytest.approx(
        metrics.log_loss(THREE.labels, THREE.scores), abs=EXACT
    )
    brier = np.square(truth - THREE.scores).sum(axis=1).mean()
    assert value(THREE.state, "brier") == pytest.approx(brier, abs=EXACT)
    for place, name in enumerate(NAMES):
        area = metrics.roc_auc_score(truth[:, place], THREE.scores[:, place])
        assert value(THREE.state, "roc_auc", str(name)) == pytest.approx(area, abs=1e-3)
    assert value(THREE.state, "roc_auc_macro") == pytest.approx(
        metrics.roc_auc_score(THREE.labels, THREE.scores, multi_class="ovr"), abs=1e-3
    )
    assert value(THREE.state, "pr_auc_macro") == pytest.approx(
        metrics.average_precision_score(truth, THREE.scores), abs=1e-3
    )


def test_few_different_scores_are_measured_exactly() -> None:
    """Areas of rounded scores, with many ties, are scikit-learn's to nine digits."""
    rng = np.random.default_rng(5)
    score = np.round(rng.random(5000), 2)
    truth = rng.random(5000) < score
    state = Classification.of(truth, score > 0.5, {"true": score})
    assert value(state, "roc_auc") == pytest.approx(metrics.roc_auc_score(truth, score), abs=EXACT)
    expected = metrics.average_precision_score(truth, score)
    assert value(state, "pr_auc") == pytest.approx(expected, abs=EXACT)


def test_the_calibration_error_is_that_of_its_definition() -> None:
    """Ten stretches, weighted by their rows: computed here row by row."""
    score, truth = TWO.scores[:, 1], TWO.labels == "b"
    cells = np.minimum((score * 10).astype(int), 9)
    expected = sum(
        np.mean(cells == cell) * abs(truth[cells == cell].mean() - score[cells == cell].mean())
        for cell in range(10)
    )
    assert value(TWO.state, "calibration_error") == pytest.approx(expected, abs=EXACT)
    confidence, right = THREE.scores.max(axis=1), THREE.labels == THREE.predictions
    cells = np.minimum((confidence * 10).astype(int), 9)
    expected = sum(
        np.mean(cells == c) * abs(right[cells == c].mean() - confidence[cells == c].mean())
        for c in np.unique(cells)
    )
    assert value(THREE.state, "calibration_error") == pytest.approx(expected, abs=EXACT)


def test_probabilities_of_zero_for_what_happened_are_told() -> None:
    """The log loss is kept finite as scikit-learn keeps it, and the note says how often."""
    truth, score = ["y", "n", "y"], [0.0, 0.5, 0.9]
    found = figure(Classification.of(truth, truth, {"y": score}), "log_loss")
    expected = metrics.log_loss(truth, np.array([[1.0, 0.0], [0.5, 0.5], [0.1, 0.9]]))
    assert found.value == pytest.approx(expected, abs=EXACT)
    assert found.note.startswith("1 row was given the probability 0")


def test_classes_that_one_side_lacks_are_kept() -> None:
    """New labels and predictions that were never labels are classes like the others."""
    state = Classification.of(["a", "b", "new"], ["a", "gone", "a"])
    assert state.confusion.classes == ("a", "b", "gone", "new")
    found = figure(state, "precision_macro")
    assert found.value == pytest.approx(0.25)
    assert found.note == "Left out, because they are never predicted: 'b', 'new'."
    assert figure(state, "recall_macro").note == "Left out, because they are never a label: 'gone'."


def test_rows_without_label_prediction_or_probability_are_counted() -> None:
    """Gaps of every kind are counted once, and count for nothing else."""
    state = Classification.of(
        ["y", None, "n", "y", "n"],
        ["y", "y", None, "n", "n"],
        {"y": [0.9, 0.5, 0.5, None, 0.2]},
    )
    assert (state.rows, state.unlabelled, state.unpredicted) == (5, 1, 1)
    assert (state.labelled, state.unscored) == (3, 1)
    found = figure(state, "log_loss")
    assert found.rows == 2
    assert found.note == "1 row without probabilities is left out."


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([True, False], ("false", "true")),
        ([1, 0], ("0", "1")),
        ([1.0, float("nan")], ("0", "1")),
        (pl.Series(["b", "a"], dtype=pl.Categorical), ("a", "b")),
        (np.array(["x", "y"]), ("x", "y")),
        (np.array([1.5, 2.0]), ("1.5", "2.0")),
    ],
)
def test_classes_are_read_from_what_they_come_as(labels: object, classes: tuple[str, ...]) -> None:
    """Flags, numbers, categories and arrays become strings; whole floats are whole numbers."""
    said = [0, 0] if classes == ("0", "1") else labels
    state = Classification.of(labels, said)  # type: ignore[arg-type]
    assert state.confusion.classes == classes


def test_more_classes_than_are_told_apart_are_counted_together() -> None:
    """Accuracy stays exact; averages over classes are not defined, and say so."""
    names = [f"class {number:04d}" for number in range(800)]
    said = names[:700] + names[:100]
    state = Classification.of(names, said)
    assert len(state.confusion.classes) == 500
    assert value(state, "accuracy") == pytest.approx(700 / 800)
    reason = "not defined, because there are more than 500 classes"
    for name in ("f1_macro", "kappa", "mcc", "balanced_accuracy", "precision_weighted"):
        assert str(measure(state, name)).startswith(reason)
    assert value(state, "recall", "class 0007") == 1.0


def test_of_two_scored_classes_one_is_kept() -> None:
    """The second by name is the positive one unless told; the other's probability is the rest."""
    labels, scores = ["no", "yes"], {"yes": [0.3, 0.6], "no": [0.7, 0.4]}
    assert Classification.of(labels, labels, scores).positive == "yes"
    other = Classification.of(labels, labels, scores, positive="no")
    assert other.positive == "no"
    assert value(other, "log_loss") == value(Classification.of(labels, labels, scores), "log_loss")


def test_wrong_input_is_refused_with_reasons() -> None:
    """Scores that are no probabilities, columns of other lengths and unknown classes are told."""
    with pytest.raises(InvalidData, match=r"scores of 'y' are probabilities .* row 1 has 3.2"):
        Classification.of(["y", "n"], ["y", "n"], {"y": [0.5, 3.2]})
    with pytest.raises(InvalidData, match="2 labels, 1 predictions"):
        Classification.of(["y", "n"], ["y"])
    with pytest.raises(InvalidData, match="numbers are wanted"):
        Classification.of(["y"], ["y"], {"y": ["high"]})
    with pytest.raises(InvalidData, match="one class per row"):
        Classification.of([["y"]], ["y"])
    with pytest.raises(InvalidArgument, match="'z' has no scores"):
        Classification.of(["y"], ["y"], {"y": [0.5], "n": [0.5]}, positive="z")
    with pytest.raises(InvalidArgument, match="at most 200"):
        Classification.of(["y"], ["y"], {str(number): [0.0] for number in range(201)})
    with pytest.raises(InvalidData, match="infinite number is none"):
        Classification.of([float("inf")], ["y"])
    with pytest.raises(InvalidData, match="cannot be read as a column"):
        Classification.of(["y", 1, object()], ["y", "y", "y"])


def test_probabilities_that_rounding_put_beyond_1_are_taken() -> None:
    """Single precision may say 1.0000001."""
    state = Classification.of(["y", "n"], ["y", "n"], {"y": [1.0000001, -1e-8]})
    assert value(state, "brier") == 0.0


def test_a_wrong_question_is_an_error() -> None:
    """Names, tasks, confidences and states that do not exist are refused."""
    with pytest.raises(NotFound, match="no measure 'acuracy'") as missing:
        measure(TWO.state, "acuracy")
    assert "accuracy" in missing.value.hint
    with pytest.raises(Incompatible, match="RMSE does not apply to classification"):
        measure(TWO.state, "rmse")
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        measure(TWO.state, "accuracy", confidence=95)
    with pytest.raises(InvalidArgument, match="of a state"):
        measure({"rows": 1}, "accuracy")  # type: ignore[arg-type]


def test_every_measure_of_a_classifier_is_measured_at_once() -> None:
    """All that apply are there, of each class, within their range."""
    readings = measure_all(THREE.state)
    assert {reading.measure for reading in readings} == {
        each.name for each in MEASURES.values() if Task.CLASSIFICATION in each.tasks
    }
    assert [reading.of for reading in readings if reading.measure == "recall"] == ["a", "b", "c"]
    for reading in readings:
        found = figure(THREE.state, reading.measure, reading.of)
        entry = MEASURES[reading.measure]
        assert found.interval is not None
        assert entry.low <= found.interval.low <= found.value <= found.interval.high <= entry.high
    unscored = Classification.of(["a"], ["a"])
    assert not any(each.needs_scores for each in measures_for(unscored))


def test_scores_in_single_precision_are_read() -> None:
    """Arrays of 32 bits are as good as others."""
    score = logistic(np.random.default_rng(2).normal(size=500)).astype(np.float32)
    truth = np.random.default_rng(3).random(500) < score
    state = Classification.of(truth, score > 0.5, {"true": score})
    area = metrics.roc_auc_score(truth, score)
    assert value(state, "roc_auc") == pytest.approx(area, abs=1e-9)
