"""What the monitor shows, as it stands in the address, and the data that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from modeldesk.desk import Desk
from modeldesk.drift import Status
from modeldesk.schema import Window
from modeldesk.services.views import (
    AlertView,
    DriftReport,
    ModelOverview,
    VersionView,
    WindowComparison,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorState:
    """The choices that an address carries."""

    version: int | None = None
    """Number of the version; ``None`` is the champion."""
    column: str | None = None
    """The column whose panel is open."""
    day: str | None = None
    """The chosen day as ``YYYY-MM-DD``; ``None`` is the latest that has a verdict."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> MonitorState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> MonitorState.read({"version": "2", "column": "age", "day": ""}).query()
        '?version=2&column=age'
        """
        version = query.get("version", "")
        return cls(
            version=int(version) if version.isascii() and version.isdigit() else None,
            column=query.get("column") or None,
            day=query.get("day") or None,
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> MonitorState(column="age", day="2026-03-01").query()
        '?column=age&day=2026-03-01'
        """
        given = {"version": self.version, "column": self.column, "day": self.day}
        return "?" + urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorData:
    """Everything that the page shows apart from the column's panel."""

    overview: ModelOverview
    versions: tuple[VersionView, ...]
    version: VersionView
    report: DriftReport
    alerts: tuple[AlertView, ...]

    @staticmethod
    def load(desk: Desk, model: str, version: int | None) -> MonitorData:
        """Read it from the services; `NotFound` when there is no such model or version."""
        shown = desk.registry.version(model, version)
        return MonitorData(
            overview=desk.overview.model(model),
            versions=desk.registry.versions(model),
            version=shown,
            report=desk.monitoring.drift(model, version=shown.number),
            alerts=desk.monitoring.alerts(model),
        )

    def on(self, day: str | None) -> WindowComparison | None:
        """Return the chosen day; without one, the latest that has a verdict, or the latest."""
        windows = self.report.windows
        for entry in windows:
            if day_of(entry.window) == day:
                return entry
        judged = [entry for entry in windows if _judged(entry)]
        return (judged or windows or (None,))[-1]


def _judged(entry: WindowComparison) -> bool:
    columns = entry.comparison.columns
    return any(column.verdict.status in {Status.STABLE, Status.CHANGED} for column in columns)


def day_of(window: Window) -> str:
    """Return the day on which a window starts.

    >>> from datetime import UTC, datetime
    >>> from modeldesk.schema import Granularity
    >>> day_of(Window.containing(datetime(2026, 3, 1, tzinfo=UTC), Granularity.DAY))
    '2026-03-01'
    """
    return f"{window.start:%Y-%m-%d}"
