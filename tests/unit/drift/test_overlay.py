"""Two distributions on common bins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from modeldesk.drift import Overlay, overlay
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.profiles import profile
from modeldesk.schema import Kind


def drawn(
    current: Iterable[object] | None,
    reference: Iterable[object],
    kind: Kind | None = None,
    bins: int = 10,
) -> Overlay:
    """Overlay one column."""
    kinds = {} if kind is None else {"x": kind}
    here = None if current is None else profile({"x": current}, kinds=kinds)
    return overlay(here, profile({"x": reference}, kinds=kinds), "x", bins=bins)


def consistent(found: Overlay) -> bool:
    """Whether all parts have one length and both sides sum to 1 or are empty."""
    bins = len(found.labels)
    edges = len(found.edges) in (0, bins + 1) and list(found.edges) == sorted(set(found.edges))
    sums = [sum(side) for side in (found.reference, found.current)]
    whole = all(total == 0 or total == pytest.approx(1) for total in sums)
    return len(found.reference) == len(found.current) == bins and edges and whole


def test_numbers_share_round_bins() -> None:
    """Bins are of equal, round width, and shares are counted in them."""
    values = np.arange(100) / 10
    found = drawn(values[50:], values)
    assert found.edges == tuple(float(edge) for edge in range(11))
    assert found.labels[:2] == ("0 to 1", "1 to 2")
    assert found.reference == pytest.approx([0.1] * 10)
    assert found.current == pytest.approx([0.0] * 5 + [0.2] * 5)


def test_edges_are_the_numbers_they_seem() -> None:
    """A value that equals a label's number is counted in the bin that begins with it."""
    found = drawn(None, [0.1, 0.2, 0.3, 0.3, 0.6, 0.7], bins=6)
    assert found.edges == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    assert found.reference == pytest.approx([1 / 6, 1 / 6, 2 / 6, 0, 0, 1 / 6, 1 / 6])


def test_far_values_do_not_flatten_the_picture() -> None:
    """Far outliers go into open end bins, and the reference still fills several bins."""
    reference = np.random.default_rng(1).normal(size=1000)
    current = np.concatenate([reference[:500], [1e6, -1e6]])
    found = drawn(current, reference, bins=20)
    assert found.labels[0].startswith("< ")
    assert found.labels[-1].startswith("≥ ")
    assert sum(share > 0.01 for share in found.reference) >= 5
    assert found.current[-1] == pytest.approx(1 / 502)
    assert consistent(found)


def test_an_outlier_of_the_reference_does_not_either() -> None:
    """A far value in the reference itself goes into an open bin as well."""
    reference = np.append(np.random.default_rng(1).normal(size=1000), 1e9)
    found = drawn(None, reference, bins=20)
    assert found.labels[-1].startswith("≥ ")
    assert sum(share > 0.01 for share in found.reference) >= 5


def test_everything_moved_away() -> None:
    """A current window wholly out of sight is one full open bin."""
    found = drawn(np.full(50, 4000.0), np.random.default_rng(1).uniform(0, 4, 200))
    assert found.current[-1] == pytest.approx(1)
    assert consistent(found)


def test_whole_numbers_have_whole_bins() -> None:
    """Whole numbers are labelled by themselves, or by whole ranges."""
    assert drawn([2], [1, 2, 2, 4]).labels == ("1", "2", "3", "4")
    wide = drawn(None, np.arange(100), Kind.INTEGER, bins=5)
    assert wide.labels == ("0 to 19", "20 to 39", "40 to 59", "60 to 79", "80 to 99")
    assert wide.reference == pytest.approx([0.2] * 5)


def test_lengths_of_texts() -> None:
    """Texts are drawn by their lengths."""
    found = drawn(["aa", "bbb"], ["a", "bb"], Kind.TEXT)
    assert (found.labels, found.reference) == (("1", "2", "3"), (0.5, 0.5, 0.0))


