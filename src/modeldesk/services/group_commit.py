"""Group commit: one thread writes the log, many rows a transaction.

While a commit runs, what arrives waits; the next commit takes it all. Idle, a row is written
at once; under load, the cost of a commit is shared.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass

from modeldesk.errors import ModeldeskError, StoreUnavailable
from modeldesk.schema import ChunkKeys
from modeldesk.store import Chunk, ChunkLog, ModelRecords

_LARGEST_GROUP = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Append:
    chunk: Chunk
    done: Future[None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    version_id: int
    rows: int


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
    """

    def __init__(self, log: ChunkLog, records: ModelRecords) -> None:
        self.keys = ChunkKeys()
        """Where the keys of this process's chunks come from."""
        self._log = log
        self._records = records
        self._queue: queue.SimpleQueue[_Append | _Refused | _Stop] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="modeldesk-log", daemon=True)
        self._thread.start()

    def append(self, chunk: Chunk) -> Future[None]:
        """Queue a chunk; the future is done when it is committed, or says why it is not."""
        done: Future[None] = Future()
        self._queue.put(_Append(chunk=chunk, done=done))
        return done

    def count_refused(self, version_id: int, rows: int) -> None:
        """Queue a count of refused rows; it is written with the next commit."""
        self._queue.put(_Refused(version_id=version_id, rows=rows))

    def close(self) -> None:
        """Write what is queued and stop."""
        self._queue.put(_Stop())
        self._thread.join()

    def _write(self) -> None:
        running = True
        while running:
            group = [self._queue.get()]
            while len(group) < _LARGEST_GROUP and not self._queue.empty():
                group.append(self._queue.get())
            running = not any(isinstance(item, _Stop) for item in group)
            self._commit([item for item in group if isinstance(item, _Append)])
            self._count([item for item in group if isinstance(item, _Refused)])

    def _commit(self, appends: list[_Append]) -> None:
        if not appends:
            return
        failed: ModeldeskError | None = None
        try:
            self._log.append([item.chunk for item in appends])
        except ModeldeskError as error:
            failed = error
        except Exception as error:  # noqa: BLE001  # the writer outlives any one group
            failed = StoreUnavailable(f"The log could not be written: {error}.")
            failed.__cause__ = error
        for item in appends:
            if failed is None:
                item.done.set_result(None)
            else:
                item.done.set_exception(failed)

    def _count(self, refused: list[_Refused]) -> None:
        totals: Counter[int] = Counter()
        for item in refused:
            totals[item.version_id] += item.rows
        for version_id, rows in totals.items():
            try:
                self._records.count_refused(version_id, rows)
            except StoreUnavailable:
                self.count_refused(version_id, rows)
                threading.Event().wait(0.1)
