"""What the page of a model's versions shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from modeldesk.ui.performance_state import RANGES

USUAL_DAYS = 30

_MOST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsState:
    """The choices that an address carries."""

    version: int | None = None
    """The version whose details are open; ``None``: of none."""
    days: int = USUAL_DAYS
    """Of how many days up to today live labels are counted; 0: all."""
    measure: str | None = None
    """The measure that is shown; ``None``: the first of those that fit."""
    below: int | None = None
    """Only versions older than this one are listed; ``None``: the newest."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> VersionsState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> VersionsState.read({"version": "2", "days": "9", "measure": "mae"}).query()
        '?version=2&measure=mae'
        """
        days = number_in(query, "days")
        return cls(
            version=number_in(query, "version") or None,
            days=days if days is not None and days in RANGES else USUAL_DAYS,
            measure=query.get("measure", "")[:_MOST_NAME] or None,
            below=number_in(query, "below") or None,
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> VersionsState(days=0, version=3).query()
        '?version=3&days=0'
        """
        given = {
            "version": self.version,
            "days": None if self.days == USUAL_DAYS else self.days,
            "measure": self.measure,
            "below": self.below,
        }
        return "?" + urlencode({name: told for name, told in given.items() if told is not None})

    def start(self, now: datetime) -> datetime | None:
        """Return where the range of live labels begins; ``None`` where it has no beginning."""
        return start_of(self.days, now)


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


def number_in(query: Mapping[str, str], name: str) -> int | None:
    """Return a whole number that an address carries, if it is one.

    >>> number_in({"a": "12", "b": "-1", "c": "x"}, "a"), number_in({"b": "-1"}, "b")
    (12, None)
    """
    given = query.get(name, "")
    sound = given.isascii() and given.isdigit() and len(given) < 10  # noqa: PLR2004 - of an address
    return int(given) if sound else None