@pytest.mark.parametrize(
    ("step", "count", "labels"),
    [
        (timedelta(days=1), 10, ("2026-03-01", "2026-03-02")),
        (timedelta(hours=1), 10, ("2026-03-01", "2026-03-01 01:00")),
        (timedelta(days=40), 11, ("2026-02-16", "2026-04-07")),
    ],
)
def test_times_have_bins_of_the_calendar(
    step: timedelta, count: int, labels: tuple[str, str]
) -> None:
    """Times are drawn in whole minutes, hours or days, labelled by their beginning."""
    first = datetime(2026, 3, 1, tzinfo=UTC)
    found = drawn(None, [first + step * i for i in range(count)])
    assert found.labels[:2] == labels
    assert consistent(found)


def test_dates_have_bins_of_whole_days() -> None:
    """Dates are never drawn in hours."""
    first = date(2026, 3, 1)
    found = drawn(None, [first + timedelta(days=i // 2) for i in range(6)], bins=20)
    assert found.labels == ("2026-03-01", "2026-03-02", "2026-03-03")


def test_vectors_are_drawn_by_their_norms() -> None:
    """Each bin counts vectors of about the same norm."""
    found = drawn([[3.0, 4.0]], [[3.0, 4.0], [6.0, 8.0]], bins=5)
    assert found.reference == (0.5, 0.0, 0.0, 0.0, 0.0, 0.5)
    assert found.current == (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_values_of_another_type_are_not_drawn() -> None:
    """Lengths of texts do not stand on an axis of numbers."""
    assert sum(drawn(["a", "b"], [1.5, 2.5]).current) == 0


def test_the_last_of_all_days() -> None:
    """Bins may end after the last day that dates can name."""
    found = drawn(None, [datetime(9999, 12, 31, 23, 59, tzinfo=UTC)] * 3)
    assert consistent(found)


def test_categories_share_an_other_bin() -> None:
    """The largest categories of either side have a bin, the rest share one."""
    reference = list("aaaabbbccd")
    found = drawn(list("aaxxxxxxxx"), reference, Kind.CATEGORICAL, bins=3)
    assert found.labels == ("a", "x", "other")
    assert found.reference == pytest.approx((0.4, 0.0, 0.6))
    assert found.current == pytest.approx((0.2, 0.8, 0.0))
    assert found.edges == ()
    every = drawn(list("ab"), reference, Kind.CATEGORICAL, bins=4)
    assert every.labels == ("a", "b", "c", "d")


def test_forgotten_categories_are_other() -> None:
    """Categories beyond the sketch's capacity are part of the rest."""
    reference = [str(i % 3_000) for i in range(6_000)] + ["top"] * 4_000
    found = drawn(None, reference, Kind.CATEGORICAL, bins=5)
    assert found.labels[0] == "top"
    assert found.labels[-1] == "other"
    assert consistent(found)


def test_flags() -> None:
    """Flags are drawn as two categories."""
    found = drawn([True], [True, False, False])
    assert found.labels == ("false", "true")
    assert found.current == (0.0, 1.0)


@pytest.mark.parametrize(
    ("reference", "current"),
    [
        ([None], [None]),
        ([None], [1.5, 2.5]),
        ([5.0] * 9, [5.0]),
        ([0.0], None),
        ([-(2**63), 2**63 - 1], [0]),
        ([1e308, -1e308], [1e308]),
        ([-1.7e308] * 3, [1.7e308]),
        ([5e-324], [0.0]),
        ([1e15 + 0.1, 1e15 + 0.2], [1e15]),
        ([1.0] * 98 + [9.0] * 2, [1.0, 1e300]),
        ([float("inf")], [float("-inf"), 1.0]),
    ],
)
def test_degenerate_columns(
    reference: list[float | None], current: list[float | None] | None
) -> None:
    """Nothing, one value, or the ends of the number range give a consistent overlay."""
    assert consistent(drawn(current, reference))


def test_a_column_that_the_current_side_lacks() -> None:
    """Where the current side lacks the column or has no rows its shares are all 0."""
    reference = profile({"x": [1.0, 2.0]})
    for current in (None, profile({"y": [1.0]})):
        assert set(overlay(current, reference, "x").current) == {0.0}


def test_wrong_arguments_are_refused() -> None:
    """An unknown column, or fewer than two bins, is told."""
    reference = profile({"x": [1.0]})
    with pytest.raises(NotFound, match="'y'"):
        overlay(None, reference, "y")
    with pytest.raises(InvalidArgument, match="1 bins"):
        overlay(None, reference, "x", bins=1)
