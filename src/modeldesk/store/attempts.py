"""Attempts to sign in, counted in the database so that all servers of a desk agree."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from modeldesk.store.access_tables import sign_in_attempts
from modeldesk.store.engine import Store
from modeldesk.store.inserting import insert_or

FORGET_AFTER = timedelta(days=1)
"""How long after the last one wrong passwords count."""


class AttemptRecords:
    """Counts attempts by subject: whatever they are limited by."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(
        self, limits: Mapping[str, Callable[[int], timedelta]], now: datetime
    ) -> datetime | None:
        """Count an attempt before it is made, as if it failed; so many at once are counted, too.

        Parameters
        ----------
        limits
            For each subject, how long it is blocked after so many failures.
        now
            The time.

        Returns
        -------
        datetime or None
            Until when the attempt has to wait, and was not counted; ``None``: it may be made.
        """
        with self._store.writing() as connection:
            connection.execute(
                sa.delete(sign_in_attempts).where(sign_in_attempts.c.last_at < now - FORGET_AFTER)
            )
            # In one order, so that two that share subjects do not wait for each other.
            subjects = sorted(limits)
            for subject in subjects:
                _make(connection, subject, now)
            query = sa.select(sign_in_attempts).where(sign_in_attempts.c.subject.in_(subjects))
            ordered = query.order_by(sign_in_attempts.c.subject).with_for_update()
            found = connection.execute(ordered).all()
            blocked: list[datetime] = [
                row.blocked_until for row in found if row.blocked_until > now
            ]
            if blocked:
                return max(blocked)
            for row in found:
                failures = row.failures + 1
                connection.execute(
                    sa.update(sign_in_attempts)
                    .where(sign_in_attempts.c.subject == row.subject)
                    .values(
                        failures=failures,
                        last_at=now,
                        blocked_until=now + limits[row.subject](failures),
                    )
                )
        return None

    def succeed(self, subject: str, others: Collection[str], now: datetime) -> None:
        """Take back that an attempt failed.

        Parameters
        ----------
        subject
            Whose failures are forgotten.
        others
            Those for which only this attempt is not counted, nor blocks the next one.
        now
            The time.
        """
        counted = sign_in_attempts.c
        with self._store.writing() as connection:
            connection.execute(sa.delete(sign_in_attempts).where(counted.subject == subject))
            connection.execute(
                sa.update(sign_in_attempts)
                .where(counted.subject.in_(others), counted.failures > 0)
                .values(failures=counted.failures - 1, blocked_until=now)
            )


def _make(connection: sa.Connection, subject: str, now: datetime) -> None:
    """Make the count of a subject where there is none, so that there is one to lock."""
    connection.execute(
        insert_or(connection, sign_in_attempts)
        .values(subject=subject, failures=0, last_at=now, blocked_until=now)
        .on_conflict_do_nothing()
    )
