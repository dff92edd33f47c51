"""Monitors, which windows they judged, and the alerts that came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modeldesk.schema import Granularity, Window
from modeldesk.store.audit import Change, note
from modeldesk.store.comparisons import Past
from modeldesk.store.engine import Store
from modeldesk.store.inserting import insert_or
from modeldesk.store.tables import alerts, judgements, models, monitors, profiles, versions

OPEN = "open"
ACKNOWLEDGED = "acknowledged"
RESOLVED = "resolved"
FALSE_ALARM = "false_alarm"

_OVER = (RESOLVED, FALSE_ALARM)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRecord:
    """A monitor of a model: its name and its rule as JSON."""

    monitor_id: int
    name: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWindow:
    """A window whose profile grew since a monitor judged it last."""

    monitor: MonitorRecord
    version_id: int
    profile_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """A finding that matters."""

    column: str
    distance: float | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRecord:
    """An alert as it stands in the database."""

    alert_id: int
    model: str
    version: int
    monitor: str
    column: str
    window: Window
    distance: float | None
    sentence: str
    status: str
    opened_at: datetime
    changed_at: datetime


class AlertRecords:
    """Reads and writes judgements and alerts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def monitors(self, model: str) -> tuple[MonitorRecord, ...]:
        """Return the monitors of a model, the oldest first."""
        query = (
            sa.select(monitors)
            .select_from(monitors.join(models))
            .where(models.c.name == model)
            .order_by(monitors.c.id)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(MonitorRecord(monitor_id=row.id, name=row.name, rule=row.rule) for row in rows)

    def set_rule(
        self, monitor_id: int, rule: str, *, since: datetime, change: Change | None = None
    ) -> None:
        """Give a monitor another rule, and let it judge the windows from `since` on once more."""
        recent = sa.select(profiles.c.id).where(profiles.c.start >= since)
        with self._store.writing() as connection:
            connection.execute(
                sa.update(monitors).where(monitors.c.id == monitor_id).values(rule=rule)
            )
            connection.execute(
                sa.update(judgements)
                .where(judgements.c.monitor_id == monitor_id, judgements.c.profile_id.in_(recent))
                .values(revision=-sa.func.abs(judgements.c.revision))
            )
            note(connection, change)

    def due(
        self, granularity: Granularity, limit: int, *, without: Collection[int] = ()
    ) -> tuple[DueWindow, ...]:
        """Return windows that have rows which their monitors have not judged yet.

        Parameters
        ----------
        granularity
            Length of the windows.
        limit
            Most windows, the oldest first.
        without
            Keys of versions whose windows are left out.
        """
        judged = judgements.c.revision
        query = (
            sa.select(monitors, versions.c.id.label("version_id"), profiles.c.id.label("due"))
            .select_from(
                monitors.join(versions, versions.c.model_id == monitors.c.model_id)
                .join(profiles, profiles.c.version_id == versions.c.id)
                .outerjoin(
                    judgements,
                    sa.and_(
                        judgements.c.monitor_id == monitors.c.id,
                        judgements.c.profile_id == profiles.c.id,
                    ),
                )
            )
            .where(
                profiles.c.granularity == granularity.value,
                profiles.c.segment == "",
                profiles.c.damaged.is_(None),
                versions.c.id.not_in(without),
                sa.or_(judged.is_(None), judged < profiles.c.revision),
            )
            .order_by(profiles.c.start, profiles.c.id, monitors.c.id)
            .limit(limit)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            DueWindow(
                monitor=MonitorRecord(monitor_id=row.id, name=row.name, rule=row.rule),
                version_id=row.version_id,
                profile_id=row.due,
            )
            for row in rows
        )

    def record(
        self,
        due: DueWindow,
        *,
        revision: int,
        found: Sequence[NewAlert],
        now: datetime,
        until: datetime,
        past: Past,
    ) -> bool:
        """Write that a window was judged; open, restate or resolve its alerts accordingly.

        A finding on a column opens an alert, or updates the one that is there without
        touching what people did with it. Late rows may restate a window: an alert whose
        finding is gone is resolved, and opened again should the finding return.

        Parameters
        ----------
        due
            The window and the monitor.
        revision
            Which revision of the window was judged.
        found
            What was found.
        now
            When.
        until
            Windows after this one that start before `until` are judged in its light: where
            it changed, those that were judged before it are due again.
        past
            The windows before it, as they were when it was judged.

        Returns
        -------
        bool
            Whether it was written. Where another process changed a window of the past
            meanwhile, nothing is: the window stays due, to be judged once more.
        """
        of_window = sa.and_(
            alerts.c.monitor_id == due.monitor.monitor_id,
            alerts.c.profile_id == due.profile_id,
        )
        # It waits for no disk: what the end of a machine undoes is judged once more.
        with self._store.writing(synced=False) as connection:
            if not past.is_still(connection):
                return False
            # The earliest window is locked first, so that nobody waits in a circle.
            before = _judged(connection, due)
            _mark_judged(connection, due, revision=revision, findings=len(found), now=now)
            if before != revision:
                _make_due(connection, due, until)
            known = set(connection.scalars(sa.select(alerts.c.column).where(of_window)))
            _restate(connection, of_window, [new for new in found if new.column in known], now)
            _open(connection, due, [new for new in found if new.column not in known], now)
            gone = known - {new.column for new in found}
            connection.execute(
                sa.update(alerts)
                .where(of_window, alerts.c.column.in_(gone), alerts.c.status.not_in(_OVER))
                .values(status=RESOLVED, restated=True, changed_at=now)
            )
        return True

    def list(
        self,
        *,
        model: str | None = None,
        status: str | None = None,
        column: str | None = None,
        limit: int = 1000,
    ) -> tuple[AlertRecord, ...]:
        """Return alerts, the newest windows first."""
        where = []
        if model is not None:
            where.append(models.c.name == model)
        if status is not None:
            where.append(alerts.c.status == status)
        if column is not None:
            where.append(alerts.c.column == column)
        return self._select(where, limit)

    def waiting(self, model: str, *, limit: int) -> tuple[AlertRecord, ...]:
        """Return alerts that somebody has to look at: open ones, then newer windows first."""
        query = (
            _ALERTS.where(models.c.name == model, alerts.c.status.in_([OPEN, ACKNOWLEDGED]))
            .order_by((alerts.c.status == OPEN).desc(), profiles.c.start.desc(), alerts.c.id.desc())
            .limit(limit)
        )
        with self._store.reading() as connection:
            return tuple(_alert(row) for row in connection.execute(query))

    def since(self, model: str, start: datetime | None, *, limit: int) -> tuple[AlertRecord, ...]:
        """Return alerts of a model that changed at or after a time, those that did last."""
        where = [models.c.name == model]
        if start is not None:
            where.append(alerts.c.changed_at >= start)
        return self._select(where, limit, latest=alerts.c.changed_at)

    def find(self, alert_id: int) -> AlertRecord | None:
        """Return one alert, if there is one of that key."""
        return next(iter(self._select([alerts.c.id == alert_id], 1)), None)

    def set_status(
        self, alert_id: int, status: str, now: datetime, change: Change | None = None
    ) -> None:
        """Change where an alert stands."""
        with self._store.writing() as connection:
            connection.execute(
                sa.update(alerts)
                .where(alerts.c.id == alert_id)
                .values(status=status, restated=False, changed_at=now)
            )
            note(connection, change)

    def count(self, model: str, status: str = OPEN) -> int:
        """Return how many alerts of a model stand there."""
        query = (
            sa.select(sa.func.count())
            .select_from(alerts.join(versions).join(models))
            .where(models.c.name == model, alerts.c.status == status)
        )
        with self._store.reading() as connection:
            return int(connection.scalar(query) or 0)

    def _select(
        self,
        where: Sequence[sa.ColumnElement[bool]],
        limit: int,
        *,
        latest: sa.Column[datetime] = profiles.c.start,
    ) -> tuple[AlertRecord, ...]:
        with self._store.reading() as connection:
            return selected(connection, where, limit=limit, latest=latest)


def with_names(query: sa.Select[Any]) -> sa.Select[Any]:
    """Return a query about alerts, joined with what they are of: model, monitor and window."""
    return query.select_from(
        alerts.join(versions, versions.c.id == alerts.c.version_id)
        .join(models, models.c.id == versions.c.model_id)
        .join(monitors, monitors.c.id == alerts.c.monitor_id)
        .join(profiles, profiles.c.id == alerts.c.profile_id)
    )


# Written once: to put it together takes as long as to run it.
_ALERTS: sa.Select[Any] = with_names(
    sa.select(
        alerts,
        models.c.name.label("model"),
        versions.c.number,
        monitors.c.name.label("monitor"),
        profiles.c.granularity,
        profiles.c.start,
    )
)


def selected(
    connection: sa.Connection,
    where: Sequence[sa.ColumnElement[bool]],
    *,
    limit: int,
    offset: int = 0,
    latest: sa.Column[datetime] = profiles.c.start,
) -> tuple[AlertRecord, ...]:
    """Return some alerts: the newest windows first, or what a column says is the latest."""
    query = (
        _ALERTS.where(*where)
        .order_by(latest.desc(), alerts.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(_alert(row) for row in connection.execute(query))


def _alert(row: sa.Row[Any]) -> AlertRecord:
    return AlertRecord(
        alert_id=row.id,
        model=row.model,
        version=row.number,
        monitor=row.monitor,
        column=row.column,
        window=Window(start=row.start, end=row.start + Granularity(row.granularity).duration),
        distance=row.distance,
        sentence=row.sentence,
        status=row.status,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
    )


def _judged(connection: sa.Connection, due: DueWindow) -> int | None:
    """Return which revision of the window was judged last, and lock the judgement."""
    query = sa.select(judgements.c.revision).where(
        judgements.c.monitor_id == due.monitor.monitor_id,
        judgements.c.profile_id == due.profile_id,
    )
    revision = connection.scalar(query.with_for_update())
    return None if revision is None else abs(revision)


def _make_due(connection: sa.Connection, due: DueWindow, until: datetime) -> None:
    """Let the later windows be judged again; the sign of a judged revision says so."""
    this = profiles.alias()
    later = (
        sa.select(judgements.c.profile_id)
        .join(profiles, profiles.c.id == judgements.c.profile_id)
        .join(
            this,
            sa.and_(
                this.c.version_id == profiles.c.version_id,
                this.c.granularity == profiles.c.granularity,
                this.c.segment == profiles.c.segment,
                this.c.start < profiles.c.start,
            ),
        )
        .where(
            this.c.id == due.profile_id,
            judgements.c.monitor_id == due.monitor.monitor_id,
            profiles.c.start < until,
        )
        .order_by(profiles.c.start)
        .with_for_update(of=judgements)
    )
    ids = connection.scalars(later).all()
    if ids:
        connection.execute(
            sa.update(judgements)
            .where(
                judgements.c.monitor_id == due.monitor.monitor_id,
                judgements.c.profile_id.in_(ids),
            )
            .values(revision=-sa.func.abs(judgements.c.revision))
        )


def _mark_judged(
    connection: sa.Connection, due: DueWindow, *, revision: int, findings: int, now: datetime
) -> None:
    """Write the judgement; another process that judges the same window waits here."""
    values = {"revision": revision, "findings": findings, "judged_at": now}
    connection.execute(
        insert_or(connection, judgements)
        .values(monitor_id=due.monitor.monitor_id, profile_id=due.profile_id, **values)
        .on_conflict_do_update(
            index_elements=[judgements.c.monitor_id, judgements.c.profile_id], set_=values
        )
    )


def _restate(
    connection: sa.Connection,
    of_window: sa.ColumnElement[bool],
    found: Sequence[NewAlert],
    now: datetime,
) -> None:
    if not found:
        return
    same = sa.and_(of_window, alerts.c.column == sa.bindparam("of_column"))
    updated = sa.update(alerts).where(same)
    updated = updated.values(
        distance=sa.bindparam("new_distance"), sentence=sa.bindparam("new_sentence")
    )
    connection.execute(
        updated,
        [
            {"of_column": new.column, "new_distance": new.distance, "new_sentence": new.sentence}
            for new in found
        ],
    )
    columns = [new.column for new in found]
    connection.execute(
        sa.update(alerts)
        .where(of_window, alerts.c.column.in_(columns), alerts.c.restated.is_(True))
        .values(status=OPEN, restated=False, changed_at=now)
    )


def _open(
    connection: sa.Connection, due: DueWindow, found: Sequence[NewAlert], now: datetime
) -> None:
    if not found:
        return
    same = {
        "monitor_id": due.monitor.monitor_id,
        "version_id": due.version_id,
        "profile_id": due.profile_id,
        "status": OPEN,
        "restated": False,
        "opened_at": now,
        "changed_at": now,
    }
    connection.execute(
        sa.insert(alerts),
        [
            same | {"column": new.column, "distance": new.distance, "sentence": new.sentence}
            for new in found
        ],
    )
