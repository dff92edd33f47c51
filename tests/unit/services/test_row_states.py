"""Labelled rows become states: whatever type classes have, and whatever the log has kept."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from modeldesk.performance import Classification, MultiLabel, Regression, measure, merge
from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.services.labelled_rows import LABEL
from modeldesk.services.row_states import is_measured, state_of

INPUT = Column(name="x", kind=Kind.FLOAT)


def signature(
    kind: Kind,
    *,
    categories: tuple[str, ...] = (),
    scores: tuple[str, ...] = (),
    high: float = 1.0,
) -> Signature:
    """Return the signature of a version that predicts ``y``."""
    outputs = [Column(name="y", kind=kind, role=Role.PREDICTION, categories=categories)]
    for label in scores:
        name = f"probability_{label}"
        column = Column(
            name=name, kind=Kind.FLOAT, role=Role.SCORE, low=0.0, high=high, label=label
        )
        outputs.append(column)
    return Signature(inputs=(INPUT,), outputs=tuple(outputs))


def table(
    labels: list[str | None], predictions: list[object], **scores: list[float | None]
) -> pl.DataFrame:
    """Return labelled rows; scores by class."""
    columns = {f"probability_{name}": values for name, values in scores.items()}
    return pl.DataFrame(
        {LABEL: pl.Series(labels, dtype=pl.String), "y": predictions, **columns}, strict=False
    )


@pytest.mark.parametrize(
    ("kind", "labels", "predictions", "known"),
    [
        (Kind.BOOLEAN, ["true", "false"], [True, False], ("False", "True")),
        (Kind.INTEGER, ["7", "3"], [7, 3], ("3", "7")),
        (Kind.FLOAT, ["1.0", "0.0"], [1.0, 0.0], ("0.0", "1.0")),
        (Kind.FLOAT, ["1", "0.5"], [1.0, 0.5], ("0.5", "1.0")),
        (Kind.CATEGORICAL, ["b", "a"], ["b", "a"], ("a", "b")),
    ],
)
def test_classes_of_any_type_are_spelled_one_way(
    kind: Kind, labels: list[str | None], predictions: list[object], known: tuple[str, str]
) -> None:
    """Labels, predictions and scores that mean the same class count as the same."""
    scores: dict[str, list[float | None]] = {known[0]: [0.1, 0.9], known[1]: [0.9, 0.1]}
    rows = table(labels, predictions, **scores)
    state = state_of(rows, signature(kind, categories=known, scores=known))
    assert isinstance(state, Classification)
    assert (state.confusion.hits, len(state.confusion.classes)) == (2, 2)
    for name in ("roc_auc", "accuracy"):
        assert "value=1.0" in repr(measure(state, name))
    assert set(state.scored) <= set(state.confusion.classes)
    assert state.impossible == 0


def test_large_whole_numbers_stay_different_classes() -> None:
    """Classes beyond what floats can tell apart are compared as text."""
    rows = table(["9007199254740993"], [9007199254740992])
    state = state_of(rows, signature(Kind.INTEGER, categories=("9007199254740992",)))
    assert isinstance(state, Classification)
    assert state.confusion.hits == 0


def test_numbers_and_durations_are_regressions() -> None:
    """Durations count in seconds, as their labels are kept."""
    rows = table(["10", None, "30"], [11.0, 5.0, None])
    state = state_of(rows, signature(Kind.FLOAT))
    assert isinstance(state, Regression)
    assert (state.rows, state.unlabelled, state.unpredicted, state.labelled) == (3, 1, 1, 1)
    spans = pl.DataFrame({LABEL: ["60.0"], "y": [timedelta(minutes=2)]})
    state = state_of(spans, signature(Kind.DURATION))
    assert isinstance(state, Regression)
    assert state.errors.means[0] == pytest.approx(60)


def test_lists_of_classes_are_sets() -> None:
    """Where predictions are lists; a label that is none is the only class of its list."""
    rows = table(['["a","b"]', "a", None], ['["b","a"]', '["a"]', '["b"]'])
    state = state_of(rows, signature(Kind.TEXT))
    assert isinstance(state, MultiLabel)
    assert (state.rows, state.unlabelled, state.exact) == (3, 1, 2)


def test_a_list_of_one_class_is_that_class() -> None:
    """Where predictions are single classes, whatever labels come as, the state is of classes."""
    about = signature(Kind.CATEGORICAL, categories=("a", "b"))
    some = state_of(table(["a", '["b"]'], ["a", "b"]), about)
    others = state_of(table(['["a","b"]', None], ["a", "b"]), about)
    assert isinstance(some, Classification)
    assert isinstance(others, Classification)
    assert some.confusion.hits == 2
    assert merge(some, others).labelled == 3


def test_scores_that_are_no_probabilities_are_left_out() -> None:
    """Of all days, as the reference tells: so that their states merge."""
    about = signature(Kind.CATEGORICAL, categories=("a", "b"), scores=("a", "b"), high=7.5)
    state = state_of(table(["a"], ["a"], a=[0.5], b=[0.5]), about)
    assert isinstance(state, Classification)
    assert state.scored == ()


def test_rows_without_usable_scores_have_none() -> None:
    """NaN, null and what lies outside are missing; what rounding has moved is not."""
    about = signature(Kind.CATEGORICAL, categories=("a", "b"), scores=("a", "b"))
    nan = float("nan")
    rows = table(
        ["a"] * 5,
        ["a"] * 5,
        a=[0.5, 0.5, 0.5, 1.0 + 1e-7, 0.5],
        b=[nan, None, 3.0, -1e-7, 0.5],
    )
    state = state_of(rows, about)
    assert isinstance(state, Classification)
    assert (state.labelled, state.unscored, state.scored) == (5, 3, ("b",))
    assert "nan" not in repr(measure(state, "log_loss"))


def test_scores_that_the_log_drops_or_hashes_are_missing() -> None:
    """The state has the same classes as that of any other day, and merges with it."""
    about = signature(Kind.CATEGORICAL, categories=("a", "b"), scores=("a", "b"))
    full = state_of(table(["a", "b"], ["a", "b"], a=[0.9, 0.2], b=[0.1, 0.8]), about)
    dropped = state_of(table(["a"], ["a"]), about)
    hashed = state_of(
        table(["a"], ["a"]).with_columns(probability_a=pl.lit("0f"), probability_b=pl.lit("1e")),
        about,
    )
    assert isinstance(full, Classification)
    assert isinstance(dropped, Classification)
    assert isinstance(hashed, Classification)
    both = merge(merge(full, dropped), hashed)
    assert isinstance(both, Classification)
    assert (both.labelled, both.unscored) == (4, 2)


@pytest.mark.parametrize("kind", [Kind.DATETIME, Kind.VECTOR])
def test_times_and_vectors_have_no_measures(kind: Kind) -> None:
    """They have no state, whatever their labels are."""
    assert not is_measured(signature(kind))
    assert state_of(table(["x"], ["y"]), signature(kind)) is None


def test_what_the_log_does_not_keep_has_no_state() -> None:
    """A prediction that is dropped, numbers of which hashes are kept, and text that never is."""
    rows = pl.DataFrame({LABEL: ["1"]})
    assert state_of(rows, signature(Kind.FLOAT)) is None
    assert state_of(table(["1"], ["ab12"]), signature(Kind.FLOAT)) is None
    assert state_of(table(["a"], [None]), signature(Kind.TEXT)) is None
