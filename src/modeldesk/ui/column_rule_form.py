"""How one column is judged: tried on the last days, then set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from modeldesk.errors import InvalidArgument, ModeldeskError
from modeldesk.monitors import ColumnRule
from modeldesk.services.acting import EDITS, caller
from modeldesk.services.column_rules import ColumnRuleView, ColumnTrial
from modeldesk.services.watching import TRIED_DAYS
from modeldesk.ui.background import aside
from modeldesk.ui.column_mute import ColumnMute
from modeldesk.ui.forms import button, dress
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.rule_card import saved
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
from modeldesk.ui.tried_numbers import TriedNumbers
from modeldesk.ui.wording import plural

_REST_MS = 350
_NONE = TriedNumbers()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One number of a column's rule."""

    name: str
    label: str
    note: str


_PARTS = (
    _Part(
        name="min_distance",
        label="Smallest distance that matters",
        note="Hellinger distance, 0 to 1",
    ),
    _Part(
        name="min_missing_change",
        label="Smallest change of missing values",
        note="Share of the rows, 0 to 1",
    ),
)


class ColumnRuleForm:
    """The fields, what they would mean, and the buttons for whom they are.

    Parameters
    ----------
    site
        The services.
    model, column, version
        Whose rule it is.
    tell
        Called with what is tried.
    done
        Called after another rule was set, or the column muted.
    """

    def __init__(
        self,
        site: Site,
        *,
        model: str,
        column: str,
        version: int,
        tell: Callable[[TriedNumbers], None],
        done: Callable[[ColumnRuleView], Awaitable[None]],
    ) -> None:
        self._site = site
        self._place = model, column
        self._version = version
        self._tell = tell
        self._done = done
        self._asked = 0
        self._filling = False
        self._may = caller().may(EDITS)
        self._fields: dict[str, ui.number] = {}
        self._notes: dict[str, TextElement] = {}
        self._mute = ColumnMute(set_rule=self._keep)

    def build(self, view: ColumnRuleView, tried: TriedNumbers) -> None:
        """Add the form; what the numbers would mean is shown by `learn`."""
        self._view, self._tried = view, tried
        with block("md-column-rule") as room:
            testable(room, "column-rule")
            for part in _PARTS:
                self._number(part)
            self._sentence = text("p", "", "md-rule-sentence md-trial-words")
            testable(self._sentence, "column-trial")
            self._sentence.props["role"] = "status"
            self._buttons()
            self._mute.build(view)
            self._says = block("md-rule-says")
            testable(self._says, "column-rule-says")
        self._show_numbers()

    def show(self, view: ColumnRuleView) -> None:
        """Show another rule in force; what a person is trying stays."""
        if view != self._view:
            self._view = view
            self._show_numbers()
            self._mute.show(view)

    def _number(self, part: _Part) -> None:
        with block("md-setting"):
            with block("md-setting-words"):
                text("div", part.label, "md-setting-name")
                self._notes[part.name] = text("div", "", "md-labelled-note")
            field = ui.number(min=0, max=1, step=0.01, on_change=self._typed)
            dress(field, part.label, f"column-{part.name}", classes="md-field--num")
            field.props(f"debounce={_REST_MS}")
            field.set_enabled(self._may)
            self._fields[part.name] = field

    def _buttons(self) -> None:
        if not self._may:
            text("p", "Editors and administrators change this.", "md-soft md-small")
            return
        with block("md-rule-buttons"):
            self._set = button("Set for this column", self._save, "column-rule-set", main=True)
            self._back = button("Back to what is in force", self._undo, "column-rule-back")
            self._common = button("As all columns", self._follow, "column-rule-common")

    def _show_numbers(self) -> None:
        """Fill the fields with what is tried."""
        thresholds = self._tried.thresholds(self._view)
        self._filling = True
        try:
            for part in _PARTS:
                self._fields[part.name].set_value(getattr(thresholds, part.name))
                self._notes[part.name].set_text(_note(part, self._view))
        finally:
            self._filling = False
        self._enable()

    def _enable(self, *, right: bool = True) -> None:
        if self._may:
            differs = self._tried.thresholds(self._view) != self._view.thresholds
            self._set.set_enabled(differs and right)
            self._back.set_enabled(differs or not right)
            own = self._view.own
            self._common.set_visibility(
                own.min_distance is not None or own.min_missing_change is not None
            )

    def _typed(self) -> Awaitable[None] | None:
        """Tell by a person from the form itself at once: a moment later all fields are filled."""
        return None if self._filling else self._changed()

    async def _changed(self) -> None:
        """Try what the fields say."""
        values = {name: field.value for name, field in self._fields.items()}
        given = {name: float(value) for name, value in values.items() if value is not None}
        self._says.clear()
        tried = TriedNumbers.between(self._view, given)
        wrong = tried.problem(self._view)
        if len(given) < len(values):
            message = "A number is missing."
            wrong = InvalidArgument(message, hint="Fill it in, or go back to what is in force.")
        if wrong is None:
            await self._try(tried)
            return
        self._enable(right=False)
        self._fail(wrong)

    async def _try(self, tried: TriedNumbers) -> None:
        self._tried = tried
        self._tell(tried)
        self._enable()
        await self.learn()

    async def _undo(self) -> None:
        self._says.clear()
        self._tried = _NONE
        self._show_numbers()
        await self._try(_NONE)

    async def learn(self) -> None:
        """Say what the numbers would have meant on the last days."""
        self._asked += 1
        asked = self._asked
        self._sentence.classes(add="md-answer-old")
        try:
            trial = await aside(
                self._site.desk.column_rules.tried,
                *self._place,
                self._tried.rule(self._view),
                version=self._version,
            )
        except ModeldeskError as error:
            self._fail(error)
            return
        if asked == self._asked:
            self._sentence.classes(remove="md-answer-old")
            self._sentence.set_text(trial_words(trial, same=self._tried == _NONE))

    async def _save(self) -> None:
        await self._keep(
            self._tried.rule(self._view),
            f"In force now. The last {TRIED_DAYS} days are judged anew within seconds, and "
            "their alerts follow.",
        )

    async def _follow(self) -> None:
        await self._keep(
            ColumnRule(muted=self._view.own.muted), "The column is judged as all others again."
        )

    async def _keep(self, own: ColumnRule, words: str) -> None:
        """Let something hold for the column from now on."""
        self._says.clear()
        try:
            caller().check(EDITS)
            view = await aside(
                self._site.desk.column_rules.set, *self._place, own, version=self._version
            )
        except ModeldeskError as error:
            self._fail(error)
            return
        self._view, self._tried = view, _NONE
        self._tell(_NONE)
        self._show_numbers()
        self._mute.show(view)
        saved(self._says, words)
        await self._done(view)
        await self.learn()

    def _fail(self, error: ModeldeskError) -> None:
        self._says.clear()
        with self._says:
            trouble(error)


def trial_words(trial: ColumnTrial, *, same: bool) -> str:
    """Say what numbers would have meant.

    >>> trial_words(ColumnTrial(days=()), same=True)
    'No day of the last 30 has enough rows for a verdict.'
    """
    if not trial.days:
        return f"No day of the last {TRIED_DAYS} has enough rows for a verdict."
    days = plural(len(trial.days), "day")
    if same:
        return f"These numbers call {trial.changed_now} of {days} changed."
    now = (
        "as many as now" if trial.changed_then == trial.changed_now else f"not {trial.changed_now}"
    )
    return f"These numbers would call {trial.changed_then} of {days} changed, {now}."


def _note(part: _Part, view: ColumnRuleView) -> str:
    others = f"{getattr(view.common, part.name):g}"
    if getattr(view.own, part.name) is None:
        return f"{part.note}; {others} for all columns."
    return f"{part.note}; its own, {others} for all others."
