"""What models take, how long it is kept, and what goes next."""

from __future__ import annotations

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.retention import Expired
from modeldesk.services.space import ModelSpace, SpaceReport
from modeldesk.ui.admin_state import AdminState
from modeldesk.ui.background import aside
from modeldesk.ui.element_table import cell, element_table, number, room, row
from modeldesk.ui.figures import figure
from modeldesk.ui.markup import block, text
from modeldesk.ui.pager import Pager, last_page
from modeldesk.ui.places import SETTINGS
from modeldesk.ui.site import Site
from modeldesk.ui.sizes import size
from modeldesk.ui.states import bones, empty, trouble
from modeldesk.ui.wording import NOTHING, count, plural

MODELS_A_PAGE = 25


class StorageSection:
    """Sizes per model, and the settings by which old data goes.

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
        self._pager = Pager(MODELS_A_PAGE, self._turn)

    async def build(self) -> None:
        """Add the section; what takes long to measure arrives after the rest."""
        with block("md-bones"):
            self._sizes = block("md-bones")
            with self._sizes:
                bones()
            self._retention()
        ui.timer(0, self._measure, once=True)

    async def _measure(self) -> None:
        try:
            caller().check(CHANGES)
            report = await aside(self._site.desk.space.report)
        except ModeldeskError as error:
            self._sizes.clear()
            with self._sizes:
                trouble(error, retry=self._measure)
            return
        self._report = report
        self._sizes.clear()
        with self._sizes:
            _figures(report)
            with block("md-card"):
                with block("md-card-head"):
                    text("h2", "Models")
                    text("span", "what they hold, the largest first", "md-card-note")
                self._body = block("")
                self._pager.build()
        self._fill()
        await self._measure_due()

    async def _turn(self, page: int) -> None:
        self._state = AdminState(tab=self._state.tab, page=page)
        ui.navigate.history.replace(self._state.query())
        self._fill()

    def _fill(self) -> None:
        models = self._report.models
        page = min(self._state.page, last_page(len(models), MODELS_A_PAGE))
        self._body.clear()
        with self._body:
            if not models:
                empty("inventory_2", "No models yet", "Publish one: see Models.", small=True)
            else:
                headings = (
                    *("Model", ">Versions", ">Rows in the log", ">Log", ">Profiles"),
                    *(">Size of profiles", ">Kept references", ">Model files", ">Together", ""),
                )
                with element_table(headings, label="Models and their sizes", name="sizes"):
                    for model in models[(page - 1) * MODELS_A_PAGE : page * MODELS_A_PAGE]:
                        _row(model, models[0])
        self._pager.show(page=page, total=len(models))

    def _retention(self) -> None:
        keeping = self._site.desk.retention.keeping
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "How long it is kept")
                text("span", "counted in days by the rows' times", "md-card-note")
            headings = ("What", "Kept", "Setting", ">Too old now")
            with element_table(headings, label="Retention", name="retention"):
                self._due = {
                    "rows": _kept("Logged rows", keeping.rows, "keep_rows_days"),
                    "hourly": _kept("Profiles of hours", keeping.hourly, "keep_hourly_days"),
                    "daily": _kept(
                        "Profiles of days, with alerts", keeping.daily, "keep_daily_days"
                    ),
                    "labels": _kept("Labels", keeping.labels, "keep_labels_days"),
                }
            with block("md-card-body md-admin-foot"):
                words = (
                    "The server lets go of what is too old every minute, a little at a time. "
                    "Settings are changed in modeldesk.toml, by variables or flags, and hold from "
                    "the next start on; which rows a model logs at all is in its own settings."
                )
                text("p", words, "md-soft md-small")

    async def _measure_due(self) -> None:
        """Count what is too old, which may take reading some of it."""
        try:
            due = await aside(self._due_now)
        except ModeldeskError:
            return
        words = {
            "rows": plural(due.rows, "row"),
            "hourly": plural(due.hourly, "profile"),
            "daily": plural(due.daily, "profile"),
            "labels": plural(due.labels, "label"),
        }
        for name, found in self._due.items():
            if found is not None:
                found.set_text(words[name])  # type: ignore[attr-defined]

    def _due_now(self) -> Expired:
        return self._site.desk.retention.due()


def _kept(what: str, days: int | None, setting: str) -> ui.element | None:
    """Add a row; returns the cell that says how much is too old, where anything ever is."""
    with row(f"kept-{setting}"):
        cell(what, "md-name")
        cell("for ever" if days is None else plural(days, "day"))
        cell(setting, "md-mono")
        found = number(NOTHING if days is None else "...")
    return None if days is None else found


def _row(model: ModelSpace, largest: ModelSpace) -> None:
    with row(f"size-{model.model}"):
        with room():
            ui.link(model.model, SETTINGS.path(model.model)).classes("md-name")
        number(count(model.versions))
        number(count(model.rows))
        number(size(model.log_bytes), title=f"{count(model.log_bytes)} bytes")
        number(count(model.profiles))
        number(size(model.profile_bytes), title=f"{count(model.profile_bytes)} bytes")
        number(size(model.sample_bytes), title=f"{count(model.sample_bytes)} bytes")
        files = model.artefact_bytes
        number(NOTHING if files is None else size(files))
        number(size(model.bytes), title=f"{count(model.bytes)} bytes")
        with room("md-size-bar"):
            track = block("md-bar")
            track.props["aria-hidden"] = "true"
            with track:
                share = model.bytes / largest.bytes if largest.bytes else 0
                ui.element("i").style(f"width: {100 * share:.1f}%")


def _figures(report: SpaceReport) -> None:
    models = report.models
    with block("md-card"), block("md-figures md-figures--desk"):
        figure("Database", size(report.database_bytes), "with indexes and freed room")
        figure("Log", size(sum(m.log_bytes for m in models)), "compressed rows")
        figure("Rows in the log", count(sum(m.rows for m in models)), "of all models")
        figure("Profiles", size(sum(m.profile_bytes for m in models)), "of hours and days")
        files = sum(m.artefact_bytes or 0 for m in models)
        figure("Model files", size(files), "of all versions")
