"""What cannot be measured says why: never a crash, never a silent zero or NaN."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from modeldesk.performance import (
    Classification,
    Figure,
    MultiLabel,
    Ranking,
    Regression,
    State,
    Undefined,
    calibration_curve,
    differences,
    fairness,
    measure,
    measure_all,
    pr_curve,
    roc_curve,
    sweep,
)

NONE: list[object] = []
ODD: dict[str, State] = {
    "no rows": Classification(),
    "no rows of two classes": Classification.of(NONE, NONE, {"y": NONE}),
    "no labels": Classification.of([None] * 3, ["y"] * 3, {"y": [0.5] * 3}),
    "no predictions": Classification.of(["y"] * 3, [None] * 3, {"y": [0.5] * 3}),
    "no probabilities": Classification.of(["y", "n"], ["y", "n"], {"y": [None, None]}),
    "one row": Classification.of(["y"], ["y"], {"y": [0.5]}),
    "one class": Classification.of(["y"] * 9, ["y"] * 9, {"y": np.linspace(0, 1, 9)}),
    "only the other class": Classification.of(["n"] * 9, ["n"] * 9, {"y": np.linspace(0, 1, 9)}),
    "all wrong": Classification.of(["y", "n"], ["n", "y"], {"y": [0.0, 1.0]}),
    "all right": Classification.of(["y", "n"], ["y", "n"], {"y": [1.0, 0.0]}),
    "unscored label": Classification.of(
        ["a", "new"], ["a", "b"], {"a": [0.6, 0.2], "b": [0.3, 0.7], "c": [0.1, 0.1]}
    ),
    "no sets": MultiLabel(),
    "empty sets": MultiLabel.of([[]], [[]]),
    "sets without labels": MultiLabel.of([None], [["a"]]),
    "no numbers": Regression(),
    "numbers without labels": Regression.of([None, None], [1.0, 2.0]),
    "one number": Regression.of([0.0], [0.0]),
    "equal numbers": Regression.of([3.0] * 5, [3.0] * 5, {0.5: [3.0] * 5}),
    "huge numbers": Regression.of([1e300, -1e300, 5.0], [-1e300, 1e300, 5.0]),
    "quantiles of gaps": Regression.of([1.0, 2.0], [1.0, 2.0], {0.1: [None] * 2, 0.9: [2.0] * 2}),
    "no queries": Ranking(),
    "irrelevant queries": Ranking.of(["q", "q"], [1.0, 2.0], [0, 0]),
}
EVERY_ODD_STATE = pytest.mark.parametrize("name", sorted(ODD))


@EVERY_ODD_STATE
def test_every_measure_answers(name: str) -> None:
    """Each is a finite number within finite limits, or a reason in words."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        readings = measure_all(ODD[name])
    assert readings
    for reading in readings:
        if isinstance(reading.result, Undefined):
            assert len(reading.result.because) > 10
            continue
        assert math.isfinite(reading.result.value)
        if reading.result.interval is None:
            assert reading.result.note
        else:
            assert math.isfinite(reading.result.interval.low)
            assert math.isfinite(reading.result.interval.high)
            assert reading.result.interval.holds(reading.result.value)


@EVERY_ODD_STATE
def test_everything_else_answers(name: str) -> None:
    """Comparisons, groups, curves and bytes of odd states are well-formed, too."""
    state = ODD[name]
    for each in differences(state, state):
        assert each.sentence.endswith(".")
    measures = sorted({reading.measure for reading in measure_all(state)})
    assert fairness({"a": state, "b": state}, measures).unequal == ()
    assert type(state).decode(state.encode()).rows == state.rows
    if isinstance(state, Classification):
        for curve in (roc_curve(state), pr_curve(state), calibration_curve(state), sweep(state)):
            assert curve is not None


@pytest.mark.parametrize(
    ("state", "measured", "because"),
    [
        ("no rows", "accuracy", "there are no rows"),
        ("no labels", "accuracy", "none of 3 rows has a label"),
        ("no predictions", "f1_macro", "none of 3 rows has both a label and a prediction"),
        ("no probabilities", "roc_auc", "none of the rows with a label has probabilities"),
        ("one class", "roc_auc", "every scored row is labelled 'y'"),
        ("one class", "balanced_accuracy", "all rows are labelled 'y'"),
        ("one class", "mcc", "all labels are of one class"),
        ("one class", "kappa", "labels and predictions are all of one class"),
        ("one class", "specificity", "every row is labelled 'y'"),
        ("only the other class", "roc_auc", "no scored row is labelled 'y'"),
        ("only the other class", "pr_auc", "no scored row is labelled 'y'"),
        ("only the other class", "recall", "no row is labelled 'y'"),
        ("only the other class", "precision", "'y' was never predicted"),
        ("only the other class", "f1", "'y' is neither a label nor a prediction of any row"),
        ("unscored label", "f1", "it is one figure per class: name one of 'a', 'b', 'new'"),
        ("numbers without labels", "mae", "none of 2 rows has a label"),
        ("equal numbers", "r2", "all labels are the same"),
        ("quantiles of gaps", "range_coverage", "no row has a range 0.1 to 0.9"),
        ("irrelevant queries", "mrr", "none of 1 queries has a relevant document"),
    ],
)
def test_reasons_are_exact(state: str, measured: str, because: str) -> None:
    """The reason says what is missing."""
    assert measure(ODD[state], measured) == Undefined(because=because)


def test_a_perfect_window_is_not_certain() -> None:
    """Nothing wrong in few rows leaves room for worse, in every interval."""
    for name in ("accuracy", "balanced_accuracy", "f1_macro", "mcc", "kappa", "roc_auc", "pr_auc"):
        found = measure(ODD["all right"], name)
        assert isinstance(found, Figure)
        assert found.value == 1.0
        assert found.interval is not None
        assert found.interval.low < 0.7


def test_a_class_without_probabilities_says_so() -> None:
    """Asked for the area of a class that is not scored, it is told."""
    state = Classification.of(["y", "n"], ["y", "n"], {"y": [0.9, 0.1]})
    assert str(measure(state, "roc_auc", of="n")).endswith("there are no probabilities of 'n'")
    bare = Classification.of(["y", "n"], ["y", "n"])
    assert str(measure(bare, "log_loss")).endswith("there are no probabilities, only predictions")
