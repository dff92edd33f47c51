"""The columns that are judged by numbers of their own, or muted; others can be added."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.monitors import ColumnRule, DriftRule
from modeldesk.schema import Signature
from modeldesk.services.acting import EDITS, caller
from modeldesk.services.column_rules import ColumnRuleView
from modeldesk.ui.background import aside
from modeldesk.ui.column_rule_form import ColumnRuleForm
from modeldesk.ui.forms import button, dress, small
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.places import column_path
from modeldesk.ui.plain_table import MOST_ROWS, cut
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty, trouble
from modeldesk.ui.tried_numbers import TriedNumbers
from modeldesk.ui.wording import plural

MOST_OFFERED = 500
"""Names of columns that are offered while somebody types one; any can be typed."""

_LONGEST = 80
_NOTHING = "as all columns"


class OwnRulesCard:
    """A table of the columns, each with the way to change it.

    Parameters
    ----------
    site
        The services.
    model
        Whose columns.
    changed
        Called after something was changed.
    """

    def __init__(self, site: Site, *, model: str, changed: Callable[[], Awaitable[None]]) -> None:
        self._site = site
        self._model = model
        self._changed = changed
        self._may = caller().may(EDITS)

    def build(self, rule: DriftRule, signature: Signature, version: int) -> None:
        """Add the card."""
        self._signature, self._version = signature, version
        with block("md-card") as card:
            testable(card, "own-rules")
            with block("md-card-head"):
                text("h2", "Columns judged by numbers of their own")
                self._note = text("span", "", "md-card-note")
            with block("md-card-body"):
                self._room = block("")
                if self._may:
                    self._adding()
                self._says = block("md-rule-says")
                testable(self._says, "own-rules-says")
        self._dialog = ui.dialog()
        with self._dialog, ui.card().classes("md-dialog md-dialog--rule") as box:
            testable(box, "own-rule-dialog")
            self._asked = block("")
        self.show(rule)

    def show(self, rule: DriftRule) -> None:
        """Show another rule."""
        self._rule = rule
        names = sorted({*rule.overrides, *rule.muted}, key=str.casefold)
        self._note.set_text(_counted(rule))
        self._room.clear()
        with self._room:
            if not names:
                words = "All columns are judged by the rule above, and none is muted."
                empty("tune", "None", words, small=True)
                return
            box = scrollable("md-plain")
            with box, block("md-stats md-own-rules", tag="table") as table:
                testable(table, "own-rules-table")
                self._table_head()
                with ui.element("tbody"):
                    for name in names[:MOST_ROWS]:
                        self._line(name, rule.column(name))
            if len(names) > MOST_ROWS:
                more = plural(len(names) - MOST_ROWS, "column")
                text("p", f"and {more} more", "md-faint md-small")

    def _table_head(self) -> None:
        with ui.element("thead"), ui.element("tr"):
            for words in ("Column", "Smallest distance", "Missing change"):
                text("th", words)
            text("th", "Muted", "md-own-why")
            if self._may:
                ui.element("th").props["aria-label"] = "Actions"

    def _line(self, name: str, own: ColumnRule) -> None:
        with ui.element("tr"):
            with ui.element("td"):
                link = ui.link(cut(name, _LONGEST), column_path(self._model, name))
                link.props["title"] = cut(name)
            for value in (own.min_distance, own.min_missing_change):
                text("td", _NOTHING if value is None else f"{value:g}",
                     "md-faint" if value is None else "")  # fmt: skip
            text("td", own.muted or "", "md-own-why")
            if self._may:
                with block("md-own-acts", tag="td"):
                    change = small("Change", lambda: self._ask(name), "own-rule-change")
                    change.props["aria-label"] = f"Change the rule of {cut(name, _LONGEST)}"
                    back = small("As all columns", lambda: self._drop(name), "own-rule-drop")
                    back.props["aria-label"] = f"Judge {cut(name, _LONGEST)} as all columns"

    def _adding(self) -> None:
        names = [column.name for column in self._signature.columns][:MOST_OFFERED]
        with block("md-own-add"):
            self._name = ui.input(
                placeholder="Name of a column", autocomplete=[each[:_LONGEST] for each in names]
            )
            dress(self._name, "Name of a column", "own-rule-name")
            self._name.on("keydown.enter", self._add)
            button("Give it a rule of its own", self._add, "own-rule-add")

    async def _add(self) -> None:
        await self._ask((self._name.value or "").strip())

    async def _ask(self, name: str) -> None:
        """Open the dialog about a column."""
        self._says.clear()
        try:
            view = await aside(self._site.desk.column_rules.of, self._model, name)
        except ModeldeskError as error:
            with self._says:
                trouble(error)
            return
        self._asked.clear()
        form = ColumnRuleForm(
            self._site,
            model=self._model,
            column=name,
            version=self._version,
            tell=lambda _: None,
            done=self._done,
        )
        self._dialog.props["aria-label"] = f"The rule of {cut(name, _LONGEST)}"
        with self._asked:
            text("h2", cut(name, _LONGEST))
            form.build(view, TriedNumbers())
            with block("md-dialog-foot"):
                button("Close", self._dialog.close, "own-rule-close")
        self._dialog.open()
        await form.learn()

    async def _drop(self, name: str) -> None:
        self._says.clear()
        try:
            caller().check(EDITS)
            await aside(self._site.desk.column_rules.set, self._model, name, ColumnRule())
        except ModeldeskError as error:
            with self._says:
                trouble(error)
            return
        await self._changed()

    async def _done(self, _view: ColumnRuleView) -> None:
        await self._changed()


def _counted(rule: DriftRule) -> str:
    parts = []
    if rule.overrides:
        parts.append(f"{plural(len(rule.overrides), 'column')} with their own numbers")
    if rule.muted:
        parts.append(f"{len(rule.muted)} muted")
    return ", ".join(parts)
