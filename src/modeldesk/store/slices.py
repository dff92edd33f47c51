"""Named slices of models in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.errors import Conflict
from modeldesk.store.audit import Change, note
from modeldesk.store.engine import Store
from modeldesk.store.evaluation_tables import evaluations, slices
from modeldesk.store.evaluations import evaluate_again
from modeldesk.store.label_writing import lock_labels
from modeldesk.store.tables import versions


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRecord:
    """A named condition on a model's rows."""

    name: str
    expression: str
    """In the language of slices, as it is always written."""
    created_at: datetime


class SliceRecords:
    """Reads and writes the slices of models."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, model_id: int) -> tuple[SliceRecord, ...]:
        """Return a model's slices in the order of their names, by code points."""
        query = sa.select(slices).where(slices.c.model_id == model_id)
        with self._store.reading() as connection:
            rows = connection.execute(query).all()
        found = (
            SliceRecord(name=row.name, expression=row.expression, created_at=row.created_at)
            for row in rows
        )
        return tuple(sorted(found, key=lambda record: record.name))

    def put(self, model_id: int, new: SliceRecord, *, part: str, change: Change) -> None:
        """Write a slice, instead of one of the same name if there is one.

        In the same transaction, what was evaluated under the name is forgotten, and all labelled
        days of the model become due.

        Parameters
        ----------
        model_id
            The model.
        new
            The slice.
        part
            Name of the part of days that it is evaluated as.
        change
            What the audit trail is told.

        Raises
        ------
        Conflict
            When somebody else wrote a slice of that name at the same time.
        """
        this = (slices.c.model_id == model_id) & (slices.c.name == new.name)
        values = {"expression": new.expression, "created_at": new.created_at}
        try:
            with self._store.writing() as connection:
                lock_labels(connection, [model_id])
                changed = connection.execute(sa.update(slices).where(this).values(**values))
                if not changed.rowcount:
                    more = {"model_id": model_id, "name": new.name}
                    connection.execute(sa.insert(slices).values(**values, **more))
                _forget(connection, model_id, part)
                note(connection, change)
        except Conflict as error:
            message = f"The slice {new.name!r} was defined by somebody else."
            raise Conflict(message, hint="Look at it, then decide again.") from error

    def remove(self, model_id: int, name: str, *, part: str, change: Change) -> bool:
        """Remove a slice and what was evaluated of it; say whether there was one.

        Labelled days become due, so that an evaluation that is under way leaves nothing of it.
        """
        this = (slices.c.model_id == model_id) & (slices.c.name == name)
        with self._store.writing() as connection:
            lock_labels(connection, [model_id])
            if not connection.execute(sa.delete(slices).where(this)).rowcount:
                return False
            _forget(connection, model_id, part)
            note(connection, change)
        return True


def _forget(connection: sa.Connection, model_id: int, part: str) -> None:
    """Forget a part of all days of a model, and make them due, in the caller's transaction."""
    evaluate_again(connection, model_id)
    mine = sa.select(versions.c.id).where(versions.c.model_id == model_id)
    connection.execute(
        sa.delete(evaluations).where(evaluations.c.version_id.in_(mine), evaluations.c.part == part)
    )
