"""What a model's overview shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

RANGES = {7: "Last 7 days", 30: "Last 30 days", 90: "Last 90 days", 0: "All days"}
"""Days up to today, and what they are called; 0 is all there are."""
USUAL_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewState:
    """The choices that an address carries."""

    version: int | None = None
    """Number of the version; ``None`` is the champion."""
    days: int = USUAL_DAYS
    """How many days up to today; 0: all."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> OverviewState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> OverviewState.read({"days": "90", "version": "x"}).query()
        '?days=90'
        """
        version = query.get("version", "")
        return cls(version=int(version) if is_number(version) else None, days=days_of(query))

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> OverviewState(version=2, days=0).query()
        '?version=2&days=0'
        """
        given: dict[str, int] = {}
        if self.version is not None:
            given["version"] = self.version
        if self.days != USUAL_DAYS:
            given["days"] = self.days
        return "?" + urlencode(given)

    def start(self, now: datetime) -> datetime | None:
        """Return where the range begins; ``None`` where it has no beginning."""
        return start_of(self.days, now)


def days_of(query: Mapping[str, str]) -> int:
    """Return the range that an address asks for; the usual one where it names none.

    >>> days_of({"days": "0"}), days_of({"days": "31"}), days_of({})
    (0, 30, 30)
    """
    days = query.get("days", "")
    return int(days) if is_number(days) and int(days) in RANGES else USUAL_DAYS


def start_of(days: int, now: datetime) -> datetime | None:
    """Return the first moment of so many days up to today; ``None`` of all days."""
    if not days:
        return None
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


def is_number(given: str) -> bool:
    """Whether a part of an address is a whole number that can be meant."""
    return given.isascii() and given.isdigit() and len(given) < 10  # noqa: PLR2004 - of an address
