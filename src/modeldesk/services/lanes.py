"""The lanes of a process: opened on demand, unloaded for want of room or use, replaced in need."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import structlog

from modeldesk.clock import Clock
from modeldesk.errors import ModeldeskError, NotFound, Overloaded, StoreUnavailable
from modeldesk.models import Model
from modeldesk.services.group_commit import GroupCommit
from modeldesk.services.job import Answered, Job, Slice
from modeldesk.services.lane import Item, Lane
from modeldesk.services.measures import Measures
from modeldesk.services.registry import Registry
from modeldesk.services.runner import ModelState, TimeLimits
from modeldesk.services.surroundings import LaneLimits
from modeldesk.store import VersionRecord

_MOST_ABANDONED = 4
"""Threads of one version that may hang: each keeps what its model holds."""

_LOOK_SECONDS = 1.0
"""How often lanes are looked after."""

_RETRY_SECONDS = 30.0
"""How long a model that could not be loaded is left alone before that is tried again."""

_log = structlog.get_logger("modeldesk.lanes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one request, one queue and the memory may hold, and how long things take."""

    rows: int
    """Most rows in one request."""
    text_characters: int
    """Longest string value."""
    waiting_rows: int
    """Most rows that wait for one version."""
    waiting_seconds: float
    """Most seconds that those rows take; 0: any number."""
    shadow_rows: int
    """Most rows that wait for a shadow."""
    loaded_bytes: int
    """Most bytes of files of loaded models; 0: any number."""
    idle_seconds: float
    """After which a version that nothing needs is unloaded; 0: never."""
    model_seconds: float
    """Which a model may take for a batch; 0: any number."""
    load_seconds: float
    """Which loading a model may take; 0: any number."""


