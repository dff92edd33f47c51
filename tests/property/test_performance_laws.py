"""Laws that every state of performance obeys: neutral element, merge, bytes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.performance import (
    Classification,
    Figure,
    MultiLabel,
    Ranking,
    Regression,
    ScoreHistogram,
    State,
    Undefined,
    decode,
    measure_all,
    merge,
)
from tests.support.measuring import REPEATS

pytestmark = REPEATS

Rows = list[tuple[Any, ...]]
Build = Callable[[Rows], State]

CLASSES = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]), st.text(max_size=3))
SHARES = st.one_of(
    st.none(),
    st.floats(0, 1),
    st.sampled_from([0.0, 5e-324, 1e-17, 0.1, 0.5, 0.9, 1 - 1e-16, 1.0]),
)
NUMBERS = st.one_of(
    st.none(), st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf, 0.0])
)
SETS = st.one_of(st.none(), st.lists(st.sampled_from(["a", "b", "c", "ü"]), max_size=3))


def classes(rows: Rows) -> State:
    """Summarise rows of a label, a prediction and two scores."""
    label, said, one, two = columns(rows, 4)
    return Classification.of(label, said, {"a": one, "b": two, "c": one})


def binary(rows: Rows) -> State:
    """Summarise rows of a label, a prediction and a score."""
    label, said, one, _ = columns(rows, 4)
    return Classification.of(label, said, {"a": one})


def numbers(rows: Rows) -> State:
    """Summarise rows of a label, a prediction and two quantiles."""
    label, said, low, high = columns(rows, 4)
    return Regression.of(label, said, {0.1: low, 0.9: high})


def sets(rows: Rows) -> State:
    """Summarise rows of two sets of labels and a score."""
    label, said, score = columns(rows, 3)
    return MultiLabel.of(label, said, {"a": score})


def queries(rows: Rows) -> State:
    """Summarise queries of two documents each."""
    found = [(place, *pair) for place, row in enumerate(rows) for pair in (row[:2], row[2:])]
    query, score, gain = columns(found, 3)
    return Ranking.of(query, score, gain)


def columns(rows: Rows, width: int) -> list[list[Any]]:
    """Return rows as columns."""
    return [[row[place] for row in rows] for place in range(width)]


FOUR = st.tuples(CLASSES, CLASSES, SHARES, SHARES)
GAINS = st.one_of(st.none(), st.sampled_from([0, 1, 2.5]))
KINDS: dict[str, tuple[Build, st.SearchStrategy[Any]]] = {
    "classes": (classes, FOUR),
    "binary": (binary, FOUR),
    "numbers": (numbers, st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS)),
    "sets": (sets, st.tuples(SETS, SETS, SHARES)),
    "queries": (queries, st.tuples(SHARES, GAINS, SHARES, GAINS)),
}
EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))


def alike(one: State, other: State) -> None:
    """Check that all counts and all figures of two states agree up to rounding."""
    assert (one.rows, one.unlabelled, one.labelled) == (
        other.rows,
        other.unlabelled,
        other.labelled,
    )
    pairs = zip(measure_all(one), measure_all(other), strict=True)
    for mine, theirs in pairs:
        assert (mine.measure, mine.of) == (theirs.measure, theirs.of)
        same(mine.result, theirs.result, mine.measure)


def same(mine: object, theirs: object, name: str) -> None:
    """Check that two results agree up to rounding."""
    if isinstance(mine, Undefined) or isinstance(theirs, Undefined):
        assert mine == theirs, name
        return
    assert isinstance(mine, Figure)
    assert isinstance(theirs, Figure)
    assert mine.value == pytest.approx(theirs.value, rel=1e-7, abs=1e-7), name
    assert mine.rows == theirs.rows
    assert (mine.interval is None) == (theirs.interval is None)


@EVERY_KIND
@given(data=st.data())
def test_merging_is_the_whole_whatever_the_order(kind: str, data: st.DataObject) -> None:
    """Parts merge into what all rows at once give, in either order and with any brackets."""
    build, row = KINDS[kind]
    parts = data.draw(st.lists(st.lists(row, max_size=12), min_size=3, max_size=3))
    a, b, c = (build(part) for part in parts)
    before = [decode(state.encode()) for state in (a, b, c)]
    whole = build([each for part in parts for each in part])
    alike(merge(merge(a, b), c), whole)
    alike(merge(a, merge(b, c)), whole)
    alike(merge(c, merge(b, a)), whole)
    assert [a, b, c] == before


@EVERY_KIND
@given(data=st.data())
def test_nothing_merged_changes_nothing(kind: str, data: st.DataObject) -> None:
    """The state of no rows is neutral on both sides."""
    build, row = KINDS[kind]
    state = build(data.draw(st.lists(row, min_size=1, max_size=12)))
    for empty in (build([]), type(state)()):
        assert merge(state, empty) == state
        assert merge(empty, state) == state


@EVERY_KIND
@given(data=st.data())
def test_bytes_lead_back(kind: str, data: st.DataObject) -> None:
    """What is encoded is decoded to an equal state."""
    build, row = KINDS[kind]
    state = build(data.draw(st.lists(row, max_size=12)))
    assert decode(state.encode()) == state
    twice = merge(state, state)
    assert decode(twice.encode()) == twice


@EVERY_KIND
@given(data=st.data())
def test_figures_are_numbers_within_their_limits_or_reasons(kind: str, data: st.DataObject) -> None:
    """Whatever the rows, no figure is NaN or infinite, and each lies in its interval."""
    build, row = KINDS[kind]
    for reading in measure_all(build(data.draw(st.lists(row, max_size=12)))):
        if isinstance(reading.result, Figure):
            assert math.isfinite(reading.result.value)
            interval = reading.result.interval
            assert interval is None or interval.holds(reading.result.value)
            assert interval is None or math.isfinite(interval.high - interval.low)
        else:
            assert reading.result.because


SCORES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=120)


@given(parts=st.lists(SCORES, min_size=3, max_size=3), most=st.sampled_from([16, 20, 64]))
def test_histograms_with_few_bins_merge_exactly(
    parts: list[list[tuple[float, bool]]], most: int
) -> None:
    """Bins, levels and counts are those of all scores at once, also where bins are too few."""

    def histogram(rows: list[tuple[float, bool]]) -> ScoreHistogram:
        scores = np.array([score for score, _ in rows], dtype=np.float64)
        truth = np.array([true for _, true in rows], dtype=np.bool_)
        return ScoreHistogram.of(scores, truth, most=most)

    a, b, c = map(histogram, parts)
    whole = histogram([row for part in parts for row in part])
    assert whole.keys.size <= most
    for merged in (a.merge(b).merge(c), a.merge(b.merge(c)), c.merge(a).merge(b)):
        assert merged.level == whole.level
        assert merged.keys.tolist() == whole.keys.tolist()
        assert merged.positives.tolist() == whole.positives.tolist()
        assert merged.negatives.tolist() == whole.negatives.tolist()
        assert np.array_equal(merged.only, whole.only, equal_nan=True)
        assert merged.sums == pytest.approx(whole.sums)
