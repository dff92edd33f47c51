"""What is known of models when they are judged, read with few queries however many they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from modeldesk.clock import Clock
from modeldesk.schema import Granularity, Window
from modeldesk.services.drift_sign import DriftSigns
from modeldesk.services.health import (
    LOOKED_BACK,
    AlertSign,
    DaySign,
    FailureSign,
    Signs,
)
from modeldesk.services.performance_signs import ESTIMATED_BACK, PerformanceSigns
from modeldesk.services.views import WindowVolume
from modeldesk.sketches import Quantiles
from modeldesk.store import (
    CondensedMark,
    EvaluatedMark,
    Failures,
    FleetRecords,
    OpenAlert,
    VersionRecord,
    WaitingRows,
)
from modeldesk.store import WindowVolume as StoredVolume

_DELAY = 0.9
"""Share of the labels by which it is told how late they are."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A model that is judged by one of its versions."""

    record: VersionRecord
    """The version whose rows are compared, estimated and measured."""
    version_ids: tuple[int, ...]
    """All versions of the model: their alerts and failures count as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectSigns:
    """What is known of one model."""

    signs: Signs
    volume: tuple[WindowVolume, ...]
    """The days with answered predictions of all versions in the range, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the queries said, by the key of the version."""

    volumes: Mapping[int, tuple[StoredVolume, ...]]
    latest: Mapping[int, datetime]
    waiting: Mapping[int, WaitingRows]
    damaged: Mapping[int, int]
    refused: Mapping[int, int]
    totals: Mapping[int, int]
    failures: Mapping[int, Failures]
    alerts: Mapping[int, tuple[OpenAlert, ...]]
    evaluated: Mapping[int, tuple[EvaluatedMark, ...]]
    condensed: Mapping[int, tuple[CondensedMark, ...]]
    delays: Mapping[int, Quantiles]
    """By the key of the model."""


class ModelSigns:
    """Reads what models are judged by.

    Parameters
    ----------
    fleet
        The facts of many versions at once.
    drift
        The latest day of each version, compared.
    performance
        What labels and estimates say of each version.
    clock
        Tells when it is judged.
    """

    def __init__(
        self,
        fleet: FleetRecords,
        drift: DriftSigns,
        performance: PerformanceSigns,
        clock: Clock,
    ) -> None:
        self._fleet = fleet
        self._drift = drift
        self._performance = performance
        self._clock = clock

    def of(
        self, subjects: Sequence[Subject], *, start: datetime | None = None
    ) -> tuple[SubjectSigns, ...]:
        """Return what is known of models, in their order.

        Parameters
        ----------
        subjects
            The models.
        start
            From when on their volume is told; `LOOKED_BACK` unless told.
        """
        now = self._clock.now()
        looked_back = _midnight(now) - LOOKED_BACK
        begin = looked_back if start is None else min(start, looked_back)
        found = self._found(subjects, begin, looked_back)
        return tuple(
            SubjectSigns(
                signs=self._signs(subject, found, now, looked_back),
                volume=_volume(subject, found, looked_back if start is None else start),
            )
            for subject in subjects
        )

    def _found(self, subjects: Sequence[Subject], begin: datetime, looked_back: datetime) -> _Found:
        every = [key for subject in subjects for key in subject.version_ids]
        judged = [subject.record.version_id for subject in subjects]
        volumes = self._fleet.volumes(every, start=begin)
        refused = self._fleet.refused(every)
        counted = [
            key
            for subject in subjects
            if any(key in refused for key in subject.version_ids)
            for key in subject.version_ids
        ]
        return _Found(
            volumes=volumes,
            latest=self._fleet.latest([key for key in every if key not in volumes]),
            waiting=self._fleet.waiting(every),
            damaged=self._fleet.damaged(every),
            refused=refused,
            # Counting all that was ever predicted takes long: only where it is asked for.
            totals=self._fleet.totals(counted),
            failures=self._fleet.failures(every),
            alerts=self._fleet.open_alerts(every),
            evaluated=self._fleet.evaluated(judged, start=looked_back),
            condensed=self._fleet.condensed(
                judged, start=looked_back + LOOKED_BACK - ESTIMATED_BACK
            ),
            delays=self._fleet.delays([subject.record.model_id for subject in subjects]),
        )

    def _signs(
        self, subject: Subject, found: _Found, now: datetime, looked_back: datetime
    ) -> Signs:
        record, keys = subject.record, subject.version_ids
        marks = found.evaluated.get(record.version_id, ())
        days = [
            volume
            for volume in found.volumes.get(record.version_id, ())
            if volume.window.start >= looked_back
        ]
        waiting = [found.waiting[key] for key in keys if key in found.waiting]
        change = self._performance.change(record, marks)
        return Signs(
            now=now,
            days=_days(days, marks),
            waiting=sum(some.rows - some.shadow for some in waiting),
            last_prediction_at=_last(keys, found),
            drift=self._drift.of(record, days),
            alerts=_alerts([one for key in keys for one in found.alerts.get(key, ())]),
            failures=_failures([found.failures[key] for key in keys if key in found.failures]),
            refused=sum(found.refused.get(key, 0) for key in keys),
            predictions=sum(found.totals.get(key, 0) for key in keys),
            damaged=sum(found.damaged.get(key, 0) for key in keys),
            performance=change,
            estimate=self._performance.estimate(record, found.condensed.get(record.version_id, ())),
            late=_late(found.delays.get(record.model_id)),
        )


def _late(delay: Quantiles | None) -> timedelta:
    if delay is None or not delay.count:
        return timedelta(0)
    return timedelta(seconds=max(0.0, delay.quantiles([_DELAY])[0]))


def _days(volumes: Sequence[StoredVolume], marks: Sequence[EvaluatedMark]) -> tuple[DaySign, ...]:
    labelled = {mark.day: mark.labelled for mark in marks}
    return tuple(
        DaySign(
            day=volume.window.start.date(),
            predictions=volume.rows - volume.shadow,
            labelled=labelled.get(volume.window.start, 0),
        )
        for volume in volumes
        if volume.rows > volume.shadow
    )


def _volume(subject: Subject, found: _Found, start: datetime) -> tuple[WindowVolume, ...]:
    rows: dict[Window, int] = {}
    for key in subject.version_ids:
        for volume in found.volumes.get(key, ()):
            if volume.window.start >= start:
                known = rows.get(volume.window, 0)
                rows[volume.window] = known + volume.rows - volume.shadow
    return tuple(WindowVolume(window=window, rows=rows[window]) for window in sorted(rows))


def _last(keys: Sequence[int], found: _Found) -> datetime | None:
    times = [volume.last_time for key in keys for volume in found.volumes.get(key, ())]
    times += [found.latest[key] for key in keys if key in found.latest]
    waiting = [found.waiting[key].last_time for key in keys if key in found.waiting]
    return max([*times, *(moment for moment in waiting if moment is not None)], default=None)


def _alerts(found: Sequence[OpenAlert]) -> AlertSign | None:
    if not found:
        return None
    newest = sorted(found, key=lambda alert: alert.day, reverse=True)
    return AlertSign(
        many=len(found),
        columns=tuple(dict.fromkeys(alert.column for alert in newest)),
        day=newest[0].day.date(),
    )


def _failures(found: Sequence[Failures]) -> FailureSign | None:
    if not found:
        return None
    last = max(found, key=lambda one: one.at or _NEVER)
    return FailureSign(
        rows=sum(one.rows for one in found), at=last.at or _NEVER, sentence=last.sentence
    )


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(
        Window.containing(moment, Granularity.DAY).start.date(), time(), tzinfo=UTC
    )
