"""What the performance page shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from modeldesk.performance import Costs
from modeldesk.performance.slices.limits import LONGEST_EXPRESSION
from modeldesk.ui.day_ranges import RANGES, whole_number

USUAL_DAYS = 90
"""The range without a choice, if any label in it is evaluated; otherwise all days are."""

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
    days: int | None = None
    """How many days up to today; 0: all; ``None``: the usual ones."""
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
        days = whole_number(query.get("days", ""))
        return cls(
            version=whole_number(query.get("version", "")),
            segment=query.get("segment", ""),
            days=days if days in RANGES else None,
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
            "days": None if self.days == USUAL_DAYS else self.days,
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
        return "?" + urlencode(
            {name: value for name, value in given.items() if value not in ("", None)}
        )

    @property
    def costs(self) -> Costs:
        """What mistakes cost."""
        return Costs(false_positive=self.mistaken, false_negative=self.missed)

    @property
    def shows_rows(self) -> bool:
        """Whether rows are asked for."""
        return bool(self.slice or self.condition)


def _cost(given: str) -> float:
    try:
        cost = float(given)
    except ValueError:
        return 1.0
    return cost if 0 <= cost <= MOST_COST else 1.0
