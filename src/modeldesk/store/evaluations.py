"""What labels say of each day: one state per part of its rows, small and mergeable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.store.engine import Store
from modeldesk.store.evaluation_tables import evaluations
from modeldesk.store.label_tables import label_days
from modeldesk.store.labels import DueDay, mark_evaluated
from modeldesk.store.tables import versions


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedDay:
    """What labels say of a part of a day's rows."""

    day: datetime
    state: bytes
    """As `modeldesk.performance.decode` reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartState:
    """A part of a day's rows, as it was evaluated."""

    labelled: int
    state: bytes


class EvaluationRecords:
    """Reads and writes what labels say of days."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, due: DueDay, parts: Mapping[str, PartState]) -> bool:
        """Keep what a day's labels say instead of what was kept, and mark the day.

        A day that has fewer labelled rows than before lost some of them from the log: what was
        said of all of them stays.

        Parameters
        ----------
        due
            The day, and the revision of its labels that was read.
        parts
            By the name of the part; the empty name is that of all rows.

        Returns
        -------
        bool
            Whether it is kept.
        """
        labelled = parts[""].labelled if "" in parts else 0
        mine = (evaluations.c.version_id == due.version_id) & (evaluations.c.day == due.day)
        before = sa.select(evaluations.c.labelled).where(mine, evaluations.c.part == "")
        with self._store.writing() as connection:
            if not mark_evaluated(connection, due):
                return False
            if labelled < (connection.scalar(before) or 0):
                return False
            connection.execute(sa.delete(evaluations).where(mine))
            rows = [
                {
                    "version_id": due.version_id,
                    "day": due.day,
                    "part": name,
                    "revision": due.revision,
                    "labelled": part.labelled,
                    "state": part.state,
                }
                for name, part in parts.items()
            ]
            if rows:
                connection.execute(sa.insert(evaluations), rows)
        return True

    def days(
        self,
        version_id: int,
        *,
        part: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[EvaluatedDay, ...]:
        """Return what labels say of a version's days that begin in a range, oldest first."""
        query = (
            sa.select(evaluations.c.day, evaluations.c.state)
            .where(
                evaluations.c.version_id == version_id,
                evaluations.c.part == part,
                *_within(start, end),
            )
            .order_by(evaluations.c.day)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(EvaluatedDay(day=row.day, state=row.state) for row in rows)

    def parts(
        self, version_id: int, *, start: datetime | None = None, end: datetime | None = None
    ) -> tuple[str, ...]:
        """Return the names of the parts that a version's days in a range were evaluated in."""
        query = (
            sa.select(evaluations.c.part)
            .where(evaluations.c.version_id == version_id, *_within(start, end))
            .distinct()
            .order_by(evaluations.c.part)
        )
        with self._store.reading() as connection:
            return tuple(connection.scalars(query))


def evaluate_again(connection: sa.Connection, model_id: int) -> None:
    """Mark all days of a model with labels as due, within the caller's transaction."""
    mine = sa.select(versions.c.id).where(versions.c.model_id == model_id)
    connection.execute(
        sa.update(label_days)
        .where(label_days.c.version_id.in_(mine))
        .values(revision=label_days.c.revision + 1)
    )


def _within(start: datetime | None, end: datetime | None) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
    if start is not None:
        where.append(evaluations.c.day >= start)
    if end is not None:
        where.append(evaluations.c.day < end)
    return where
