"""The express: rows that arrive in one turn of an event loop, predicted and committed in it.

Handing rows to another thread and their answers back takes longer than a quick model takes to
predict them, and while two threads work, each waits for Python's lock most of the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from modeldesk.errors import ModeldeskError
from modeldesk.services.job import Job, as_ours
from modeldesk.services.lanes import Lanes
from modeldesk.store import VersionRecord

_LOOK_SECONDS = 0.001
"""After which it is looked again whether others still write.

A loop of libuv's counts whole milliseconds: half a one was none, and it looked without a pause.
Each look takes Python's lock from whoever writes, who then took three times as long.
"""

_LONGEST_SECONDS = 0.03
"""How long rows are gathered while others write."""


class Loop(Protocol):
    """What of an event loop is needed."""

    def call_soon(self, callback: Callable[[], None], /) -> object:
        """Have something called when the loop has read what has arrived."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> object:
        """Have something called after so many seconds."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Gathered:
    """Rows for one version."""

    record: VersionRecord
    jobs: list[Job]
    since: float = field(default_factory=time.monotonic)


class Express:
    """Gathers rows during a turn of an event loop, and answers them at its end.

    While somebody else writes, it goes on gathering: waiting in another thread would take
    longer, and slow both down. What cannot be answered in a moment goes to its lane's own thread.

    Parameters
    ----------
    lanes
        Predict.
    loop
        The event loop, in whose thread all calls come.
    """

    def __init__(self, lanes: Lanes, loop: Loop) -> None:
        self._lanes = lanes
        self._loop = loop
        self._gathered: dict[int, _Gathered] = {}

    def submit(self, record: VersionRecord, job: Job) -> None:
        """Gather a request's rows, or queue them; raises as `Lanes.submit` does."""
        if not self._lanes.quick(record):
            self._lanes.submit(record, job)
            return
        version_id = record.version_id
        gathered = self._gathered.get(version_id)
        if gathered is not None:
            gathered.record = record
            gathered.jobs.append(job)
            return
        self._gathered[version_id] = _Gathered(record=record, jobs=[job])
        self._loop.call_soon(lambda: self._answer(version_id))

    def _answer(self, version_id: int) -> None:
        gathered = self._gathered[version_id]
        late = time.monotonic() - gathered.since > _LONGEST_SECONDS
        if not late and not self._lanes.free(gathered.record):
            self._loop.call_later(_LOOK_SECONDS, lambda: self._answer(version_id))
            return
        del self._gathered[version_id]
        record, jobs = gathered.record, gathered.jobs
        try:
            if not self._lanes.answer_here(record, jobs):
                self._queue(record, jobs)
        except Exception as error:  # noqa: BLE001 - the loop's boundary; nobody waits for ever
            _tell(jobs, as_ours(error))

    def _queue(self, record: VersionRecord, jobs: Sequence[Job]) -> None:
        for job in jobs:
            try:
                self._lanes.submit(record, job)
            except ModeldeskError as error:
                _tell([job], error)


def _tell(jobs: Sequence[Job], error: ModeldeskError) -> None:
    for job in jobs:
        if not job.done.done():
            job.done.set_exception(error)
