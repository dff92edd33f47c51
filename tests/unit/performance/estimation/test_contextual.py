"""What whole windows say: learned where blocks of the reference show it, and only there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from modeldesk.performance.estimation import (
    ClassificationEstimator,
    Estimate,
    learn_classification,
)
from modeldesk.performance.estimation.contextual import ContextualEffect
from modeldesk.performance.estimation.expected import expected_errors
from tests.support.shifting import Shifted, many_classes, seasonal, two_classes

MEASURES = ("accuracy", "precision", "recall", "f1")
EFFECT = ContextualEffect(
    own=0.0,
    context=-1.0,
    errors=np.zeros((2, 20)),
    level=0.0,
    low=-1.0,
    high=0.5,
    between=0.25,
    by_chance=1.0,
)


def learned(rows: Shifted, *, columns: bool = True) -> ClassificationEstimator:
    """Learn from a reference."""
    found = learn_classification(
        rows.scores,
        rows.predicted,
        rows.labels,
        classes=[str(name) for name in range(3 if rows.scores.ndim == 2 else 2)],
        columns=rows.columns if columns else None,
    )
    assert isinstance(found, ClassificationEstimator)
    return found


def realised(rows: Shifted) -> dict[str, float]:
    """Return the realised measures."""
    right = float(((rows.predicted == 1) & (rows.labels == 1)).sum())
    precision, recall = right / rows.predicted.sum(), right / rows.labels.sum()
    return {
        "accuracy": float((rows.predicted == rows.labels).mean()),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
    }


def test_scores_that_move_with_the_season_while_labels_do_not() -> None:
    """Estimates of later windows err two fifths of what they did, and intervals hold the truth."""
    with_effect, without, inside, all_of_them = 0.0, 0.0, 0, 0
    for seed in range(5):
        random = np.random.default_rng(seed)
        found = learned(seasonal(random, 12_000))
        assert found.effect is not None
        assert found.effect.own > 0  # all times together, scores say less than at one time
        assert found.effect.context < -1
        assert found.quality.losses["contextual"] < found.quality.losses["calibrated"]
        plain = replace(found, effect=None)
        for first in range(12_000, 16_000, 500):
            now = seasonal(random, 500, first=first)
            window = found.condense(now.scores, now.predicted, now.columns)
            told, before = found.estimate(window), plain.estimate(window)
            for measure, real in realised(now).items():
                one, other = told[measure], before[measure]
                assert isinstance(one, Estimate)
                assert isinstance(other, Estimate)
                with_effect += abs(one.value - real)
                without += abs(other.value - real)
                inside += one.lower <= real <= one.upper
                all_of_them += 1
    assert with_effect < 0.4 * without
    assert inside / all_of_them > 0.9


@pytest.mark.parametrize("columns", [True, False])
def test_nothing_is_learned_where_labels_follow_the_scores(columns: bool) -> None:  # noqa: FBT001
    """In hardly any of 40 references, whether their inputs move from block to block or stay."""
    found = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        parts = [two_classes(random, 400, 0.3 * np.sin(block) * (seed % 2)) for block in range(20)]
        rows = Shifted(
            scores=np.concatenate([each.chances for each in parts]),
            predicted=np.concatenate([(each.chances > 0.5).astype(np.intp) for each in parts]),
            labels=np.concatenate([each.labels for each in parts]),
            columns={"x": np.concatenate([each.columns["x"] for each in parts])},
            chances=np.concatenate([each.chances for each in parts]),
        )
        found += learned(rows, columns=columns).effect is not None
    assert found <= 3


@pytest.mark.parametrize("sharp", [0.4, 1.0])
def test_nothing_is_learned_where_only_the_labels_drift(sharp: float) -> None:
    """Scores stay as they were, so they have nothing to say of it."""
    found = 0
    for seed in range(12):
        random = np.random.default_rng(seed)
        drift = np.repeat(np.cumsum(random.normal(0, 0.25, 20)), 500)
        sums = random.normal(0, sharp, 10_000)
        scores = 1 / (1 + np.exp(-sums))
        labels = (random.random(10_000) < 1 / (1 + np.exp(-sums - drift))).astype(np.intp)
        guess = (scores > 0.5).astype(np.intp)
        rows = Shifted(scores=scores, predicted=guess, labels=labels, columns={}, chances=scores)
        found += learned(rows, columns=False).effect is not None
    assert found <= 1


def test_rare_classes_are_moved_alike_however_windows_are_cut() -> None:
    """What a window is compared with does not depend on how many rows it has."""
    effect = replace(EFFECT, level=float(np.log(0.01 / 0.99)), between=1e6)
    for rows in (50, 1_000, 100_000):
        assert effect.apart(0.01 * rows, rows) == pytest.approx(0.0, abs=1e-9)


def test_an_effect_of_nothing_changes_nothing() -> None:
    """Also where probabilities of one cell differ much, and the class is rare."""
    random = np.random.default_rng(6)
    z = random.normal(size=6000)
    score = 1 / (1 + np.exp(2 - 0.3 * random.normal(size=6000)))
    label = (random.random(6000) < 1 / (1 + np.exp(4 - 2.5 * z))).astype(np.intp)
    guess = (score > 0.12).astype(np.intp)
    rows = Shifted(scores=score, predicted=guess, labels=label, columns={"z": z}, chances=score)
    found = replace(learned(rows), effect=None)
    assert found.treatment.value == "corrected"
    window = found.condense(score, guess, {"z": z})
    nothing = replace(found, effect=replace(EFFECT, context=0.0))
    before, after = found.estimate(window), nothing.estimate(window)
    for measure in MEASURES:
        one, other = before[measure], after[measure]
        assert isinstance(one, Estimate)
        assert isinstance(other, Estimate)
        assert other.value == pytest.approx(one.value, rel=1e-6)


def test_many_classes_have_none() -> None:
    """Their scores are never moved together."""
    assert learned(many_classes(np.random.default_rng(1), 3000)).effect is None


def test_an_effect_stays_within_what_the_reference_has_shown() -> None:
    """Beyond its highest and its lowest block it is level, and a few rows say little."""
    assert EFFECT.apart(9_990.0, 10_000) == pytest.approx(0.5, rel=1e-3)
    assert EFFECT.apart(10.0, 10_000) == pytest.approx(-1.0, rel=1e-3)
    assert EFFECT.apart(5_000.0, 10_000) == pytest.approx(0.0, abs=1e-3)
    assert 0 < EFFECT.apart(3.0, 3) < EFFECT.apart(30.0, 30) < 0.5
    assert EFFECT.apart(0.0, 0) == 0.0
    assert EFFECT.moved(np.array([0.5]), 0.5).item() == pytest.approx(0.378, abs=1e-3)


def test_blocks_that_are_all_alike_have_no_effect() -> None:
    """They differ no more than by chance, so there is nothing to learn from."""
    chance = np.tile(np.array([0.2, 0.8]), 500)
    blocks = np.repeat(np.arange(20), 50)
    assert ContextualEffect.learned(chance, np.round(chance), blocks, whole=chance) is None


def test_expected_errors_of_rows_sum_up_to_those_of_their_window() -> None:
    """With an effect as well, nearly: cells of the axis stand for their rows."""
    random = np.random.default_rng(4)
    found = learned(seasonal(random, 12_000))
    now = seasonal(random, 800, first=12_500)
    scores = now.scores.copy()
    scores[:30] = np.nan
    wrong = expected_errors(found, scores, now.predicted, now.columns)
    assert np.isnan(wrong[:30]).all()
    told = found.estimate(found.condense(scores, now.predicted, now.columns))
    accuracy = told["accuracy"]
    assert isinstance(accuracy, Estimate)
    assert 1 - np.nanmean(wrong) == pytest.approx(accuracy.value, abs=1e-4)
    assert told.confusion is not None
    assert np.trace(told.confusion) / 770 == pytest.approx(accuracy.value, abs=1e-9)
    assert np.sum(told.confusion) == pytest.approx(770)


def test_an_effect_widens_the_interval_by_what_is_not_known_of_it() -> None:
    """The less is known of it, the wider."""
    random = np.random.default_rng(5)
    found = learned(seasonal(random, 12_000))
    assert found.effect is not None
    now = seasonal(random, 400, first=12_800)
    window = found.condense(now.scores, now.predicted, now.columns)
    wide = []
    for times in (1, 5, 25):
        known = replace(found, effect=replace(found.effect, errors=times * found.effect.errors))
        told = known.estimate(window)["precision"]
        assert isinstance(told, Estimate)
        wide.append(told.deviation)
    assert wide[0] < wide[1] < wide[2]
