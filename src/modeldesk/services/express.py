"""The express: rows that arrive in one turn of an event loop, predicted and committed in it.

Handing rows to another thread and their answers back takes longer than a quick model takes to
predict them, and while two threads work, each waits for Python's lock most of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from modeldesk.errors import ModeldeskError
from modeldesk.services.job import Job, as_ours
from modeldesk.services.lanes import Lanes
from modeldesk.store import VersionRecord


class Express:
    """Gathers rows during a turn of an event loop, and answers them at its end.

    What cannot be answered in a moment goes to its lane's own thread.

    Parameters
    ----------
    lanes
        Predict.
    soon
        Has something called when the loop has read what has arrived, as ``loop.call_soon`` does.
    """

    def __init__(self, lanes: Lanes, soon: Callable[[Callable[[], None]], object]) -> None:
        self._lanes = lanes
        self._soon = soon
        self._gathered: dict[int, tuple[VersionRecord, list[Job]]] = {}

    def submit(self, record: VersionRecord, job: Job) -> None:
        """Gather a request's rows, or queue them; raises as `Lanes.submit` does."""
        if not self._lanes.answers_here(record):
            self._lanes.submit(record, job)
            return
        if not self._gathered:
            self._soon(self._answer)
        self._gathered.setdefault(record.version_id, (record, []))[1].append(job)

    def _answer(self) -> None:
        gathered, self._gathered = self._gathered, {}
        for record, jobs in gathered.values():
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
