"""How often paired intervals hold the true difference, and how often they alarm without one."""

from __future__ import annotations

import numpy as np
import pytest

from modeldesk.performance import Figure, Outcome
from modeldesk.performance.paired import PairedClasses, PairedNumbers, compare_pairs
from tests.support.measuring import REPEATS

NAMES = np.array(["no", "yes"])
MEASURES = ["accuracy", "f1_macro", "kappa"]


def classes(rng: np.random.Generator, rows: int, wrong: tuple[float, float]) -> PairedClasses:
    """Return two sides that are often wrong on the same rows, on an eighth of them or more."""
    truth = (rng.random(rows) < 0.4).astype(int)
    hard = rng.random(rows)
    sides = []
    for share in wrong:
        own = 0.8 * hard + 0.2 * rng.random(rows)
        threshold = 0.1 + 0.8 * share  # of 0.8 U + 0.2 V; exact from an eighth to seven eighths
        sides.append(np.where(own < threshold, 1 - truth, truth))
    return PairedClasses.of(NAMES[truth], NAMES[sides[0]], NAMES[sides[1]])


@REPEATS
def test_no_difference_is_rarely_called_one() -> None:
    """Of measures of classes together at most about 5 times in 100."""
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(200):
        found = compare_pairs(classes(rng, 400, (0.2, 0.2)), MEASURES)
        alarms += any(each.outcome is not Outcome.SAME for each in found.differences)
    assert alarms <= 20


@REPEATS
@pytest.mark.parametrize("name", MEASURES)
def test_intervals_hold_the_true_difference(name: str) -> None:
    """About 95 times in 100, for sides that differ."""
    rng = np.random.default_rng(12)
    # Many rows tell what the true difference is.
    (truth,) = compare_pairs(classes(rng, 400_000, (0.15, 0.25)), [name]).differences
    assert isinstance(truth.gap, Figure)
    held = 0
    for _ in range(200):
        (found,) = compare_pairs(classes(rng, 500, (0.15, 0.25)), [name]).differences
        assert isinstance(found.gap, Figure)
        assert found.gap.interval is not None
        held += found.gap.interval.holds(truth.gap.value)
    assert 180 <= held <= 199


@REPEATS
@pytest.mark.parametrize(("name", "true"), [("mae", -0.1), ("rmse", None), ("r2", None)])
def test_intervals_of_numbers_hold_the_true_difference(name: str, true: float | None) -> None:
    """Of errors with a common part, by closed form and by resampling."""
    rng = np.random.default_rng(13)

    def pairs(rows: int) -> PairedNumbers:
        labels = rng.normal(0, 3, rows)
        common = rng.normal(0, 1, rows)
        one = labels + common + rng.normal(0, 0.3, rows)
        return PairedNumbers.of(labels, one, labels + common + rng.normal(0, 0.6, rows))

    (large,) = compare_pairs(pairs(200_000), [name]).differences
    assert isinstance(large.gap, Figure)
    assert true is None or large.gap.value == pytest.approx(true, abs=0.01)
    held = 0
    for _ in range(200):
        (found,) = compare_pairs(pairs(200), [name]).differences
        assert isinstance(found.gap, Figure)
        assert found.gap.interval is not None
        held += found.gap.interval.holds(large.gap.value)
    assert 178 <= held <= 199


@REPEATS
def test_areas_and_losses_rarely_alarm() -> None:
    """Two sides with equally noisy probabilities."""
    rng = np.random.default_rng(14)
    alarms = 0
    for _ in range(150):
        truth = rng.random(300) < 0.3
        risk = truth * 1.2 + rng.normal(size=300)
        shares = [1 / (1 + np.exp(-(risk + rng.normal(0, 0.5, 300)))) for _ in range(2)]
        said = [NAMES[(share > 0.5).astype(int)] for share in shares]
        pairs = PairedClasses.of(
            NAMES[truth.astype(int)],
            *said,
            one_scores={"yes": shares[0]},
            other_scores={"yes": shares[1]},
        )
        found = compare_pairs(pairs, ["roc_auc_macro", "log_loss", "brier"])
        alarms += any(each.outcome is not Outcome.SAME for each in found.differences)
    assert alarms <= 15
