"""Ranges of days up to today that pages offer, and whole numbers as they stand in addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

RANGES = {7: "Last 7 days", 30: "Last 30 days", 90: "Last 90 days", 0: "All days"}
"""Days up to today, and what they are called; 0 is all there are."""

USUAL_DAYS = 30
"""The range without a choice."""

_DIGITS = 9


def days_in(query: Mapping[str, str], usual: int = USUAL_DAYS) -> int:
    """Return the range that an address asks for; the usual one where it names none.

    >>> days_in({"days": "0"}), days_in({"days": "31"}), days_in({}, usual=0)
    (0, 30, 0)
    """
    days = whole_number(query.get("days", ""))
    return days if days in RANGES else usual


def start_of(days: int, now: datetime) -> datetime | None:
    """Return where so many days up to today begin; ``None`` of all days, which 0 stands for.

    >>> from datetime import UTC
    >>> start_of(7, datetime(2026, 3, 10, 15, tzinfo=UTC)).isoformat()
    '2026-03-04T00:00:00+00:00'
    """
    if not days:
        return None
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


def page_in(query: Mapping[str, str], name: str = "page") -> int:
    """Return which page an address asks for, from 1.

    >>> page_in({"page": "3"}), page_in({"page": "-3"}), page_in({})
    (3, 1, 1)
    """
    return whole_number(query.get(name, "")) or 1


def whole_number(text: str) -> int | None:
    """Return a whole number that an address carries, if it is one of a usual size.

    >>> whole_number("12"), whole_number("-1"), whole_number("x"), whole_number("1" * 50)
    (12, None, None, None)
    """
    sound = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if sound else None
