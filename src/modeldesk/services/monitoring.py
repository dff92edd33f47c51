"""Monitoring: windows against the reference, judged by monitors, with alerts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from modeldesk.clock import Clock
from modeldesk.drift import Overlay, overlay
from modeldesk.errors import NotFound, StoreUnavailable
from modeldesk.monitors import DriftRule
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.schema import Granularity, Window
from modeldesk.services.acting import change
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.registry import Registry
from modeldesk.services.views import AlertStatus, AlertView, DriftReport, WaitingAlerts
from modeldesk.store import (
    AlertRecord,
    AlertRecords,
    DueWindow,
    NewAlert,
    VersionRecord,
    WindowRecords,
)

_log = structlog.get_logger("modeldesk.monitoring")

_WINDOWS_AT_ONCE = 100
_SEGMENTS_TOLD = 10


class Monitoring:
    """Compares windows with references and keeps the alerts.

    Parameters
    ----------
    registry
        Versions and their reference profiles.
    windows
        Stored window profiles.
    comparisons
        Windows compared with references.
    alerts
        Monitors, judgements and alerts.
    clock
        Tells when something was judged or changed.
    """

    def __init__(
        self,
        registry: Registry,
        windows: WindowRecords,
        comparisons: Comparisons,
        alerts: AlertRecords,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._windows = windows
        self._comparisons = comparisons
        self._alerts = alerts
        self._clock = clock

    def drift(
        self,
        name: str,
        *,
        version: int | None = None,
        granularity: Granularity = Granularity.DAY,
        segment: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> DriftReport:
        """Compare every window that begins in a range with the version's reference.

        The model's monitor decides how: its thresholds, and how many windows before each tell
        what is normal. So the report says what the alerts say.

        Raises
        ------
        NotFound
            When there is no such model, version or segment.
        """
        record = self._registry.record(name, version)
        return DriftReport(
            model=record.model,
            version=record.number,
            granularity=granularity,
            segment=self._segment(record, segment),
            signature=record.signature,
            windows=self._comparisons.between(
                record.version_id,
                granularity,
                self._comparisons.rule(name),
                segment=segment,
                start=start,
                end=end,
            ),
        )

    def overlay(
        self,
        name: str,
        column: str,
        *,
        window: Window | None,
        version: int | None = None,
        segment: str = "",
        bins: int = 20,
    ) -> Overlay:
        """Return the distributions of a column in the reference and in a window.

        Without a window, or where it has no rows, the current side is empty.
        """
        record = self._registry.record(name, version)
        record.signature.column(column)
        reference = self._registry.reference_of(record.version_id)
        current = self._between(record.version_id, window, self._segment(record, segment))
        return overlay(current, reference, column, bins=bins)

    def column_profiles(
        self,
        name: str,
        column: str,
        *,
        window: Window | None,
        version: int | None = None,
        segment: str = "",
    ) -> tuple[ColumnProfile, ColumnProfile | None]:
        """Return a column's profile in the reference and, where it has rows, in a window."""
        record = self._registry.record(name, version)
        record.signature.column(column)
        reference = self._registry.reference_of(record.version_id)
        current = self._between(record.version_id, window, self._segment(record, segment))
        return reference.column(column), None if current is None else current.column(column)

    def segments(self, name: str, *, version: int | None = None) -> tuple[str, ...]:
        """Return the names of the segments that a version's profiles are split into."""
        return self._windows.segments(self._registry.record(name, version).version_id)

    def judge(self, *, stop: Callable[[], bool] = lambda: False) -> int:
        """Judge every window with rows that its monitors have not seen; return how many.

        A version that cannot be judged is logged and left to the next run; the others go on.

        Parameters
        ----------
        stop
            Asked between windows; when it says so, the rest is left to the next run.
        """
        judged = 0
        failed: set[int] = set()
        while due := self._alerts.due(Granularity.DAY, _WINDOWS_AT_ONCE, without=failed):
            for entry in due:
                if stop():
                    return judged
                if entry.version_id in failed:
                    continue
                try:
                    judged += self._judge(entry)
                except StoreUnavailable:
                    raise
                except Exception:  # noqa: BLE001  # one version must not stop the others
                    failed.add(entry.version_id)
                    _log.exception("version not judged", version_id=entry.version_id)
        return judged

    def alerts(
        self,
        name: str | None = None,
        *,
        status: AlertStatus | None = None,
        column: str | None = None,
    ) -> tuple[AlertView, ...]:
        """Return alerts of a model (or of all), or of one column, newest windows first."""
        if name is not None:
            self._registry.record(name)
        return tuple(
            view_of_alert(record)
            for record in self._alerts.list(model=name, status=status, column=column)
        )

    def waiting(self, name: str, *, most: int) -> WaitingAlerts:
        """Return the first alerts of a model that wait for somebody, and how many there are."""
        return WaitingAlerts(
            first=tuple(view_of_alert(each) for each in self._alerts.waiting(name, limit=most)),
            open=self._alerts.count(name, AlertStatus.OPEN),
            acknowledged=self._alerts.count(name, AlertStatus.ACKNOWLEDGED),
        )

    def set_status(self, alert_id: int, status: AlertStatus) -> AlertView:
        """Open, acknowledge or resolve an alert; `NotFound` when there is none of that key."""
        before, now = self.alert(alert_id), self._clock.now()
        told = change(
            now,
            "alert.status",
            f"alert {alert_id} of model {before.model}",
            before=before.status.value,
            after=status.value,
        )
        self._alerts.set_status(alert_id, status, now, told)
        return self.alert(alert_id)

    def alert(self, alert_id: int) -> AlertView:
        """Return an alert; `NotFound` when there is none of that key."""
        record = self._alerts.find(alert_id)
        if record is None:
            message = f"There is no alert {alert_id}."
            raise NotFound(message, hint="See the list of alerts for their numbers.")
        return view_of_alert(record)

    def _segment(self, record: VersionRecord, segment: str) -> str:
        """Return the segment if the version has it; the empty name stands for all rows."""
        if segment:
            known = self._windows.segments(record.version_id)
            if segment not in known:
                names = ", ".join(known[:_SEGMENTS_TOLD])
                hint = f"Segments: {names}." if known else "Its log policy names no columns yet."
                message = f"{record.model} v{record.number} has no segment {segment!r}."
                raise NotFound(message, hint=hint)
        return segment

    def _between(self, version_id: int, window: Window | None, segment: str) -> Profile | None:
        if window is None:
            return None
        whole_days = Window.containing(window.start, Granularity.DAY).start == window.start and (
            Window.containing(window.end, Granularity.DAY).start == window.end
        )
        granularity = Granularity.DAY if whole_days else Granularity.HOUR
        found = self._windows.profiles(
            version_id, granularity, segment=segment, start=window.start, end=window.end
        )
        merged = Profile.empty()
        for entry in found:
            merged = merged.merge(entry.profile)
        return merged if found else None

    def _judge(self, due: DueWindow) -> bool:
        """Judge a window; ``False`` where it is gone, or must be judged once more."""
        entry = self._windows.profile(due.profile_id)
        if entry is None:
            return False  # expired meanwhile, or cannot be read and was set aside
        rule = DriftRule.decode(due.monitor.rule)
        judged = self._comparisons.judged(entry, Granularity.DAY, rule)
        signature = self._registry.record_of(due.version_id).signature
        # Inputs of rows that it only shadowed ring with the version that answered them.
        own = signature.outputs if entry.shadow >= entry.profile.rows else signature.columns
        names = {column.name for column in own}
        found = [
            NewAlert(column=finding.column, distance=finding.distance, sentence=finding.sentence)
            for finding in rule.findings(judged.comparison, signature)
            if finding.column in names
        ]
        return self._alerts.record(
            due,
            revision=entry.revision,
            found=found,
            now=self._clock.now(),
            until=entry.window.end + rule.history * Granularity.DAY.duration,
            past=judged.past,
        )


def view_of_alert(record: AlertRecord) -> AlertView:
    """Return an alert as people see it."""
    return AlertView(
        alert_id=record.alert_id,
        model=record.model,
        version=record.version,
        monitor=record.monitor,
        column=record.column,
        window=record.window,
        distance=record.distance,
        sentence=record.sentence,
        status=AlertStatus(record.status),
        opened_at=record.opened_at,
        changed_at=record.changed_at,
    )
