"""Jobs that predict files: claimed by one process at a time, advanced with the rows they log.

What a job has done changes in the transaction that logs its rows, and only as long as the claim
holds: so each row is logged once, whoever works on it, and whenever that ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
import sqlalchemy as sa

from modeldesk.errors import Problem
from modeldesk.store.appending import Chunk, encoded, insert_chunks
from modeldesk.store.audit import Change, note
from modeldesk.store.engine import Store
from modeldesk.store.job_tables import file_job_parts, file_jobs
from modeldesk.store.tables import Timestamp, counters, models, versions

MOST_KEPT_PROBLEMS = 100
"""Problems of refused rows that are kept with a job."""


class JobState(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing changes any more."""
        return self not in {JobState.QUEUED, JobState.RUNNING}


_UNDER_WAY = (JobState.QUEUED.value, JobState.RUNNING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a job, until it lapses."""

    token: str
    now: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFileJob:
    """A job about to be kept."""

    job_id: str
    version_id: int
    created_at: datetime
    actor: str
    file: str
    """What the file is called where it comes from."""
    format: str
    time_column: str | None
    key_column: str | None
    bytes: int
    rows: int | None
    """How many rows the file has, where that can be told without reading it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileJob(NewFileJob):
    """A job as it stands in the database."""

    model: str
    version: int
    state: JobState
    started_at: datetime | None
    ended_at: datetime | None
    bytes_done: int
    rows_done: int
    """Rows that were read, with those that were refused."""
    refused: int
    parts: int
    seconds: float
    """Time that was worked on it."""
    problems: tuple[Problem, ...]
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStep:
    """What one more part of a file adds to its job."""

    key: str
    """Names the part's file, and its rows in the log."""
    rows: int
    refused: int
    bytes_done: int
    seconds: float
    problems: tuple[Problem, ...]
    """All problems that are kept from now on."""
    chunk: Chunk | None
    """The rows to log; ``None`` where all were refused."""


class FileJobRecords:
    """Reads and writes jobs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, new: NewFileJob, *, claim: Claim | None = None) -> None:
        """Keep a new job; with a claim, nobody else may work on it."""
        values: dict[str, object] = {
            "id": new.job_id,
            "version_id": new.version_id,
            "state": (JobState.RUNNING if claim else JobState.QUEUED).value,
            "created_at": new.created_at,
            "actor": new.actor,
            "file": new.file,
            "format": new.format,
            "time_column": new.time_column,
            "key_column": new.key_column,
            "bytes": new.bytes,
            "rows": new.rows,
            "bytes_done": 0,
            "rows_done": 0,
            "refused": 0,
            "parts": 0,
            "seconds": 0.0,
            "problems": "[]",
        }
        if claim is not None:
            values |= {
                "claim": claim.token,
                "claimed_until": claim.until,
                "started_at": claim.now,
            }
        with self._store.writing() as connection:
            connection.execute(sa.insert(file_jobs).values(values))

    def get(self, job_id: str) -> FileJob | None:
        """Return one job, if it is there."""
        with self._store.reading() as connection:
            row = connection.execute(_jobs().where(file_jobs.c.id == job_id)).first()
        return None if row is None else _job(row)

    def list(
        self,
        *,
        models_seen: Collection[str] | None,
        model: str | None,
        state: JobState | None,
        limit: int,
    ) -> tuple[FileJob, ...]:
        """Return jobs, the latest first.

        Parameters
        ----------
        models_seen
            Only jobs of these models; ``None``: of all.
        model, state
            Only jobs of this model, or in this state.
        limit
            How many at most.
        """
        query = _jobs().order_by(file_jobs.c.id.desc()).limit(limit)
        if models_seen is not None:
            query = query.where(models.c.name.in_(models_seen))
        if model is not None:
            query = query.where(models.c.name == model)
        if state is not None:
            query = query.where(file_jobs.c.state == state.value)
        with self._store.reading() as connection:
            return tuple(_job(row) for row in connection.execute(query))

    def waiting(self, now: datetime) -> tuple[str, ...]:
        """Return the jobs that may be claimed, the oldest first."""
        query = sa.select(file_jobs.c.id).where(_free(now)).order_by(file_jobs.c.id)
        with self._store.reading() as connection:
            return tuple(connection.scalars(query))

    def claim(self, job_id: str, claim: Claim) -> FileJob | None:
        """Take a job that nobody works on; ``None`` when somebody else was faster."""
        taken = (
            sa.update(file_jobs)
            .where(file_jobs.c.id == job_id, _free(claim.now))
            .values(
                state=JobState.RUNNING.value,
                claim=claim.token,
                claimed_until=claim.until,
                started_at=sa.func.coalesce(
                    file_jobs.c.started_at, sa.literal(claim.now, Timestamp)
                ),
            )
        )
        with self._store.writing() as connection:
            if not connection.execute(taken).rowcount:
                return None
        return self.get(job_id)

    def renew(self, job_id: str, claim: Claim) -> bool:
        """Keep a claim for longer; false when it was lost, or the job cancelled."""
        kept = sa.update(file_jobs).where(_mine(job_id, claim)).values(claimed_until=claim.until)
        with self._store.writing() as connection:
            return bool(connection.execute(kept).rowcount)

    def advance(self, job: FileJob, claim: Claim, step: JobStep) -> bool:
        """Log a part's rows and note how far the job is, both or neither.

        False when the claim was lost, or the job cancelled: then nothing is written.
        """
        rows = None if step.chunk is None else encoded([step.chunk])
        moved = (
            sa.update(file_jobs)
            .where(_mine(job.job_id, claim))
            .values(
                bytes_done=step.bytes_done,
                rows_done=file_jobs.c.rows_done + step.rows,
                refused=file_jobs.c.refused + step.refused,
                parts=file_jobs.c.parts + 1,
                seconds=file_jobs.c.seconds + step.seconds,
                problems=msgspec.json.encode(step.problems).decode(),
                claimed_until=claim.until,
            )
        )
        part = {"job_id": job.job_id, "number": job.parts, "key": step.key, "rows": step.rows}
        with self._store.writing() as connection:
            if not connection.execute(moved).rowcount:
                return False
            connection.execute(sa.insert(file_job_parts).values(part))
            if rows is not None:
                insert_chunks(connection, rows)
            if step.refused:
                connection.execute(
                    sa.update(counters)
                    .where(counters.c.version_id == job.version_id)
                    .values(refused=counters.c.refused + step.refused)
                )
        return True

    def finish(
        self, job_id: str, claim: Claim, state: JobState, *, error: str | None = None
    ) -> bool:
        """End a job; false when the claim was lost, or the job cancelled."""
        ended = (
            sa.update(file_jobs)
            .where(_mine(job_id, claim))
            .values(state=state.value, ended_at=claim.now, error=error, claim=None)
        )
        with self._store.writing() as connection:
            return bool(connection.execute(ended).rowcount)

    def release(self, job_id: str, claim: Claim) -> None:
        """Give a job back, so that whoever is next goes on with it."""
        free = (
            sa.update(file_jobs)
            .where(_mine(job_id, claim))
            .values(state=JobState.QUEUED.value, claim=None, claimed_until=None)
        )
        with self._store.writing() as connection:
            connection.execute(free)

    def cancel(self, job_id: str, now: datetime, change: Change | None) -> bool:
        """End a job that is queued or running; false when it is over already."""
        ended = (
            sa.update(file_jobs)
            .where(file_jobs.c.id == job_id, file_jobs.c.state.in_(_UNDER_WAY))
            .values(state=JobState.CANCELLED.value, ended_at=now, claim=None)
        )
        with self._store.writing() as connection:
            if not connection.execute(ended).rowcount:
                return False
            note(connection, change)
        return True

    def remove(self, job_id: str, change: Change | None) -> bool:
        """Forget a job that is over; false when there is none of that name."""
        gone = sa.delete(file_jobs).where(
            file_jobs.c.id == job_id, file_jobs.c.state.not_in(_UNDER_WAY)
        )
        with self._store.writing() as connection:
            if not connection.execute(gone).rowcount:
                return False
            note(connection, change)
        return True

    def ended(self, before: datetime) -> tuple[str, ...]:
        """Return the jobs that ended before a time."""
        query = sa.select(file_jobs.c.id).where(
            file_jobs.c.state.not_in(_UNDER_WAY), file_jobs.c.ended_at < before
        )
        with self._store.reading() as connection:
            return tuple(connection.scalars(query))

    def known(self, job_ids: Collection[str]) -> frozenset[str]:
        """Return those of the names that jobs have."""
        query = sa.select(file_jobs.c.id).where(file_jobs.c.id.in_(job_ids))
        with self._store.reading() as connection:
            return frozenset(connection.scalars(query))

    def part_keys(self, job_id: str) -> tuple[str, ...]:
        """Return the names of a job's parts, in order."""
        query = (
            sa.select(file_job_parts.c.key)
            .where(file_job_parts.c.job_id == job_id)
            .order_by(file_job_parts.c.number)
        )
        with self._store.reading() as connection:
            return tuple(connection.scalars(query))

    def under_way(self) -> Counter[tuple[str, int, JobState]]:
        """Return how many jobs are queued and running, by model, version and state."""
        query = (
            sa.select(models.c.name, versions.c.number, file_jobs.c.state)
            .select_from(file_jobs.join(versions).join(models))
            .where(file_jobs.c.state.in_(_UNDER_WAY))
        )
        with self._store.reading() as connection:
            return Counter(
                (row.name, row.number, JobState(row.state)) for row in connection.execute(query)
            )


def _jobs() -> sa.Select[tuple[object, ...]]:
    return sa.select(file_jobs, models.c.name.label("model"), versions.c.number).select_from(
        file_jobs.join(versions).join(models)
    )


def _free(now: datetime) -> sa.ColumnElement[bool]:
    lapsed = sa.and_(file_jobs.c.state == JobState.RUNNING.value, file_jobs.c.claimed_until < now)
    return sa.or_(file_jobs.c.state == JobState.QUEUED.value, lapsed)


def _mine(job_id: str, claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(
        file_jobs.c.id == job_id,
        file_jobs.c.claim == claim.token,
        file_jobs.c.state == JobState.RUNNING.value,
    )


def _job(row: sa.Row[tuple[object, ...]]) -> FileJob:
    found = row._mapping  # noqa: SLF001  # how SQLAlchemy names a row's public mapping
    return FileJob(
        job_id=found["id"],
        version_id=found["version_id"],
        model=found["model"],
        version=found["number"],
        state=JobState(found["state"]),
        created_at=found["created_at"],
        started_at=found["started_at"],
        ended_at=found["ended_at"],
        actor=found["actor"],
        file=found["file"],
        format=found["format"],
        time_column=found["time_column"],
        key_column=found["key_column"],
        bytes=found["bytes"],
        rows=found["rows"],
        bytes_done=found["bytes_done"],
        rows_done=found["rows_done"],
        refused=found["refused"],
        parts=found["parts"],
        seconds=found["seconds"],
        problems=msgspec.json.decode(found["problems"], type=tuple[Problem, ...]),
        error=found["error"],
    )
