"""The most frequent values and the bounds on their counts."""

from __future__ import annotations

from collections import Counter

import datasketches
import numpy as np
import pytest

from modeldesk.errors import Corrupt, Incompatible, InvalidArgument
from modeldesk.sketches import Frequent, Item


def counted(sketch: Frequent) -> dict[str, int]:
    """Return the estimates by value."""
    return {item.value: item.count for item in sketch.items()}


def zipf(seed: int, size: int) -> Counter[str]:
    """Return counts of values of which few are frequent and many rare."""
    return Counter(str(value) for value in np.random.default_rng(seed).zipf(1.4, size))


def test_few_values_are_counted_exactly() -> None:
    """Up to 768 different values have exact counts, most frequent first, ties by value."""
    counts = {f"value {i:03}": 1 + i % 5 for i in range(768)}
    sketch = Frequent.of(counts)
    assert sketch.exact
    assert counted(sketch) == counts
    ranked = [(-item.count, item.value) for item in sketch.items()]
    assert ranked == sorted(ranked)
    assert sketch.total == sum(counts.values())


def test_bounds_hold_beyond_the_capacity() -> None:
    """Of many values each true count lies between its bounds, and all frequent ones are kept."""
    counts = zipf(1, 100_000)
    sketch = Frequent.of(counts)
    assert len(counts) > 768
    assert sketch.total == 100_000
    assert 0 < sketch.error < 100
    kept = counted(sketch)
    for item in sketch.items():
        assert item.lower <= counts[item.value] <= item.upper == item.count
    assert all(value in kept for value, count in counts.items() if count > sketch.error)


def test_bounds_hold_after_merges() -> None:
    """Merged from many parts, the bounds still hold, and neither operand changes."""
    whole: Counter[str] = Counter()
    merged = Frequent()
    for seed in range(12):
        part = zipf(seed, 5_000)
        whole.update(part)
        before = merged.items()
        grown = merged.merge(Frequent.of(part))
        assert merged.items() == before
        merged = grown
    assert merged.total == 60_000
    for item in merged.items():
        assert item.lower <= whole[item.value] <= item.upper


def test_values_seen_once_each_keep_the_total() -> None:
    """Where no value is frequent the total survives merging and writing."""
    names = [{f"{side}{i}": 1 for i in range(5_000)} for side in "ab"]
    left, right = (Frequent.of(part) for part in names)
    merged = Frequent.decode(left.merge(right).encode())
    assert Frequent.decode(left.encode()).total == 5_000
    assert merged.total == 10_000
    for item in merged.items():
        assert item.lower <= 1 <= item.upper


def test_an_emptied_merge_keeps_total_and_error() -> None:
    """Where a merge forgets every value, one stays, so that total and error are written."""
    full = Frequent.of({str(i): 1 for i in range(768)})
    merged = Frequent.decode(full.merge(Frequent.of({"one more": 1})).encode())
    assert merged.total == 769
    assert merged.error > 0
    assert len(merged.items()) == 1


def test_long_values_are_cut() -> None:
    """Values are cut to 128 characters, and counted together where that makes them equal."""
    sketch = Frequent.of({"x" * 128 + "a": 1, "x" * 10_000_000: 2, "y": 1})
    assert counted(sketch) == {"x" * 128: 3, "y": 1}


def test_any_string_is_a_value() -> None:
    """Empty strings, emoji and zero characters are values like others."""
    counts = {"": 3, "🌲" * 200: 2, "\0": 1, "\0\0": 1, "𝔘ñ": 4}
    sketch = Frequent.decode(Frequent.of(counts).encode())
    assert counted(sketch) == {"": 3, "🌲" * 128: 2, "\0": 1, "\0\0": 1, "𝔘ñ": 4}
    assert sketch.exact


def test_items_tell_their_bounds() -> None:
    """An exact count has equal bounds."""
    assert Frequent.of({"a": 2}).items() == (Item(value="a", count=2, lower=2, upper=2),)


def test_largest_counts_stand_for_all() -> None:
    """Given only the largest counts, the bounds are as wide as what was left out."""
    sketch = Frequent.of_largest({"a": 50, "b": 20}, error=5, total=100)
    assert [(item.value, item.lower, item.upper) for item in sketch.items()] == [
        ("a", 45, 50),
        ("b", 15, 20),
    ]
    assert (sketch.total, sketch.error) == (100, 5)


@pytest.mark.parametrize(
    ("counts", "error", "total"),
    [
        ({}, 1, 10),
        ({"a": 5}, 6, 10),
        ({"a": 11}, 1, 10),
        ({str(i): 1 for i in range(769)}, 1, 1000),
    ],
)
def test_contradictory_counts_are_refused(counts: dict[str, int], error: int, total: int) -> None:
    """Largest counts must exceed what was left out and fit into the total."""
    with pytest.raises(InvalidArgument):
        Frequent.of_largest(counts, error=error, total=total)


def test_values_that_do_not_occur_are_refused() -> None:
    """A count of zero is a mistake."""
    with pytest.raises(InvalidArgument):
        Frequent.of({"a": 0})


def test_different_sizes_are_incompatible() -> None:
    """Sketches that keep different numbers of values are refused."""
    other = Frequent(native=datasketches.frequent_strings_sketch(8))
    with pytest.raises(Incompatible):
        Frequent().merge(other)


def test_bytes_lead_back() -> None:
    """What is encoded is decoded to an equal value, the neutral element included."""
    for counts in ({}, {"a": 1}, zipf(3, 50_000)):
        sketch = Frequent.of(counts)
        again = Frequent.decode(sketch.encode())
        assert again == sketch
        assert hash(again) == hash(sketch)
    assert Frequent() != {}


def test_alien_bytes_are_corrupt() -> None:
    """Bytes of something else are refused."""
    with pytest.raises(Corrupt):
        Frequent.decode(b"\x04\x01\x0a")
