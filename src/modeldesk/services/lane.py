"""A lane: one version's queue, its loaded model, and the thread that batches for it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from math import inf

import msgspec
import polars as pl

from modeldesk.clock import Clock
from modeldesk.errors import ModeldeskError, Overloaded
from modeldesk.models import use_one_core
from modeldesk.schema import FewRows, RowDecoder, table_of
from modeldesk.services.failures import Failures, died
from modeldesk.services.group_commit import GroupCommit
from modeldesk.services.handful import Handful, written_few
from modeldesk.services.job import (
    Answered,
    Job,
    Slice,
    answer,
    as_ours,
    inputs_of,
    repeated_inputs,
    stamps_of,
)
from modeldesk.services.keeping import written
from modeldesk.services.measures import VersionMeasures
from modeldesk.services.pace import Pace
from modeldesk.services.room import BATCH_ROWS, Room
from modeldesk.services.runner import AbandonedError, ModelState, Runner
from modeldesk.services.surroundings import LaneLimits, Surroundings
from modeldesk.store import Chunk, VersionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class _Warm:
    """Asks a lane to load its model and try it."""

    done: Future[None]


class _Batch(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What was predicted together."""

    whole: FewRows | pl.DataFrame
    """Inputs, outputs, times, and what else stands beside each row."""
    kept: FewRows | pl.DataFrame
    """What of it goes into the log."""


class _Stop:
    """Tells a lane to end."""


Item = Job | Answered | Slice | _Warm | _Stop


