"""Which program this is, and the settings in force."""

from __future__ import annotations

from dataclasses import replace

from nicegui import ui

from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.settings_report import ProgramReport, SettingView, program_report
from modeldesk.ui.admin_state import AdminState
from modeldesk.ui.background import first
from modeldesk.ui.element_table import cell, element_table, room, row
from modeldesk.ui.forms import dress
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty

_LONGEST = 300


class AboutSection:
    """The program and its settings.

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

    async def build(self) -> None:
        """Add the section."""
        report = await first(self._load)
        if report is None:
            return
        self._report = report
        with block("md-bones"):
            _program(report)
            with block("md-card"):
                with block("md-card-head"):
                    text("h2", "Settings in force")
                    words = "read when the server started; those that somebody has set come first"
                    text("span", words, "md-card-note")
                    with block("md-card-end"):
                        self._find()
                self._body = block("")
            self._fill()

    def _load(self) -> ProgramReport:
        caller().check(CHANGES)
        return program_report(self._site.desk.settings)

    def _find(self) -> None:
        self._field = ui.input(
            placeholder="Find a setting", value=self._state.find, on_change=self._found
        )
        dress(self._field, "Find a setting", "find-setting")
        self._field.props("clearable debounce=200 maxlength=100")

    def _found(self) -> None:
        self._state = replace(self._state, find=(self._field.value or "").strip())
        ui.navigate.history.replace(self._state.query())
        self._fill()

    def _fill(self) -> None:
        wanted = self._state.find.casefold()
        shown = [
            view
            for view in self._report.settings
            if wanted in f"{view.name} {view.description} {view.origin}".casefold()
        ]
        self._body.clear()
        with self._body:
            if not shown:
                empty("search_off", "No such setting", "Look for another word.", small=True)
                return
            headings = ("Setting", "Value", "From", "What it is")
            with element_table(headings, label="Settings", name="settings"):
                for view in shown:
                    _row(view)


def _row(view: SettingView) -> None:
    with row(f"setting-{view.name}"):
        cell(view.name, "md-mono")
        cell(view.value[:_LONGEST], "md-wrap-any md-num" + " md-strong" * (not view.default))
        with room():
            if view.default:
                text("span", "default", "md-faint")
            else:
                words = "command line" if view.origin == "flag" else view.origin
                text("span", words, "md-tag md-tag--set")
        cell(view.description, "md-soft md-wrap-any md-long")


def _program(report: ProgramReport) -> None:
    with block("md-card"), block("md-about") as box:
        testable(box, "program")
        for name, value in (
            ("modeldesk", report.version),
            ("Python", report.python),
            ("System", report.system),
            ("Database", report.database),
            ("Model files", report.artefacts),
        ):
            with block("md-about-fact"):
                text("div", name, "md-figure-name")
                text("div", value, "md-about-value")
