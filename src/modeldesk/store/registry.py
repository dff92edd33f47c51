"""Models, their versions and aliases in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from modeldesk.errors import Conflict, Corrupt
from modeldesk.profiles import Profile
from modeldesk.schema import LogPolicy, Routing, Signature
from modeldesk.store.aliases import CHAMPION, point_first
from modeldesk.store.audit import Change, note
from modeldesk.store.engine import Store
from modeldesk.store.evaluations import evaluate_again
from modeldesk.store.notes import Notes
from modeldesk.store.tables import aliases, counters, models, monitors, versions
from modeldesk.store.version_samples import VersionSample, keep_samples
from modeldesk.store.version_test_tables import version_tests
from modeldesk.store.version_tests import VersionTest, VersionTestNote, keep_test, note_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A version about to be written; its artefact lies in place already."""

    model: str
    number: int
    created_at: datetime
    flavor: str
    description: str
    artefact: str
    artefact_sha256: str
    signature: Signature
    reference: Profile
    notes: Notes = field(default_factory=Notes)
    test: VersionTest | None = None
    """What it was on a test set, if there was one."""
    samples: tuple[VersionSample, ...] = ()
    """Rows that are kept of the tables that it is published with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord:
    """A version as it stands in the database."""

    version_id: int
    model_id: int
    model: str
    number: int
    created_at: datetime
    flavor: str
    description: str
    artefact: str
    artefact_sha256: str
    signature: Signature
    reference_rows: int
    aliases: tuple[str, ...]
    policy: LogPolicy
    routing: Routing
    notes: Notes
    test: VersionTestNote | None = None
    """What came of its test set; ``None`` where it had none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableVersion:
    """A version whose row in the database holds what nobody can read."""

    version_id: int
    model: str
    number: int
    created_at: datetime
    description: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """How often a version failed, and how it failed last."""

    version_id: int
    rows: int
    sentence: str
    at: datetime | None


class ModelRecords:
    """Reads and writes models, versions and aliases."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def names(self) -> tuple[str, ...]:
        """Names of all models, in alphabetical order."""
        with self._store.reading() as connection:
            found = connection.scalars(sa.select(models.c.name).order_by(models.c.name))
            return tuple(found)

    def versions(self, model: str) -> tuple[VersionRecord, ...]:
        """All versions of a model, oldest first; empty when there is no such model."""
        return self._select(models.c.name == model)

    def champions(self) -> tuple[VersionRecord | UnreadableVersion, ...]:
        """Return the champion of each model; one that cannot be read does not hide the others."""
        first = sa.select(aliases.c.version_id).where(aliases.c.name == CHAMPION)
        return tuple(_readable(row, names) for row, names in self._rows(versions.c.id.in_(first)))

    def version(self, version_id: int) -> VersionRecord | None:
        """Return the version with that key, if there is one."""
        return next(iter(self._select(versions.c.id == version_id)), None)

    def next_number(self, model: str) -> int:
        """Return the number that the next version of a model gets, from 1."""
        largest = (
            sa.select(sa.func.max(versions.c.number)).join(models).where(models.c.name == model)
        )
        with self._store.reading() as connection:
            return int(connection.scalar(largest) or 0) + 1

    def add(self, new: NewVersion, *, rule: tuple[str, str], change: Change | None = None) -> int:
        """Write a version, make it champion if it is the first, and return its key.

        Parameters
        ----------
        new
            The version.
        rule
            Name and JSON of the monitor that a new model starts with.
        change
            What the audit trail is told.

        Raises
        ------
        Conflict
            When somebody else wrote a version of that number meanwhile.
        """
        try:
            with self._store.writing() as connection:
                model_id = _model_id(connection, new, rule)
                note(connection, change)
                return _insert(connection, model_id, new)
        except Conflict as error:
            message = f"Version {new.number} of {new.model!r} was published by somebody else."
            raise Conflict(message, hint="Publish again.") from error

    def reference(self, version_id: int) -> Profile | None:
        """Return the profile of a version's reference data."""
        wanted = sa.select(versions.c.reference_profile).where(versions.c.id == version_id)
        with self._store.reading() as connection:
            data = connection.scalar(wanted)
        return None if data is None else Profile.decode(data)

    def refused(self, model: str) -> int:
        """Return how many rows were refused for a model, all versions together."""
        total = (
            sa.select(sa.func.coalesce(sa.func.sum(counters.c.refused), 0))
            .select_from(counters.join(versions).join(models))
            .where(models.c.name == model)
        )
        with self._store.reading() as connection:
            return int(connection.scalar(total) or 0)

    def count_refused(self, version_id: int, rows: int) -> None:
        """Add refused rows to a version's counter."""
        with self._store.writing() as connection:
            connection.execute(
                sa.update(counters)
                .where(counters.c.version_id == version_id)
                .values(refused=counters.c.refused + rows)
            )

    def failures(self, model: str) -> tuple[Failures, ...]:
        """Return the failures of each version of a model that ever failed, oldest version first."""
        query = (
            sa.select(counters)
            .select_from(counters.join(versions).join(models))
            .where(models.c.name == model, counters.c.last_failed_at.is_not(None))
            .order_by(versions.c.number)
        )
        with self._store.reading() as connection:
            return tuple(
                Failures(
                    version_id=row.version_id,
                    rows=row.failed,
                    sentence=row.last_failure or "",
                    at=row.last_failed_at,
                )
                for row in connection.execute(query)
            )

    def count_failed(self, version_id: int, rows: int, *, sentence: str, at: datetime) -> None:
        """Add rows for which the model failed to a version's counter, with the last sentence."""
        with self._store.writing() as connection:
            connection.execute(
                sa.update(counters)
                .where(counters.c.version_id == version_id)
                .values(failed=counters.c.failed + rows, last_failure=sentence, last_failed_at=at)
            )

    def set_routing(
        self,
        model_id: int,
        routing: Routing,
        change: Change | None = None,
        *,
        expected: Routing | None = None,
    ) -> None:
        """Change how a model's traffic is shared from now on.

        Raises
        ------
        Conflict
            When it is not shared as was expected.
        """
        mine = models.c.id == model_id
        with self._store.writing() as connection:
            before = connection.scalar(sa.select(models.c.routing).where(mine).with_for_update())
            if expected is not None and Routing.decode(str(before)) != expected:
                message = "The traffic was shared differently by somebody else meanwhile."
                raise Conflict(message, hint="Look at how it is shared now, then decide again.")
            connection.execute(sa.update(models).where(mine).values(routing=routing.encode()))
            note(connection, change)

    def set_policy(self, model_id: int, policy: LogPolicy, change: Change | None = None) -> None:
        """Change how a model's predictions are logged from now on.

        Where they are split otherwise than before, days with labels are to be evaluated anew.
        """
        mine = models.c.id == model_id
        with self._store.writing() as connection:
            before = connection.scalar(sa.select(models.c.policy).where(mine).with_for_update())
            connection.execute(sa.update(models).where(mine).values(policy=policy.encode()))
            if before is not None and LogPolicy.decode(before).segment_by != policy.segment_by:
                evaluate_again(connection, model_id)
            note(connection, change)

    def _select(self, where: sa.ColumnElement[bool]) -> tuple[VersionRecord, ...]:
        return tuple(_record(row, names) for row, names in self._rows(where))

    def _rows(self, where: sa.ColumnElement[bool]) -> list[tuple[sa.Row[Any], list[str]]]:
        """Return versions with the names of their aliases, as they stand in the database."""
        with self._store.reading() as connection:
            rows = connection.execute(_VERSIONS.where(where)).all()
            wanted = [row.id for row in rows]
            found = connection.execute(_ALIASES.where(aliases.c.version_id.in_(wanted))).all()
        return [(row, [each.name for each in found if each.version_id == row.id]) for row in rows]


