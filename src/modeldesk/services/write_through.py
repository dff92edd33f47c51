"""Writing the log through to the disk, once a second, for commits that do not wait for it."""

from __future__ import annotations

import math
import threading
import time

import structlog

from modeldesk.store import ChunkLog

SECONDS = 1.0
"""How long the disk may lack what was committed."""

COPY_SECONDS = 5.0
"""How long the database's file lacks it, which lies in the log beside it meanwhile.

Copying it each second took 6 of 95 microseconds of a request: pages that are written again and
again were copied as often.
"""

_log = structlog.get_logger("modeldesk.log")


class WriteThrough:
    """Has the disk keep what was committed to the log, soon after it was.

    Parameters
    ----------
    log
        What is written through; nothing is done where its commits wait for the disk themselves.
    seconds
        How long that may take.
    copy_seconds
        How long it may take until the database's file holds it as well.
    """

    def __init__(
        self, log: ChunkLog, *, seconds: float = SECONDS, copy_seconds: float = COPY_SECONDS
    ) -> None:
        self._log = log
        self._seconds = seconds
        self._copy_seconds = copy_seconds
        self._written = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        if not log.synced:
            self._thread = threading.Thread(target=self._run, name="modeldesk-sync", daemon=True)
            self._thread.start()

    def soon(self) -> None:
        """Note that something was committed."""
        if not self._written.is_set():
            self._written.set()

    def close(self) -> None:
        """Write through what is left, and stop."""
        self._closed.set()
        self._written.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        running, behind, copied = True, False, -math.inf
        while running:
            written = self._written.wait(self._copy_seconds if behind else None)
            try:
                if written:
                    # Before what follows: what is committed after this is seen the next time.
                    self._written.clear()
                    if not self._log.at_once and not self._closed.is_set():
                        self._log.prepare()
                    self._closed.wait(self._seconds)
                running = not self._closed.is_set()
                if written or not running:
                    behind = True
                    self._log.sync()
                if written and running:
                    self._log.prepare()
                if not running or time.monotonic() - copied >= self._copy_seconds:
                    self._log.copy()
                    behind, copied = False, time.monotonic()
            except Exception as error:  # noqa: BLE001 - the thread's boundary; tried again
                self._written.set()
                _log.warning("the log is not written through yet", error=str(error))
