"""The audit trail: who changed what, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.audit import AuditPage
from modeldesk.store import AuditEntry
from modeldesk.ui.admin_state import AdminState
from modeldesk.ui.background import aside, first
from modeldesk.ui.element_table import cell, element_table, room, row
from modeldesk.ui.forms import button, dress
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import Precision, moment
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty, say
from modeldesk.ui.wording import ago, utc

ENTRIES_A_PAGE = 50
_LONGEST_VALUE = 120
_MOST_DETAILS = 12
_LONGEST_WHOLE = 4_000

KINDS = {
    "": "Everything",
    "alert": "Alerts",
    "alias": "Aliases",
    "job": "Files as jobs",
    "key": "Keys",
    "monitor": "Monitors",
    "policy": "Log policies",
    "routing": "Routing",
    "slice": "Slices",
    "rows": "Expired rows",
    "desk": "Repairs",
    "user": "Users",
    "version": "Versions",
}
"""Kinds of actions, and what they are called."""


class AuditSection:
    """The trail page by page, the latest first.

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
        page = await first(self._load)
        if page is None:
            return
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Who changed what")
                text("span", "the latest first", "md-card-note")
                with block("md-card-end md-audit-fields"):
                    self._fields()
            self._body = block("")
            testable(self._body, "audit")
            self._foot = block("md-pager")
        self._fill(page)

    def _load(self) -> AuditPage:
        caller().check(CHANGES)
        state = self._state
        return self._site.desk.audit.page(
            cursor=state.before,
            actor=state.actor or None,
            action=state.action or None,
            limit=ENTRIES_A_PAGE,
        )

    def _fields(self) -> None:
        action = self._state.action
        options = KINDS if action in KINDS else {**KINDS, action: action}
        self._action = ui.select(dict(options), value=action)
        dress(self._action, "Kind of change", "audit-action", classes="md-field--kind")
        self._action.on_value_change(self._asked)
        self._actor = ui.input(placeholder="By whom, such as user anna", value=self._state.actor)
        dress(self._actor, "By whom", "audit-actor", classes="md-field--actor")
        self._actor.props("clearable debounce=350 maxlength=300")
        self._actor.on_value_change(self._asked)

    async def _asked(self) -> None:
        actor, action = (self._actor.value or "").strip(), self._action.value or ""
        if (actor, action) != (self._state.actor, self._state.action):
            await self._move(replace(self._state, actor=actor, action=action, before=None))

    async def _move(self, state: AdminState) -> None:
        self._state = state
        ui.navigate.history.replace(state.query())
        try:
            page = await aside(self._load)
        except ModeldeskError as error:
            say(str(error), icon="error")
            return
        if state == self._state:
            self._fill(page)

    async def _only(self, actor: str) -> None:
        self._actor.set_value(actor)
        await self._asked()

    def _fill(self, page: AuditPage) -> None:
        self._body.clear()
        with self._body:
            if not page.entries:
                words = "No change is in the trail that is by this one and of this kind."
                testable(empty("history", "Nothing here", words, small=True), "no-entries")
            else:
                headings = ("Time", "Who", "What was done", "To what", "Details")
                with element_table(headings, label="Audit trail", name="entries"):
                    for entry in page.entries:
                        self._row(entry)
        self._foot.clear()
        self._foot.set_visibility(self._state.before is not None or page.cursor is not None)
        with self._foot:
            if self._state.before is not None:
                latest = replace(self._state, before=None)
                button("Latest", lambda: self._move(latest), "audit-latest")
            if page.cursor is not None:
                older = replace(self._state, before=page.cursor)
                button("Older", lambda: self._move(older), "audit-older")

    def _row(self, entry: AuditEntry) -> None:
        with row(f"entry-{entry.entry_id}").classes("md-entry"):
            with room("md-num md-nowrap"):
                when = moment(entry.time, precision=Precision.SECOND)
            when.props["title"] = (
                f"{utc(entry.time)}, {ago(entry.time, self._site.clock.now())}"
                + (f"; request {entry.request_id}" if entry.request_id else "")
            )
            with room("md-wrap-any"):
                actor = text("button", entry.actor, "md-link")
                actor.props["type"] = "button"
                actor.props["title"] = "Only what this one did"
                actor.on("click", lambda: self._only(entry.actor))
            cell(entry.action, "md-mono")
            cell(entry.object[:_LONGEST_VALUE], "md-wrap-any")
            with room("md-details"):
                _details(entry.details)


def _details(details: Mapping[str, object]) -> None:
    """Show what is known of a change; long ones are opened by a click."""
    lines = described(details)
    for line in lines[:_MOST_DETAILS]:
        text("div", line)
    if len(lines) > _MOST_DETAILS or any(line.endswith("...") for line in lines):
        with ui.element("details"):
            text("summary", "All of it")
            whole = json.dumps(dict(details), indent=2, ensure_ascii=False)
            text("pre", whole[:_LONGEST_WHOLE], "md-code")


def described(details: Mapping[str, object]) -> list[str]:
    """Return what is known of a change, a line each; of two states, only what differs.

    >>> described({"before": {"rows": "all", "drop": []}, "after": {"rows": "none", "drop": []}})
    ['rows: all -> none']
    >>> described({"before": "open", "after": "resolved", "reason": ""})
    ['open -> resolved']
    """
    rest = dict(details)
    lines = []
    if "before" in rest and "after" in rest:
        before, after = rest.pop("before"), rest.pop("after")
        if isinstance(before, dict) and isinstance(after, dict):
            names = sorted({*before, *after})
            lines = [
                f"{name}: {_short(before.get(name))} -> {_short(after.get(name))}"
                for name in names
                if before.get(name) != after.get(name)
            ] or ["nothing differs"]
        else:
            lines = [f"{_short(before)} -> {_short(after)}"]
    known = ((name, value) for name, value in rest.items() if value not in ("", None, [], {}))
    return [*lines, *(f"{name}: {_short(value)}" for name, value in known)]


def _short(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        words = ", ".join(map(str, value)) or "none"
    elif isinstance(value, dict):
        words = json.dumps(value, ensure_ascii=False)
    else:
        words = str(value).lower() if isinstance(value, bool) else str(value) or "nothing"
    return words if len(words) <= _LONGEST_VALUE else f"{words[:_LONGEST_VALUE]}..."
