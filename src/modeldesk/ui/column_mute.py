"""Whether changes of a column open alerts, and why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from nicegui import ui

from modeldesk.monitors import LONGEST_REASON, ColumnRule
from modeldesk.services.acting import EDITS, caller
from modeldesk.services.column_rules import ColumnRuleView
from modeldesk.ui.forms import button, dress
from modeldesk.ui.markup import block, testable, text

_MUTED = "Its changes are shown, and open no alerts. The alerts of the last days are resolved."


class ColumnMute:
    """Says whether a column is muted, and mutes it with a reason.

    Parameters
    ----------
    set_rule
        Called with what is to hold for the column, and what to say of it.
    """

    def __init__(self, *, set_rule: Callable[[ColumnRule, str], Awaitable[None]]) -> None:
        self._set_rule = set_rule

    def build(self, view: ColumnRuleView) -> None:
        """Add the lines."""
        self._room = block("md-column-mute")
        testable(self._room, "column-alerting")
        self.show(view)

    def show(self, view: ColumnRuleView) -> None:
        """Show what holds now."""
        self._view = view
        self._room.clear()
        may = caller().may(EDITS)
        with self._room:
            with block("md-setting-words"):
                text("div", _title(view), "md-setting-name")
                text("div", _words(view), "md-labelled-note")
            if view.own.muted is not None:
                if may:
                    button("Open alerts again", self._unmute, "column-unmute")
            elif may and view.watched:
                self._field()

    def _field(self) -> None:
        with block("md-column-mute-field"):
            self._reason = ui.input(placeholder="Mute it, because ...", on_change=self._typed)
            self._reason.props(f"maxlength={LONGEST_REASON}")
            dress(self._reason, "Why its changes are to open no alerts", "column-mute-reason")
            self._mute = button("Mute", self._silence, "column-mute")
            self._mute.set_enabled(False)

    def _typed(self) -> None:
        self._mute.set_enabled(bool((self._reason.value or "").strip()))

    async def _silence(self) -> None:
        reason = (self._reason.value or "").strip()
        await self._set_rule(replace(self._view.own, muted=reason), _MUTED)

    async def _unmute(self) -> None:
        words = "Changes of the column open alerts again, also those of the last days."
        await self._set_rule(replace(self._view.own, muted=None), words)


def _title(view: ColumnRuleView) -> str:
    if view.own.muted is not None:
        return "Muted"
    return "Changes open alerts" if view.watched else "Changes open no alerts"


def _words(view: ColumnRuleView) -> str:
    if view.own.muted is not None:
        return view.own.muted
    if not view.watched:
        return f"The monitor does not watch columns of the role {view.column.role}."
    return "A muted column is judged and shown as before, without alerts."
