"""Counts of rows and of what they hold."""

from __future__ import annotations

import pytest

from modeldesk.errors import Corrupt, InvalidArgument
from modeldesk.sketches import Counts


def test_every_count_is_added() -> None:
    """A merge adds each count, and touches neither operand."""
    left = Counts(rows=5, missing=2, nan=1, infinite=1, fractions=3)
    right = Counts(rows=4, missing=0, true=2, booleans=4)
    both = left.merge(right)
    assert both == Counts(rows=9, missing=2, nan=1, infinite=1, true=2, fractions=3, booleans=4)
    assert left == Counts(rows=5, missing=2, nan=1, infinite=1, fractions=3)


def test_zero_is_neutral() -> None:
    """Merging with no rows changes nothing."""
    counts = Counts(rows=3, missing=1, strings=2)
    assert counts.merge(Counts()) == Counts().merge(counts) == counts


def test_types_name_only_what_occurs() -> None:
    """Types without a value are left out."""
    counts = Counts(rows=6, missing=1, integers=2, strings=3)
    assert counts.types == {"integer": 2, "string": 3}
    assert counts.present == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": -1},
        {"rows": 1, "missing": 2},
        {"rows": 2, "missing": 1, "nan": 2},
        {"rows": 2, "missing": 1, "strings": 2},
        {"rows": 2, "missing": 1, "infinite": 2},
        {"rows": 2, "true": 3},
    ],
)
def test_contradictions_are_refused(wrong: dict[str, int]) -> None:
    """A part is never larger than its whole, and nothing is negative."""
    with pytest.raises(InvalidArgument):
        Counts(**wrong)


def test_bytes_lead_back() -> None:
    """What is encoded is decoded to an equal value."""
    counts = Counts(rows=2**40, missing=7, nan=3, times=5)
    assert Counts.decode(counts.encode()) == counts


@pytest.mark.parametrize(
    "data",
    [b"", b"\xc1", Counts(rows=1).encode()[:-1], b"\x91\x01", b"\x9a\x01\x02" + b"\x00" * 8],
)
def test_alien_bytes_are_corrupt(data: bytes) -> None:
    """Bytes that are no counts, too few of them, or contradictory, are corrupt."""
    with pytest.raises(Corrupt):
        Counts.decode(data)
