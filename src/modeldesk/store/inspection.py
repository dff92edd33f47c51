"""Looking at every chunk, profile and version of a store, at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from modeldesk.errors import Corrupt
from modeldesk.profiles import Profile
from modeldesk.schema import Granularity, LogPolicy, Signature
from modeldesk.store.aliases import CHAMPION
from modeldesk.store.balances import Balance, balances_of, rows_by_day
from modeldesk.store.engine import Store
from modeldesk.store.findings import Finding, FindingKind
from modeldesk.store.fresh import filed_if_possible
from modeldesk.store.own_keys import keys_found
from modeldesk.store.parts import Part, own_keys_in, parts_of
from modeldesk.store.payload import TIME, decode_rows
from modeldesk.store.tables import (
    aliases,
    chunks,
    models,
    moved_chunks,
    profiles,
    row_keys,
    versions,
)

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """Where a version's files should be, for whoever can look there."""

    where: str
    flavor: str
    place: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What was looked at, and what is wrong."""

    chunks: int = 0
    rows: int = 0
    """Rows of the log that can be read."""
    waiting: int = 0
    """Those of them that are in no profile yet."""
    profiles: int = 0
    artefacts: tuple[Artefacts, ...] = ()
    findings: tuple[Finding, ...] = ()


class Inspection:
    """Verifies a store.

    Parameters
    ----------
    store
        The database; others may go on writing to it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._advance: Callable[[], None] = lambda: None
        self._chunks = self._rows = self._waiting = self._profiles = 0
        self._artefacts: list[Artefacts] = []
        self._findings: list[Finding] = []
        self._logged: Counter[tuple[int, datetime]] = Counter()
        self._unreadable: set[tuple[int, datetime]] = set()

    def size(self) -> int:
        """Return how many chunks and profiles there are to look at."""
        with self._store.reading() as connection:
            return sum(
                connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in (chunks, profiles)
            )

    def run(self, *, advance: Callable[[], None] = lambda: None) -> Inspected:
        """Look at everything once.

        Where the database itself is damaged, nothing else is looked at.

        Parameters
        ----------
        advance
            Called for each chunk and each profile that was looked at.
        """
        self._advance = advance
        filed_if_possible(self._store)
        with self._store.snapshot() as connection:
            if self._store.is_sqlite:
                self._findings += _damage(connection)
            if not self._findings:
                self._look(connection)
        return Inspected(
            chunks=self._chunks,
            rows=self._rows,
            waiting=self._waiting,
            profiles=self._profiles,
            artefacts=tuple(self._artefacts),
            findings=tuple(self._findings),
        )

    def _look(self, connection: sa.Connection) -> None:
        names = self._versions(connection)
        for chunk_id in list(connection.scalars(sa.select(chunks.c.id).order_by(chunks.c.id))):
            self._chunk(connection, chunk_id, names)
            self._advance()
        self._findings += _stray_keys(connection)
        counted = self._window_profiles(connection, names)
        for version_id, name in names.items():
            self._days(connection, version_id, name, counted)

    def _versions(self, connection: sa.Connection) -> dict[int, str]:
        names: dict[int, str] = {}
        query = sa.select(versions, models.c.name, models.c.policy).join_from(versions, models)
        for row in connection.execute(query.order_by(versions.c.id)):
            where = names[row.id] = f"{row.name} version {row.number}"
            self._artefacts.append(
                Artefacts(
                    where=where,
                    flavor=row.flavor,
                    place=row.artefact,
                    sha256=row.artefact_sha256,
                )
            )
            problem = _version_problem(row)
            if problem:
                self._find(FindingKind.VERSION, where, problem, version_id=row.id)
        self._findings += _without_champion(connection)
        return names

    def _chunk(self, connection: sa.Connection, chunk_id: int, names: dict[int, str]) -> None:
        query = (
            sa.select(chunks, versions.c.model_id)
            .join_from(chunks, versions)
            .where(chunks.c.id == chunk_id)
        )
        row = connection.execute(query).one()
        self._chunks += 1
        where = f"chunk {row.key} of {names[row.version_id]}"
        try:
            frame = decode_rows(row.payload)
        except Corrupt as error:
            problem = f"{row.rows} rows: {error.message}"
            self._find(FindingKind.DAMAGED_CHUNK, where, problem, chunk_id=chunk_id)
            self._mark_unreadable(row)
            return
        if row.damaged is not None:
            self._find(FindingKind.READABLE_AGAIN, where, row.damaged, chunk_id=chunk_id)
            self._mark_unreadable(row)
            return
        self._readable(connection, row, frame, where)

    def _readable(
        self, connection: sa.Connection, row: sa.Row[Any], frame: pl.DataFrame, where: str
    ) -> None:
        self._rows += frame.height
        if row.profiled:
            for day, rows in rows_by_day(frame).items():
                self._logged[row.version_id, day] += rows
        else:
            self._waiting += frame.height
        facts = (frame.height, frame[TIME].min(), frame[TIME].max())
        if facts != (row.rows, row.first_time, row.last_time):
            problem = f"it says {row.rows} rows and holds {facts[0]}, or says other times"
            self._find(FindingKind.WRONG_FACTS, where, problem, chunk_id=row.id)
        parts = parts_of(connection, row.id, row.key, frame.height)
        problem = _parts_problem(row, parts, frame.height)
        if problem:
            self._find(FindingKind.WRONG_PARTS, where, problem, chunk_id=row.id)
            return
        lost = len(lost_keys(connection, row.model_id, frame, parts))
        if lost:
            problem = f"{lost} rows cannot be found by their own keys"
            self._find(FindingKind.LOST_KEYS, where, problem, chunk_id=row.id)

    def _mark_unreadable(self, row: sa.Row[Any]) -> None:
        if row.profiled:
            day = _day_of(row.first_time)
            while day <= row.last_time:
                self._unreadable.add((row.version_id, day))
                day += timedelta(days=1)

    def _window_profiles(
        self, connection: sa.Connection, names: dict[int, str]
    ) -> dict[tuple[int, datetime], tuple[int, int]]:
        """Look at every profile; return rows of the day, and of its hours, per version and day."""
        counted: dict[tuple[int, datetime], tuple[int, int]] = {}
        ids = list(connection.scalars(sa.select(profiles.c.id).order_by(profiles.c.id)))
        for start in range(0, len(ids), _AT_ONCE):
            some = profiles.c.id.in_(ids[start : start + _AT_ONCE])
            for row in connection.execute(sa.select(profiles).where(some)).all():
                self._profiles += 1
                self._profile(row, names[row.version_id])
                if not row.segment:
                    key = (row.version_id, _day_of(row.start))
                    day, hours = counted.get(key, (0, 0))
                    whole = row.granularity == Granularity.DAY.value
                    counted[key] = (day + row.rows, hours) if whole else (day, hours + row.rows)
                self._advance()
        return counted

    def _profile(self, row: sa.Row[Any], name: str) -> None:
        problem = row.damaged and f"it had to begin anew: {row.damaged}"
        try:
            rows = Profile.decode(row.payload).rows
            if rows != row.rows:
                problem = f"it counts {rows} rows and says {row.rows}"
        except Corrupt as error:
            problem = error.message
        if problem:
            window = f"{row.granularity} {row.start:%Y-%m-%d %H:%M}"
            segment = f", {row.segment}" if row.segment else ""
            where = f"profile of {name}, {window}{segment}"
            kind, day = FindingKind.DAMAGED_PROFILE, _day_of(row.start)
            self._find(kind, where, problem, version_id=row.version_id, day=day)

    def _days(
        self,
        connection: sa.Connection,
        version_id: int,
        name: str,
        counted: dict[tuple[int, datetime], tuple[int, int]],
    ) -> None:
        balances = balances_of(connection, version_id)
        mine = {day for version, day in [*counted, *self._logged] if version == version_id}
        for day in sorted(mine | set(balances)):
            if (version_id, day) in self._unreadable:
                continue
            problem = _count_problem(
                *counted.get((version_id, day), (0, 0)),
                logged=self._logged[version_id, day],
                balance=balances.get(day, Balance()),
            )
            if problem:
                where = f"{day:%Y-%m-%d} of {name}"
                kind = FindingKind.WRONG_COUNT
                self._find(kind, where, problem, version_id=version_id, day=day)

    def _find(
        self,
        kind: FindingKind,
        where: str,
        problem: str,
        *,
        chunk_id: int | None = None,
        version_id: int | None = None,
        day: datetime | None = None,
    ) -> None:
        found = Finding(
            kind=kind,
            where=where,
            problem=problem,
            chunk_id=chunk_id,
            version_id=version_id,
            day=day,
        )
        self._findings.append(found)


