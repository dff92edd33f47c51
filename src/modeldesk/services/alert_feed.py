"""The alerts of all models: searched, read page by page, changed several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from modeldesk.drift import ColumnComparison
from modeldesk.errors import NotFound
from modeldesk.schema import Granularity
from modeldesk.services.acting import caller
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.monitoring import Monitoring, view_of_alert
from modeldesk.services.registry import Registry
from modeldesk.services.views import AlertStatus, AlertView, WindowComparison
from modeldesk.store import AlertSearch, AlertsSought

MOST_COLUMNS = 200
"""Columns that are offered to choose from: those with most alerts."""

HISTORY_DAYS = 14
"""Days of distances that are shown with an alert, its own the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPage:
    """Some alerts, the newest windows first, and how many there are."""

    alerts: tuple[AlertView, ...]
    counts: Mapping[AlertStatus, int]
    """Alerts of each status that meet everything else that is asked."""

    def many(self, status: AlertStatus | None) -> int:
        """Return how many alerts have a status; without one, how many there are."""
        return sum(self.counts.values()) if status is None else self.counts.get(status, 0)


class AlertFeed:
    """Reads alerts of all models that the caller sees, and changes where they stand.

    Parameters
    ----------
    search
        Finds alerts in the database.
    monitoring
        Changes them one by one, each noted in the audit trail.
    registry
        Knows the versions.
    comparisons
        What was measured on the days before.
    """

    def __init__(
        self,
        search: AlertSearch,
        monitoring: Monitoring,
        registry: Registry,
        comparisons: Comparisons,
    ) -> None:
        self._search = search
        self._monitoring = monitoring
        self._registry = registry
        self._comparisons = comparisons

    def page(
        self,
        sought: AlertsSought,
        *,
        status: AlertStatus | None = None,
        offset: int = 0,
        limit: int = 25,
    ) -> AlertPage:
        """Return some of the alerts that are sought; without a status, of all of them."""
        sought = replace(sought, among=caller().models)
        statuses = tuple(AlertStatus) if status is None else (status,)
        found = self._search.page(sought, statuses=statuses, offset=offset, limit=limit)
        counts = self._search.counts(sought)
        return AlertPage(
            alerts=tuple(map(view_of_alert, found)),
            counts={each: counts.get(each, 0) for each in AlertStatus},
        )

    def columns(self, model: str = "") -> tuple[str, ...]:
        """Return columns that have alerts, of a model or of all, in order."""
        sought = AlertsSought(model=model, among=caller().models)
        return self._search.columns(sought, limit=MOST_COLUMNS)

    def count_open(self) -> int:
        """Return how many alerts of all models are open."""
        return self._search.count_open(caller().models)

    def set_status(self, alert_ids: Sequence[int], status: AlertStatus) -> int:
        """Change where alerts stand; return how many were changed.

        Those that stand there already stay untouched, and those that have expired meanwhile are
        left out.
        """
        changed = 0
        for alert_id in dict.fromkeys(alert_ids):
            try:
                alert = self._monitoring.alert(alert_id)
                caller().check_model(alert.model)
                if alert.status is not status:
                    self._monitoring.set_status(alert_id, status)
                    changed += 1
            except NotFound:
                continue
        return changed

    def histories(self, alerts: Sequence[AlertView]) -> dict[int, tuple[ColumnComparison, ...]]:
        """Return for each alert what was measured of its column up to its day, oldest first."""
        found: dict[int, tuple[ColumnComparison, ...]] = {}
        versions: dict[tuple[str, int], list[AlertView]] = {}
        for alert in alerts:
            versions.setdefault((alert.model, alert.version), []).append(alert)
        for (model, number), of_version in versions.items():
            windows = self._windows(model, number, of_version)
            for alert in of_version:
                since = _since(alert)
                found[alert.alert_id] = tuple(
                    column
                    for entry in windows
                    if since <= entry.window.start <= alert.window.start
                    for column in entry.comparison.columns
                    if column.name == alert.column
                )
        return found

    def _windows(
        self, model: str, number: int, alerts: Sequence[AlertView]
    ) -> list[WindowComparison]:
        """Read the days before the alerts of one version, each once."""
        try:
            version_id = self._registry.record(model, number).version_id
        except NotFound:
            return []
        rule = self._comparisons.rule(model)
        found: list[WindowComparison] = []
        for start, end in _stretches([(_since(alert), alert.window.end) for alert in alerts]):
            found += self._comparisons.between(
                version_id, Granularity.DAY, rule, start=start, end=end
            )
        return found


def _since(alert: AlertView) -> datetime:
    return alert.window.start - timedelta(days=HISTORY_DAYS - 1)


def _stretches(ranges: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return ranges as one where they touch, in order."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
