"""Group commit: the log is written by one thread at a time, many rows a transaction.

While a commit runs, what arrives waits; the next commit takes it all. Idle, whoever appends
writes at once, in its own thread; under load, the cost of a commit is shared.

Usually whoever appends waits for the commit. Where the user chose ``durability = "async"``, rows
count as taken when they are queued, as long as not too many are: from then on appending waits
for the commit again. What can be committed at once is, for that takes less than queueing. Queued
rows outlive a database that fails for a while, but not the process.
"""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from modeldesk.errors import Conflict, ModeldeskError, Overloaded, StoreUnavailable
from modeldesk.schema import ChunkKeys
from modeldesk.services.write_through import WriteThrough
from modeldesk.store import Chunk, ChunkLog, ModelRecords

_LARGEST_GROUP = 1000

_REST_SECONDS = 0.1
"""How long the writer rests before it tries again to count."""

_log = structlog.get_logger("modeldesk.log")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Append:
    chunk: Chunk
    done: Future[None] | None
    """Told when the chunk is committed; ``None`` where nobody waits for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    version_id: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    version_id: int
    rows: int
    sentence: str
    at: datetime


class _Stop:
    """Marks the end of the queue."""


class GroupCommit:
    """The one writer of the prediction log in this process.

    Parameters
    ----------
    log
        Where chunks go.
    records
        Where refused rows are counted.
    most_ahead
        How many rows may count as taken before they are committed; 0: none.
    """

    def __init__(self, log: ChunkLog, records: ModelRecords, *, most_ahead: int = 0) -> None:
        self.keys = ChunkKeys()
        """Where the keys of this process's chunks come from."""
        self._log = log
        self._records = records
        self._most_ahead = most_ahead
        self._ahead = 0
        self._failing = False
        self._through = WriteThrough(log)
        self._closed = False
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        """Held while chunks are written."""
        self._queue: queue.SimpleQueue[_Append | _Refused | _Failed | _Stop] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="modeldesk-log", daemon=True)
        self._thread.start()

    @property
    def at_once(self) -> bool:
        """Whether `append_at_once` commits by now; from a moment after it was asked first."""
        return self._log.at_once

    @property
    def free(self) -> bool:
        """Whether a chunk that is appended at this moment would wait for no other."""
        return self._log.free

    def append_at_once(self, chunk: Chunk) -> bool:
        """Commit a chunk in this thread, without waiting for anybody; it is not queued.

        Returns
        -------
        bool
            Whether it is committed. If not, for whatever reason, nothing has happened.
        """
        if self._closed:
            return False
        try:
            done = self._log.append_at_once(chunk)
        except Exception:  # noqa: BLE001 - it is appended in the usual way, which tells why it fails
            return False
        if done:
            self._through.soon()
        return done

    def append(self, chunk: Chunk, *, durable: bool = False, alone: bool = True) -> Future[None]:
        """Queue a chunk; the future is done when it is taken, or says why it is not.

        Parameters
        ----------
        chunk
            The rows.
        durable
            Whether taken means committed also where rows may be ahead of the commit.
        alone
            Whether this call may write the chunk itself, where nobody else writes.
        """
        done: Future[None] = Future()
        rows = chunk.rows.height
        with self._lock:
            if self._closed:
                done.set_exception(Overloaded("The server is stopping."))
                return done
            ahead = not durable and self._ahead + rows <= self._most_ahead
            if ahead:
                self._ahead += rows
            item = _Append(chunk=chunk, done=None if ahead else done)
            alone = alone and not ahead and not self._failing
            alone = alone and self._writing.acquire(blocking=False)
            if not alone:
                self._queue.put(item)
        if ahead:
            done.set_result(None)
        elif alone:
            # Two changes of thread cost as much as writing a few rows.
            try:
                self._commit([item])
            finally:
                self._writing.release()
        return done

    def count_refused(self, version_id: int, rows: int) -> None:
        """Queue a count of refused rows; it is written with the next commit."""
        self._queue.put(_Refused(version_id=version_id, rows=rows))

    def count_failed(self, version_id: int, rows: int, *, sentence: str, at: datetime) -> None:
        """Queue a count of rows for which a model failed, with how; as `count_refused`."""
        failed = _Failed(version_id=version_id, rows=rows, sentence=sentence, at=at)
        self._queue.put(failed)

    def close(self) -> None:
        """Write what is queued and stop; what is appended from now on is refused."""
        with self._lock:
            self._closed = True
            self._queue.put(_Stop())
        self._thread.join()
        self._through.close()
        self._log.close()

    def _write(self) -> None:
        running = True
        again: list[_Append] = []
        while running:
            group = [self._queue.get()] if not again else []
            while len(group) < _LARGEST_GROUP and not self._queue.empty():
                group.append(self._queue.get())
            running = not any(isinstance(item, _Stop) for item in group)
            appends = again + [item for item in group if isinstance(item, _Append)]
            with self._writing:
                again = self._commit(appends)
            refused = [item for item in group if isinstance(item, _Refused | _Failed)]
            if appends and self._failing:
                # Do not make the next group wait for one more failure.
                self._count_later(refused)
            else:
                self._count(refused)
            if again:
                time.sleep(_REST_SECONDS)
        with self._writing:
            lost = self._commit(again)
        if lost:
            rows = sum(item.chunk.rows.height for item in lost)
            _log.error("predictions lost: the database is not available at the end", rows=rows)

    def _commit(self, appends: list[_Append]) -> list[_Append]:
        """Write chunks together; return those to be tried again."""
        if not appends:
            return []
        new = [item.chunk for item in appends]
        failed = self._written(new)
        self._failing = isinstance(failed, StoreUnavailable)
        if failed is not None and not self._failing and len(appends) > 1:
            # Something is wrong with one of them: it fails alone.
            return [again for item in appends for again in self._commit([item])]
        for item in appends:
            if item.done is None:
                continue
            if failed is None:
                item.done.set_result(None)
            else:
                item.done.set_exception(failed)
        ahead = [item for item in appends if item.done is None]
        if self._failing:
            return ahead
        rows = sum(item.chunk.rows.height for item in ahead)
        if failed is not None and rows:
            _log.error("predictions lost: they cannot be logged", rows=rows, error=failed.message)
        with self._lock:
            self._ahead -= rows
        return []

    def _written(self, new: list[Chunk]) -> ModeldeskError | None:
        """Write chunks in one transaction, or say why they are not."""
        try:
            self._log.append(new)
            self._through.soon()
        except Conflict as error:
            # A commit whose answer was lost with the connection is found done when it is retried.
            return None if len(new) == 1 and self._is_there(new[0].key) else error
        except ModeldeskError as error:
            return error
        except Exception as error:  # noqa: BLE001  # the writer outlives any one group
            failed = ModeldeskError(f"The rows could not be logged: {error}.")
            failed.__cause__ = error
            return failed
        return None

    def _is_there(self, key: str) -> bool:
        try:
            return self._log.holds(key)
        except StoreUnavailable:
            return False

    def _count(self, counted: list[_Refused | _Failed]) -> None:
        for item in _summed(counted):
            try:
                if isinstance(item, _Refused):
                    self._records.count_refused(item.version_id, item.rows)
                else:
                    self._records.count_failed(
                        item.version_id, item.rows, sentence=item.sentence, at=item.at
                    )
            except StoreUnavailable:
                self._count_later([item])
            except Exception:  # noqa: BLE001  # a lost count must not end the log's writer
                _log.exception("rows not counted", version_id=item.version_id, rows=item.rows)

    def _count_later(self, counted: list[_Refused | _Failed]) -> None:
        """Queue counts once more, as few as there are versions, after a short rest."""
        for item in _summed(counted):
            self._queue.put(item)
        if counted:
            time.sleep(_REST_SECONDS)


def _summed(counted: list[_Refused | _Failed]) -> list[_Refused | _Failed]:
    """Return one count per version and kind; of failures the last is told."""
    found: dict[tuple[type, int], _Refused | _Failed] = {}
    for item in counted:
        known = found.get((type(item), item.version_id))
        rows = item.rows + (known.rows if known else 0)
        found[type(item), item.version_id] = replace(item, rows=rows)
    return list(found.values())
