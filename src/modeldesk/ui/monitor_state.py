"""What the monitor shows, as it stands in the address, and the data that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from modeldesk.charts.spans import MOST_SPANS, Span, place_of, spans_of
from modeldesk.desk import Desk
from modeldesk.drift import ColumnComparison, Status
from modeldesk.monitors import DriftRule
from modeldesk.schema import Role, Window
from modeldesk.services.views import (
    DriftReport,
    ModelOverview,
    VersionView,
    WaitingAlerts,
    WindowComparison,
)
from modeldesk.ui.day_ranges import page_in, whole_number
from modeldesk.ui.time_ranges import (
    RANGES,
    USUAL,
    key_of,
    known_range,
    moment_of,
    range_reaching,
)

SORTS = ("name", "kind", "role", "rows", "missing", "distance", "verdict")
"""By what the table of columns can be sorted; without one, by what needs attention."""

MOST_ALERTS = 12
"""Alerts that the page shows; it leads to the others."""

_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorState:
    """The choices that an address carries."""

    version: int | None = None
    """Number of the version; ``None`` is the champion."""
    range: str = USUAL
    """Which range of time, one of `RANGES`."""
    segment: str = ""
    """Only rows of this segment; empty: all rows."""
    column: str | None = None
    """The column whose panel is open."""
    day: str | None = None
    """The chosen window, as `key_of` writes it; ``None`` is the latest that has a verdict."""
    q: str = ""
    """What a column's name has in it."""
    verdict: str = ""
    """Only columns with this verdict; empty: all."""
    role: str = ""
    """Only columns of this role; empty: all."""
    sort: str = ""
    """By what the columns are sorted, with a minus in front: backwards."""
    page: int = 1
    """Which page of the columns, from 1."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> MonitorState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> MonitorState.read({"version": "2", "column": "age", "range": "nope"}).query()
        '?version=2&column=age'
        """
        verdict, role, sort = (query.get(name, "") for name in ("verdict", "role", "sort"))
        return cls(
            version=whole_number(query.get("version", "")),
            range=known_range(query.get("range", "")),
            segment=query.get("segment", "")[:_LONGEST],
            column=query.get("column") or None,
            day=query.get("day") or None,
            q=query.get("q", "")[:_LONGEST],
            verdict=verdict if verdict in set(Status) else "",
            role=role if role in set(Role) else "",
            sort=sort if sort.removeprefix("-") in SORTS else "",
            page=page_in(query),
        )

    def reaching(self, now: datetime) -> MonitorState:
        """Return the same with a range that reaches the chosen window: links name a day only."""
        if self.day is None:
            return self
        return replace(self, range=range_reaching(self.range, moment_of(self.day), now))

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> MonitorState(column="age", day="2026-03-01").query()
        '?column=age&day=2026-03-01'
        """
        given = {
            "version": self.version,
            "range": "" if self.range == USUAL else self.range,
            "segment": self.segment,
            "column": self.column,
            "day": self.day,
            "q": self.q,
            "verdict": self.verdict,
            "role": self.role,
            "sort": self.sort,
            "page": "" if self.page == 1 else self.page,
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorData:
    """Everything that the page shows apart from the column's panel."""

    overview: ModelOverview
    versions: tuple[VersionView, ...]
    version: VersionView
    segments: tuple[str, ...]
    report: DriftReport
    alerts: WaitingAlerts
    spans: tuple[Span, ...]
    """Places of the page's axis of time."""
    rule: DriftRule
    """By which the windows are judged."""
    earlier: bool
    """Whether there is nothing in the range, but traffic of the version outside of it."""

    @staticmethod
    def load(desk: Desk, model: str, state: MonitorState, now: datetime) -> MonitorData:
        """Read it from the services; `NotFound` when there is no such model or version."""
        shown = desk.registry.version(model, state.version)
        segments = desk.monitoring.segments(model, version=shown.number)
        when = RANGES[state.range]
        report = desk.monitoring.drift(
            model,
            version=shown.number,
            granularity=when.granularity,
            segment=state.segment if state.segment in segments else "",
            start=when.start(now),
        )
        windows = [entry.window for entry in report.windows]
        return MonitorData(
            overview=desk.overview.model(model),
            versions=desk.registry.versions(model),
            version=shown,
            segments=segments,
            report=report,
            alerts=desk.monitoring.waiting(model, most=MOST_ALERTS),
            spans=spans_of(windows, report.granularity),
            rule=desk.watching.rule(model),
            earlier=not windows and bool(desk.profiles.days(model, shown.number)),
        )

    @property
    def threshold(self) -> float:
        """From where on a distance matters, of columns without a threshold of their own."""
        return self.rule.thresholds.min_distance

    def on(self, day: str | None) -> WindowComparison | None:
        """Return the chosen window; without one, the latest that has a verdict, or the latest."""
        windows = self.report.windows
        start = None if day is None else moment_of(day)
        for entry in windows:
            if entry.window.start == start:
                return entry
        judged = [entry for entry in windows if _judged(entry)]
        return (judged or windows or (None,))[-1]

    def keeping(self, before: MonitorData) -> MonitorData:
        """Return the same with the report of earlier data where both are equal.

        Whether it is the same object tells then whether what is drawn of it has to change.
        """
        same = self.report == before.report and self.spans == before.spans
        return replace(self, report=before.report, spans=before.spans) if same else self

    def by_place(self) -> list[list[Mapping[str, ColumnComparison]]]:
        """Return the comparisons of each place of the axis of time, by column."""
        found: list[list[Mapping[str, ColumnComparison]]] = [[] for _ in self.spans]
        for entry in self.report.windows:
            place = place_of(self.spans, entry.window.start)
            if place is not None:
                found[place].append({each.name: each for each in entry.comparison.columns})
        return found

    def distinct(self, desk: Desk, names: Sequence[str]) -> Mapping[str, Sequence[float | None]]:
        """Return about how many different values columns have at each place.

        Nothing is known of places of several windows: what those have together takes long to
        find out, and their sum means nothing.
        """
        windows = self.report.windows
        if not windows or len(windows) > MOST_SPANS:
            return {}
        found = desk.columns.distinct(
            self.report.model,
            names,
            version=self.version.number,
            granularity=self.report.granularity,
            segment=self.report.segment,
            start=windows[0].window.start,
            end=windows[-1].window.end,
        )
        known: dict[str, list[float | None]] = {name: [None] * len(self.spans) for name in names}
        for each in found:
            place = place_of(self.spans, each.window.start)
            for name in known if place is not None else ():
                known[name][place or 0] = each.distinct.get(name)
        return known


def _judged(entry: WindowComparison) -> bool:
    columns = entry.comparison.columns
    return any(column.verdict.status in {Status.STABLE, Status.CHANGED} for column in columns)


def day_of(window: Window) -> str:
    """Return a window as it stands in an address.

    >>> from datetime import UTC, datetime
    >>> from modeldesk.schema import Granularity
    >>> day_of(Window.containing(datetime(2026, 3, 1, tzinfo=UTC), Granularity.DAY))
    '2026-03-01'
    """
    return key_of(window)
