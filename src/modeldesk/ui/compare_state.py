"""What the page of comparisons shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from modeldesk.services.comparison_sources import Source
from modeldesk.ui.day_ranges import USUAL_DAYS, days_in, start_of, whole_number

ROWS = (1_000, 10_000, 50_000)
"""How many rows may be compared at once."""
USUAL_ROWS = 10_000

_MOST_NAME = 500


class Sort(StrEnum):
    """What is compared."""

    VERSIONS = "versions"
    """Two versions on the same rows."""
    GROUPS = "groups"
    """Groups of one version's rows."""
    RANGES = "ranges"
    """Two ranges of time of one version."""


class Change(StrEnum):
    """Which of the rows are shown on which two versions disagree."""

    ALL = "all"
    REGRESSED = "regressed"
    IMPROVED = "improved"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareState:
    """The choices that an address carries."""

    sort: Sort = Sort.VERSIONS
    one: int | None = None
    """The version that is judged; ``None``: the challenger, or the newest."""
    other: int | None = None
    """The version that it is compared with; ``None``: the champion."""
    source: Source | None = None
    """Where the rows come from; ``None``: where there is something that costs little."""
    rows: int = USUAL_ROWS
    days: int = USUAL_DAYS
    """Of how many days up to today rows are taken; 0: all."""
    change: Change = Change.ALL
    version: int | None = None
    """Whose groups or ranges; ``None``: the champion's."""
    by: str = ""
    """The column whose segments are compared; empty: the first."""
    slice: str = ""
    """Instead of it, the slice that is compared with all other rows."""
    against: str = ""
    """The group that the others are compared with; empty: the rest."""
    start: date | None = None
    """First day of the range whose change is looked into; ``None``: as usual."""
    end: date | None = None
    """Its last day."""
    base_start: date | None = None
    base_end: date | None = None
    estimated: bool = False
    """Whether the change is the one that is expected without labels."""
    part: str = ""
    """The column, segment or slice whose part of the change is open."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> CompareState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> CompareState.read({"one": "2", "source": "luck", "rows": "7", "days": "7"}).query()
        '?one=2&days=7'
        """
        rows = whole_number(query.get("rows", ""))
        source, sort, change = query.get("source"), query.get("sort"), query.get("change")
        return cls(
            sort=Sort(sort) if sort in set(Sort) else Sort.VERSIONS,
            one=whole_number(query.get("one", "")) or None,
            other=whole_number(query.get("other", "")) or None,
            source=Source(source) if source in set(Source) else None,
            rows=rows if rows in ROWS else USUAL_ROWS,
            days=days_in(query),
            change=Change(change) if change in set(Change) else Change.ALL,
            version=whole_number(query.get("version", "")) or None,
            by=query.get("by", "")[:_MOST_NAME],
            slice=query.get("slice", "")[:_MOST_NAME],
            against=query.get("against", "")[:_MOST_NAME],
            start=day_in(query, "from"),
            end=day_in(query, "to"),
            base_start=day_in(query, "base_from"),
            base_end=day_in(query, "base_to"),
            estimated=query.get("estimated") == "1",
            part=query.get("part", "")[:_MOST_NAME],
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> CompareState(sort=Sort.GROUPS, by="country", days=0).query()
        '?sort=groups&by=country&days=0'
        """
        given = {
            "sort": None if self.sort is Sort.VERSIONS else self.sort,
            "one": self.one,
            "other": self.other,
            "source": self.source,
            "rows": None if self.rows == USUAL_ROWS else self.rows,
            "version": self.version,
            "by": self.by or None,
            "slice": self.slice or None,
            "against": self.against or None,
            "days": None if self.days == USUAL_DAYS else self.days,
            "change": None if self.change is Change.ALL else self.change,
            "from": self.start,
            "to": self.end,
            "base_from": self.base_start,
            "base_to": self.base_end,
            "estimated": "1" if self.estimated else None,
            "part": self.part or None,
        }
        return "?" + urlencode({name: told for name, told in given.items() if told is not None})

    def since(self, now: datetime) -> datetime | None:
        """Return from when on rows are taken; ``None``: from the first."""
        return start_of(self.days, now)


def day_in(query: Mapping[str, str], name: str) -> date | None:
    """Return a day that an address carries, if it is one.

    >>> day_in({"from": "2026-03-01"}, "from"), day_in({"from": "soon"}, "from")
    (datetime.date(2026, 3, 1), None)
    """
    try:
        found = date.fromisoformat(query.get(name, ""))
    except ValueError:
        return None
    return found if date.min < found < date.max else None


def begins(day: date | None) -> datetime | None:
    """Return when a day begins, in UTC."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def ends(day: date | None) -> datetime | None:
    """Return when a day is over, in UTC."""
    start = begins(day)
    return None if start is None else start + timedelta(days=1)
