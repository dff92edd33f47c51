"""Figures in pairs are those of the measures, and their errors those of known formulas."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import scipy.stats
from sklearn.metrics import roc_auc_score

from modeldesk.errors import Incompatible, InvalidData, NotFound
from modeldesk.performance import Figure, Outcome, Undefined, measure
from modeldesk.performance.paired import (
    PairedClasses,
    PairedNumbers,
    compare_pairs,
    mcnemar,
    share_difference,
)
from modeldesk.performance.paired.counting import EACH, WHOLE, Cells
from modeldesk.performance.paired.scoring import average_precision, brier_scores, log_losses
from tests.support.measuring import REPEATS


def three_classes(rows: int = 400, seed: int = 3) -> PairedClasses:
    """Return pairs of three classes with probabilities."""
    rng = np.random.default_rng(seed)
    names = np.array(["a", "b", "c"])
    truth = rng.integers(0, 3, rows)
    sides = []
    for noise in (0.5, 0.9):
        odds = np.eye(3)[truth] * 1.5 + rng.normal(0, noise, (rows, 3))
        shares = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
        sides.append((names[shares.argmax(axis=1)], {n: shares[:, i] for i, n in enumerate(names)}))
    (one, one_scores), (other, other_scores) = sides
    return PairedClasses.of(
        names[truth], one, other, one_scores=one_scores, other_scores=other_scores
    )


@pytest.mark.parametrize("name", sorted({*WHOLE, *EACH}))
def test_counted_measures_are_those_of_states(name: str) -> None:
    """What the bootstrap computes from all rows is the measure itself, for both sides."""
    pairs = three_classes()
    cells = pairs.cells
    weights = cells.counts[None, :].astype(float)
    for side, state in zip((cells.one, cells.other), pairs.states, strict=True):
        margins = cells.margins(side, weights)
        if name in WHOLE:
            found = measure(state, name)
            assert isinstance(found, Figure)
            assert WHOLE[name](margins)[0] == pytest.approx(found.value)
            continue
        for place, of in enumerate(cells.classes):
            found = measure(state, name, of=of)
            assert isinstance(found, Figure)
            assert EACH[name](margins)[0, place] == pytest.approx(found.value)


def test_losses_and_areas_are_those_of_states() -> None:
    """Row by row they add up to the measures."""
    scored = three_classes().scored
    assert scored is not None
    rows = len(scored.labels)
    state = scored.states[0]
    log_loss, brier = measure(state, "log_loss"), measure(state, "brier")
    area = measure(state, "pr_auc", of="b")
    assert isinstance(log_loss, Figure)
    assert isinstance(brier, Figure)
    assert isinstance(area, Figure)
    assert log_losses(scored.labels, scored.one).mean() == pytest.approx(log_loss.value)
    assert brier_scores(scored.labels, scored.one).mean() == pytest.approx(brier.value)
    truth = (scored.labels == "b").to_numpy()
    (found,) = average_precision(np.ones((1, rows)), scored.one["b"], truth)
    assert found == pytest.approx(area.value, abs=1e-4)


@pytest.mark.parametrize("name", ["mae", "bias", "rmse", "mape", "r2", "median_absolute_error"])
def test_gaps_of_numbers_are_differences_of_measures(name: str) -> None:
    """A signed difference with an interval around it."""
    rng = np.random.default_rng(2)
    labels = rng.normal(10, 2, 300)
    one, other = labels + rng.normal(0.2, 1, 300), labels + rng.normal(0, 1.3, 300)
    pairs = PairedNumbers.of(labels, one, other)
    (found,) = compare_pairs(pairs, [name]).differences
    sides = [measure(side, name) for side in pairs.states]
    assert isinstance(found.gap, Figure)
    assert isinstance(sides[0], Figure)
    assert isinstance(sides[1], Figure)
    assert found.gap.value == pytest.approx(sides[0].value - sides[1].value)
    assert found.gap.interval is not None
    assert found.gap.interval.low < found.gap.value < found.gap.interval.high


@pytest.mark.parametrize("pair", [(0, 0), (3, 3), (8, 1), (0, 24), (30, 15), (400, 300)])
def test_mcnemar_is_the_binomial_test(pair: tuple[int, int]) -> None:
    """Exact for few rows; the mid-p value takes half of what is observed away on either side."""
    found, rows = mcnemar(*pair), sum(pair)
    exact = scipy.stats.binomtest(pair[0], rows).pvalue if rows else 1.0
    if rows < 25:
        assert found.p_value == pytest.approx(exact)
    else:
        assert found.p_value == pytest.approx(exact - scipy.stats.binom.pmf(min(pair), rows, 0.5))


def test_mean_errors_have_students_interval() -> None:
    """That of a paired t-test, as SciPy has it."""
    rng = np.random.default_rng(7)
    labels = rng.normal(size=80)
    one, other = labels + rng.normal(0, 1, 80), labels + rng.normal(0, 1.5, 80)
    (found,) = compare_pairs(PairedNumbers.of(labels, one, other), ["mae"]).differences
    test = scipy.stats.ttest_rel(np.abs(one - labels), np.abs(other - labels))
    limits = test.confidence_interval(0.95)
    assert isinstance(found.gap, Figure)
    assert found.gap.interval is not None
    assert (found.gap.interval.low, found.gap.interval.high) == pytest.approx(tuple(limits))


@REPEATS
def test_areas_have_the_error_that_resampling_finds() -> None:
    """DeLong's standard error of a difference is that of the bootstrap, within its noise."""
    rng = np.random.default_rng(5)
    truth = rng.random(600) < 0.4
    risk = truth * 1.0 + rng.normal(size=600)
    one, other = risk + rng.normal(0, 0.3, 600), risk + rng.normal(0, 0.8, 600)
    shares = [1 / (1 + np.exp(-side)) for side in (one, other)]
    labels = np.where(truth, "yes", "no")
    pairs = PairedClasses.of(
        labels,
        np.where(shares[0] > 0.5, "yes", "no"),
        np.where(shares[1] > 0.5, "yes", "no"),
        one_scores={"yes": shares[0]},
        other_scores={"yes": shares[1]},
    )
    spread = pairs.spreads([("roc_auc", "yes")], seed=0)["roc_auc", "yes"]
    gaps = []
    for _ in range(400):
        rows = rng.integers(0, 600, 600)
        gaps.append(roc_auc_score(truth[rows], one[rows]) - roc_auc_score(truth[rows], other[rows]))
    assert spread.deviation == pytest.approx(np.std(gaps), rel=0.15)


