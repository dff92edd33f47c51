"""The same few facts of many versions, each in one query, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modeldesk.schema import Granularity, Window
from modeldesk.sketches import Quantiles
from modeldesk.store.alerts import OPEN
from modeldesk.store.engine import Store
from modeldesk.store.estimate_tables import condensed_days, estimators
from modeldesk.store.evaluation_tables import evaluations
from modeldesk.store.fresh import filed_if_possible
from modeldesk.store.label_tables import label_delays
from modeldesk.store.log import WaitingRows
from modeldesk.store.registry import Failures
from modeldesk.store.tables import (
    alerts,
    chunks,
    counters,
    models,
    profiles,
    versions,
)
from modeldesk.store.windows import WindowVolume

_AT_ONCE = 500
"""Versions in one query."""
_DAY = Granularity.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVersion:
    """That there is a version."""

    version_id: int
    model: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlert:
    """An alert that waits for somebody."""

    version_id: int
    column: str
    day: datetime
    """Start of the window that it is about."""
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedMark:
    """That a day's labels were evaluated, without what came of it."""

    day: datetime
    revision: int
    """Another one has another state."""
    labelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CondensedMark:
    """That a day is condensed, without what it says."""

    learned_at: datetime
    """When the estimator was learned that condensed it."""
    day: datetime
    revision: int
    """Another one has other rows."""


