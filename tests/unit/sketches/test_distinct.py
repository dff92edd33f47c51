"""Estimates of how many different values there are."""

from __future__ import annotations

import datasketches
import numpy as np
import pytest

from modeldesk.errors import Corrupt
from modeldesk.sketches import Distinct


@pytest.mark.parametrize("count", [0, 1, 10, 300])
def test_few_values_are_counted(count: int) -> None:
    """Some hundred values are estimated to within a fraction of one."""
    sketch = Distinct.of([f"value {i}" for i in range(count)])
    assert sketch.estimate == pytest.approx(count, abs=0.5)


@pytest.mark.parametrize("count", [5_000, 40_000, 1_000_000])
def test_many_values_are_estimated(count: int) -> None:
    """Numbers of one table are counted; merged with others, estimated within 4 x 0.8 %."""
    whole = np.random.default_rng(count).permutation(count)
    for values in (whole, whole / 7):
        sketch = Distinct.of_numbers(values)
        assert sketch.estimate == pytest.approx(count, rel=0 if count > 10_000 else 0.033)
        assert sketch.merge(sketch).estimate == pytest.approx(count, rel=0.033)
        assert sketch.merge(sketch) == sketch, "the registers are the same"


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_the_short_cut_for_arrays_changes_nothing(scale: float) -> None:
    """A large array sets the very registers that feeding it value by value sets."""
    values = np.random.default_rng(4).integers(-(10**9), 10**9, 50_000) * np.float64(scale)
    halves = [Distinct.of(half.tolist()) for half in np.array_split(values, 2)]
    assert Distinct.of_numbers(values) == halves[0].merge(halves[1])


@pytest.mark.parametrize("levels", [3, 300, 5_000])
def test_large_arrays_of_few_values(levels: int) -> None:
    """An array of many numbers but few different ones is estimated as those few are."""
    values = np.random.default_rng(5).integers(0, levels, 50_000)
    few = np.unique(values).tolist()
    assert Distinct.of_numbers(values).estimate == Distinct.of(few).estimate


def test_zeros_of_either_sign_are_one_value() -> None:
    """Minus zero equals zero."""
    many = np.random.default_rng(5).normal(size=50_000)
    minus, plus = np.append(many, -0.0), np.append(many, 0.0)
    assert Distinct.of_numbers(minus) == Distinct.of_numbers(plus)
    assert Distinct.of_numbers(np.array([0.0, -0.0])).estimate == pytest.approx(1, abs=0.01)


def test_extremes_of_integers() -> None:
    """The smallest and the largest whole numbers of 64 bits are values like others."""
    ends = np.array([-(2**63), 2**63 - 1])
    assert Distinct.of_numbers(ends).estimate == pytest.approx(2, abs=0.01)


def test_merge_counts_common_values_once() -> None:
    """Values that both sides have count once, and neither operand changes."""
    left, right = Distinct.of(range(200)), Distinct.of(range(100, 300))
    before = left.encode(), right.encode()
    assert left.merge(right).estimate == pytest.approx(300, abs=0.5)
    assert (left.encode(), right.encode()) == before


def test_neutral_element() -> None:
    """Merging with no values changes nothing."""
    some = Distinct.of(["a", "b"])
    assert some.merge(Distinct()).estimate == Distinct().merge(some).estimate == some.estimate


@pytest.mark.parametrize("count", [0, 7, 1000, 100_000])
def test_different_sizes_merge_into_the_smaller(count: int) -> None:
    """Sketches of fewer registers, such as those of format 1, merge with today's."""
    native = datasketches.hll_sketch(12, datasketches.tgt_hll_type.HLL_4)
    for value in range(count):
        native.update(value)
    older, newer = Distinct(native=native), Distinct.of_numbers(np.arange(50_000))
    for both in (older.merge(newer), newer.merge(older)):
        assert both.lg_k == 12
        assert both.estimate == pytest.approx(max(count, 50_000), rel=0.065)
    assert older.merge(Distinct()).estimate == pytest.approx(older.estimate, rel=0.01)


def test_bytes_lead_back() -> None:
    """What is encoded is decoded to an equal value."""
    for count in (0, 3, 20_000):
        sketch = Distinct.of(range(count))
        again = Distinct.decode(sketch.encode())
        assert again == sketch
        assert hash(again) == hash(sketch)
    assert Distinct() != 0


def test_alien_bytes_are_corrupt() -> None:
    """Bytes of something else are refused."""
    with pytest.raises(Corrupt):
        Distinct.decode(b"no sketch")
