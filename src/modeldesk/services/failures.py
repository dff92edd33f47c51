"""The failures of a version: told to those who wait, counted, and written to the server's log."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import structlog

from modeldesk.clock import Clock
from modeldesk.errors import ModeldeskError, ModelFailed
from modeldesk.services.group_commit import GroupCommit
from modeldesk.services.job import Job, Slice, sentence_of
from modeldesk.services.measures import VersionMeasures
from modeldesk.store import VersionRecord

_MOST_NAMED = 10
"""Requests and keys that a line of the log names."""

_log = structlog.get_logger("modeldesk.lane")


class Failures:
    """Tells and counts what a version could not predict.

    Parameters
    ----------
    commits
        Writes the counts.
    clock
        Tells when it failed.
    measures
        Where failures are counted for this process.
    shadow
        Whether the version predicts beside the champion.
    """

    def __init__(
        self, commits: GroupCommit, clock: Clock, measures: VersionMeasures, *, shadow: bool
    ) -> None:
        self._commits = commits
        self._clock = clock
        self._measures = measures
        self._shadow = shadow

    def tell(
        self, record: VersionRecord, jobs: Sequence[Job | Slice], error: ModeldeskError
    ) -> None:
        """Tell callers that their rows have no prediction, and count that."""
        if jobs:
            self.count(record, jobs, error)
        for job in jobs:
            if not job.done.done():
                job.done.set_exception(error)

    def count(
        self, record: VersionRecord, asked: Sequence[Job | Slice], error: ModeldeskError
    ) -> None:
        """Count rows that were asked in vain; none where the model could not be loaded ahead."""
        rows = sum(len(job.rows) for job in asked)
        jobs = [job for job in asked if isinstance(job, Job)]
        self._measures.failed.inc(rows)
        sentence, now = sentence_of(error), self._clock.now()
        self._commits.count_failed(record.version_id, rows, sentence=sentence, at=now)
        named = (found for job in jobs[:_MOST_NAMED] if (found := job.request_id))
        keys = (key for job in jobs for key in job.row_ids if key is not None)
        _log.error(
            "model failed" if asked else "model not loaded",
            model=record.model,
            version=record.number,
            shadow=self._shadow,
            rows=rows,
            error=sentence,
            request_ids=list(named),
            row_ids=list(islice(keys, _MOST_NAMED)),
        )

    def came_back(self, record: VersionRecord) -> None:
        """Note that a model works again, or ended, that was given up."""
        _log.warning(
            "a model that was given up came back", model=record.model, version=record.number
        )


def died(record: VersionRecord) -> ModelFailed:
    """Return what those are told whose version's thread has ended by itself."""
    message = f"The thread that predicts for version {record.number} of {record.model!r} has died."
    return ModelFailed(message, hint="Send the rows again.")
