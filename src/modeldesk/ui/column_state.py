"""What the page of one column shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from modeldesk.ui.day_ranges import whole_number
from modeldesk.ui.time_ranges import USUAL, known_range, moment_of
from modeldesk.ui.tried_numbers import TriedNumbers

_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnState:
    """The choices that an address carries."""

    version: int | None = None
    """Number of the version; ``None`` is the champion."""
    range: str = USUAL
    """Which range of time, one of `RANGES`."""
    segment: str = ""
    """Only rows of this segment; empty: all rows."""
    day: str | None = None
    """The chosen window, or the first of several; ``None``: the latest that has a verdict."""
    to: str | None = None
    """The last of several chosen windows, included; ``None``: the first alone."""
    rows: bool = False
    """Whether the rows of the chosen window are shown."""
    tried: TriedNumbers = field(default_factory=TriedNumbers)
    """By what the column is to be judged, as far as somebody tries something else."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> ColumnState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> ColumnState.read({"day": "2026-03-01", "to": "2026-02-01", "rows": "1"}).query()
        '?day=2026-03-01&rows=1'
        """
        start, end = moment_of(query.get("day", "")), moment_of(query.get("to", ""))
        several = start is not None and end is not None and end > start
        return cls(
            version=whole_number(query.get("version", "")),
            range=known_range(query.get("range", "")),
            segment=query.get("segment", "")[:_LONGEST],
            day=None if start is None else query["day"],
            to=query["to"] if several else None,
            rows=query.get("rows") == "1",
            tried=TriedNumbers.read(query),
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> ColumnState(range="90", segment="country=DE").query()
        '?range=90&segment=country%3DDE'
        """
        given = {
            "version": self.version,
            "range": "" if self.range == USUAL else self.range,
            "segment": self.segment,
            "day": self.day,
            "to": self.to,
            "rows": "1" if self.rows else "",
            **self.tried.given(),
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})
