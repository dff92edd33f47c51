"""How one column is judged: tried on the last days, then set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from modeldesk.errors import InvalidArgument, ModeldeskError
from modeldesk.monitors import ColumnRule
from modeldesk.services.acting import EDITS, caller
from modeldesk.services.column_rules import ColumnRuleView, ColumnTrial
from modeldesk.services.watching import TRIED_DAYS
from modeldesk.ui.background import aside
from modeldesk.ui.column_mute import ColumnMute
from modeldesk.ui.forms import button
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.number_fields import NumberFields, NumberPart
from modeldesk.ui.rule_card import saved
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
from modeldesk.ui.tried_numbers import TriedNumbers
from modeldesk.ui.wording import plural

_NONE = TriedNumbers()


_PARTS = (
    NumberPart(
        name="min_distance",
        label="Smallest distance that matters",
        note="Hellinger distance, 0 to 1",
    ),
    NumberPart(
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
        self._may = caller().may(EDITS)
        self._fields = NumberFields(
            _PARTS, prefix="column", changed=self._changed, enabled=self._may
        )
        self._mute = ColumnMute(set_rule=self._keep)

    def build(self, view: ColumnRuleView, tried: TriedNumbers) -> None:
        """Add the form; what the numbers would mean is shown by `learn`."""
        self._view, self._tried = view, tried
        with block("md-column-rule") as room:
            testable(room, "column-rule")
            self._fields.build()
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
        self._fields.fill({part.name: getattr(thresholds, part.name) for part in _PARTS})
        for part in _PARTS:
            self._fields.note(part.name, _note(part, self._view))
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

    async def _changed(self) -> None:
        """Try what the fields say."""
        self._says.clear()
        try:
            tried = TriedNumbers.between(self._view, self._fields.read())
            tried.thresholds(self._view)
        except InvalidArgument as error:
            self._enable(right=False)
            self._fail(error)
            return
        await self._try(tried)

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


def _note(part: NumberPart, view: ColumnRuleView) -> str:
    others = f"{getattr(view.common, part.name):g}"
    if getattr(view.own, part.name) is None:
        return f"{part.note}; {others} for all columns."
    return f"{part.note}; its own, {others} for all others."
