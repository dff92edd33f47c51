"""A job: rows of one request, checked already, on their way through a lane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Protocol

import msgspec
import polars as pl
import structlog

from modeldesk.clock import microseconds
from modeldesk.errors import ModeldeskError, ModelFailed
from modeldesk.schema import FewRows, RowDecoder, Signature, Value, polars_type, prediction_id
from modeldesk.services.batch import PredictionBatch
from modeldesk.store import ROW_ID, SHADOW_OF, TIME, VersionRecord

_LONGEST_SENTENCE = 1000
_TIME = pl.Datetime("us", "UTC")


class Done(Protocol):
    """Who is told what became of a request's rows, in whichever thread it happens; once."""

    def done(self) -> bool:
        """Whether it was told."""

    def set_result(self, batch: PredictionBatch, /) -> None:
        """Take the rows with their predictions, which are committed."""

    def set_exception(self, error: BaseException, /) -> None:
        """Take why there are none."""


class Job(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Rows of one request, checked already."""

    rows: Sequence[tuple[Value, ...]] | pl.DataFrame
    """The inputs in the signature's order; many rows come as a table."""
    times: Sequence[datetime]
    row_ids: Sequence[str | None]
    done: Done
    context: Context | None = None
    """In which the rows were submitted: knows the request."""
    shadow: VersionRecord | None = None
    """The version that gets the same rows when they are answered."""
    answered: Sequence[str] | None = None
    """For a shadow: identifiers of the predictions that were answered."""

    @property
    def request_id(self) -> str | None:
        """The request's identifier, as its answer and its log lines name it."""
        if self.context is None:
            return None
        found = self.context.run(structlog.contextvars.get_contextvars).get("request_id")
        return None if found is None else str(found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slice:
    """Some rows of a file: predicted between the batches of requests, and logged by who asks."""

    rows: pl.DataFrame
    """The inputs in the signature's order and types."""
    done: Future[pl.DataFrame]
    """The outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A batch that was predicted and committed, for a shadow to repeat."""

    jobs: Sequence[Job]
    inputs: pl.DataFrame
    """The rows of all jobs, in order."""
    chunk: str
    """Key under which they were committed."""

    def rows_for(self, shadow: VersionRecord) -> int:
        """Return how many rows a shadow gets."""
        return sum(len(job.rows) for job in self._of(shadow))

    def jobs_for(self, shadow: VersionRecord) -> list[Job]:
        """Return its rows; asked for in the shadow's own thread, as it takes a while."""
        mine = {id(job) for job in self._of(shadow)}
        jobs: list[Job] = []
        start = 0
        for job in self.jobs:
            rows = len(job.rows)
            if id(job) in mine:
                ids = [prediction_id(self.chunk, start + row) for row in range(rows)]
                jobs.append(
                    Job(
                        rows=self.inputs.slice(start, rows),
                        times=job.times,
                        row_ids=job.row_ids,
                        done=Future(),
                        context=job.context,
                        answered=ids,
                    )
                )
            start += rows
        return jobs

    def _of(self, shadow: VersionRecord) -> Iterable[Job]:
        return (
            job
            for job in self.jobs
            if job.shadow is not None and job.shadow.version_id == shadow.version_id
        )


def inputs_of(jobs: Sequence[Job], decoder: RowDecoder) -> pl.DataFrame:
    """Return the jobs' rows in order as one table."""
    tables: list[pl.DataFrame] = []
    for is_table, some in groupby(jobs, key=lambda job: isinstance(job.rows, pl.DataFrame)):
        if is_table:
            tables += [job.rows for job in some if isinstance(job.rows, pl.DataFrame)]
        else:
            lists = [job.rows for job in some if not isinstance(job.rows, pl.DataFrame)]
            tables.append(decoder.frame([row for rows in lists for row in rows]))
    return tables[0] if len(tables) == 1 else pl.concat(tables)


def repeated_inputs(jobs: Sequence[Job], signature: Signature) -> pl.DataFrame:
    """Return rows that another version answered as a version with this signature takes them.

    A feature that the other version does not have is missing.
    """
    tables = [job.rows for job in jobs if isinstance(job.rows, pl.DataFrame)]
    rows = pl.concat(tables, how="diagonal_relaxed")
    wanted = {column.name: polars_type(column) for column in signature.inputs}
    there = frozenset(rows.columns)
    return rows.select(
        (pl.col(name) if name in there else pl.lit(None).alias(name)).cast(dtype)
        for name, dtype in wanted.items()
    )


def stamps_of(jobs: Sequence[Job]) -> list[pl.Series]:
    """Return the times and, where given, the callers' own keys; of a shadow also whose answers."""
    # As numbers: a series of times takes ten times as long.
    times = [number for job in jobs for number in _numbers(job.times)]
    stamps = [pl.Series(TIME, times, dtype=pl.Int64).cast(_TIME)]
    keys = [key for job in jobs for key in job.row_ids]
    if keys.count(None) < len(keys):
        stamps.append(pl.Series(ROW_ID, keys, dtype=pl.String))
    if jobs[0].answered is not None:
        ids = [identifier for job in jobs for identifier in job.answered or ()]
        stamps.append(pl.Series(SHADOW_OF, ids, dtype=pl.String))
    return stamps


def _numbers(times: Sequence[datetime]) -> list[int]:
    """Return times as microseconds; most requests have one for all rows, which is quick to see."""
    if len(times) > 1 and times.count(times[0]) == len(times):
        return [microseconds(times[0])] * len(times)
    return [microseconds(time) for time in times]


def answer(
    jobs: Sequence[Job], whole: pl.DataFrame | FewRows, *, key: str, record: VersionRecord
) -> None:
    """Tell each job its rows of a committed chunk."""
    start = 0
    for job in jobs:
        batch = PredictionBatch(
            model=record.model,
            version=record.number,
            signature=record.signature,
            chunk=key,
            start=start,
            rows=len(job.rows),
            whole=whole,
            offset=start,
        )
        job.done.set_result(batch)
        start += len(job.rows)


def as_ours(error: BaseException) -> ModeldeskError:
    """Return the error for whatever a model raised."""
    if isinstance(error, ModeldeskError):
        return error
    failed = ModelFailed(f"The model failed: {type(error).__name__}: {error}.")
    failed.__cause__ = error
    return failed


def sentence_of(error: ModeldeskError) -> str:
    r"""Return what is kept of a failure: text that every database takes.

    >>> print(sentence_of(ModelFailed("bad \ud800")))
    bad \ud800
    """
    told = error.message[:_LONGEST_SENTENCE].replace("\0", r"\x00")
    return told.encode("utf-8", "backslashreplace").decode("utf-8")
