"""Ranks and quantiles."""

from __future__ import annotations

import numpy as np
import pytest

from modeldesk.errors import Corrupt, Incompatible
from modeldesk.sketches import Quantiles


def test_few_numbers_are_exact() -> None:
    """While every number is kept, shares and quantiles are those of NumPy."""
    values = np.random.default_rng(1).normal(size=400)
    sketch = Quantiles.of(values)
    assert sketch.exact
    assert sketch.rank_error == sketch.bin_error == 0.0
    shares = [0.0, 0.1, 0.5, 0.99, 1.0]
    expected = np.quantile(values, shares, method="inverted_cdf")
    assert sketch.quantiles(shares) == expected.tolist()
    assert sketch.shares_up_to([0.3]) == [float((values <= 0.3).mean())]


def test_ties_are_told_apart() -> None:
    """The share below a value and the share up to it differ by the value's own."""
    sketch = Quantiles.of(np.array([1.0, 2.0, 2.0, 3.0]))
    assert sketch.shares_up_to([2.0], inclusive=False) == [0.25]
    assert sketch.shares_up_to([2.0]) == [0.75]


def test_many_numbers_stay_within_the_error() -> None:
    """Ranks of a million numbers are off by less than four standard errors."""
    values = np.random.default_rng(2).exponential(size=1_000_000)
    sketch = Quantiles.of(values)
    assert not sketch.exact
    assert 0 < sketch.rank_error < sketch.bin_error < 0.003
    for point in np.quantile(values, [0.01, 0.25, 0.5, 0.75, 0.99]):
        true = float((values <= point).mean())
        assert sketch.shares_up_to([point])[0] == pytest.approx(true, abs=4 * sketch.rank_error)
    assert (sketch.minimum, sketch.maximum) == (values.min(), values.max())


def test_merged_parts_agree_with_the_whole() -> None:
    """A day merged from its hours answers as one sketch of the day does."""
    values = np.random.default_rng(3).normal(size=24 * 5000)
    day = Quantiles()
    for hour in np.array_split(values, 24):
        before = day.encode()
        merged = day.merge(Quantiles.of(hour))
        assert day.encode() == before, "the operand must stay as it was"
        day = merged
    assert day.count == values.size
    assert day.shares_up_to([0.0])[0] == pytest.approx((values <= 0).mean(), abs=0.01)


@pytest.mark.parametrize("count", [513, 514, 1023, 1024, 1025, 7777, 100_000, 2**17, 1_000_003])
def test_one_table_is_summarised_evenly(count: int) -> None:
    """Of sorted numbers no rank is off by more than 0.2 %, and the same numbers agree."""
    values = np.arange(float(count))
    sketch = Quantiles.of(np.random.default_rng(count).permutation(values))
    assert sketch == Quantiles.of_sorted(values)
    assert (sketch.count, sketch.minimum, sketch.maximum) == (count, 0.0, count - 1.0)
    shares = np.arange(1, 1000) / 1000
    found = (np.array(sketch.quantiles(shares.tolist())) + 1) / count
    assert np.abs(found - shares).max() < 0.002
    ranks = sketch.shares_up_to((found * count - 1).tolist())
    assert max(abs(rank - share) for rank, share in zip(ranks, found, strict=True)) < 0.002
    assert sketch.merge(sketch).count == 2 * count


def test_counted_numbers_are_numbers_that_often() -> None:
    """Numbers given once with their counts are summarised like the numbers themselves."""
    values, times = np.arange(50.0), np.arange(1, 51) * 100
    assert Quantiles.of_sorted(values, times) == Quantiles.of_sorted(np.repeat(values, times))
    few = np.array([1, 2, 3])
    assert Quantiles.of_sorted(values[:3], few).quantiles([0.5]) == [1.0]
    assert Quantiles.of_sorted(np.array([]), np.array([], dtype=np.int64)) == Quantiles()


@pytest.mark.parametrize("parts", [2, 8, 60])
def test_merged_parts_stay_within_the_stated_error(parts: int) -> None:
    """The worst of 99 quantiles of merged parts is off by less than half a percent."""
    values = np.random.default_rng(parts).permutation(np.arange(300_000.0))
    whole = Quantiles()
    for part in np.array_split(values, parts):
        whole = whole.merge(Quantiles.of(part))
    shares = np.arange(1, 100) / 100
    found = (np.array(whole.quantiles(shares.tolist())) + 1) / values.size
    assert np.abs(found - shares).max() < 0.005
    assert len(whole.encode()) < 14_000


def test_lower_accuracy_wins() -> None:
    """Sketches of different accuracy merge into one of the lower."""
    fine, coarse = (Quantiles.of(np.arange(5000.0), k=k) for k in (1024, 256))
    assert fine.merge(coarse).k == coarse.merge(fine).k == 256
    assert fine.merge(coarse).count == 10_000


def test_no_numbers_have_no_quantiles() -> None:
    """Asking nothing for its quantiles is an error, not a NaN."""
    empty = Quantiles.of(np.array([np.nan, np.inf]))
    assert empty == Quantiles()
    assert empty.minimum is None
    assert empty.maximum is None
    with pytest.raises(Incompatible):
        empty.quantiles([0.5])
    with pytest.raises(Incompatible):
        empty.shares_up_to([0.5])


def test_neutral_element() -> None:
    """Merging with no numbers changes nothing."""
    some = Quantiles.of(np.array([3.0, 1.0]))
    assert some.merge(Quantiles()).quantiles([0.5, 1.0]) == [1.0, 3.0]
    assert Quantiles().merge(some).quantiles([0.5, 1.0]) == [1.0, 3.0]
    assert Quantiles().merge(Quantiles()).count == 0
    fine = Quantiles.of(np.arange(5000.0), k=1024)
    assert fine.merge(Quantiles()) == Quantiles().merge(fine) == fine


def test_bytes_lead_back() -> None:
    """What is encoded is decoded to an equal value."""
    for size in (0, 1, 2, 5000):
        sketch = Quantiles.of(np.arange(float(size)))
        again = Quantiles.decode(sketch.encode())
        assert again == sketch
        assert hash(again) == hash(sketch)
    assert Quantiles() != "something else"


@pytest.mark.parametrize("data", [b"", b"\0" * 8, b"hello world, this is no sketch"])
def test_alien_bytes_are_corrupt(data: bytes) -> None:
    """Bytes of something else are refused."""
    with pytest.raises(Corrupt):
        Quantiles.decode(data)
