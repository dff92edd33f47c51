"""Measures of predicted sets of labels agree with scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from modeldesk.errors import Incompatible, InvalidArgument, InvalidData
from modeldesk.performance import MEASURES, MultiLabel, measure, measure_all
from tests.unit.performance.populations import figure, value

LABELS = ("cv", "mlops", "nlp", "other")
RNG = np.random.default_rng(8)
TRUTH = RNG.random((900, 4)) < np.array([0.5, 0.2, 0.4, 0.05])
SAID = TRUTH ^ (RNG.random((900, 4)) < 0.15)
SCORES = np.clip(0.25 + 0.4 * TRUTH + 0.2 * RNG.normal(size=TRUTH.shape), 0, 1)


def sets(table: np.ndarray) -> list[list[str]]:
    """Return the labels of each row."""
    return [[LABELS[place] for place in np.flatnonzero(row)] for row in table]


STATE = MultiLabel.of(
    sets(TRUTH), sets(SAID), {name: SCORES[:, place] for place, name in enumerate(LABELS)}
)


def test_measures_agree_with_scikit_learn() -> None:
    """Matches, losses and averages are scikit-learn's to nine digits, areas nearly."""
    expected = {
        "exact_match": metrics.accuracy_score(TRUTH, SAID),
        "hamming_loss": metrics.hamming_loss(TRUTH, SAID),
    }
    for average in ("micro", "macro"):
        expected[f"precision_{average}"] = metrics.precision_score(TRUTH, SAID, average=average)
        expected[f"recall_{average}"] = metrics.recall_score(TRUTH, SAID, average=average)
        expected[f"f1_{average}"] = metrics.f1_score(TRUTH, SAID, average=average)
    for name, true in expected.items():
        assert value(STATE, name) == pytest.approx(true, abs=1e-9), name
    each = metrics.f1_score(TRUTH, SAID, average=None)
    assert [value(STATE, "f1", name) for name in LABELS] == pytest.approx(each.tolist())
    area = metrics.roc_auc_score(TRUTH, SCORES)
    assert value(STATE, "roc_auc_macro") == pytest.approx(area, abs=1e-3)
    one = metrics.average_precision_score(TRUTH[:, 1], SCORES[:, 1])
    assert value(STATE, "pr_auc", "mlops") == pytest.approx(one, abs=1e-3)


def test_merged_windows_measure_like_the_whole() -> None:
    """Every figure of merged parts is that of all rows."""
    parts = [
        MultiLabel.of(
            sets(TRUTH[place::3]),
            sets(SAID[place::3]),
            {name: SCORES[place::3, column] for column, name in enumerate(LABELS)},
        )
        for place in range(3)
    ]
    merged = parts[2].merge(parts[0]).merge(parts[1])
    for reading in measure_all(STATE):
        assert value(merged, reading.measure, reading.of) == pytest.approx(
            value(STATE, reading.measure, reading.of), abs=1e-9
        )


def test_gaps_and_empty_sets_differ() -> None:
    """No set is a gap; an empty set is a set, and right where there is no label."""
    state = MultiLabel.of([["a"], None, [], ["a"]], [["a"], ["a"], [], None])
    assert (state.rows, state.unlabelled, state.unpredicted, state.exact) == (4, 1, 1, 2)
    assert value(state, "exact_match") == 1.0
    assert state.outcomes("unheard").true_negatives == 2
    empty = MultiLabel.of([[], []], [[], []])
    assert str(measure(empty, "hamming_loss")).endswith("there are no labels at all")
    assert str(measure(empty, "f1_micro")).endswith("no label occurs or was given")
    assert str(measure(empty, "precision_macro")).endswith("it is not defined for any label")


def test_a_label_twice_in_a_row_counts_once() -> None:
    """Sets are sets."""
    state = MultiLabel.of([["a", "a", "b"]], [["a", "b", "b"]])
    assert state.counts.tolist() == [[1, 1, 1], [1, 1, 1]]
    assert figure(state, "f1_micro").interval is None


def test_known_labels_count_for_the_hamming_loss() -> None:
    """Labels that exist and do not occur are right on every row."""
    state = MultiLabel.of([["a"]], [["b"]], known=["a", "b", "c", "d"])
    assert value(state, "hamming_loss") == 0.5
    assert figure(state, "recall_macro").note == "Left out, because not defined: 3 of 4 labels."


def test_more_labels_than_are_told_apart_are_told() -> None:
    """Micro averages stay exact; those over labels are not defined."""
    many = [[f"label {number:04d}"] for number in range(700)]
    state = MultiLabel.of(many, many)
    assert len(state.labels) == 500
    assert value(state, "f1_micro") == 1.0
    for name in ("f1_macro", "hamming_loss"):
        assert str(measure(state, name)).endswith("there are more than 500 labels")


def test_every_measure_stays_in_its_range() -> None:
    """Values and limits lie within what the registry says."""
    for reading in measure_all(STATE):
        found, entry = figure(STATE, reading.measure, reading.of), MEASURES[reading.measure]
        assert found.interval is not None
        assert entry.low <= found.interval.low <= found.value <= found.interval.high <= entry.high


def test_wrong_input_is_refused_with_reasons() -> None:
    """Single classes, too many scores and states of other scores are told."""
    with pytest.raises(InvalidData, match="a list of labels per row"):
        MultiLabel.of(["a"], [["a"]])
    with pytest.raises(InvalidArgument, match="at most 200"):
        MultiLabel.of([["a"]], [["a"]], {str(number): [0.0] for number in range(201)})
    with pytest.raises(Incompatible, match="has the scores of"):
        STATE.merge(MultiLabel.of([["a"]], [["a"]]))
    without = MultiLabel.of([["a"]], [["a"]], {"a": [None]})
    assert str(measure(without, "roc_auc", of="a")).endswith("has probabilities")
