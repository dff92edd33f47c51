"""Flags in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modeldesk.store.engine import Store
from modeldesk.store.tables import flags, models, versions


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFlag:
    """A flag about to be written."""

    version_id: int
    prediction_id: str
    reason: str
    comment: str
    proposed_label: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRecord:
    """A flag as it stands in the database."""

    flag_id: int
    model: str
    version: int
    prediction_id: str
    reason: str
    comment: str
    proposed_label: str | None
    created_at: datetime


class FlagRecords:
    """Reads and writes flags."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, new: NewFlag) -> int:
        """Write a flag and return its key."""
        with self._store.writing() as connection:
            written = connection.execute(
                sa.insert(flags).values(
                    version_id=new.version_id,
                    prediction_id=new.prediction_id,
                    reason=new.reason,
                    comment=new.comment,
                    proposed_label=new.proposed_label,
                    created_at=new.created_at,
                )
            )
            key = written.inserted_primary_key
            return int(key[0]) if key is not None else 0

    def list(self, *, model: str | None, limit: int) -> tuple[FlagRecord, ...]:
        """Return flags of a model (or of all), newest first."""
        query = _query().limit(limit)
        return self._read(query if model is None else query.where(models.c.name == model))

    def of(self, predictions: Sequence[str]) -> tuple[FlagRecord, ...]:
        """Return all flags on some predictions, newest first."""
        return self._read(_query().where(flags.c.prediction_id.in_(predictions)))

    def _read(self, query: sa.Select[Any]) -> tuple[FlagRecord, ...]:
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(
            FlagRecord(
                flag_id=row.id,
                model=row.model,
                version=row.number,
                prediction_id=row.prediction_id,
                reason=row.reason,
                comment=row.comment,
                proposed_label=row.proposed_label,
                created_at=row.created_at,
            )
            for row in rows
        )


def _query() -> sa.Select[Any]:
    return (
        sa.select(flags, models.c.name.label("model"), versions.c.number)
        .select_from(flags.join(versions).join(models))
        .order_by(flags.c.id.desc())
    )
