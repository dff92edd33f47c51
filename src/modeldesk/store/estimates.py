"""What estimates are made from: an estimator for each version, and a small window for each day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from modeldesk.schema import Granularity
from modeldesk.store.engine import Store
from modeldesk.store.estimate_tables import condensed_days, estimators
from modeldesk.store.inserting import insert_or
from modeldesk.store.label_tables import label_hours
from modeldesk.store.tables import profiles

_GROWN = 1.1
"""By how much a day's rows grow until it is condensed again at once."""
_LATER = timedelta(hours=1)
"""After which it is condensed again however little it has grown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorRecord:
    """What was learned from labelled rows of a version."""

    version_id: int
    learned_at: datetime
    rows: int
    """Labelled rows that it was learned from."""
    first_time: datetime
    """When the first of them was predicted."""
    last_time: datetime
    payload: bytes
    """As `modeldesk.performance.estimation.decode_estimator` reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledVersion:
    """A version that nothing was learned from yet."""

    version_id: int
    labelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayToCondense:
    """A day that has other rows than when it was condensed."""

    version_id: int
    day: datetime
    revision: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CondensedDay:
    """What a day's rows say to the estimator."""

    day: datetime
    rows: int
    payload: bytes


class EstimateRecords:
    """Reads and writes estimators, and the days that they condensed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def unlearned(self, least: int) -> tuple[LabelledVersion, ...]:
        """Return versions without an estimator of which so many rows are labelled."""
        labelled = sa.func.sum(label_hours.c.labelled)
        query = (
            sa.select(label_hours.c.version_id, labelled.label("labelled"))
            .where(label_hours.c.version_id.not_in(sa.select(estimators.c.version_id)))
            .group_by(label_hours.c.version_id)
            .having(labelled >= least)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            LabelledVersion(version_id=row.version_id, labelled=int(row.labelled)) for row in rows
        )

    def labelled(self, version_id: int) -> int:
        """Return how many rows of a version are labelled."""
        query = sa.select(sa.func.sum(label_hours.c.labelled)).where(
            label_hours.c.version_id == version_id
        )
        with self._store.reading() as connection:
            return int(connection.execute(query).scalar_one() or 0)

    def estimator(self, version_id: int) -> EstimatorRecord | None:
        """Return what was learned from a version's labels, if something was."""
        query = sa.select(estimators).where(estimators.c.version_id == version_id)
        with self._store.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else EstimatorRecord(**row._asdict())

    def learn(self, record: EstimatorRecord) -> None:
        """Keep what was learned instead of what was known; days are condensed again by it."""
        values = {
            "learned_at": record.learned_at,
            "rows": record.rows,
            "first_time": record.first_time,
            "last_time": record.last_time,
            "payload": record.payload,
        }
        with self._store.writing() as connection:
            new = insert_or(connection, estimators).values(version_id=record.version_id, **values)
            connection.execute(
                new.on_conflict_do_update(index_elements=[estimators.c.version_id], set_=values)
            )
            mine = condensed_days.c.version_id == record.version_id
            connection.execute(sa.delete(condensed_days).where(mine))

    def due(
        self, now: datetime, limit: int, *, without: Collection[int] = ()
    ) -> tuple[DayToCondense, ...]:
        """Return days to condense, the newest first.

        A day that grows is condensed again when it has a tenth more rows, or an hour later.
        """
        same = (condensed_days.c.version_id == profiles.c.version_id) & (
            condensed_days.c.day == profiles.c.start
        )
        joined = profiles.join(
            estimators, estimators.c.version_id == profiles.c.version_id
        ).outerjoin(condensed_days, same)
        grown = sa.or_(
            profiles.c.rows >= condensed_days.c.rows * _GROWN,
            condensed_days.c.condensed_at <= now - _LATER,
        )
        query = (
            sa.select(profiles.c.version_id, profiles.c.start, profiles.c.revision, profiles.c.rows)
            .select_from(joined)
            .where(
                profiles.c.granularity == Granularity.DAY.value,
                profiles.c.segment == "",
                profiles.c.damaged.is_(None),
                profiles.c.version_id.not_in(without),
                sa.or_(
                    condensed_days.c.revision.is_(None),
                    sa.and_(condensed_days.c.revision != profiles.c.revision, grown),
                ),
            )
            .order_by(profiles.c.start.desc(), profiles.c.version_id)
            .limit(limit)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            DayToCondense(
                version_id=row.version_id, day=row.start, revision=row.revision, rows=row.rows
            )
            for row in rows
        )

    def keep(
        self, due: DayToCondense, payload: bytes, *, learned_at: datetime, now: datetime
    ) -> bool:
        """Keep what a day's rows say, unless there is another estimator meanwhile."""
        values = {
            "revision": due.revision,
            "rows": due.rows,
            "condensed_at": now,
            "payload": payload,
        }
        with self._store.writing() as connection:
            known = sa.select(estimators.c.learned_at).where(
                estimators.c.version_id == due.version_id
            )
            if connection.scalar(known) != learned_at:
                return False
            new = insert_or(connection, condensed_days).values(
                version_id=due.version_id, day=due.day, **values
            )
            keys = [condensed_days.c.version_id, condensed_days.c.day]
            connection.execute(new.on_conflict_do_update(index_elements=keys, set_=values))
        return True

    def days(
        self, version_id: int, *, start: datetime | None = None, end: datetime | None = None
    ) -> tuple[CondensedDay, ...]:
        """Return the condensed days of a version that begin in a range, oldest first."""
        query = sa.select(condensed_days).where(condensed_days.c.version_id == version_id)
        if start is not None:
            query = query.where(condensed_days.c.day >= start)
        if end is not None:
            query = query.where(condensed_days.c.day < end)
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(condensed_days.c.day)).all()
        return tuple(CondensedDay(day=row.day, rows=row.rows, payload=row.payload) for row in rows)