class Lanes:
    """Keeps a lane for each version that is asked, and one more for each shadow.

    Parameters
    ----------
    registry
        Loads models, and knows how large their files are.
    commits
        The log's writer.
    clock
        Tells when a chunk was made.
    limits
        How much is loaded, waits, and how long models take.
    measures
        Where predictions are counted.
    """

    def __init__(
        self,
        registry: Registry,
        commits: GroupCommit,
        clock: Clock,
        limits: Limits,
        measures: Measures,
    ) -> None:
        self._registry = registry
        self._commits = commits
        self._clock = clock
        self._limits = limits
        self._measures = measures
        self._lanes: dict[tuple[int, bool], Lane] = {}
        self._abandoned: dict[int, list[Lane]] = {}
        self._lock = threading.Lock()
        self._room = threading.Lock()
        self._closed = False
        self._end = threading.Event()
        self._watch: threading.Thread | None = None

    def check_room(self, record: VersionRecord) -> None:
        """Raise `Overloaded` where a version has no room for one row more."""
        lane = self._lanes.get((record.version_id, False))
        if lane is not None:
            lane.check_room(1)

    def quick(self, record: VersionRecord) -> bool:
        """Whether a version answers a row in a moment, so that `answer_here` is worth asking."""
        lane = self._lanes.get((record.version_id, False))
        return lane is not None and lane.quick

    def free(self, record: VersionRecord) -> bool:
        """Whether `answer_here` would find that nobody else writes or waits."""
        lane = self._lanes.get((record.version_id, False))
        return lane is None or (lane.idle and self._commits.free)

    def answer_here(self, record: VersionRecord, jobs: Sequence[Job]) -> bool:
        """Predict in the caller's thread where that takes a moment; say whether it was done."""
        lane = self._lanes.get((record.version_id, False))
        if lane is None:
            return False
        lane.record = record
        return lane.answer_here(jobs)

    def submit(self, record: VersionRecord, job: Job) -> None:
        """Queue a request's rows.

        Raises
        ------
        Overloaded
            When too many wait already, too many threads hang, or the server is stopping.
        """
        lane = self._lanes.get((record.version_id, False))
        while True:
            if lane is not None:
                lane.record = record
                if lane.submit(job):
                    return
            lane = self._open(record)

    def predict(self, record: VersionRecord, rows: pl.DataFrame) -> Future[pl.DataFrame]:
        """Queue a slice of a file between the requests; the future has the outputs.

        Nothing is logged: who asks does that.

        Raises
        ------
        Overloaded
            When too many threads hang, or the server is stopping.
        """
        part = Slice(rows=rows, done=Future())
        # Nobody takes it back: while the model works on it, that cannot be stopped.
        part.done.set_running_or_notify_cancel()
        while not self._open(record).predict(part):
            pass
        return part.done

    def count_failed(
        self, record: VersionRecord, rows: int, *, sentence: str, at: datetime
    ) -> None:
        """Count rows of a file for which the model failed."""
        self._measures.of(record.model, record.number).failed.inc(rows)
        self._commits.count_failed(record.version_id, rows, sentence=sentence, at=at)

    def repeat(self, batch: Answered) -> None:
        """Give an answered batch to the shadows of its jobs; where that fails, drop it."""
        shadows = {job.shadow.version_id: job.shadow for job in batch.jobs if job.shadow}
        for record in shadows.values():
            try:
                while not self._open(record, shadow=True).offer(batch):
                    pass
            except Overloaded:
                dropped = self._measures.of(record.model, record.number, shadow=True).dropped
                dropped.inc(batch.rows_for(record))

    def ready(self, record: VersionRecord) -> bool:
        """Whether a version's model is loaded and can predict."""
        lane = self._lanes.get((record.version_id, False))
        return lane is not None and lane.ready

    def warm(self, record: VersionRecord, *, shadow: bool = False) -> Future[None]:
        """Load a version and try it on its signature's example, in its own thread."""
        try:
            return self._open(record, shadow=shadow).warm()
        except Overloaded as error:
            refused: Future[None] = Future()
            refused.set_exception(error)
            return refused

    def warm_meanwhile(self, record: VersionRecord) -> ModeldeskError | None:
        """See to it that a version becomes ready, and return why it did not the last time."""
        lane = self._lanes.get((record.version_id, False))
        if lane is None:
            self.warm(record)
            return None
        state, failed_at = lane.runner.state, lane.runner.failed_at
        rested = time.monotonic() - failed_at > _RETRY_SECONDS
        if state is ModelState.NEW or (state is ModelState.FAILED and rested):
            self.warm(record)
        return lane.runner.failure

    def pin(self, model_id: int, needed: Collection[int]) -> None:
        """Tell which versions of a model aliases and routing need."""
        for lane in list(self._lanes.values()):
            if lane.record.model_id == model_id:
                lane.pinned = lane.record.version_id in needed

    def refuse(self, record: VersionRecord, rows: int) -> None:
        """Count rows that did not fit."""
        self._measures.of(record.model, record.number).refused.inc(rows)
        self._commits.count_refused(record.version_id, rows)

    def all(self) -> tuple[Lane, ...]:
        """Return the lanes that are open."""
        with self._lock:
            return tuple(self._lanes.values())

    def hanging(self, version_id: int) -> int:
        """Return how many threads of a version were given up and still hang."""
        return sum(lane.alive for lane in self._abandoned.get(version_id, ()))

    def load(self, lane: Lane) -> Model:
        """Make room for a lane's model and load it; called in the lane's thread."""
        with self._room:
            lane.size = self._registry.size(lane.record)
            self._make_room(lane)
        return self._registry.load(lane.record)

    def ends(self, lane: Lane) -> bool:
        """Whether a lane without rows for a while ends now: nothing else needs its version."""
        return not lane.pinned and not self._needed(lane) and self._retire(lane)

    def close(self) -> None:
        """Refuse new rows, answer what is queued and stop."""
        with self._lock:
            self._closed = True
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.close()
        for lane in lanes:
            lane.join()
        self._end.set()
        if self._watch is not None:
            self._watch.join()

    def _open(self, record: VersionRecord, *, shadow: bool = False) -> Lane:
        """Return the lane of a version that takes rows, a new one where there is none."""
        key = record.version_id, shadow
        with self._lock:
            lane = self._lanes.get(key)
            if self._closed:
                message = "The server is stopping."
                raise Overloaded(message, hint="Try again in a few seconds.")
            if lane is not None and lane.open:
                lane.record = record
                return lane
            if self.hanging(record.version_id) >= _MOST_ABANDONED:
                message = f"Version {record.number} of {record.model!r} hangs again and again."
                raise Overloaded(message, hint="Move its alias, or restart the server.")
            if self._watch is None:
                self._watch = threading.Thread(
                    target=self._look_after, name="modeldesk-lanes", daemon=True
                )
                self._watch.start()
            self._lanes[key] = lane = self._new(record, shadow=shadow)
            return lane

    def _new(self, record: VersionRecord, *, shadow: bool) -> Lane:
        limits = self._limits
        return Lane(
            record,
            self,
            self._commits,
            self._clock,
            LaneLimits(
                waiting_rows=limits.shadow_rows if shadow else limits.waiting_rows,
                waiting_seconds=limits.waiting_seconds,
                idle_seconds=limits.idle_seconds,
                times=TimeLimits(model=limits.model_seconds, load=limits.load_seconds),
            ),
            measures=self._measures.of(record.model, record.number, shadow=shadow),
            shadow=shadow,
        )

    def _needed(self, lane: Lane) -> bool:
        """Whether an alias or the routing names a lane's version, as the database says."""
        try:
            record = self._registry.record(lane.record.model, lane.record.number)
        except NotFound:
            return False
        except StoreUnavailable:
            return True
        shadow = record.routing.shadow
        if lane.shadow:
            return shadow is not None and shadow.version == record.number
        canary = record.routing.canary
        return bool(record.aliases) or (canary is not None and canary.version == record.number)

    def _retire(self, lane: Lane) -> bool:
        with self._lock:
            if not lane.retire():
                return False
            key = lane.record.version_id, lane.shadow
            if self._lanes.get(key) is lane:
                del self._lanes[key]
        return True

    def _make_room(self, loading: Lane | None = None) -> None:
        """Unload models until those that stay fit; first those that nothing needs."""
        most = self._limits.loaded_bytes
        if not most:
            return
        lanes = [lane for lane in self.all() if lane.size and lane is not loading]
        total = sum(lane.size for lane in lanes) + (loading.size if loading else 0)
        for lane in sorted(lanes, key=lambda lane: (lane.pinned, lane.used)):
            if total <= most:
                return
            if self._retire(lane):
                total -= lane.size
                # Its memory is to be free before another model takes it.
                lane.join(_LOOK_SECONDS)
                lane.measures.unloads.inc()
                _log.info("model unloaded", model=lane.record.model, version=lane.record.number)

    def _look_after(self) -> None:
        """Replace lanes that hang, and unload models that were in use when room was needed."""
        limits = [s for s in (self._limits.model_seconds, self._limits.load_seconds) if s]
        while not self._end.wait(min([_LOOK_SECONDS, *(seconds / 4 for seconds in limits)])):
            try:
                now = time.monotonic()
                for lane in self.all():
                    left = lane.abandon(now)
                    if left is not None:
                        self._replace(lane, left)
                self._make_room()
            except Exception:  # noqa: BLE001  # who looks after the lanes outlives any one fault
                _log.exception("the lanes could not be looked after")

    def _replace(self, lane: Lane, left: Sequence[Item]) -> None:
        """Hand what waits for a lane that was given up to another one."""
        record = lane.record
        with self._lock:
            key = record.version_id, lane.shadow
            if self._lanes.get(key) is lane:
                del self._lanes[key]
            hanging = [other for other in self._abandoned.get(record.version_id, ()) if other.alive]
            self._abandoned[record.version_id] = [*hanging, lane]
        _log.error(
            "model given up",
            model=record.model,
            version=record.number,
            hanging=len(hanging) + 1,
        )
        if not left:
            return
        try:
            self._open(record, shadow=lane.shadow).adopt(left)
        except Overloaded as error:
            lane.refuse(left, error)