# Written once: to put a query of so many columns together takes longer than to run it.
_VERSIONS: sa.Select[Any] = (
    sa.select(
        models.c.name.label("model"),
        models.c.policy,
        models.c.routing,
        *(column for column in versions.c if column.name != "reference_profile"),
        *(column for column in version_tests.c if column.name != "comparison"),
    )
    .join_from(versions, models)
    .outerjoin(version_tests, version_tests.c.version_id == versions.c.id)
    .order_by(versions.c.number)
)
_ALIASES = sa.select(aliases.c.version_id, aliases.c.name).order_by(aliases.c.name)


def _record(row: sa.Row[Any], names: Sequence[str]) -> VersionRecord:
    """Return a version; `Corrupt` where it cannot be read."""
    return VersionRecord(
        version_id=row.id,
        model_id=row.model_id,
        model=row.model,
        number=row.number,
        created_at=row.created_at,
        flavor=row.flavor,
        description=row.description,
        artefact=row.artefact,
        artefact_sha256=row.artefact_sha256,
        signature=Signature.decode(row.signature),
        reference_rows=row.reference_rows,
        aliases=tuple(names),
        policy=LogPolicy.decode(row.policy),
        routing=Routing.decode(row.routing),
        notes=Notes.decode(row.notes),
        test=None if row.tested_at is None else note_of(row),
    )


def _readable(row: sa.Row[Any], names: Sequence[str]) -> VersionRecord | UnreadableVersion:
    try:
        return _record(row, names)
    except Corrupt as error:
        return UnreadableVersion(
            version_id=row.id,
            model=row.model,
            number=row.number,
            created_at=row.created_at,
            description=row.description,
            problem=error.message,
        )


def _model_id(connection: sa.Connection, new: NewVersion, rule: tuple[str, str]) -> int:
    found = connection.scalar(sa.select(models.c.id).where(models.c.name == new.model))
    if found is not None:
        return int(found)
    policy = LogPolicy().encode()
    values = {
        "name": new.model,
        "created_at": new.created_at,
        "policy": policy,
        "routing": Routing().encode(),
    }
    model_id = _key(connection.execute(sa.insert(models).values(values)))
    name, json = rule
    connection.execute(sa.insert(monitors).values(model_id=model_id, name=name, rule=json))
    return model_id


def _insert(connection: sa.Connection, model_id: int, new: NewVersion) -> int:
    written = connection.execute(
        sa.insert(versions).values(
            model_id=model_id,
            number=new.number,
            created_at=new.created_at,
            flavor=new.flavor,
            description=new.description,
            artefact=new.artefact,
            artefact_sha256=new.artefact_sha256,
            notes=new.notes.encode(),
            signature=new.signature.encode(),
            reference_rows=new.reference.rows,
            reference_profile=new.reference.encode(),
        )
    )
    version_id = _key(written)
    connection.execute(sa.insert(counters).values(version_id=version_id, refused=0, failed=0))
    if new.test is not None:
        keep_test(connection, version_id, new.test)
    keep_samples(connection, version_id, new.samples)
    champion = sa.select(aliases.c.id).where(
        aliases.c.model_id == model_id, aliases.c.name == CHAMPION
    )
    if connection.scalar(champion) is None:
        reason = "The first version."
        point_first(connection, model_id, version_id, new.created_at, reason=reason)
    return version_id


def _key(result: sa.CursorResult[tuple[object, ...]]) -> int:
    key = result.inserted_primary_key
    return int(key[0]) if key is not None else 0