def test_the_same_seed_gives_the_same_answer() -> None:
    """The bootstrap is no source of surprise."""
    pairs = three_classes()
    assert compare_pairs(pairs, ["kappa"]) == compare_pairs(pairs, ["kappa"])
    first, second = (compare_pairs(pairs, ["kappa"], seed=seed) for seed in (1, 2))
    assert first.differences[0].gap != second.differences[0].gap


def test_improvements_and_regressions_by_class() -> None:
    """Rows that only one side got right, by their label; the largest class first."""
    pairs = PairedClasses.of(
        ["a", "a", "a", "b", "b", None],
        ["a", "b", "a", "b", "a", "a"],
        ["b", "a", "b", "b", "b", "a"],
    )
    found = compare_pairs(pairs, ["accuracy"])
    told = [(each.name, each.rows, each.improved, each.regressed) for each in found.classes]
    assert told == [("a", 3, 2, 1), ("b", 2, 0, 1)]
    assert (found.rows, found.left_out, found.improved, found.regressed) == (5, 1, 2, 2)
    assert found.agreement == pytest.approx(1 / 5)


def test_nothing_is_said_without_rows() -> None:
    """No figure, no agreement, and a sentence that says why."""
    for pairs in (
        PairedClasses.of([None], ["a"], ["b"]),
        PairedClasses.of([], [], []),
        PairedNumbers.of([None], [1.0], [2.0]),
    ):
        found = compare_pairs(pairs)
        assert found.rows == 0
        assert found.agreement is None
        assert all(isinstance(each.gap, Undefined) for each in found.differences)
        assert "no row has a label and both predictions" in found.sentence()


def test_identical_predictions_are_no_difference() -> None:
    """Also where they are perfect, of one class, or of one row."""
    for labels in (["a"] * 50, ["a", "b"] * 25, ["a"]):
        found = compare_pairs(PairedClasses.of(labels, labels, labels))
        assert {each.outcome for each in found.differences} <= {Outcome.SAME, None}
        assert "predicts the same as" in found.sentence()
    numbers = compare_pairs(PairedNumbers.of([1.0, 2.0], [1.5, 2.5], [1.5, 2.5]))
    assert {each.outcome for each in numbers.differences} <= {Outcome.SAME, None}


def test_few_rows_that_differ_have_no_interval() -> None:
    """Four improvements in a thousand rows are chance, whatever a standard error says."""
    labels = ["a", "b"] * 500
    other = ["b"] * 4 + labels[4:]
    found = compare_pairs(PairedClasses.of(labels, labels, other))
    assert not [each for each in found.differences if each.outcome is Outcome.BETTER]
    (kappa,) = [each for each in found.differences if each.measure == "kappa"]
    assert isinstance(kappa.gap, Figure)
    assert kappa.gap.note == "Fewer than 10 rows tell them apart."


def test_wrong_questions_are_refused() -> None:
    """Unknown measures, measures of another task, columns of several lengths."""
    pairs = PairedNumbers.of([1.0], [1.0], [2.0])
    with pytest.raises(NotFound, match="no measure 'x'"):
        compare_pairs(pairs, ["x"])
    with pytest.raises(Incompatible, match="Accuracy does not apply"):
        compare_pairs(pairs, ["accuracy"])
    with pytest.raises(InvalidData, match="differ in length"):
        PairedClasses.of(["a"], ["a", "b"], ["a"])
    (found,) = compare_pairs(three_classes(), ["calibration_error"]).differences
    assert isinstance(found.gap, Undefined)
    assert "not compared in pairs" in found.gap.because


def test_cells_count_every_row() -> None:
    """However many rows, equal ones are one cell."""
    cells = Cells.of(
        pl.Series(["a", "a", "b"]), pl.Series(["a", "a", "c"]), pl.Series(["b", "b", "b"])
    )
    assert (cells.classes, cells.counts.tolist()) == (("a", "b", "c"), [2, 1])


def test_a_perfect_share_is_not_certain() -> None:
    """Where no row differs the interval still has a width."""
    low, high = share_difference(30, 0, 0, 0, 0.95)
    assert low < 0 < high
