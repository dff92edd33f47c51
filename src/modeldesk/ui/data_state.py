"""What the data page shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from modeldesk.performance.slices.limits import LONGEST_EXPRESSION
from modeldesk.services.exploring import FEW_ROWS, MOST_ROWS, DataChoice, DataSource
from modeldesk.services.other_tables import LONGEST_QUERY
from modeldesk.ui.day_ranges import USUAL_DAYS, days_in, page_in, start_of, whole_number

E = TypeVar("E", bound=StrEnum)

_LONGEST = 500


class DataView(StrEnum):
    """Which part of the page is shown."""

    COLUMNS = "columns"
    ROWS = "rows"
    ASSOCIATIONS = "associations"
    PAIR = "pair"


class DataOrder(StrEnum):
    """By what columns are ordered."""

    PLACE = "place"
    NAME = "name"
    MISSING = "missing"
    DISTINCT = "distinct"
    ASSOCIATION = "association"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataState:
    """The choices that an address carries."""

    source: DataSource = DataSource.LOGGED
    version: int | None = None
    """Number of the version; ``None`` is the champion."""
    days: int = USUAL_DAYS
    """Of logged rows: how many days up to today; 0: all."""
    most: int = FEW_ROWS
    """Of logged rows: how many of the newest."""
    condition: str = ""
    """Only rows of which this is true; empty: all."""
    view: DataView = DataView.COLUMNS
    order: DataOrder = DataOrder.PLACE
    """Of the columns."""
    q: str = ""
    """What a column's name has in it."""
    page: int = 1
    """Which page of columns or rows, from 1."""
    across: int = 1
    """Which page of the columns that rows are shown with, from 1."""
    target: str = ""
    """The column that the others are compared with; empty: what the source suggests."""
    x: str = ""
    """The column that a picture shows; empty: the one most associated with the target."""
    y: str = ""
    """The column that it is shown with; empty: none."""
    table: str = ""
    """Of other tables: the source that the operator has named; empty: none."""
    sql: str = ""
    """What that is asked."""
    by: str = ""
    """The column whose categories points are coloured by; empty: none."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> DataState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> DataState.read({"days": "7", "source": "moon", "view": "pair", "x": "age"}).query()
        '?days=7&view=pair&x=age'
        """
        most = whole_number(query.get("rows", ""))
        return cls(
            source=_one_of(DataSource, query.get("source", "")) or DataSource.LOGGED,
            version=whole_number(query.get("version", "")),
            days=days_in(query),
            most=MOST_ROWS if most == MOST_ROWS else FEW_ROWS,
            condition=query.get("condition", "")[:LONGEST_EXPRESSION],
            view=_one_of(DataView, query.get("view", "")) or DataView.COLUMNS,
            order=_one_of(DataOrder, query.get("order", "")) or DataOrder.PLACE,
            q=query.get("q", "")[:_LONGEST],
            page=page_in(query),
            across=page_in(query, "across"),
            target=query.get("target", "")[:_LONGEST],
            x=query.get("x", "")[:_LONGEST],
            y=query.get("y", "")[:_LONGEST],
            by=query.get("by", "")[:_LONGEST],
            table=query.get("table", "")[:_LONGEST],
            sql=query.get("sql", "")[:LONGEST_QUERY],
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on."""
        usual = DataState()
        given: dict[str, object] = {
            "source": self.source.value,
            "version": self.version,
            "days": self.days,
            "rows": self.most,
            "condition": self.condition,
            "view": self.view.value,
            "order": self.order.value,
            "q": self.q,
            "page": self.page,
            "across": self.across,
            "target": self.target,
            "x": self.x,
            "y": self.y,
            "by": self.by,
            "table": self.table,
            "sql": self.sql,
        }
        left_out = {
            "source": usual.source.value,
            "days": usual.days,
            "rows": usual.most,
            "view": usual.view.value,
            "order": usual.order.value,
            "page": 1,
            "across": 1,
        }
        return "?" + urlencode(
            {
                name: value
                for name, value in given.items()
                if value not in ("", None) and left_out.get(name) != value
            }
        )

    def choice(self, now: datetime, *, token: str = "") -> DataChoice:
        """Return which rows are meant; the token is of the other table that is open."""
        if self.source is not DataSource.LOGGED:
            other = token if self.source is DataSource.OTHER else ""
            return DataChoice(source=self.source, version=self.version, token=other)
        start = start_of(self.days, now)
        return DataChoice(source=self.source, version=self.version, start=start, most=self.most)


def _one_of(kind: type[E], given: str) -> E | None:
    return next((each for each in kind if each.value == given), None)
