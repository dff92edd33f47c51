"""A lane: one version's queue, its loaded model, and the thread that batches for it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import groupby

import polars as pl
import structlog

from modeldesk.clock import Clock
from modeldesk.errors import ModeldeskError, ModelFailed, Overloaded
from modeldesk.models import Model
from modeldesk.schema import RowDecoder, Value
from modeldesk.services.batch import PredictionBatch
from modeldesk.services.group_commit import GroupCommit
from modeldesk.services.keeping import written
from modeldesk.services.measures import VersionMeasures
from modeldesk.services.outputs import output_frame
from modeldesk.store import ROW_ID, TIME, Chunk, VersionRecord

_BATCH_ROWS = 4096

_log = structlog.get_logger("modeldesk.lane")


class _Signal(Enum):
    """What a lane is told besides rows."""

    WARM = "warm"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Rows of one request, checked already."""

    rows: Sequence[tuple[Value, ...]] | pl.DataFrame
    """The inputs in the signature's order; many rows come as a table."""
    times: Sequence[datetime]
    row_ids: Sequence[str | None]
    done: Future[PredictionBatch]


class Lane:
    """Predicts for one version: takes what waits, predicts it at once, hands it to the log.

    There is no waiting for a batch to fill: a batch is what arrived while the one before was
    predicted and committed. So batches grow with the load, and rows that cannot be committed
    for the moment wait here, where they are counted, and not in the log's queue.

    Parameters
    ----------
    record
        The version.
    load
        Loads its model; called in the lane's thread before the first batch.
    commits
        The log's writer.
    clock
        Tells when a chunk was made.
    max_waiting_rows
        Rows that may wait before more are refused.
    measures
        Where batches are counted.
    """

    def __init__(
        self,
        record: VersionRecord,
        load: Callable[[VersionRecord], Model],
        commits: GroupCommit,
        clock: Clock,
        max_waiting_rows: int,
        measures: VersionMeasures,
    ) -> None:
        self.record = record
        self.decoder = RowDecoder(record.signature)
        self._load = load
        self._model: Model | None = None
        self._commits = commits
        self._clock = clock
        self._limit = max_waiting_rows
        self._measures = measures
        self._waiting = 0
        self._closed = False
        self._committed = threading.Event()
        self._committed.set()
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Job | _Signal] = queue.SimpleQueue()
        name = f"modeldesk-{record.model}-{record.number}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Rows that wait, or are being predicted."""
        return self._waiting

    def refuse(self, rows: int) -> None:
        """Count rows that did not fit."""
        self._measures.refused.inc(rows)
        self._commits.count_refused(self.record.version_id, rows)

    def submit(self, job: Job) -> None:
        """Queue a request's rows, or raise `Overloaded` when too many wait already."""
        with self._lock:
            if self._closed:
                message = "The server is stopping."
                raise Overloaded(message, hint="Try again in a few seconds.")
            if self._waiting and self._waiting + len(job.rows) > self._limit:
                message = f"{self._waiting} rows wait for {self.record.model!r} already."
                raise Overloaded(message, hint="Try again in a second.")
            self._waiting += len(job.rows)
            self._queue.put(job)

    def warm(self) -> None:
        """Load the model now, in the lane's thread, so that the first request need not wait."""
        self._queue.put(_Signal.WARM)

    def close(self) -> None:
        """Answer what is queued and stop; what comes later is refused."""
        with self._lock:
            self._closed = True
            self._queue.put(_Signal.STOP)
        self._thread.join()

    def _run(self) -> None:
        running = True
        while running:
            jobs: list[Job] = []
            rows = 0
            while rows < _BATCH_ROWS and (not jobs or not self._queue.empty()):
                taken = self._queue.get()
                self._committed.wait()
                if isinstance(taken, Job):
                    jobs.append(taken)
                    rows += len(taken.rows)
                    continue
                if taken is _Signal.WARM:
                    self._warm()
                running = taken is not _Signal.STOP
                break
            if jobs:
                self._answer(jobs)
                with self._lock:
                    self._waiting -= rows

    def _warm(self) -> None:
        try:
            self._loaded()
        except Exception:  # noqa: BLE001  # the first request will be told
            _log.exception("model not loaded", model=self.record.model, version=self.record.number)

    def _loaded(self) -> Model:
        if self._model is None:
            self._model = self._load(self.record)
        return self._model

    def _answer(self, jobs: list[Job]) -> None:
        """Predict a batch; when it fails, each request alone, so that only the bad one fails."""
        began = time.perf_counter()
        try:
            frame = self._predict(jobs)
            kept = written(frame, self.record.policy)
        except BaseException as error:  # noqa: BLE001  # no failure of a model ends the lane
            if len(jobs) > 1:
                for job in jobs:
                    self._answer([job])
                return
            self._measures.failed.inc(len(jobs[0].rows))
            jobs[0].done.set_exception(_as_ours(error))
            return
        ended = time.perf_counter()
        self._measures.batch(rows=frame.height, seconds=ended - began)
        now = self._clock.now()
        chunk = Chunk(
            key=self._commits.keys.new(now),
            model_id=self.record.model_id,
            version_id=self.record.version_id,
            committed_at=now,
            frame=kept,
        )
        record = self.record

        def resolve(committed: Future[None]) -> None:
            # First: the next batch is made while the callers of this one wake up.
            self._committed.set()
            self._measures.commit_seconds.observe(time.perf_counter() - ended)
            _resolve(jobs, chunk.key, frame, record, committed)

        self._committed.clear()
        self._commits.append(chunk).add_done_callback(resolve)

    def _inputs(self, jobs: list[Job]) -> list[pl.DataFrame]:
        """Return the jobs' rows in order, in as few tables as it takes."""
        tables: list[pl.DataFrame] = []
        for is_table, some in groupby(jobs, key=lambda job: isinstance(job.rows, pl.DataFrame)):
            if is_table:
                tables += [job.rows for job in some if isinstance(job.rows, pl.DataFrame)]
            else:
                lists = [job.rows for job in some if not isinstance(job.rows, pl.DataFrame)]
                tables.append(self.decoder.frame([row for rows in lists for row in rows]))
        return tables

    def _predict(self, jobs: list[Job]) -> pl.DataFrame:
        model = self._loaded()
        inputs = pl.concat(self._inputs(jobs))
        outputs = output_frame(model.predict(inputs), self.record.signature)
        return pl.concat([inputs, outputs, _keys(jobs)], how="horizontal")


def _keys(jobs: list[Job]) -> pl.DataFrame:
    # As rows: a series of times takes five times as long.
    rows = [pair for job in jobs for pair in zip(job.times, job.row_ids, strict=True)]
    schema = {TIME: pl.Datetime("us", "UTC"), ROW_ID: pl.String()}
    keys = pl.DataFrame(rows, schema=schema, orient="row")
    return keys if keys[ROW_ID].null_count() < len(rows) else keys.drop(ROW_ID)


def _resolve(
    jobs: list[Job],
    key: str,
    frame: pl.DataFrame,
    record: VersionRecord,
    committed: Future[None],
) -> None:
    error = committed.exception()
    start = 0
    for job in jobs:
        if error is not None:
            job.done.set_exception(error)
        else:
            batch = PredictionBatch(
                model=record.model,
                version=record.number,
                signature=record.signature,
                chunk=key,
                start=start,
                rows=len(job.rows),
                whole=frame,
                offset=start,
            )
            job.done.set_result(batch)
        start += len(job.rows)


def _as_ours(error: BaseException) -> ModeldeskError:
    if isinstance(error, ModeldeskError):
        return error
    failed = ModelFailed(f"The model failed: {type(error).__name__}: {error}.")
    failed.__cause__ = error
    return failed