def lost_keys(
    connection: sa.Connection, model_id: int, frame: pl.DataFrame, parts: Sequence[Part]
) -> set[tuple[int, str]]:
    """Return hash and part of the own keys in a chunk that are not in the index."""
    expected = own_keys_in(frame, parts)
    if not expected:
        return set()
    return expected - keys_found(connection, model_id, {found for found, _ in expected})


def stray() -> sa.ColumnElement[bool]:
    """Return the condition of own keys that lead to no part of the log."""
    return sa.and_(
        row_keys.c.chunk_key.not_in(sa.select(chunks.c.key)),
        row_keys.c.chunk_key.not_in(sa.select(moved_chunks.c.key)),
    )


def _damage(connection: sa.Connection) -> Iterator[Finding]:
    for (told,) in connection.exec_driver_sql("PRAGMA integrity_check(10)").all():
        if told != "ok":
            yield Finding(kind=FindingKind.DATABASE, where="database file", problem=told)
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check").all()[:10]:
        problem = f"row {row[1]} refers to a row of {row[2]!r} that is not there"
        yield Finding(kind=FindingKind.DATABASE, where=f"table {row[0]}", problem=problem)


def _stray_keys(connection: sa.Connection) -> Iterator[Finding]:
    rows = connection.scalar(sa.select(sa.func.count()).select_from(row_keys).where(stray()))
    if rows:
        problem = f"{rows} own keys lead to rows that are not in the log"
        yield Finding(kind=FindingKind.STRAY_KEYS, where="own keys", problem=problem)


