"""A job as people and programs see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modeldesk.errors import Problem
from modeldesk.store import FileJob, JobState


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A file that is predicted, and how far that is."""

    job_id: str
    model: str
    version: int
    """The version that predicts all of it."""
    state: JobState
    file: str
    """What the file is called where it comes from; may be empty."""
    format: str
    share: float
    """How much is done, from 0 to 1: by rows where their number is known, else by bytes."""
    rows_done: int
    """Rows that were read: those in the log, and those that were refused."""
    rows: int | None
    """Rows of the file; ``null`` until that is known."""
    refused: int
    """Rows that did not fit, or that the model failed for."""
    problems: tuple[Problem, ...]
    """What is wrong with the first of them; rows are counted from 0."""
    bytes: int
    rows_per_second: float | None
    """While somebody worked on it."""
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: str | None
    """Why it failed."""
    by: str
    """Who sent it."""


def view_of(job: FileJob) -> JobView:
    """Return a job as it is shown."""
    rows = job.rows_done if job.state is JobState.DONE else job.rows
    return JobView(
        job_id=job.job_id,
        model=job.model,
        version=job.version,
        state=job.state,
        file=job.file,
        format=job.format,
        share=_share(job),
        rows_done=job.rows_done,
        rows=rows,
        refused=job.refused,
        problems=job.problems,
        bytes=job.bytes,
        rows_per_second=job.rows_done / job.seconds if job.seconds else None,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        error=job.error,
        by=job.actor,
    )


def _share(job: FileJob) -> float:
    if job.state is JobState.DONE:
        return 1.0
    if job.rows:
        return min(job.rows_done / job.rows, 1.0)
    return min(job.bytes_done / job.bytes, 1.0) if job.bytes else 0.0
