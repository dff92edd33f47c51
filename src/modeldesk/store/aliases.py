"""Aliases: names that point at versions, and the history of their moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.errors import Conflict
from modeldesk.store.audit import Change, note
from modeldesk.store.engine import Store
from modeldesk.store.tables import alias_moves, aliases, versions

CHAMPION = "champion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name, and the version that it points at."""

    alias: str
    version: int
    moved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasMove:
    """One entry of an alias's history."""

    move_id: int
    alias: str
    at: datetime
    from_version: int | None
    """Number of the version it pointed at; ``None`` when there was no such alias."""
    to_version: int | None
    """Number of the version it points at since; ``None`` when it was removed."""
    reason: str
    by: str
    """Who or what moved it."""
    undoes: int | None
    """The move that this one took back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMove:
    """A move about to be made, if the alias is still where it was seen."""

    model_id: int
    alias: str
    from_version: int | None
    to_version: int | None
    at: datetime
    reason: str
    by: str
    undoes: int | None = None


class AliasRecords:
    """Reads and moves aliases."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, model_id: int) -> tuple[Alias, ...]:
        """Return a model's aliases in alphabetical order."""
        query = (
            sa.select(aliases.c.name, aliases.c.moved_at, versions.c.number)
            .join_from(aliases, versions)
            .where(aliases.c.model_id == model_id)
            .order_by(aliases.c.name)
        )
        with self._store.reading() as connection:
            return tuple(
                Alias(alias=row.name, version=row.number, moved_at=row.moved_at)
                for row in connection.execute(query)
            )

    def history(self, model_id: int, alias: str, *, limit: int) -> tuple[AliasMove, ...]:
        """Return an alias's moves, the latest first."""
        query = _moves(model_id, alias).order_by(alias_moves.c.id.desc()).limit(limit)
        with self._store.reading() as connection:
            return tuple(_move(row) for row in connection.execute(query))

    def moves(self, model_id: int, *, limit: int) -> tuple[AliasMove, ...]:
        """Return the moves of all aliases of a model, the latest first."""
        query = _moves(model_id).order_by(alias_moves.c.id.desc()).limit(limit)
        with self._store.reading() as connection:
            return tuple(_move(row) for row in connection.execute(query))

    def last_standing(self, model_id: int, alias: str) -> AliasMove | None:
        """Return the latest move that was neither taken back nor takes one back."""
        taken_back = sa.select(alias_moves.c.undoes).where(alias_moves.c.undoes.is_not(None))
        query = (
            _moves(model_id, alias)
            .where(alias_moves.c.undoes.is_(None), alias_moves.c.id.not_in(taken_back))
            .order_by(alias_moves.c.id.desc())
            .limit(1)
        )
        with self._store.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _move(row)

    def move(self, new: NewMove, change: Change | None = None) -> int:
        """Let an alias point at another version, or at none, and write that down; both or neither.

        Parameters
        ----------
        new
            The move.
        change
            What the audit trail is told of it.

        Returns
        -------
        int
            Number of the move.

        Raises
        ------
        Conflict
            When the alias no longer points at ``from_version``.
        """
        message = f"The alias {new.alias!r} was moved by somebody else meanwhile."
        hint = "Look at where it points now, then decide again."
        try:
            with self._store.writing() as connection:
                before = _version_id(connection, new.model_id, new.from_version)
                after = _version_id(connection, new.model_id, new.to_version)
                if _point(connection, new, before, after):
                    note(connection, change)
                    return write_move(
                        connection,
                        model_id=new.model_id,
                        name=new.alias,
                        from_version_id=before,
                        to_version_id=after,
                        moved_at=new.at,
                        reason=new.reason,
                        actor=new.by,
                        undoes=new.undoes,
                    )
        except Conflict as error:
            raise Conflict(message, hint=hint) from error
        raise Conflict(message, hint=hint)


def point_first(
    connection: sa.Connection, model_id: int, version_id: int, at: datetime, *, reason: str
) -> None:
    """Let the champion, which is nowhere yet, point at a version."""
    values = {"model_id": model_id, "name": CHAMPION, "moved_at": at}
    connection.execute(sa.insert(aliases).values(version_id=version_id, **values))
    write_move(connection, **values, to_version_id=version_id, reason=reason, actor="modeldesk")


def write_move(connection: sa.Connection, **values: object) -> int:
    """Write a move down and return its number."""
    written = connection.execute(sa.insert(alias_moves).values(**values))
    key = written.inserted_primary_key
    return int(key[0]) if key is not None else 0


def _point(connection: sa.Connection, new: NewMove, before: int | None, after: int | None) -> bool:
    """Change the alias; false when it does not point at ``before``."""
    this = sa.and_(aliases.c.model_id == new.model_id, aliases.c.name == new.alias)
    if before is None:
        there = connection.scalar(sa.select(aliases.c.id).where(this))
        if there is not None or after is None:
            return False
        connection.execute(
            sa.insert(aliases).values(
                model_id=new.model_id, name=new.alias, version_id=after, moved_at=new.at
            )
        )
        return True
    there_still = sa.and_(this, aliases.c.version_id == before)
    if after is None:
        return connection.execute(sa.delete(aliases).where(there_still)).rowcount == 1
    change = sa.update(aliases).where(there_still).values(version_id=after, moved_at=new.at)
    return connection.execute(change).rowcount == 1


def _version_id(connection: sa.Connection, model_id: int, number: int | None) -> int | None:
    if number is None:
        return None
    query = sa.select(versions.c.id).where(
        versions.c.model_id == model_id, versions.c.number == number
    )
    return int(connection.scalars(query).one())


_from = versions.alias("version_before")
_to = versions.alias("version_after")


def _moves(model_id: int, alias: str | None = None) -> sa.Select[tuple[object, ...]]:
    """Return what finds an alias's moves; without one, those of all aliases of a model."""
    mine = [alias_moves.c.model_id == model_id]
    if alias is not None:
        mine.append(alias_moves.c.name == alias)
    return (
        sa.select(alias_moves, _from.c.number.label("from_number"), _to.c.number.label("to_number"))
        .outerjoin(_from, _from.c.id == alias_moves.c.from_version_id)
        .outerjoin(_to, _to.c.id == alias_moves.c.to_version_id)
        .where(*mine)
    )


def _move(row: sa.Row[tuple[object, ...]]) -> AliasMove:
    return AliasMove(
        move_id=row.id,
        alias=row.name,
        at=row.moved_at,
        from_version=row.from_number,
        to_version=row.to_number,
        reason=row.reason,
        by=row.actor,
        undoes=row.undoes,
    )