class FleetRecords:
    """Reads what a list of models says of each; rows and profiles are never touched."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def versions(self) -> tuple[KnownVersion, ...]:
        """Return all versions of all models, by the model's name and the version's number."""
        query = (
            sa.select(versions.c.id, models.c.name, versions.c.number)
            .join_from(versions, models)
            .order_by(models.c.name, versions.c.number)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            KnownVersion(version_id=row.id, model=row.name, number=row.number) for row in rows
        )

    def volumes(
        self, version_ids: Sequence[int], *, start: datetime
    ) -> Mapping[int, tuple[WindowVolume, ...]]:
        """Return the row counts of the versions' days from ``start`` on, oldest first."""
        query = (
            sa.select(
                profiles.c.version_id,
                profiles.c.start,
                profiles.c.rows,
                profiles.c.last_time,
                profiles.c.shadow,
            )
            .where(*_days(), profiles.c.start >= start)
            .order_by(profiles.c.start)
        )
        found: dict[int, list[WindowVolume]] = defaultdict(list)
        for row in self._rows(query, profiles.c.version_id, version_ids):
            window = Window(start=row.start, end=row.start + _DAY.duration)
            found[row.version_id].append(
                WindowVolume(
                    window=window, rows=row.rows, last_time=row.last_time, shadow=row.shadow
                )
            )
        return {key: tuple(some) for key, some in found.items()}

    def latest(self, version_ids: Sequence[int]) -> Mapping[int, datetime]:
        """Return the time of the newest profiled row of each version that has any."""
        newest = (
            sa.select(profiles.c.version_id, sa.func.max(profiles.c.start).label("start"))
            .where(*_days(), profiles.c.version_id.in_(version_ids))
            .group_by(profiles.c.version_id)
            .subquery()
        )
        query = (
            sa.select(profiles.c.version_id, profiles.c.last_time)
            .join(
                newest,
                sa.and_(
                    newest.c.version_id == profiles.c.version_id,
                    newest.c.start == profiles.c.start,
                ),
            )
            .where(*_days())
        )
        rows = self._rows(query, profiles.c.version_id, version_ids)
        return {row.version_id: row.last_time for row in rows}

    def totals(self, version_ids: Sequence[int]) -> Mapping[int, int]:
        """Return how many answered predictions of each version are profiled."""
        total = sa.func.sum(profiles.c.rows - profiles.c.shadow).label("total")
        query = (
            sa.select(profiles.c.version_id, total).where(*_days()).group_by(profiles.c.version_id)
        )
        rows = self._rows(query, profiles.c.version_id, version_ids)
        return {row.version_id: int(row.total) for row in rows}

    def refused(self, version_ids: Sequence[int]) -> Mapping[int, int]:
        """Return how many rows of each version did not fit, where there were any."""
        query = sa.select(counters.c.version_id, counters.c.refused).where(counters.c.refused > 0)
        rows = self._rows(query, counters.c.version_id, version_ids)
        return {row.version_id: row.refused for row in rows}

    def failures(self, version_ids: Sequence[int]) -> Mapping[int, Failures]:
        """Return how often each version failed, where it ever did."""
        query = sa.select(counters).where(counters.c.last_failed_at.is_not(None))
        return {
            row.version_id: Failures(
                version_id=row.version_id,
                rows=row.failed,
                sentence=row.last_failure or "",
                at=row.last_failed_at,
            )
            for row in self._rows(query, counters.c.version_id, version_ids)
        }

    def waiting(self, version_ids: Sequence[int]) -> Mapping[int, WaitingRows]:
        """Return how many rows of each version wait to be profiled, where any do."""
        filed_if_possible(self._store)
        rows = self._rows(_waiting(), chunks.c.version_id, version_ids)
        return {
            row.version_id: WaitingRows(
                rows=int(row.rows), last_time=row.last_time, shadow=int(row.shadow)
            )
            for row in rows
        }

    def damaged(self, version_ids: Sequence[int]) -> Mapping[int, int]:
        """Return how many rows of each version cannot be read, where there are any."""
        query = (
            sa.select(chunks.c.version_id, sa.func.sum(chunks.c.rows).label("total"))
            .where(chunks.c.damaged.is_not(None))
            .group_by(chunks.c.version_id)
        )
        rows = self._rows(query, chunks.c.version_id, version_ids)
        return {row.version_id: int(row.total) for row in rows}

    def open_alerts(self, version_ids: Sequence[int]) -> Mapping[int, tuple[OpenAlert, ...]]:
        """Return the open alerts of each version that has any, the newest windows first."""
        query = (
            sa.select(alerts.c.version_id, alerts.c.column, alerts.c.opened_at, profiles.c.start)
            .join_from(alerts, profiles, profiles.c.id == alerts.c.profile_id)
            .where(alerts.c.status == OPEN)
            .order_by(profiles.c.start.desc(), alerts.c.id.desc())
        )
        found: dict[int, list[OpenAlert]] = defaultdict(list)
        for row in self._rows(query, alerts.c.version_id, version_ids):
            found[row.version_id].append(
                OpenAlert(
                    version_id=row.version_id,
                    column=row.column,
                    day=row.start,
                    opened_at=row.opened_at,
                )
            )
        return {key: tuple(some) for key, some in found.items()}

    def evaluated(
        self, version_ids: Sequence[int], *, start: datetime
    ) -> Mapping[int, tuple[EvaluatedMark, ...]]:
        """Return which days of the versions were evaluated from ``start`` on, oldest first."""
        query = (
            sa.select(
                evaluations.c.version_id,
                evaluations.c.day,
                evaluations.c.revision,
                evaluations.c.labelled,
            )
            .where(evaluations.c.part == "", evaluations.c.day >= start)
            .order_by(evaluations.c.day)
        )
        found: dict[int, list[EvaluatedMark]] = defaultdict(list)
        for row in self._rows(query, evaluations.c.version_id, version_ids):
            found[row.version_id].append(
                EvaluatedMark(day=row.day, revision=row.revision, labelled=row.labelled)
            )
        return {key: tuple(some) for key, some in found.items()}

    def condensed(
        self, version_ids: Sequence[int], *, start: datetime
    ) -> Mapping[int, tuple[CondensedMark, ...]]:
        """Return which days of the versions are condensed from ``start`` on, oldest first."""
        days = condensed_days.c
        query = (
            sa.select(days.version_id, estimators.c.learned_at, days.day, days.revision)
            .join_from(condensed_days, estimators, estimators.c.version_id == days.version_id)
            .where(days.day >= start)
            .order_by(days.day)
        )
        found: dict[int, list[CondensedMark]] = defaultdict(list)
        for row in self._rows(query, days.version_id, version_ids):
            found[row.version_id].append(
                CondensedMark(learned_at=row.learned_at, day=row.day, revision=row.revision)
            )
        return {key: tuple(some) for key, some in found.items()}

    def delays(self, model_ids: Sequence[int]) -> Mapping[int, Quantiles]:
        """Return how late labels of each model are, in seconds, where it has any."""
        query = sa.select(label_delays.c.model_id, label_delays.c.payload)
        rows = self._rows(query, label_delays.c.model_id, model_ids)
        return {row.model_id: Quantiles.decode(row.payload) for row in rows}

    def _rows(
        self, query: sa.Select[Any], column: sa.Column[int], keys: Sequence[int]
    ) -> Iterator[sa.Row[Any]]:
        """Yield what a query finds of some keys; how many are in one is bounded."""
        for first in range(0, len(keys), _AT_ONCE):
            some = keys[first : first + _AT_ONCE]
            with self._store.reading() as connection:
                rows = connection.execute(query.where(column.in_(some))).all()
            yield from rows


def _days() -> tuple[sa.ColumnElement[bool], ...]:
    return profiles.c.segment == "", profiles.c.granularity == _DAY.value


def _waiting() -> sa.Select[Any]:
    columns = chunks.c
    shadow = sa.func.sum(sa.case((columns.shadow, columns.rows), else_=0))
    return (
        sa.select(
            columns.version_id,
            sa.func.sum(columns.rows).label("rows"),
            sa.func.max(columns.last_time).label("last_time"),
            shadow.label("shadow"),
        )
        .where(columns.profiled.is_(False), columns.damaged.is_(None))
        .group_by(columns.version_id)
    )
