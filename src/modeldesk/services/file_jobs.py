"""Files as jobs: taken in, predicted one after the other in the background, kept for a while."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from modeldesk.errors import (
    Conflict,
    InvalidArgument,
    InvalidData,
    InvalidRows,
    ModeldeskError,
    NotFound,
    Overloaded,
    StoreUnavailable,
    UnsupportedModel,
)
from modeldesk.services.acting import caller, change
from modeldesk.services.file_run import Equipment, FileRun, LostError, StoppedError
from modeldesk.services.job_view import JobView, view_of
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.row_files import RowFormat
from modeldesk.services.tables import sorted_table
from modeldesk.services.traffic import Traffic
from modeldesk.store import (
    Change,
    Claim,
    FileJob,
    JobState,
    NewFileJob,
    VersionRecord,
)

LEASE = timedelta(seconds=15)
"""How long a claim holds that nobody renews: so long a job rests when its process is killed."""

FORGOTTEN = timedelta(days=1)
"""After which a folder without a job is deleted: what was sent there never came to its end."""

MOST_JOBS = 1000

_TIDY_SECONDS = 60.0
_PROGRAM_ERROR = "Something went wrong in the program."

_log = structlog.get_logger("modeldesk.file_jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """What a file may be, and how long its result is kept."""

    columns: int
    kept: timedelta | None
    """For how long jobs are kept that are over; ``None``: for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A job whose file is on its way."""

    job_id: str
    record: VersionRecord
    format: RowFormat
    path: Path
    """Where the file goes."""
    time: str | None
    row_id: str | None
    file: str


class FileJobs:
    """Takes files, and predicts them one at a time.

    Each process with the background work on takes the oldest job whose file it has. It holds a
    claim on it meanwhile, which lapses when the process dies; then the next one goes on.

    Parameters
    ----------
    equipment
        The services.
    traffic
        Tells which version an alias means.
    limits
        What a file may be, and how long its result is kept.
    seconds
        Rest between two looks for jobs that others have left.
    """

    def __init__(
        self, equipment: Equipment, traffic: Traffic, limits: FileLimits, *, seconds: float
    ) -> None:
        self._with = equipment
        self._traffic = traffic
        self._limits = limits
        self._seconds = seconds
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._tidied = 0.0

    def draft(  # one keyword for each thing that can be told
        self,
        name: str,
        kind: RowFormat,
        *,
        version: int | None = None,
        alias: str | None = None,
        time: str | None = None,
        row_id: str | None = None,
        file: str = "",
    ) -> Draft:
        """Prepare a job: the caller writes the file to the draft's path, then submits it.

        Parameters
        ----------
        name
            Name of the model.
        kind
            What the file is.
        version
            Number of the version; without one, the champion as it is now.
        alias
            Name that points at the version, instead of its number.
        time, row_id
            Columns with times and own keys; by default those with the usual names.
        file
            What the file is called.

        Raises
        ------
        NotFound
            When there is no such model, version or alias.
        InvalidArgument
            When version and alias are both given.
        UnsupportedModel
            When the model is served elsewhere.
        StoreUnavailable
            When the home folder cannot be written.
        """
        if version is not None and alias is not None:
            message = f"Both version {version} and the alias {alias!r} are asked."
            raise InvalidArgument(message, hint="Give one of them, or none for the champion.")
        target = self._traffic.target(name, version=version, alias=alias)
        record = (target or self._traffic.champion(name)).record
        if record.flavor == EXTERNAL:
            message = f"{name!r} is served elsewhere; here its predictions are logged."
            raise UnsupportedModel(message, hint="Log them with modeldesk log, or publish it.")
        job_id = self._with.keys.new(self._with.clock.now())
        return Draft(
            job_id=job_id,
            record=record,
            format=kind,
            path=self._with.files.make(job_id),
            time=time,
            row_id=row_id,
            file=file,
        )

    def submit(self, draft: Draft) -> JobView:
        """Check what can be told at once, and queue the job.

        Raises
        ------
        InvalidData
            When the file cannot be read, holds no rows, or its columns are not the model's;
            then nothing is left of it.
        """
        self._add(draft, None)
        self._wake.set()
        return self.get(draft.job_id)

    def run(
        self, draft: Draft, *, advanced: Callable[[FileJob], None] = lambda _: None
    ) -> tuple[JobView, Path]:
        """Do a job here and now; returns it, and where its result is.

        Parameters
        ----------
        draft
            The job; its file is there.
        advanced
            Called with the job after each piece.

        Raises
        ------
        ModeldeskError
            When it fails. Rows that were predicted before that stay in the log, and the message
            says how many they are.
        """
        token = secrets.token_hex(16)
        try:
            self._add(draft, self._claim(token))
            self._run(self._found(draft.job_id), token, advanced)
            return self.get(draft.job_id), self.result(draft.job_id)
        except BaseException as error:
            told = self._given_up(draft, error)
            if told is error:
                raise
            raise told from error

    def forget(self, job_id: str) -> None:
        """Delete a job that was run here, and is over, with its files."""
        with suppress(StoreUnavailable):
            self._with.records.remove(job_id, None)
        self._with.files.remove(job_id)

    def discard(self, draft: Draft) -> None:
        """Forget a draft whose file did not arrive."""
        self._with.files.remove(draft.job_id)

    def list(
        self, *, model: str | None = None, state: JobState | None = None, limit: int = 100
    ) -> tuple[JobView, ...]:
        """Return the jobs that the caller may see, the latest first.

        Parameters
        ----------
        model, state
            Only jobs of this model, or in this state.
        limit
            How many at most.
        """
        if model is not None:
            self._with.registry.record(model)
        found = self._with.records.list(
            models_seen=caller().models, model=model, state=state, limit=min(limit, MOST_JOBS)
        )
        return tuple(view_of(job) for job in found)

    def get(self, job_id: str) -> JobView:
        """Return one job; `NotFound` when there is none of that name."""
        return view_of(self._found(job_id))

    def result(self, job_id: str) -> Path:
        """Return where the result of a job is, a Parquet file.

        Raises
        ------
        NotFound
            When there is no such job, or its files are not in this home folder.
        Conflict
            When the job is not done.
        """
        job = self._found(job_id)
        if job.state is not JobState.DONE:
            message = f"The job {job_id} has no result: it is {job.state}."
            over = "Rows that were predicted before that are in the log."
            hint = over if job.state.over else "Ask again when it is done."
            raise Conflict(message, hint=hint)
        path = self._with.files.result(job_id)
        if path is None:
            message = f"The result of the job {job_id} is not in this server's home folder."
            raise NotFound(message, hint="Ask the server that took the file.")
        return path

    def cancel(self, job_id: str) -> JobView:
        """Cancel a job, or remove one that is over with its files; return it as it is then.

        Rows that were predicted stay in the log.
        """
        job = self._found(job_id)
        if self._with.records.cancel(job_id, self._now, self._cancelling(job)):
            if job.state is JobState.QUEUED:
                self._with.files.remove(job_id)
            return self.get(job_id)
        told = change(self._now, "job.removed", f"model {job.model}", job=job_id)
        job = self._found(job_id)
        self._with.records.remove(job_id, told)
        self._with.files.remove(job_id)
        return view_of(job)

    def start(self) -> None:
        """Start predicting in the background."""
        self._thread = threading.Thread(target=self._loop, name="modeldesk-files", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the background to stop between two slices, without waiting for it."""
        self._stop.set()
        self._wake.set()

    def close(self) -> None:
        """Stop between two slices; what is left of a job is left to the next process."""
        self.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def work(self) -> bool:
        """Do the oldest job that is free and whose file is here; false when there is none."""
        for job_id in self._with.records.waiting(self._now):
            if not self._with.files.holds(job_id):
                continue
            token = secrets.token_hex(16)
            job = self._with.records.claim(job_id, self._claim(token))
            if job is not None:
                self._do(job, token)
                return True
        return False

    def tidy(self) -> int:
        """Forget jobs that have been over for long, and folders without a job; return how many."""
        records, files = self._with.records, self._with.files
        gone = 0
        if self._limits.kept is not None:
            for job_id in records.ended(self._now - self._limits.kept):
                gone += records.remove(job_id, None)
                files.remove(job_id)
        old = files.older(self._now - FORGOTTEN)
        known = records.known(old)
        for job_id in old:
            if job_id not in known:
                files.remove(job_id)
        return gone

    @property
    def _now(self) -> datetime:
        return self._with.clock.now()

    def _claim(self, token: str) -> Claim:
        now = self._now
        return Claim(token=token, now=now, until=now + LEASE)

    def _found(self, job_id: str) -> FileJob:
        job = self._with.records.get(job_id)
        if job is None:
            message = f"There is no job {job_id[:60]!r}."
            raise NotFound(message, hint="Jobs that are over are forgotten after keep_jobs_days.")
        caller().check_model(job.model)
        return job

    def _cancelling(self, job: FileJob) -> Change:
        return change(self._now, "job.cancelled", f"model {job.model}", job=job.job_id)

    def _given_up(self, draft: Draft, error: BaseException) -> BaseException:
        """Forget a job that failed here and now; return what its caller is told."""
        logged = 0
        with suppress(StoreUnavailable):
            self._with.records.cancel(draft.job_id, self._now, None)
            job = self._with.records.get(draft.job_id)
            logged = job.rows_done - job.refused if job else 0
        self.forget(draft.job_id)
        if not logged or not isinstance(error, ModeldeskError) or isinstance(error, InvalidRows):
            return error
        message = f"{error.message} {logged:,} rows were predicted before that; they stay."
        return type(error)(message, hint=error.hint)

    def _add(self, draft: Draft, claim: Claim | None) -> None:
        """Keep a job, or nothing at all."""
        try:
            rows = self._checked(draft)
            new = NewFileJob(
                job_id=draft.job_id,
                version_id=draft.record.version_id,
                created_at=self._now,
                actor=str(caller()),
                file=draft.file,
                format=str(draft.format),
                time_column=draft.time,
                key_column=draft.row_id,
                bytes=draft.path.stat().st_size,
                rows=rows,
            )
            self._with.records.add(new, claim=claim)
        except BaseException:
            self.discard(draft)
            raise

    def _checked(self, draft: Draft) -> int | None:
        """Return how many rows a file has, where it says so; raise what is wrong with it."""
        own = [name for name in (draft.time, draft.row_id) if name is not None]
        signature = draft.record.signature
        file = self._with.readers.open(draft.path, draft.format, signature, own=own)
        if file.head is not None:
            if file.head.width > self._limits.columns:
                message = f"The file has more than {self._limits.columns} columns."
                raise InvalidData(message, hint="Leave some out, or raise max_columns.")
            sorted_table(
                file.head,
                signature,
                draft.record.policy,
                self._now,
                time=draft.time,
                row_id=draft.row_id,
                longest=self._with.longest_text,
            )
        if file.rows == 0:
            message = "The file holds no rows."
            raise InvalidData(message, hint="Give a table with at least one row.")
        return file.rows

    def _run(self, job: FileJob, token: str, advanced: Callable[[FileJob], None]) -> None:
        """Work on a claimed job to its end."""
        run = FileRun(
            self._with,
            job,
            lambda: self._claim(token),
            stopping=self._stop.is_set,
            advanced=advanced,
        )
        with self._with.measures.running_jobs.track_inprogress():
            run.run()
        if not self._with.records.finish(job.job_id, self._claim(token), JobState.DONE):
            raise LostError
        self._with.files.tidy(job.job_id)

    def _do(self, job: FileJob, token: str) -> None:
        """Work on a job in the background; whatever happens, the next one gets its turn."""
        try:
            self._run(job, token, lambda _: None)
        except StoppedError:
            self._with.records.release(job.job_id, self._claim(token))
        except LostError:
            self._leave(job)
        except (StoreUnavailable, Overloaded) as error:
            _log.warning("job put off", job_id=job.job_id, error=str(error))
            self._with.records.release(job.job_id, self._claim(token))
            self._stop.wait(self._seconds)
        except ModeldeskError as error:
            self._fail(job, token, str(error))
        except BaseException:  # noqa: BLE001  # the boundary of a job: the others go on
            _log.exception("job failed unexpectedly", job_id=job.job_id)
            self._fail(job, token, f"{_PROGRAM_ERROR} Its log says what.")

    def _fail(self, job: FileJob, token: str, error: str) -> None:
        told = error.replace("\0", r"\x00").encode("utf-8", "backslashreplace").decode()
        if self._with.records.finish(job.job_id, self._claim(token), JobState.FAILED, error=told):
            _log.warning("job failed", job_id=job.job_id, model=job.model, error=told)
        self._leave(job)

    def _leave(self, job: FileJob) -> None:
        """Delete the files of a job that came to nothing."""
        now = self._with.records.get(job.job_id)
        if now is None or (now.state.over and now.state is not JobState.DONE):
            self._with.files.remove(job.job_id)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                worked = self.work()
                if time.monotonic() - self._tidied > _TIDY_SECONDS:
                    self._tidied = time.monotonic()
                    self.tidy()
            except Exception:  # noqa: BLE001  # a database that is away must not end the loop
                _log.exception("jobs could not be looked for")
                worked = False
            if not worked:
                self._wake.wait(self._seconds)
                self._wake.clear()
