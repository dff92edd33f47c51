"""The files of one model that are or were predicted, with their progress as it happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from nicegui import ui

from modeldesk.services.job_view import JobView
from modeldesk.store import JobState
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import tell_since
from modeldesk.ui.states import empty
from modeldesk.ui.wording import count, plural, share, utc

MOST_SHOWN = 50

ICONS = {
    JobState.QUEUED: "schedule",
    JobState.RUNNING: "autorenew",
    JobState.DONE: "check_circle",
    JobState.FAILED: "error",
    JobState.CANCELLED: "block",
}
TONES = {JobState.DONE: "stable", JobState.FAILED: "changed"}
_PROBLEMS = 5

_Cancel = Callable[[JobView], Awaitable[None]]


class JobList:
    """A card with an entry per job.

    Parameters
    ----------
    now
        Tells the time.
    cancel
        Called with a job that a person wants to end, or to be gone.
    """

    def __init__(self, *, now: Callable[[], datetime], cancel: _Cancel) -> None:
        self._now = now
        self._cancel = cancel
        self._entries: dict[str, _Entry] = {}

    def build(self, jobs: tuple[JobView, ...]) -> None:
        """Add the card."""
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Jobs")
                self._count = text("span", "", "md-card-note")
            self._list = block("md-jobs")
            testable(self._list, "jobs")
        self._fill(jobs)

    def show(self, jobs: tuple[JobView, ...]) -> None:
        """Show these jobs; where they are the same ones, only what has changed moves."""
        if self._list.is_deleted:
            return
        if [job.job_id for job in jobs] != list(self._entries):
            self._fill(jobs)
            return
        for job in jobs:
            self._entries[job.job_id].show(job)
        self._tell(jobs)

    def _fill(self, jobs: tuple[JobView, ...]) -> None:
        self._list.clear()
        self._entries = {}
        with self._list:
            if not jobs:
                words = "A file that is dropped above is predicted here, row by row."
                empty("table_rows", "No files yet", words, small=True)
            for job in jobs:
                self._entries[job.job_id] = _Entry(job, self._now, self._cancel)
        self._tell(jobs)

    def _tell(self, jobs: tuple[JobView, ...]) -> None:
        waiting = sum(not job.state.over for job in jobs)
        self._count.set_text(f"{count(waiting)} under way" if waiting else "")


class _Entry:
    """One job."""

    def __init__(self, job: JobView, now: Callable[[], datetime], cancel: _Cancel) -> None:
        self._now = now
        self._cancel = cancel
        self._job: JobView | None = None
        self._box = block("md-job")
        testable(self._box, f"job-{job.job_id}")
        self.show(job)

    def show(self, job: JobView) -> None:
        """Show a job as it is now."""
        known, self._job = self._job, job
        if known is None or known.state is not job.state:
            self._box.clear()
            with self._box:
                self._build(job)
        if known != job:
            self._update(job)

    def _build(self, job: JobView) -> None:
        with block("md-job-top"):
            text("span", job.file or job.job_id, "md-job-name").props["title"] = job.job_id
            text("span", f"v{job.version}", "md-tag")
            chip = block(f"md-chip md-chip--{TONES.get(job.state, 'unsure')}", tag="span")
            testable(chip, "state")
            with chip:
                ui.icon(ICONS[job.state])
                text("span", job.state.capitalize())
            when = text("time", "", "md-job-when md-faint md-small")
            title = f"Sent {utc(job.created_at)} by {job.by}"
            if job.ended_at is not None:
                title += f". Ended {utc(job.ended_at)}"
            tell_since(when, job.ended_at or job.created_at, self._now(), title=title)
            with block("md-job-acts"):
                self._acts(job)
        self._bar: ui.element | None = None
        if not job.state.over:
            track = block("md-job-track")
            track.props["role"] = "progressbar"
            track.props["aria-label"] = f"Progress of {job.file or job.job_id}"
            track.props["aria-valuemin"], track.props["aria-valuemax"] = "0", "100"
            testable(track, "progress")
            with track:
                self._bar = block("md-job-bar")
            self._track = track
        self._words = text("p", "", "md-job-words")
        if job.error:
            text("p", job.error, "md-job-error")
        self._problems = block("md-job-problems")

    def _acts(self, job: JobView) -> None:
        if job.state is JobState.DONE:
            for kind, words in (("parquet", "Parquet"), ("csv", "CSV")):
                target = f"../../api/v1/jobs/{job.job_id}/result?format={kind}"
                with ui.link(target=target).classes("md-job-link") as link:
                    ui.icon("download")
                    text("span", words)
                link.props["download"] = ""
                testable(link, f"download-{kind}")
        words = "Remove" if job.state.over else "Cancel"
        button = ui.button(words, on_click=lambda: self._cancel(job), color=None)
        button.props("flat no-caps dense").classes("md-btn md-btn--quiet md-btn--small")
        testable(button, words.lower())

    def _update(self, job: JobView) -> None:
        if self._bar is not None:
            self._bar.style(f"width: {100 * job.share:.1f}%")
            self._track.props["aria-valuenow"] = f"{100 * job.share:.0f}"
            self._track.update()
        self._words.set_text(_words(job))
        self._problems.clear()
        with self._problems:
            for problem in job.problems[:_PROBLEMS]:
                text("p", str(problem))
            if job.problems and job.refused > _PROBLEMS:
                text("p", f"and {count(job.refused - min(len(job.problems), _PROBLEMS))} more")


def _words(job: JobView) -> str:
    """Say how far a job is."""
    rows = count(job.rows_done)
    if job.rows is not None and job.rows != job.rows_done:
        rows = f"{rows} of {count(job.rows)}"
    found = [f"{rows} rows" if job.rows_done != 1 else "1 row"]
    if job.state is JobState.RUNNING:
        found.insert(0, share(job.share))
    if job.rows_per_second and job.state in {JobState.RUNNING, JobState.DONE}:
        found.append(f"{count(int(job.rows_per_second))} rows a second")
    if job.refused:
        found.append(f"{plural(job.refused, 'row')} refused")
    return " · ".join(found) if job.rows_done or job.rows else ""
