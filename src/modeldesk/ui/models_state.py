"""What the page of all models shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from modeldesk.ui.day_ranges import USUAL_DAYS, days_in, page_in, start_of

_LONGEST_SEARCH = 200
_ALL_DAYS = 365
"""Days of the volume that all days show; more would be too narrow to see."""


class Sort(StrEnum):
    """By what models are ordered."""

    ATTENTION = "attention"
    """Those that somebody should look at come first."""
    NAME = "name"
    LAST = "last"
    PREDICTIONS = "predictions"
    ALERTS = "alerts"
    MEASURE = "measure"
    VERSION = "version"


class Layout(StrEnum):
    """How models are shown."""

    TABLE = "table"
    CARDS = "cards"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsState:
    """The choices that an address carries."""

    q: str = ""
    """What is searched for; empty: all models."""
    sort: Sort = Sort.ATTENTION
    down: bool = False
    """Whether the order is turned round."""
    days: int = USUAL_DAYS
    """How many days up to today; 0: all."""
    layout: Layout = Layout.TABLE
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> ModelsState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> ModelsState.read({"q": "loan", "sort": "size", "view": "cards", "page": "0"}).query()
        '?q=loan&view=cards'
        """
        sort, layout = query.get("sort", ""), query.get("view", "")
        return cls(
            q=query.get("q", "")[:_LONGEST_SEARCH],
            sort=Sort(sort) if sort in set(Sort) else Sort.ATTENTION,
            down=query.get("down") == "1",
            days=days_in(query),
            layout=Layout(layout) if layout in set(Layout) else Layout.TABLE,
            page=page_in(query),
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> ModelsState(sort=Sort.NAME, down=True, days=7, page=2).query()
        '?sort=name&down=1&days=7&page=2'
        """
        given: dict[str, str | int] = {}
        if self.q:
            given["q"] = self.q
        if self.sort is not Sort.ATTENTION:
            given["sort"] = self.sort.value
        if self.down:
            given["down"] = 1
        if self.days != USUAL_DAYS:
            given["days"] = self.days
        if self.layout is not Layout.TABLE:
            given["view"] = self.layout.value
        if self.page > 1:
            given["page"] = self.page
        return "?" + urlencode(given)

    @property
    def shown_days(self) -> int:
        """How many days of volume are drawn."""
        return self.days or _ALL_DAYS

    def start(self, now: datetime) -> datetime | None:
        """Return from when on volume is told."""
        return start_of(self.shown_days, now)
