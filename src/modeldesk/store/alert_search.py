"""Alerts of all models, searched and read page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.store.alerts import OPEN, AlertRecord, selected, with_names
from modeldesk.store.engine import Store
from modeldesk.store.tables import alerts, models, profiles


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsSought:
    """Which alerts are sought; what is empty excludes none."""

    model: str = ""
    column: str = ""
    text: str = ""
    """Part of the sentence, of the column's or of the model's name, in any case."""
    start: datetime | None = None
    """Only of windows that begin then or later."""
    among: frozenset[str] | None = None
    """Only of these models; ``None``: of all."""


class AlertSearch:
    """Finds alerts.

    Parameters
    ----------
    store
        The database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(
        self, sought: AlertsSought, *, statuses: Sequence[str], offset: int, limit: int
    ) -> tuple[AlertRecord, ...]:
        """Return some of the alerts that are sought, the newest windows first."""
        where = [*_conditions(sought), alerts.c.status.in_(statuses)]
        with self._store.reading() as connection:
            return selected(connection, where, limit=limit, offset=offset)

    def counts(self, sought: AlertsSought) -> dict[str, int]:
        """Return how many of the alerts that are sought have each status."""
        query = (
            with_names(sa.select(alerts.c.status, sa.func.count()))
            .where(*_conditions(sought))
            .group_by(alerts.c.status)
        )
        with self._store.reading() as connection:
            return {status: int(many) for status, many in connection.execute(query)}

    def columns(self, sought: AlertsSought, *, limit: int) -> tuple[str, ...]:
        """Return the columns that have most of the alerts that are sought, in order."""
        query = with_names(sa.select(alerts.c.column)).group_by(alerts.c.column)
        query = query.where(*_conditions(sought))
        most = query.order_by(sa.func.count().desc(), alerts.c.column).limit(limit)
        with self._store.reading() as connection:
            return tuple(sorted(connection.scalars(most)))

    def count_open(self, among: frozenset[str] | None = None) -> int:
        """Return how many alerts are open, of some models or of all."""
        query = sa.select(sa.func.count()).select_from(alerts)
        if among is not None:
            query = with_names(sa.select(sa.func.count())).where(models.c.name.in_(among))
        query = query.where(alerts.c.status == OPEN)
        with self._store.reading() as connection:
            return int(connection.scalar(query) or 0)


def _conditions(sought: AlertsSought) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = []
    if sought.model:
        where.append(models.c.name == sought.model)
    if sought.among is not None:
        where.append(models.c.name.in_(sought.among))
    if sought.column:
        where.append(alerts.c.column == sought.column)
    if sought.start is not None:
        where.append(profiles.c.start >= sought.start)
    if sought.text:
        told = (alerts.c.sentence, alerts.c.column, models.c.name)
        where.append(sa.or_(*(one.icontains(sought.text, autoescape=True) for one in told)))
    return where
