"""Differences and groups: what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

from modeldesk.errors import Incompatible, InvalidArgument, NotFound
from modeldesk.performance import (
    MEASURES,
    Classification,
    Figure,
    Outcome,
    Regression,
    Undefined,
    difference,
    differences,
    fairness,
    merge,
)
from tests.support.measuring import REPEATS
from tests.unit.performance.populations import binary, three_classes

GOOD = Classification.of(["y"] * 200 + ["n"] * 200, ["y"] * 180 + ["n"] * 220)
POOR = Classification.of(["y"] * 200 + ["n"] * 200, ["y"] * 120 + ["n"] * 280)


def test_a_difference_says_which_way_and_how_large() -> None:
    """Its sign is that of the first less the second; better and worse follow the measure."""
    found = difference(GOOD, POOR, "accuracy")
    assert isinstance(found.gap, Figure)
    assert found.gap.value == pytest.approx(0.15)
    assert found.outcome is Outcome.BETTER
    assert found.sentence.startswith("Accuracy is 0.95 instead of 0.8: better by 0.15 (")
    assert difference(POOR, GOOD, "accuracy").outcome is Outcome.WORSE
    assert difference(POOR, GOOD, "predicted_share", of="y").outcome is Outcome.DIFFERENT
    same = difference(GOOD, GOOD, "recall", of="y")
    assert same.outcome is Outcome.SAME
    assert same.sentence == "Recall of 'y' is 0.9 instead of 0.9, which may be chance."


def test_newcombes_example() -> None:
    """The interval of two proportions is the one of Newcombe's paper: 56/70 and 48/80."""
    one = Classification.of(["y"] * 70, ["y"] * 56 + ["n"] * 14)
    other = Classification.of(["y"] * 80, ["y"] * 48 + ["n"] * 32)
    gap = difference(one, other, "accuracy").gap
    assert isinstance(gap, Figure)
    assert gap.interval is not None
    assert (gap.interval.low, gap.interval.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_lower_and_nearer_zero_are_better_where_they_are() -> None:
    """An error that falls is better, a bias that moves to zero, too."""
    rng = np.random.default_rng(1)
    labels = rng.normal(size=500)
    near, far = (
        Regression.of(labels, labels + rng.normal(m, s, 500)) for m, s in ((0, 1), (-3, 2))
    )
    for name in ("mae", "rmse", "bias", "median_error", "median_absolute_error"):
        assert difference(near, far, name).outcome is Outcome.BETTER, name
        assert difference(far, near, name).outcome is Outcome.WORSE, name


def test_what_cannot_be_compared_says_why() -> None:
    """A side without a figure makes the difference undefined; one row leaves it open."""
    found = difference(GOOD, Classification(), "accuracy")
    assert found.gap == Undefined(because="of the second there are no rows")
    assert found.outcome is None
    assert found.sentence == (
        "Accuracy cannot be compared: not defined, because of the second there are no rows."
    )
    single = difference(Regression.of([1.0], [2.0]), Regression.of([1.0, 2.0], [2.0, 2.0]), "mae")
    assert single.outcome is None
    assert single.sentence.endswith("too few rows to tell whether that is chance.")
    with pytest.raises(Incompatible, match="of classification, the other of regression"):
        difference(GOOD, Regression(), "accuracy")
    with pytest.raises(NotFound):
        difference(GOOD, POOR, "goodness")


def test_many_differences_are_judged_together() -> None:
    """The more there are, the wider each interval; all classes of both sides are compared."""
    one, many = difference(GOOD, POOR, "accuracy"), differences(GOOD, POOR)
    assert len(many) > 15
    together = next(each for each in many if each.measure == "accuracy")
    assert isinstance(one.gap, Figure)
    assert isinstance(together.gap, Figure)
    assert one.gap.interval is not None
    assert together.gap.interval is not None
    assert together.gap.interval.low < one.gap.interval.low
    other = Classification.of(["z"], ["z"])
    assert [each.of for each in differences(GOOD, other, ["recall"])] == ["n", "y", "z"]


def test_groups_stand_side_by_side() -> None:
    """Every group has its figure, every group but the chosen one a difference from it."""
    groups = {"old": POOR, "young": GOOD, "middle": GOOD}
    view = fairness(groups, ["recall", "accuracy"], against="young", of="y")
    assert view.groups == ("old", "young", "middle")
    assert [(cell.group, cell.measure) for cell in view.cells[:3]] == [
        ("old", "recall"), ("young", "recall"), ("middle", "recall"),
    ]  # fmt: skip
    assert [cell.difference is None for cell in view.cells[:3]] == [False, True, False]
    assert {cell.group for cell in view.unequal} == {"old"}


def test_a_group_is_compared_with_all_others_unless_told() -> None:
    """The rest is the other groups together."""
    rng = np.random.default_rng(2)
    groups = {name: three_classes(rng, 300) for name in ("a", "b", "c")}
    view = fairness(groups, ["f1_macro"])
    assert view.against == "the rest"
    found = view.cells[0].difference
    assert found is not None
    rest = merge(groups["b"], groups["c"])
    assert found.other == difference(groups["a"], rest, "f1_macro", together=3).other


@REPEATS
def test_equal_groups_are_called_equal() -> None:
    """Of groups drawn alike, something is called unequal in at most 5 views of 100 or so."""
    rng, names = np.random.default_rng(3), ("recall", "false_positive_rate", "roc_auc", "accuracy")
    called = 0
    for _ in range(150):
        groups = {name: binary(rng, 200) for name in "abcd"}
        called += bool(fairness(groups, names, of="y").unequal)
    assert called <= 14


def test_wrong_groups_are_refused() -> None:
    """One group, no measure, an unknown group and other tasks are told."""
    with pytest.raises(InvalidArgument, match="1 was given"):
        fairness({"a": GOOD}, ["recall"])
    with pytest.raises(InvalidArgument, match="No measure"):
        fairness({"a": GOOD, "b": POOR}, [])
    with pytest.raises(NotFound, match="no group 'c'"):
        fairness({"a": GOOD, "b": POOR}, ["recall"], against="c")
    with pytest.raises(Incompatible):
        fairness({"a": GOOD, "b": Regression()}, ["accuracy"], against="a")
    with pytest.raises(Incompatible, match="do not merge"):
        merge(GOOD, Regression())


def test_titles_within_sentences() -> None:
    """Words begin small; names of people and abbreviations stay as they are."""
    told = {MEASURES[name].in_words for name in ("accuracy", "f1_macro", "roc_auc", "kappa", "mae")}
    assert told == {"accuracy", "macro F1", "ROC AUC", "Cohen's kappa", "MAE"}
