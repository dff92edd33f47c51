"""What a model's overview shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from modeldesk.ui.day_ranges import USUAL_DAYS, days_in, start_of, whole_number


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
        return cls(version=whole_number(query.get("version", "")), days=days_in(query))

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
