"""Files of one model: one is sent, predicted in the background, and its result fetched."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui

from modeldesk.desk import Desk
from modeldesk.errors import ModeldeskError, NotFound
from modeldesk.services.acting import PREDICTS, caller
from modeldesk.services.job_view import JobView
from modeldesk.services.views import VersionView
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.file_drop import ROWS, FileDrop
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.job_list import MOST_SHOWN, JobList
from modeldesk.ui.markup import block
from modeldesk.ui.places import BATCH
from modeldesk.ui.site import Site
from modeldesk.ui.states import say
from modeldesk.ui.views import Visit

LOOK_SECONDS = 1.0
"""How often the page looks how far the jobs are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What the page reads before it can be built."""

    version: VersionView
    jobs: tuple[JobView, ...]

    @staticmethod
    def load(desk: Desk, model: str) -> _Loaded:
        caller().check(PREDICTS)
        return _Loaded(
            version=desk.registry.version(model),
            jobs=desk.file_jobs.list(model=model, limit=MOST_SHOWN),
        )


class BatchPage:
    """One open page about a model's files.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose files these are.
    """

    def __init__(self, site: Site, appearance: Appearance, *, model: str) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._jobs = JobList(now=site.clock.now, cancel=self._cancel)

    async def build(self) -> None:
        """Build the page; from then on it follows the jobs."""
        ROWS.prepare()
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            loaded = await first(_Loaded.load, self._site.desk, self._model)
            if loaded is None:
                return
            head(self._model, loaded.version.description, tag=f"v{loaded.version.number}")
            tabs(self._site, self._model, BATCH)
            columns = [column.name for column in loaded.version.signature.inputs]
            FileDrop(self._model, columns, sent=self._look).build()
            self._jobs.build(loaded.jobs)
            ui.timer(LOOK_SECONDS, self._look)

    async def _look(self) -> None:
        try:
            caller().check(PREDICTS)
            found = await aside(self._site.desk.file_jobs.list, model=self._model, limit=MOST_SHOWN)
        except ModeldeskError:
            return  # what is shown stays, and the next look follows in a second
        self._jobs.show(found)

    async def _cancel(self, job: JobView) -> None:
        try:
            caller().check(PREDICTS)
            await aside(self._site.desk.file_jobs.cancel, job.job_id)
        except NotFound:
            pass  # somebody else has removed it
        except ModeldeskError as error:
            say(str(error), icon="error")
        await self._look()


def opened(visit: Visit) -> BatchPage:
    """Open the page."""
    return BatchPage(visit.site, visit.appearance, model=visit.model)
