"""Measures of regressions agree with scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from modeldesk.errors import Incompatible, InvalidArgument, InvalidData
from modeldesk.performance import MEASURES, Regression, Undefined, measure, measure_all
from tests.unit.performance.populations import figure, value

RNG = np.random.default_rng(4)
LABELS = RNG.gamma(3, 10, 400)
SAID = LABELS * 1.05 + RNG.normal(0, 4, 400)
LEVELS = {0.1: SAID - 6, 0.5: SAID, 0.9: SAID + 6}
STATE = Regression.of(LABELS, SAID, LEVELS)


def test_measures_agree_with_scikit_learn() -> None:
    """Errors, R2 and medians of rows that the sketch still holds, to nine digits."""
    expected = {
        "mae": metrics.mean_absolute_error(LABELS, SAID),
        "rmse": metrics.root_mean_squared_error(LABELS, SAID),
        "mape": metrics.mean_absolute_percentage_error(LABELS, SAID),
        "r2": metrics.r2_score(LABELS, SAID),
        "median_absolute_error": metrics.median_absolute_error(LABELS, SAID),
        "bias": float(np.mean(SAID - LABELS)),
        "median_error": float(np.median(SAID - LABELS)),
    }
    for name, true in expected.items():
        assert value(STATE, name) == pytest.approx(true, rel=1e-9), name


def test_predicted_quantiles_agree_with_scikit_learn() -> None:
    """Coverage is counted, the pinball loss is scikit-learn's."""
    for level, said in LEVELS.items():
        of = f"{level:g}"
        assert value(STATE, "quantile_coverage", of) == np.mean(said >= LABELS)
        loss = metrics.mean_pinball_loss(LABELS, said, alpha=level)
        assert value(STATE, "pinball", of) == pytest.approx(loss, rel=1e-9)
    inside = np.mean((LEVELS[0.1] <= LABELS) & (LEVELS[0.9] >= LABELS))
    assert value(STATE, "range_coverage", "0.1 to 0.9") == inside
    assert [each.of for each in measure_all(STATE, ["range_coverage"])] == ["0.1 to 0.9"]
    reason = "not defined, because the quantile 0.7 is not predicted"
    assert str(measure(STATE, "quantile_coverage", of="0.7")) == reason
    assert str(measure(STATE, "pinball", of="0.7")) == reason
    assert "name one of '0.1', '0.5', '0.9'" in str(measure(STATE, "pinball"))


def test_merged_windows_measure_like_the_whole() -> None:
    """Whatever the cut, sums are those of all rows, and medians within the sketch's error."""
    rng = np.random.default_rng(6)
    labels = rng.normal(1e6, 50, 30_000)
    said = labels + rng.normal(3, 20, labels.size)
    whole = Regression.of(labels, said)
    merged = Regression()
    for part in np.array_split(rng.permutation(labels.size), 17):
        merged = merged.merge(Regression.of(labels[part], said[part]))
    for name in ("mae", "rmse", "mape", "bias", "r2"):
        a, b = figure(merged, name), figure(whole, name)
        assert a.value == pytest.approx(b.value, rel=1e-9), name
        assert a.interval is not None
        assert b.interval is not None
        assert a.interval.low == pytest.approx(b.interval.low, rel=1e-6)
    errors = np.sort(said - labels)
    rank = np.searchsorted(errors, value(merged, "median_error")) / errors.size
    assert rank == pytest.approx(0.5, abs=0.006)
    assert "Ranks are known to about" in figure(merged, "median_error").note


def test_large_labels_lose_no_digits() -> None:
    """R2 of labels around a billion is that of the same labels around zero."""
    far = Regression.of(LABELS + 1e9, SAID + 1e9)
    assert value(far, "r2") == pytest.approx(value(STATE, "r2"), rel=1e-6)
    halves = Regression.of(LABELS[:7] + 1e9, SAID[:7] + 1e9).merge(
        Regression.of(LABELS[7:] + 1e9, SAID[7:] + 1e9)
    )
    assert value(halves, "r2") == pytest.approx(value(STATE, "r2"), rel=1e-6)