def _without_champion(connection: sa.Connection) -> Iterator[Finding]:
    champions = sa.select(aliases.c.model_id).where(aliases.c.name == CHAMPION)
    query = sa.select(models.c.id, models.c.name).where(models.c.id.not_in(champions))
    for row in connection.execute(query):
        problem = "no version has the alias champion"
        where = f"model {row.name}"
        yield Finding(kind=FindingKind.ALIAS, where=where, problem=problem, model_id=row.id)


def _version_problem(row: sa.Row[Any]) -> str:
    try:
        Signature.decode(row.signature)
        LogPolicy.decode(row.policy)
        rows = Profile.decode(row.reference_profile).rows
    except Corrupt as error:
        return error.message
    if rows != row.reference_rows:
        return f"the reference profile counts {rows} rows, not {row.reference_rows}"
    return ""


def _parts_problem(row: sa.Row[Any], parts: Sequence[Part], height: int) -> str:
    ends = [part.end for part in parts]
    if [part.start for part in parts] != [0, *ends[:-1]] or ends[-1] != height:
        return f"its {len(parts)} parts do not add up to its {height} rows"
    keys = [part.key for part in parts]
    if (min(keys), max(keys)) != (row.first_key, row.last_key):
        return "its first or last key is none of its parts'"
    return ""


def _count_problem(day: int, hours: int, *, logged: int, balance: Balance) -> str:
    expected = logged + balance.gone - balance.uncounted
    if day != expected:
        return f"the profile counts {day} rows, the log says {expected}"
    if hours > day and day and not balance.uncounted:
        return f"its hours count {hours} rows, the day {day}"
    return ""


def _day_of(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
