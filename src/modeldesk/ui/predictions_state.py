"""What the predictions page shows, as it stands in the address."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from urllib.parse import urlencode

from modeldesk.errors import NotFound
from modeldesk.performance.slices.limits import LONGEST_EXPRESSION
from modeldesk.schema import parse_prediction_id
from modeldesk.services.log_choice import LogChoice, Truth
from modeldesk.services.reading import Which
from modeldesk.ui.day_ranges import whole_number

_MOST_TEXT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionsState:
    """The choices that an address carries; what is empty or ``None`` lets all rows through."""

    version: int | None = None
    rows: Which = Which.ANSWERED
    start: date | None = None
    """First day, in UTC."""
    end: date | None = None
    """Last day, in UTC."""
    segment: str = ""
    said: str = ""
    """The predicted class."""
    low: float | None = None
    """The smallest predicted number."""
    high: float | None = None
    score: str = ""
    """The class whose score is asked about; empty: the largest one of each row."""
    score_low: float | None = None
    score_high: float | None = None
    label: Truth | None = None
    flagged: bool = False
    key: str = ""
    """The caller's own key."""
    condition: str = ""
    cursor: str = ""
    """Where the page of rows begins; empty: with the newest."""
    row: str = ""
    """The prediction that is shown by itself."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> PredictionsState.read({"said": "yes", "from": "2026-02-31", "low": "nan"}).query()
        '?said=yes'
        """
        label, rows = query.get("label", ""), query.get("rows", "")
        return cls(
            version=whole_number(query.get("version", "")),
            rows=Which(rows) if rows in set(Which) else Which.ANSWERED,
            start=_day(query.get("from", "")),
            end=_day(query.get("to", "")),
            segment=query.get("segment", "")[:_MOST_TEXT],
            said=query.get("said", "")[:_MOST_TEXT],
            low=number_in(query.get("low", "")),
            high=number_in(query.get("high", "")),
            score=query.get("score", "")[:_MOST_TEXT],
            score_low=number_in(query.get("score_low", "")),
            score_high=number_in(query.get("score_high", "")),
            label=Truth(label) if label in set(Truth) else None,
            flagged=query.get("flagged") == "1",
            key=query.get("key", "")[:_MOST_TEXT],
            condition=query.get("condition", "")[:LONGEST_EXPRESSION],
            cursor=_identifier(query.get("cursor", "")),
            row=query.get("row", "")[:_MOST_TEXT],
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> PredictionsState(low=0.0, label=Truth.WRONG, end=date(2026, 3, 1)).query()
        '?to=2026-03-01&low=0&label=wrong'
        """
        given: dict[str, object] = {
            "version": self.version,
            "rows": "" if self.rows is Which.ANSWERED else self.rows.value,
            "from": self.start,
            "to": self.end,
            "segment": self.segment,
            "said": self.said,
            "low": _written(self.low),
            "high": _written(self.high),
            "score": self.score,
            "score_low": _written(self.score_low),
            "score_high": _written(self.score_high),
            "label": "" if self.label is None else self.label.value,
            "flagged": "1" if self.flagged else "",
            "key": self.key,
            "condition": self.condition,
            "cursor": self.cursor,
            "row": self.row,
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})

    @property
    def choice(self) -> LogChoice:
        """Which rows are wanted."""
        return LogChoice(
            version=self.version,
            which=self.rows,
            start=None if self.start is None else _midnight(self.start),
            end=None if self.end is None else _midnight(self.end) + timedelta(days=1),
            segment=self.segment,
            said=self.said,
            low=self.low,
            high=self.high,
            score=self.score,
            score_low=self.score_low,
            score_high=self.score_high,
            truth=self.label,
            flagged=self.flagged,
            row_id=self.key,
            condition=self.condition,
        )

    @property
    def filters(self) -> int:
        """How many fields let only some rows through; the version is none of them."""
        others = {"version", "cursor", "row"}
        return sum(
            getattr(self, field.name) != field.default
            for field in fields(self)
            if field.name not in others
        )


def number_in(given: str) -> float | None:
    """Read a number that has a limit; ``None`` where there is none.

    >>> number_in("0.5"), number_in(""), number_in("inf"), number_in("a")
    (0.5, None, None, None)
    """
    try:
        found = float(given)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _written(number: float | None) -> str:
    return "" if number is None else f"{number:.15g}"


def _day(given: str) -> date | None:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if date.min < found < date.max else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _identifier(given: str) -> str:
    try:
        parse_prediction_id(given)
    except NotFound:
        return ""
    return given
