"""What the page of alerts shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from modeldesk.services.views import AlertStatus
from modeldesk.store import AlertsSought
from modeldesk.ui.day_ranges import days_in, page_in, start_of

ALERTS_A_PAGE = 25

RANGES = {0: "All days", 7: "Last 7 days", 30: "Last 30 days", 90: "Last 90 days"}
"""Days up to today, and what they are called.

All is the default: the number of open alerts in the top bar leads here, and is to be found here.
"""

_ANY = "any"
_MOST_NAME = 500
_MOST_TEXT = 200
_MOST_PAGE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsState:
    """The choices that an address carries."""

    status: AlertStatus | None = AlertStatus.OPEN
    """Only alerts that stand there; ``None``: all."""
    model: str = ""
    column: str = ""
    text: str = ""
    """Part of what an alert says."""
    days: int = 0
    """How many days up to today; 0: all."""
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> AlertsState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> AlertsState.read({"status": "any", "days": "8", "model": "iris", "page": "0"}).query()
        '?status=any&model=iris'
        """
        status = query.get("status", "")
        return cls(
            status=None if status == _ANY else _status(status),
            model=query.get("model", "")[:_MOST_NAME],
            column=query.get("column", "")[:_MOST_NAME],
            text=query.get("text", "")[:_MOST_TEXT],
            days=days_in(query, usual=0),
            page=min(page_in(query), _MOST_PAGE),
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> AlertsState(column="age", page=2).query()
        '?column=age&page=2'
        """
        status = self.status or _ANY
        given = {
            "status": "" if status is AlertStatus.OPEN else str(status),
            "model": self.model,
            "column": self.column,
            "text": self.text,
            "days": self.days,
            "page": self.page if self.page > 1 else 0,
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether something beside the status is asked for."""
        return bool(self.model or self.column or self.text or self.days)

    @property
    def offset(self) -> int:
        """How many alerts come before the page."""
        return (self.page - 1) * ALERTS_A_PAGE

    def sought(self, now: datetime) -> AlertsSought:
        """Return which alerts these are, wherever they stand."""
        return AlertsSought(
            model=self.model,
            column=self.column,
            text=self.text.replace("\0", ""),
            start=start_of(self.days, now),
        )


def _status(given: str) -> AlertStatus:
    return AlertStatus(given) if given in set(AlertStatus) else AlertStatus.OPEN