def test_labels_of_zero_are_left_out_of_mape_and_counted() -> None:
    """The note says how many; with nothing else it is not defined."""
    found = figure(Regression.of([0.0, 0.0, 2.0], [1.0, 1.0, 1.0]), "mape")
    assert (found.value, found.rows) == (0.5, 1)
    assert "2 rows whose label is 0 are left out." in found.note
    reason = "not defined, because every label is 0"
    assert str(measure(Regression.of([0.0], [1.0]), "mape")) == reason


def test_gaps_and_infinite_numbers_are_counted() -> None:
    """NaN is a gap; infinite labels and predictions are left out, and figures say so."""
    nan, inf = float("nan"), float("inf")
    state = Regression.of([1.0, None, 3.0, inf, nan, 6.0], [1.0, 2.0, nan, 4.0, inf, 7.0])
    assert (state.rows, state.unlabelled, state.unpredicted, state.infinite) == (6, 2, 1, 1)
    assert state.labelled == 2
    assert figure(state, "bias").note == "1 row with an infinite number is left out."


@pytest.mark.parametrize(
    ("labels", "said", "name", "because"),
    [
        ([5.0, 5.0], [4.0, 6.0], "r2", "all labels are the same"),
        ([5.0], [4.0], "r2", "there is one label"),
        ([1e200, -1e200], [-1e200, 1e200], "rmse", "the numbers are too large"),
        ([1e200, -1e200], [-1e200, 1e200], "r2", "the numbers are too large"),
        ([0.1 + 0.2] * 3 + [0.3], [1.0] * 4, "r2", "all labels are the same"),
    ],
)
def test_what_is_not_defined_says_why(
    labels: list[float], said: list[float], name: str, because: str
) -> None:
    """One label, equal labels and overflows give a reason instead of a number."""
    found = measure(Regression.of(labels, said), name)
    assert isinstance(found, Undefined)
    assert because in found.because


def test_one_row_gives_numbers_without_intervals() -> None:
    """Of one row the error is known, and how such errors vary is not."""
    state = Regression.of([2.0], [3.0], {0.5: [3.0]})
    for name in ("mae", "rmse", "mape", "bias", "median_error", "pinball"):
        found = figure(state, name)
        assert found.interval is None
        assert found.note.startswith("One value does not tell")


def test_a_perfect_model_is_measured() -> None:
    """No error at all is a number like others, with an interval."""
    state = Regression.of(LABELS, LABELS)
    for reading in measure_all(state, ["mae", "rmse", "r2", "bias", "median_error"]):
        assert figure(state, reading.measure).value == (1.0 if reading.measure == "r2" else 0.0)


def test_every_measure_stays_in_its_range() -> None:
    """Values and limits lie within what the registry says."""
    for reading in measure_all(STATE):
        found, entry = figure(STATE, reading.measure, reading.of), MEASURES[reading.measure]
        assert found.interval is not None
        assert entry.low <= found.interval.low <= found.value <= found.interval.high <= entry.high


def test_wrong_input_is_refused_with_reasons() -> None:
    """Texts, other lengths, levels that are none, and states of other quantiles are told."""
    with pytest.raises(InvalidData, match="labels are of type String; numbers are wanted"):
        Regression.of(["high"], [1.0])
    with pytest.raises(InvalidData, match=r"2 labels, 2 predictions, 1 quantiles 0\.1"):
        Regression.of([1.0, 2.0], [1.0, 2.0], {0.1: [1.0]})
    with pytest.raises(InvalidArgument, match="between 0 and 1; 90 does not"):
        Regression.of([1.0], [1.0], {90: [1.0]})
    with pytest.raises(Incompatible, match="predicts the quantiles"):
        STATE.merge(Regression.of([1.0], [1.0]))
