"""What the performance page shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from modeldesk.performance import Costs
from modeldesk.performance.slices.limits import LONGEST_EXPRESSION

RANGES = {7: "Last 7 days", 30: "Last 30 days", 90: "Last 90 days", 0: "All days"}
"""Days up to today, and what they are called; 0 is all there are."""

MOST_COST = 1e9
"""What a mistake costs at most, in whatever unit."""

_MOST_NAME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceState:
    """The choices that an address carries."""

    version: int | None = None
    """Number of the version; ``None`` is the champion."""
    segment: str = ""
    """Only rows of this segment; empty: all rows."""
    days: int = 0
    """How many days up to today; 0: all."""
    measure: str | None = None
    """The measure that is shown day by day; ``None``: the first of the headline."""
    of: str | None = None
    """Of which class, quantile or cutoff."""
    curve: str | None = None
    """The class whose curves are shown; ``None``: the first that has any."""
    mistaken: float = 1.0
    """What it costs to take a row for the class of the curves that is of another."""
    missed: float = 1.0
    """What it costs to miss a row of the class."""
    by: str | None = None
    """The measure by which parts are told apart; ``None``: the first of the headline."""
    slice: str = ""
    """The slice whose rows are shown; empty: of all rows, or none is asked for."""
    condition: str = ""
    """The condition that the rows which are shown meet; empty: none is asked for."""
    row: str = ""
    """The prediction whose neighbours are shown; empty: none is asked for."""
    find: bool = False
    """Whether the slices are shown in which the version is worst."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> PerformanceState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> PerformanceState.read({"days": "30", "version": "x", "measure": "mae"}).query()
        '?days=30&measure=mae'
        """
        version, days = query.get("version", ""), query.get("days", "")
        return cls(
            version=int(version) if _is_number(version) else None,
            segment=query.get("segment", ""),
            days=int(days) if _is_number(days) and int(days) in RANGES else 0,
            measure=query.get("measure", "")[:_MOST_NAME] or None,
            of=query.get("of"),
            curve=query.get("curve"),
            mistaken=_cost(query.get("mistaken", "")),
            missed=_cost(query.get("missed", "")),
            by=query.get("by", "")[:_MOST_NAME] or None,
            slice=query.get("slice", "")[:_MOST_NAME],
            condition=query.get("condition", "")[:LONGEST_EXPRESSION],
            row=query.get("row", "")[:_MOST_NAME],
            find=query.get("find") == "1",
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> PerformanceState(days=7, measure="recall", of="yes").query()
        '?days=7&measure=recall&of=yes'
        """
        given = {
            "version": self.version,
            "segment": self.segment,
            "days": self.days,
            "measure": self.measure,
            "of": self.of,
            "curve": self.curve,
            "mistaken": "" if self.mistaken == 1 else f"{self.mistaken:g}",
            "missed": "" if self.missed == 1 else f"{self.missed:g}",
            "by": self.by,
            "slice": self.slice,
            "condition": self.condition,
            "row": self.row,
            "find": "1" if self.find else "",
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})

    @property
    def costs(self) -> Costs:
        """What mistakes cost."""
        return Costs(false_positive=self.mistaken, false_negative=self.missed)

    @property
    def shows_rows(self) -> bool:
        """Whether rows are asked for."""
        return bool(self.slice or self.condition)

    def start(self, now: datetime) -> datetime | None:
        """Return where the range begins; ``None`` where it has no beginning."""
        if not self.days:
            return None
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return today - timedelta(days=self.days - 1)


def _cost(given: str) -> float:
    try:
        cost = float(given)
    except ValueError:
        return 1.0
    return cost if 0 <= cost <= MOST_COST else 1.0


def _is_number(given: str) -> bool:
    return given.isascii() and given.isdigit() and len(given) < 10  # noqa: PLR2004 - of an address
