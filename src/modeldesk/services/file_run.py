"""One run through a file: read, check, predict, and log each piece with the job's progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass, replace

import polars as pl

from modeldesk.clock import Clock
from modeldesk.errors import InvalidData, ModeldeskError, ModelFailed, Problem, StoreUnavailable
from modeldesk.schema import ChunkKeys, Signature, polars_type
from modeldesk.services.job_files import JobFiles
from modeldesk.services.keeping import written
from modeldesk.services.lanes import Lanes
from modeldesk.services.measures import Measures
from modeldesk.services.pieces import Piece, Place
from modeldesk.services.reading_apart import TableReaders
from modeldesk.services.registry import Registry
from modeldesk.services.result_names import result_name
from modeldesk.services.row_files import RowFormat, pieces_of
from modeldesk.services.slices import Predicted, Slices
from modeldesk.services.tables import POSITION, REASON, SortedTable, sorted_table
from modeldesk.store import (
    MOST_KEPT_PROBLEMS,
    ROW_ID,
    TIME,
    Chunk,
    Claim,
    FileJob,
    FileJobRecords,
    JobStep,
    VersionRecord,
)

RENEW_SECONDS = 3.0
"""How often a claim is renewed; it holds several times as long."""

_TICK_SECONDS = 0.2


class LostError(Exception):
    """The claim is another's by now, or the job was cancelled."""


class StoppedError(Exception):
    """The process is stopping; somebody goes on with the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What every run needs."""

    registry: Registry
    lanes: Lanes
    records: FileJobRecords
    files: JobFiles
    keys: ChunkKeys
    clock: Clock
    measures: Measures
    readers: TableReaders
    longest_text: int


