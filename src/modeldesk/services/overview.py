"""What the models page says about each model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from modeldesk.clock import Clock
from modeldesk.drift import Comparison, Status
from modeldesk.schema import Granularity, Role
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.registry import Registry
from modeldesk.services.views import ModelOverview, WindowVolume
from modeldesk.store import (
    CHAMPION,
    AlertRecords,
    ChunkLog,
    ModelRecords,
    VersionRecord,
    WindowRecords,
)

_VOLUME_DAYS = 30
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Overview:
    """Sums up models: volume, freshness, alerts and the verdict of the latest day."""

    def __init__(
        self,
        *,
        registry: Registry,
        records: ModelRecords,
        log: ChunkLog,
        windows: WindowRecords,
        alerts: AlertRecords,
        comparisons: Comparisons,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._records = records
        self._log = log
        self._windows = windows
        self._alerts = alerts
        self._clock = clock
        self._comparisons = comparisons

    def models(self) -> tuple[ModelOverview, ...]:
        """Return every model in alphabetical order."""
        return tuple(self.model(name) for name in self._registry.names())

    def model(self, name: str) -> ModelOverview:
        """Return one model; `NotFound` when there is none of that name."""
        champion = self._registry.record(name)
        versions = self._records.versions(name)
        totals = self._windows.totals([version.version_id for version in versions]).values()
        since = self._clock.now() - timedelta(days=_VOLUME_DAYS)
        volumes = [
            volume
            for version in versions
            for volume in self._windows.volumes(version.version_id, Granularity.DAY, start=since)
        ]
        waiting = self._log.waiting([version.version_id for version in versions])
        profiled = sum(total.rows - total.shadow for total in totals)
        failures = self._records.failures(name)
        last_failed = max(failures, key=lambda found: found.at or _NEVER, default=None)
        beside = waiting.shadow + sum(total.shadow for total in totals)
        last = [total.last_time for total in totals]
        if waiting.last_time is not None:
            last.append(waiting.last_time)
        recent: dict[object, WindowVolume] = {}
        for volume in volumes:
            known = recent.get(volume.window.start)
            rows = volume.rows - volume.shadow + (known.rows if known else 0)
            recent[volume.window.start] = WindowVolume(window=volume.window, rows=rows)
        status, sentence = self._verdict(champion, waiting.rows)
        return ModelOverview(
            name=name,
            versions=len(versions),
            champion=next(v.number for v in versions if CHAMPION in v.aliases),
            predictions=profiled + waiting.rows - waiting.shadow,
            shadow=beside,
            failed=sum(found.rows for found in failures),
            last_failure="" if last_failed is None else last_failed.sentence,
            damaged=self._log.damaged([version.version_id for version in versions]),
            profiled=profiled,
            refused=self._records.refused(name),
            last_prediction_at=max(last) if last else None,
            volume=tuple(sorted(recent.values(), key=lambda entry: entry.window)),
            open_alerts=self._alerts.count(name),
            status=status,
            sentence=sentence,
        )

    def _verdict(self, champion: VersionRecord, waiting: int) -> tuple[Status | None, str]:
        """Compare the latest day that has enough rows with the reference, features only."""
        rule = self._comparisons.rule(champion.model)
        latest = self._windows.latest(
            champion.version_id, Granularity.DAY, least_rows=rule.thresholds.min_rows
        )
        if latest is None:
            return (
                None,
                f"{_counted(waiting)} to be profiled." if waiting else "No predictions yet.",
            )
        compared = self._comparisons.between(
            champion.version_id, Granularity.DAY, rule, start=latest.start, end=latest.end
        )
        if not compared:
            return None, f"The profile of {latest.start:%Y-%m-%d} cannot be read."
        comparison = compared[-1].comparison
        features = {c.name for c in champion.signature.inputs if c.role is Role.FEATURE}
        features.difference_update(rule.muted)
        return _summed_up(comparison, features, f"{latest.start:%Y-%m-%d}")


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"


def _summed_up(comparison: Comparison, features: set[str], day: str) -> tuple[Status, str]:
    compared = [column for column in comparison.columns if column.name in features]
    judged = [c for c in compared if c.verdict.status in {Status.STABLE, Status.CHANGED}]
    changed = [column for column in comparison.changed if column.name in features]
    if changed:
        names = ", ".join(column.name for column in changed[:3])
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""  # noqa: PLR2004
        return Status.CHANGED, f"{day}: {names}{more} changed against the reference."
    if not judged:
        return (
            Status.NOT_ENOUGH_DATA,
            f"{day}: {_counted(comparison.rows)}, too few for a verdict.",
        )
    if len(judged) < len(compared):
        sentence = f"{day}: {len(judged)} of {len(compared)} features judged, as in the reference."
        return Status.STABLE, sentence
    return Status.STABLE, f"{day}: all {len(judged)} features as in the reference."
