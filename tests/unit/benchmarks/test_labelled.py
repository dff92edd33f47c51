"""What the benchmark of measures rests on: its rows, its page, its peer and its areas."""

from __future__ import annotations

import time

import numpy as np
import pytest

from benchmarks.labelled.read_page import CHARTED, charted
from benchmarks.labelled.rows import CLASSES, POSITIVE, SLICES, Kind, windows
from benchmarks.labelled.shapes import SHAPES, area_errors, drawn
from benchmarks.labelled.sklearn_windows import sklearn_measures
from benchmarks.labelled.summarise_windows import measured, summary
from benchmarks.measuring.runs import run
from benchmarks.measuring.stages import Spent
from modeldesk.performance import Classification, Figure, decode, measure

ROWS, WINDOWS = 10_007, 3
EVERY_KIND = pytest.mark.parametrize("kind", Kind)


@EVERY_KIND
def test_windows_hold_all_rows_and_are_the_same_each_time(kind: Kind) -> None:
    """The sizes add up, and the seed decides rows and slices."""
    once, again = (list(windows(kind, ROWS, WINDOWS)) for _ in range(2))
    assert sum(len(rows.labels) for rows, _ in once) == ROWS
    for (rows, masks), (other, others) in zip(once, again, strict=True):
        assert rows.labels.equals(other.labels)
        assert rows.predictions.equals(other.predictions)
        for name, column in rows.scores.items():
            np.testing.assert_array_equal(column, other.scores[name])
        np.testing.assert_array_equal(masks, others)
    assert not once[0][0].predictions[:50].equals(once[1][0].predictions[:50])


def test_slices_have_the_shares_that_are_promised() -> None:
    """Ten slices, from half of the rows to one in a hundred, with the rows that are meant."""
    ((rows, masks),) = windows(Kind.BINARY, 20_000, 1)
    assert [mask.mean() for mask in masks] == pytest.approx(SLICES, abs=0.015)
    kept = rows.kept(masks[0])
    assert len(kept.labels) == len(kept.predictions) == masks[0].sum()
    assert kept.labels[0] == rows.labels[int(masks[0].argmax())]
    np.testing.assert_array_equal(kept.scores[POSITIVE], rows.scores[POSITIVE][masks[0]])


def test_models_are_neither_perfect_nor_blind() -> None:
    """Scores of the classes tell something, and probabilities add up; quantiles cover."""
    (two, _), (five, _), (numbers, _) = (next(windows(kind, 5000, 1)) for kind in Kind)
    right = [int((rows.labels == rows.predictions).sum()) / 5000 for rows in (two, five)]
    assert 0.7 < right[0] < 0.95
    assert 0.4 < right[1] < 0.95
    assert sum(five.scores[name] for name in CLASSES) == pytest.approx(1.0)
    labels = numbers.labels.to_numpy()
    below = [float((labels <= column).mean()) for column in numbers.scores.values()]
    assert below == pytest.approx([0.1, 0.9], abs=0.03)


@EVERY_KIND
def test_all_measures_of_windows_and_their_whole_are_taken(kind: Kind) -> None:
    """Each stored state gives readings, and the merged ones are of all rows."""
    stored = [summary(kind, rows).encode() for rows, _ in windows(kind, ROWS, WINDOWS)]
    readings = measured([stored])
    assert len(readings) % (WINDOWS + 1) == 0
    whole = readings[-len(readings) // (WINDOWS + 1) :]
    assert whole[0].measure == ("mae" if kind is Kind.NUMBERS else "accuracy")
    assert isinstance(whole[0].result, Figure)
    assert whole[0].result.rows == ROWS


def test_a_page_has_every_figure_with_an_interval() -> None:
    """What is charted is defined for each window."""
    stored = [summary(Kind.BINARY, rows).encode() for rows, _ in windows(Kind.BINARY, 6000, 3)]
    rows = charted([decode(data) for data in stored])
    assert [len(row) for row in rows] == [len(CHARTED)] * 3
    assert all(isinstance(each, Figure) and each.interval for row in rows for each in row)


def test_the_peer_measures_the_same() -> None:
    """scikit-learn's figures from the rows are those of the state."""
    ((rows, _),) = windows(Kind.BINARY, 5000, 1)
    state = summary(Kind.BINARY, rows)
    assert isinstance(state, Classification)
    labels, predictions = (
        (column == POSITIVE).to_numpy().astype(np.int8)
        for column in (rows.labels, rows.predictions)
    )
    theirs = sklearn_measures(labels, predictions, rows.scores[POSITIVE])
    names = ("accuracy", "balanced_accuracy", "mcc", "kappa", "roc_auc", "pr_auc", "log_loss")
    for name, value in zip((*names, "brier"), theirs, strict=False):
        ours = measure(state, name)
        assert isinstance(ours, Figure)
        assert ours.value == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize("name", SHAPES)
def test_areas_are_near_the_exact_ones(name: str) -> None:
    """Scores of every shape are probabilities, and their area is known to 0.002."""
    truth, scores = drawn(name, 0, 20_000)
    assert scores.min() >= 0
    assert scores.max() <= 1
    assert max(area_errors(truth, scores)) < 0.002


def test_the_measured_programs_run() -> None:
    """Both programs and the peer answer with the figures that the benchmark prints."""
    ours = run("benchmarks.labelled.summarise_windows", Kind.BINARY.value, 4000, 2)
    assert ours.number("states") == 2 * (len(SLICES) + 1)
    assert ours.number("rows") > 2 * 4000
    assert ours.number("peak_mb") > 20
    theirs = run("benchmarks.labelled.sklearn_windows", 4000, 2)
    assert theirs.number("figures") == ours.number("states") * 21
    page = run("benchmarks.labelled.read_page", 3, 200)
    assert 0 < page.number("decode_ms") < page.number("median_ms")


def test_time_that_is_spent_in_pieces_is_added_up() -> None:
    """Each piece counts, what lies between does not."""
    spent = Spent()
    for _ in range(3):
        with spent.counted():
            time.sleep(0.05)
        time.sleep(0.1)
    assert 0.15 <= spent.wall_s < 0.3
    assert spent.cpu_s < 0.1