class FileRun:
    """Works on one job, from where it was left to its end.

    Parameters
    ----------
    equipment
        The services.
    job
        As it was claimed.
    claim
        Returns the claim, from now on.
    stopping
        Whether the process is stopping.
    advanced
        Called with the job after each piece.
    """

    def __init__(
        self,
        equipment: Equipment,
        job: FileJob,
        claim: Callable[[], Claim],
        *,
        stopping: Callable[[], bool],
        advanced: Callable[[FileJob], None],
    ) -> None:
        self._with = equipment
        self._job = job
        self._claim = claim
        self._stopping = stopping
        self._advanced = advanced
        self._renewed = time.monotonic()
        self._began = time.perf_counter()
        record = equipment.registry.record_of(job.version_id)
        self._slices = Slices(equipment.lanes, record, self._meanwhile)

    def run(self) -> None:
        """Predict the rest of the file and make the result.

        Raises
        ------
        ModeldeskError
            When the job cannot be done, or not now.
        LostError, StoppedError
            When it is no longer this run's to do.
        """
        job, files = self._job, self._with.files
        record = self._with.registry.record_of(job.version_id)
        self._load(record)
        own = [name for name in (job.time_column, job.key_column) if name is not None]
        path = files.input(job.job_id)
        if not path.exists() or path.stat().st_size != job.bytes:
            message = "The file has changed since the job began."
            raise InvalidData(message, hint="Begin again with the file as it is.")
        file = self._with.readers.open(path, RowFormat(job.format), record.signature, own=own)
        try:
            for piece in pieces_of(file, Place(rows=job.rows_done, bytes=job.bytes_done)):
                self._meanwhile()
                self._advance(piece)
        except (InvalidData, ModelFailed) as error:
            if not self._job.rows_done:
                raise
            message = f"After {self._job.rows_done:,} rows: {error.message}"
            raise type(error)(message, hint=error.hint) from error
        if not self._job.rows_done:
            message = "The file holds no rows."
            raise InvalidData(message, hint="Give a table with at least one row.")
        if self._job.refused == self._job.rows_done:
            first = f" The first: {self._job.problems[0]}." if self._job.problems else ""
            message = f"None of the {self._job.rows_done:,} rows could be predicted.{first}"
            raise InvalidData(message, hint="Check the file against the model's signature.")
        keys = self._with.records.part_keys(job.job_id)
        _onto_disk(lambda: files.join(job.job_id, keys))

    def _load(self, record: VersionRecord) -> None:
        """Load the model and try it, so that its failure is not taken for that of a row."""
        if not self._with.lanes.ready(record):
            self._waited(self._with.lanes.warm(record))

    def _waited(self, done: Future[None]) -> None:
        while True:
            try:
                return done.result(timeout=_TICK_SECONDS)
            except NotYet:
                self._meanwhile()

    def _meanwhile(self) -> None:
        """Keep the claim; stop where that is asked."""
        if self._stopping():
            raise StoppedError
        if time.monotonic() - self._renewed < RENEW_SECONDS:
            return
        # Where the database is away for a moment, the next commit tells whether the claim held.
        with suppress(StoreUnavailable):
            if not self._with.records.renew(self._job.job_id, self._claim()):
                raise LostError
        self._renewed = time.monotonic()

    def _advance(self, piece: Piece) -> None:
        """Predict a piece; log it and the progress together."""
        job = self._job
        record = self._with.registry.record_of(job.version_id)
        now = self._with.clock.now()
        table = sorted_table(
            piece.frame,
            record.signature,
            record.policy,
            now,
            time=job.time_column,
            row_id=job.key_column,
            longest=self._with.longest_text,
        )
        features = [column.name for column in record.signature.inputs]
        predicted = self._slices.predict(table.good.select(features))
        key = self._with.keys.new(now)
        answers = _Answers(record.signature, piece, table, predicted)
        logged = answers.logged(features)
        chunk = None
        if logged.height:
            chunk = Chunk(
                key=key,
                model_id=record.model_id,
                version_id=record.version_id,
                committed_at=now,
                rows=written(logged, record.policy),
            )
        part = answers.part(key)
        _onto_disk(lambda: self._with.files.write_part(job.job_id, key, part))
        seconds = time.perf_counter() - self._began
        step = JobStep(
            key=key,
            rows=piece.rows,
            refused=piece.rows - logged.height,
            bytes_done=piece.end,
            seconds=seconds,
            problems=self._problems(answers.problems),
            chunk=chunk,
        )
        if not self._with.records.advance(job, self._claim(), step):
            raise LostError
        self._began += seconds
        self._renewed = time.monotonic()
        self._tell(record, step, predicted)

    def _problems(self, new: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Return all problems that are kept; rows are counted from the file's beginning."""
        known = self._job.problems
        moved = (
            replace(problem, row=self._job.rows_done + problem.row)
            for problem in new[: MOST_KEPT_PROBLEMS - len(known)]
        )
        return (*known, *moved)

    def _tell(self, record: VersionRecord, step: JobStep, predicted: Predicted) -> None:
        """Say how far the job is."""
        job = self._job
        self._job = replace(
            job,
            bytes_done=step.bytes_done,
            rows_done=job.rows_done + step.rows,
            refused=job.refused + step.refused,
            parts=job.parts + 1,
            seconds=job.seconds + step.seconds,
            problems=step.problems,
        )
        measures = self._with.measures.of(record.model, record.number)
        measures.refused.inc(step.refused - len(predicted.failed))
        measures.file_rows.inc(step.rows - step.refused)
        if predicted.failed:
            self._with.lanes.count_failed(
                record,
                len(predicted.failed),
                sentence=next(iter(predicted.failed.values())),
                at=self._with.clock.now(),
            )
        self._advanced(self._job)


def _onto_disk(write: Callable[[], None]) -> None:
    """Write a file; where that fails the job fails, while it waits for a database."""
    try:
        write()
    except StoreUnavailable as error:
        raise ModeldeskError(error.message, hint=error.hint) from error


class _Answers:
    """What came of a piece: the rows for the log, and the rows of the result."""

    def __init__(
        self, signature: Signature, piece: Piece, table: SortedTable, predicted: Predicted
    ) -> None:
        self._signature = signature
        self._rows = piece.rows
        self._unreadable = piece.unreadable
        places = pl.Series(piece.positions, dtype=pl.UInt32)
        self._refused = _placed(table.refused, places)
        good = _placed(table.good, places)
        if predicted.failed:
            wrong = pl.int_range(good.height, eager=True).is_in(list(predicted.failed))
            self._failed = good.filter(wrong).with_columns(
                pl.Series(REASON, list(predicted.failed.values()), dtype=pl.String)
            )
            good = good.filter(~wrong)
        else:
            self._failed = good.clear().with_columns(pl.lit("").alias(REASON))
        self._good = good if not good.height else good.hstack(predicted.outputs)
        told = [replace(problem, row=int(places[problem.row])) for problem in table.problems]
        told += piece.unreadable
        told += [
            Problem(row=row, field="", problem=words, expected="a row that it can predict")
            for row, words in self._failed.select(POSITION, REASON).iter_rows()
        ]
        self.problems = tuple(sorted(told, key=lambda problem: problem.row))

    def logged(self, features: list[str]) -> pl.DataFrame:
        """Return the rows for the log: inputs, outputs, time and, where given, own key."""
        if not self._good.height:
            return self._good
        outputs = [column.name for column in self._signature.outputs]
        keyed = ROW_ID in self._good.columns and self._good[ROW_ID].null_count() < len(self._good)
        return self._good.select(*features, *outputs, TIME, *([ROW_ID] if keyed else []))

    def part(self, key: str) -> pl.DataFrame:
        """Return the rows of the result, in the file's order, also those that were refused."""
        schema = _schema(self._signature)
        names = list(schema)
        outputs = [column.name for column in self._signature.outputs]
        number = pl.int_range(pl.len())
        answered = self._good.select(
            POSITION,
            pl.format("{}-{}", pl.lit(key), number).alias(names[0]),
            *self._own_key(self._good, names[1]),
            pl.col(TIME).alias(names[2]),
            *(outputs if self._good.height else ()),
        )
        unreadable = pl.DataFrame(
            {
                POSITION: pl.Series([p.row for p in self._unreadable], dtype=pl.UInt32),
                names[-1]: pl.Series([_sentence(p) for p in self._unreadable], dtype=pl.String),
            }
        )
        others = [
            rows.select(POSITION, *self._own_key(rows, names[1]), pl.col(REASON).alias(names[-1]))
            for rows in (self._refused, self._failed)
        ]
        empty = pl.DataFrame(schema={POSITION: pl.UInt32(), **schema})
        whole = pl.concat([empty, answered, *others, unreadable], how="diagonal_relaxed")
        return whole.sort(POSITION).select(
            pl.col(name).cast(dtype) for name, dtype in schema.items()
        )

    @staticmethod
    def _own_key(rows: pl.DataFrame, name: str) -> list[pl.Expr]:
        return [pl.col(ROW_ID).alias(name)] if ROW_ID in rows.columns else []


def _placed(rows: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    """Return rows with their positions in the piece instead of those in the frame."""
    return rows.with_columns(places.gather(rows[POSITION]).alias(POSITION))


def _schema(signature: Signature) -> dict[str, pl.DataType]:
    """Return the columns of a result; a name that an output has already gets a prefix."""
    return {
        result_name("prediction_id", signature): pl.String(),
        result_name("row_id", signature): pl.String(),
        result_name("time", signature): pl.Datetime("us", "UTC"),
        **{column.name: polars_type(column) for column in signature.outputs},
        result_name("problem", signature): pl.String(),
    }


def _sentence(problem: Problem) -> str:
    start = f"{problem.field}: " if problem.field else ""
    return f"{start}{problem.problem}; expected {problem.expected}"
