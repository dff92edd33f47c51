"""What the background does, and the files that are or were predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.job_view import JobView
from modeldesk.services.workload import WorkReport
from modeldesk.store import JobState
from modeldesk.ui.admin_state import AdminState
from modeldesk.ui.background import aside, first
from modeldesk.ui.element_table import cell, element_table, number, room, row
from modeldesk.ui.figures import figure
from modeldesk.ui.following import follow
from modeldesk.ui.forms import dress, small
from modeldesk.ui.job_list import ICONS, TONES
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import since
from modeldesk.ui.pager import Pager, last_page
from modeldesk.ui.places import BATCH
from modeldesk.ui.site import Site
from modeldesk.ui.sizes import size, span
from modeldesk.ui.states import empty, say
from modeldesk.ui.wording import NOTHING, ago, count, plural, share

JOBS_A_PAGE = 25
_MOST_JOBS = 200
"""The latest; older ones are in the API's list."""

_MOST_WAITING = 20
_LONG_LAG = timedelta(seconds=60)
"""From here on it is said that the roll-up is behind."""

_LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    work: WorkReport
    jobs: tuple[JobView, ...]
    under_way: int


class JobsSection:
    """The background, what waits for it, and the jobs of all models.

    Parameters
    ----------
    site
        The services.
    state
        What the address asks for.
    """

    def __init__(self, site: Site, state: AdminState) -> None:
        self._site = site
        self._state = state
        self._pager = Pager(JOBS_A_PAGE, self._turn)

    async def build(self) -> None:
        """Add the section."""
        data = await first(self._load)
        if data is None:
            return
        self._data = data
        with block("md-bones"):
            with block("md-card"):
                with block("md-card-head"):
                    text("h2", "In the background")
                    self._doing = text("span", "", "md-card-note")
                    testable(self._doing, "doing")
                self._work = block("md-figures md-figures--desk")
                self._waiting = block("")
                self._failure = block("")
            with block("md-card"):
                with block("md-card-head"):
                    text("h2", "Files")
                    text("span", "predicted as jobs, of all models", "md-card-note")
                    with block("md-card-end"):
                        self._choice()
                self._body = block("")
                self._pager.build()
        self._fill_work()
        self._fill_jobs()
        follow(self._look, seconds=_LOOK_SECONDS)

    def _load(self) -> _Loaded:
        caller().check(CHANGES)
        desk, jobs = self._site.desk, self._site.desk.file_jobs
        under_way = (JobState.QUEUED, JobState.RUNNING)
        return _Loaded(
            work=desk.workload.report(),
            jobs=jobs.list(state=self._state.state, limit=_MOST_JOBS),
            under_way=sum(len(jobs.list(state=state, limit=_MOST_JOBS)) for state in under_way),
        )

    def _choice(self) -> None:
        options = {"": "Any state"} | {state.value: state.capitalize() for state in JobState}
        field = ui.select(options, value=self._state.state.value if self._state.state else "")
        dress(field, "State", "job-state", classes="md-field--role")

        async def chosen() -> None:
            state = JobState(field.value) if field.value else None
            self._state = replace(self._state, state=state, page=1)
            ui.navigate.history.replace(self._state.query())
            self._data = await aside(self._load)
            self._fill_jobs()

        field.on_value_change(chosen)

    async def _turn(self, page: int) -> None:
        self._state = replace(self._state, page=page)
        ui.navigate.history.replace(self._state.query())
        self._fill_jobs()

    async def _look(self) -> None:
        known = self._data
        self._data = await aside(self._load)
        self._fill_work(known)
        if self._data.jobs != known.jobs:
            self._fill_jobs()

    def _fill_work(self, known: _Loaded | None = None) -> None:
        """Show how the background is doing, as far as it is not shown already."""
        work, now = self._data.work, self._site.clock.now()
        jobs = work.jobs
        told = f"now: {jobs.step}" if jobs.step else "resting"
        if not jobs.started:
            told = "off in this process: the setting jobs, or 'modeldesk rollup' does it elsewhere"
        elif jobs.ended_at is not None and not jobs.step:
            took = span(timedelta(seconds=jobs.seconds or 0))
            told = f"{told}; last round {ago(jobs.ended_at, now)}, took {took}"
        self._doing.set_text(told)
        if known is not None and _figures_of(known) == _figures_of(self._data):
            return
        rows = sum(each.rows for each in work.unprofiled)
        queued = sum(each.rows for each in work.queued)
        late = work.lag is not None and work.lag > _LONG_LAG
        self._work.clear()
        with self._work:
            lag = "none waits" if work.lag is None else span(work.lag)
            figure("Lag", lag, "age of the oldest row without a profile", warn=late)
            figure("Rows to profile", count(rows), "logged, in no profile yet")
            figure("Rows in queues", count(queued), "wait for a model")
            figure("Files under way", count(self._data.under_way), "queued or running")
            figure("Failed steps", count(jobs.failures), "since the start", warn=jobs.failures > 0)
        self._fill_waiting(work)
        self._fill_failure(work)

    def _fill_waiting(self, work: WorkReport) -> None:
        self._waiting.clear()
        waiting = sorted(work.unprofiled, key=lambda each: -each.rows)[:_MOST_WAITING]
        if not waiting:
            return
        with self._waiting:
            headings = ("Model", "Version", ">Rows to profile")
            with element_table(headings, label="Rows that wait", name="waiting-rows"):
                for each in waiting:
                    with row():
                        cell(each.model, "md-name")
                        cell(f"v{each.version}")
                        number(count(each.rows))

    def _fill_failure(self, work: WorkReport) -> None:
        self._failure.clear()
        failure = work.jobs.last_failure
        if failure is None:
            return
        with self._failure, block("md-notice md-notice--inside") as notice:
            testable(notice, "last-failure")
            ui.icon("error_outline")
            with block(""):
                with ui.element("b"):
                    text("span", "Failed ")
                    since(failure.at, self._site.clock.now())
                    text("span", f": {failure.step}.")
                text("span", failure.error)

    def _fill_jobs(self) -> None:
        jobs = self._data.jobs
        page = min(self._state.page, last_page(len(jobs), JOBS_A_PAGE))
        self._body.clear()
        with self._body:
            if not jobs:
                words = (
                    "A file is sent on a model's Batch page, by modeldesk predict, or over HTTP."
                )
                testable(empty("table_rows", "No files", words, small=True), "no-jobs")
            else:
                headings = (
                    *("File", "Model", "State", ">Done", ">Rows", ">Refused", ">Size"),
                    *("Sent by", "Sent", ""),
                )
                with element_table(headings, label="Jobs", name="file-jobs"):
                    for job in jobs[(page - 1) * JOBS_A_PAGE : page * JOBS_A_PAGE]:
                        self._row(job)
        self._pager.show(page=page, total=len(jobs))

    def _row(self, job: JobView) -> None:
        with row(f"job-{job.job_id}"):
            with room("md-wrap-any"):
                text("div", job.file or job.job_id, "md-name").props["title"] = job.job_id
                if job.error:
                    text("div", job.error, "md-job-error md-small")
            with room():
                ui.link(job.model, BATCH.path(job.model)).classes("md-name")
                text("span", f"v{job.version}", "md-tag")
            with room(), block(f"md-chip md-chip--{TONES.get(job.state, 'unsure')}", tag="span"):
                ui.icon(ICONS[job.state])
                text("span", job.state.capitalize())
            number(share(job.share))
            number(count(job.rows) if job.rows is not None else NOTHING)
            number(count(job.refused))
            number(size(job.bytes))
            cell(job.by, "md-wrap-any")
            with room():
                since(job.created_at, self._site.clock.now())
            with room("md-acts"):
                words = "Remove" if job.state.over else "Cancel"
                small(words, self._ending(job), words.lower())

    def _ending(self, job: JobView) -> Callable[[], object]:
        async def end() -> None:
            try:
                caller().check(CHANGES)
                after = await aside(self._site.desk.file_jobs.cancel, job.job_id)
                self._data = await aside(self._load)
            except ModeldeskError as error:
                say(str(error), icon="error")
                return
            words = "Removed" if job.state.over else "Cancelled"
            rows = plural(after.rows_done - after.refused, "predicted row")
            say(f"{words}; {rows} of it stay in the log.", icon="check_circle")
            self._fill_jobs()

        return end


def _figures_of(data: _Loaded) -> tuple[object, ...]:
    """Return what the figures show, so that nothing is drawn anew where nothing has changed."""
    work = data.work
    waiting = work.queued, work.unprofiled, work.lag, data.under_way
    return *waiting, work.jobs.failures, work.jobs.last_failure
