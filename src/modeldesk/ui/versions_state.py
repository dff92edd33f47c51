"""What the page of a model's versions shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from modeldesk.ui.day_ranges import USUAL_DAYS, days_in, start_of, whole_number

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
        return cls(
            version=whole_number(query.get("version", "")) or None,
            days=days_in(query),
            measure=query.get("measure", "")[:_MOST_NAME] or None,
            below=whole_number(query.get("below", "")) or None,
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
