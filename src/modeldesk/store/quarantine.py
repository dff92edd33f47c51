"""Rows that could not be logged, kept with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.store.engine import Store
from modeldesk.store.tables import models, quarantine, versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One row that did not fit."""

    reason: str
    row: str
    """The row as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """A rejected row as it stands in the database."""

    quarantine_id: int
    model: str
    version: int
    received_at: datetime
    source: str
    reason: str
    row: str


class Quarantine:
    """Reads and writes rejected rows."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self, version_id: int, rejected: Sequence[Rejected], *, source: str, now: datetime
    ) -> None:
        """Keep rows that did not fit."""
        values = [
            {
                "version_id": version_id,
                "received_at": now,
                "source": source,
                "reason": found.reason,
                "row": found.row,
            }
            for found in rejected
        ]
        with self._store.writing() as connection:
            connection.execute(sa.insert(quarantine), values)

    def count(self, model: str) -> int:
        """Return how many rows of a model are kept here."""
        query = (
            sa.select(sa.func.count())
            .select_from(quarantine.join(versions).join(models))
            .where(models.c.name == model)
        )
        with self._store.reading() as connection:
            return int(connection.scalar(query) or 0)

    def list(self, model: str, *, limit: int) -> tuple[QuarantinedRow, ...]:
        """Return a model's rejected rows, the latest first."""
        query = (
            sa.select(quarantine, models.c.name.label("model"), versions.c.number)
            .select_from(quarantine.join(versions).join(models))
            .where(models.c.name == model)
            .order_by(quarantine.c.id.desc())
            .limit(limit)
        )
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            QuarantinedRow(
                quarantine_id=row.id,
                model=row.model,
                version=row.number,
                received_at=row.received_at,
                source=row.source,
                reason=row.reason,
                row=row.row,
            )
            for row in rows
        )