class Lane:
    """Predicts for one version: takes what waits, predicts it at once, hands it to the log.

    There is no waiting for a batch to fill: a batch is what arrived while the one before was
    predicted and committed. So batches grow with the load, and rows that cannot be committed
    for the moment wait here, where they are counted, and not in the log's queue.

    A model that hangs cannot be stopped. Its lane is given up: those who wait for the batch are
    told, the thread is left behind, and what waits moves to another lane.

    Slices of files are predicted one at a time, each before what came after it: so requests wait
    for one slice at most for each file that is under way. They count for no limit.

    Parameters
    ----------
    record
        The version.
    around
        Those who keep the lane.
    commits
        The log's writer.
    clock
        Tells when a chunk was made.
    limits
        How much waits, and how long things take.
    measures
        Where batches are counted.
    shadow
        Whether it predicts beside the champion and answers nobody.
    """

    def __init__(
        self,
        record: VersionRecord,
        around: Surroundings,
        commits: GroupCommit,
        clock: Clock,
        limits: LaneLimits,
        *,
        measures: VersionMeasures,
        shadow: bool = False,
    ) -> None:
        self.record = record
        self.shadow = shadow
        self.measures = measures
        self.runner = Runner(record, lambda: around.load(self), limits.times)
        self.size = 0
        """Bytes of the model's files, from when it is loaded on."""
        self.pinned = False
        """Whether an alias or the routing needs it."""
        self.used = time.monotonic()
        self._around = around
        self._decoder = RowDecoder(record.signature)
        self._handful = Handful(record.signature, self._decoder)
        self._features = [column.name for column in record.signature.inputs]
        self._commits = commits
        self._clock = clock
        self._limits = limits
        self._room = Room(record.model, rows=limits.waiting_rows, seconds=limits.waiting_seconds)
        self._slices = 0
        self._closed = False
        self._abandoned = False
        self._taken: Sequence[Job | Slice] = ()
        self._committed = threading.Event()
        self._committed.set()
        self._failures = Failures(commits, clock, measures, shadow=shadow)
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        """Held by whoever lets the model predict."""
        self._pace = Pace()
        self._narrow: threading.Thread | None = None
        """The thread in which the model was told to use one core."""
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        name = f"modeldesk-{record.model}-{record.number}{'-shadow' if shadow else ''}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Rows that wait, or are being predicted."""
        return self._room.taken

    @property
    def open(self) -> bool:
        """Whether it takes rows."""
        return not self._closed

    @property
    def ready(self) -> bool:
        """Whether its model is loaded, and predicted the example where it was to."""
        return self.runner.state is ModelState.READY

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def submit(self, job: Job) -> bool:
        """Queue a request's rows; false when the lane has ended.

        Raises
        ------
        Overloaded
            When too many wait already.
        """
        with self._lock:
            if self._closed:
                return False
            self._room.take(len(job.rows))
            self.used = time.monotonic()
            self._queue.put(job)
        return True

    @property
    def quick(self) -> bool:
        """Whether `answer_here` is worth asking: the model computes, and takes a moment."""
        return not self.shadow and self.runner.steady and self._pace.quick(1)

    @property
    def idle(self) -> bool:
        """Whether nothing waits, nor is predicted or committed."""
        return not self._room.taken and not self._slices and self._committed.is_set()

    def answer_here(self, jobs: Sequence[Job]) -> bool:
        """Predict in the caller's thread, which a model must not hold up for long.

        The rows are handed to the log without waiting for it.

        Returns
        -------
        bool
            Whether that was done. If not, the jobs are still the caller's.
        """
        rows = sum(len(job.rows) for job in jobs)
        if not self._turn.acquire(blocking=False):
            return False
        try:
            with self._lock:
                if self._closed or not (self.idle and self.quick and self._pace.quick(rows)):
                    return False
                self._room.add(rows)
                self.used = time.monotonic()
            if self._narrow is not threading.current_thread():
                self._narrow = threading.current_thread()
                use_one_core()
            self._answer(jobs, here=True)
        except AbandonedError:
            pass  # it took so long that whoever waited was told
        finally:
            self._turn.release()
        return True

    def check_room(self, rows: int) -> None:
        """Raise `Overloaded` where so many rows more are too many to wait."""
        self._room.check(rows)

    def predict(self, part: Slice) -> bool:
        """Queue a slice of a file; false when the lane has ended."""
        with self._lock:
            if self._closed:
                return False
            self._slices += 1
            self.used = time.monotonic()
            self._queue.put(part)
        return True

    def offer(self, batch: Answered) -> bool:
        """Queue rows for a shadow, or drop and count them; false when the lane has ended."""
        rows = batch.rows_for(self.record)
        with self._lock:
            if self._closed:
                return False
            if not self._room.holds(rows):
                self.measures.dropped.inc(rows)
                return True
            self._room.add(rows)
            self.used = time.monotonic()
            self._queue.put(batch)
        return True

    def warm(self) -> Future[None]:
        """Load the model and predict the signature's example, in the lane's thread."""
        done: Future[None] = Future()
        with self._lock:
            if self._closed:
                done.set_exception(Overloaded("The model was unloaded.", hint="Try again."))
                return done
            if self.runner.state is not ModelState.READY:
                self.runner.state = ModelState.LOADING
            self._queue.put(_Warm(done=done))
        return done

    def retire(self) -> bool:
        """End, unless rows wait or the model is being loaded; what comes later is refused."""
        with self._lock:
            busy = self.runner.busy or self.runner.state is ModelState.LOADING
            if self._closed or self._room.taken or self._slices or busy:
                return False
            self._closed = True
            self._queue.put(_Stop())
        return True

    def close(self) -> None:
        """Answer what is queued and stop; what comes later is refused.

        A shadow drops what is queued: nobody waits for it.
        """
        with self._lock:
            self._closed = True
            if self.shadow:
                self._drop(_drained(self._queue))
            self._queue.put(_Stop())

    def join(self, seconds: float = inf) -> None:
        """Wait for the end, or until the lane is given up, but not longer than that."""
        until = time.monotonic() + seconds
        while self._thread.is_alive() and not self._abandoned and time.monotonic() < until:
            self._thread.join(0.05)

    def abandon(self, now: float) -> Sequence[Item] | None:
        """Give up a lane whose model takes too long, or whose thread has died.

        Who waits for the batch is told.

        Returns
        -------
        Sequence[Item] or None
            What waits, for another lane; ``None`` when all is well.
        """
        work = self.runner.give_up(now)
        dead = work is None and not self._thread.is_alive() and not self._closed
        if work is None and not dead:
            return None
        with self._lock:
            self._abandoned = self._closed = True
            taken = self._taken
        late = taken if work is None else work.jobs
        error = died(self.record) if work is None else self.runner.late(work)
        self.measures.timeouts.inc()
        self._failures.tell(self.record, late, error)
        if work is not None and work.warming is not None:
            work.warming.set_exception(error)
        known = {id(job) for job in late}
        left = [job for job in taken if id(job) not in known]
        return [*left, *_drained(self._queue)]

    def adopt(self, items: Sequence[Item]) -> None:
        """Queue what another lane left."""
        rows = sum(len(item.rows) for item in items if isinstance(item, Job))
        rows += sum(item.rows_for(self.record) for item in items if isinstance(item, Answered))
        with self._lock:
            self._room.add(rows)
            self._slices += sum(isinstance(item, Slice) for item in items)
            for item in items:
                self._queue.put(item)

    def refuse(self, items: Sequence[Item], error: ModeldeskError) -> None:
        """Tell those whose rows another lane left that nobody predicts them."""
        asked = [item for item in items if isinstance(item, Job | Slice)]
        self._failures.tell(self.record, asked, error)
        for item in items:
            if isinstance(item, _Warm):
                item.done.set_exception(error)

    def _run(self) -> None:
        try:
            while self._serve():
                pass
        except AbandonedError:
            self._failures.came_back(self.record)
        self.runner.forget()

    def _serve(self) -> bool:
        """Answer what waits; false at the end."""
        jobs: list[Job] = []
        rows = 0
        running = True
        part: Slice | None = None
        while rows < BATCH_ROWS and (not jobs or not self._queue.empty()):
            try:
                taken = self._queue.get(timeout=self._limits.idle_seconds or None)
            except queue.Empty:
                return not self._around.ends(self)
            if isinstance(taken, Job | Answered):
                more = [taken] if isinstance(taken, Job) else taken.jobs_for(self.record)
                jobs += more
                rows += sum(len(job.rows) for job in more)
                continue
            if isinstance(taken, Slice):
                part = taken
                break
            if isinstance(taken, _Warm):
                self._warm(taken.done)
            running = not isinstance(taken, _Stop)
            break
        if jobs:
            with self._turn:
                self._answer(jobs)
            self._committed.wait()
        if part is not None:
            with self._turn:
                self._predict(part)
        return running

    def _warm(self, done: Future[None]) -> None:
        with self._turn:
            error = self.runner.tried(self._decoder, done)
        if error is None:
            done.set_result(None)
            return
        self._failures.count(self.record, (), error)
        done.set_exception(error)

    def _predict(self, part: Slice) -> None:
        """Predict a slice for whoever logs it."""
        self._taken = [part]
        began = time.perf_counter()
        try:
            outputs = self.runner.predict(part.rows, [part])
        except AbandonedError:
            raise
        except BaseException as error:  # noqa: BLE001  # no failure of a model ends the lane
            part.done.set_exception(as_ours(error))
        else:
            self.measures.batch(rows=part.rows.height, seconds=time.perf_counter() - began)
            part.done.set_result(outputs)
        self._taken = ()
        with self._lock:
            self._slices -= 1

    def _answer(self, jobs: Sequence[Job], *, here: bool = False) -> None:
        """Predict a batch; when it fails, each request alone, so that only the bad one fails."""
        self._taken = jobs
        error = self._together(jobs, here=here)
        if error is not None and len(jobs) > 1:
            for position, job in enumerate(jobs):
                self._taken = jobs[position:]
                failed = self._together([job], here=here)
                if failed is not None:
                    self._free([job])
                    self._failures.tell(self.record, [job], failed)
        elif error is not None:
            self._free(jobs)
            self._failures.tell(self.record, jobs, error)
        self._taken = ()

    def _together(self, jobs: Sequence[Job], *, here: bool) -> ModeldeskError | None:
        """Predict jobs at once and hand them to the log, or return why that failed."""
        began, loaded = time.perf_counter(), self.ready
        try:
            worked = time.thread_time()
            batch = self._predicted(jobs)
            self._pace.learn(batch.whole.height, time.thread_time() - worked)
        except AbandonedError:
            raise
        except BaseException as error:  # noqa: BLE001  # no failure of a model ends the lane
            return as_ours(error)
        ended = time.perf_counter()
        self.measures.batch(rows=batch.whole.height, seconds=ended - began)
        self._commit(jobs, batch, began if loaded else None, here=here)
        return None

    def _predicted(self, jobs: Sequence[Job]) -> _Batch:
        policy = self.record.policy
        few = None if self.shadow else self._handful.rows(jobs, policy)
        if few is not None:
            whole = self._handful.predicted(few, jobs, self.runner)
            return _Batch(whole=whole, kept=written_few(whole, policy))
        if self.shadow:
            inputs = repeated_inputs(jobs, self.record.signature)
        else:
            inputs = inputs_of(jobs, self._decoder)
        outputs = self.runner.predict(inputs, jobs)
        frame = inputs.hstack([*outputs.get_columns(), *stamps_of(jobs)])
        return _Batch(whole=frame, kept=written(frame, policy))

    def _commit(
        self, jobs: Sequence[Job], batch: _Batch, began: float | None, *, here: bool
    ) -> None:
        """Hand a batch to the log; its callers are told when it is committed."""
        handed, now = time.perf_counter(), self._clock.now()
        record = self.record
        chunk = Chunk(
            key=self._commits.keys.new(now),
            model_id=record.model_id,
            version_id=record.version_id,
            committed_at=now,
            rows=batch.kept,
            shadow=self.shadow,
        )

        def resolve(error: BaseException | None) -> None:
            # First: the next batch is made while the callers of this one wake up.
            self._committed.set()
            committed_at = time.perf_counter()
            self.measures.commit_seconds.observe(committed_at - handed)
            self._free(jobs, seconds=None if began is None else committed_at - began)
            if error is not None:
                for job in jobs:
                    job.done.set_exception(error)
                return
            answer(jobs, batch.whole, key=chunk.key, record=record)
            if any(job.shadow is not None for job in jobs):
                inputs = table_of(batch.whole).select(self._features)
                self._around.repeat(Answered(jobs=jobs, inputs=inputs, chunk=chunk.key))

        self._committed.clear()
        if here and self._commits.append_at_once(chunk):
            resolve(None)
        else:
            later = self._commits.append(chunk, alone=not here)
            later.add_done_callback(lambda done: resolve(done.exception()))

    def _free(self, jobs: Sequence[Job], *, seconds: float | None = None) -> None:
        """Make room for others: before these are told, as who is answered waits no longer."""
        rows = sum(len(job.rows) for job in jobs)
        with self._lock:
            self._room.free(rows, seconds=seconds)

    def _drop(self, items: Sequence[Item]) -> None:
        for item in items:
            if isinstance(item, Answered):
                self.measures.dropped.inc(item.rows_for(self.record))
            elif isinstance(item, _Warm | Slice):
                item.done.set_exception(Overloaded("The server is stopping."))


def _drained(waiting: queue.SimpleQueue[Item]) -> Sequence[Item]:
    found: list[Item] = []
    while True:
        try:
            found.append(waiting.get_nowait())
        except queue.Empty:
            return found
