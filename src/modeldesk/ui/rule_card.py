"""The rule by which a model's days are judged: tried on the last days, then set."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.rule_trial import rule_trial
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, ModeldeskError
from modeldesk.monitors import DriftRule
from modeldesk.schema import Role
from modeldesk.services.acting import EDITS, caller
from modeldesk.services.watching import TRIED_DAYS, RuleTrial
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.background import aside
from modeldesk.ui.forms import button
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.number_fields import NumberFields, NumberPart
from modeldesk.ui.rule_state import RuleState, numbers_of
from modeldesk.ui.site import Site
from modeldesk.ui.states import bone, empty, trouble
from modeldesk.ui.wording import plural

_HEIGHT = 250


_PARTS = (
    NumberPart(
        name="min_distance",
        label="Smallest distance that matters",
        note="Hellinger distance, 0 to 1. 0.1: a shift by 0.28 standard deviations, or 2 % of "
        "values in a place that had none.",
    ),
    NumberPart(
        name="min_missing_change",
        label="Smallest change of missing values",
        note="Share of the rows, 0 to 1. 0.05: five more or fewer of a hundred.",
    ),
    NumberPart(
        name="min_correlation_change",
        label="Smallest change of a correlation",
        note="Of two columns, 0 to 2.",
        high=2,
        step=0.05,
    ),
    NumberPart(
        name="false_alarm_rate",
        label="False alarms",
        note="Chance that a day on which nothing changed is called changed, over all columns "
        "together. 0.01: one day of a hundred.",
        low=0.000001,
        high=0.999,
        step=0.005,
    ),
    NumberPart(
        name="min_rows",
        label="Fewest rows",
        note="Days with fewer get no verdict.",
        low=1,
        high=10**9,
        step=1,
    ),
    NumberPart(
        name="history",
        label="Days to learn from",
        note="How far back the usual difference between days is learned; 0: not at all.",
        high=366,
        step=1,
    ),
)


class RuleCard:
    """A form for the rule, and what it would have said.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose rule it is.
    tell
        Called with what is tried, which goes into the address.
    saved
        Called with a rule that was set.
    """

    def __init__(
        self,
        site: Site,
        appearance: Appearance,
        *,
        model: str,
        tell: Callable[[RuleState], None],
        saved: Callable[[DriftRule], None],
    ) -> None:
        self._saved = saved
        self._site = site
        self._appearance = appearance
        self._model = model
        self._tell = tell
        self._picture: Picture | None = None
        self._trial: RuleTrial | None = None
        self._asked = 0
        self._may = caller().may(EDITS)
        self._fields = NumberFields(_PARTS, prefix="rule", changed=self._changed, enabled=self._may)

    def build(self, rule: DriftRule, state: RuleState) -> None:
        """Add the card; what is tried is shown by `learn`."""
        self._rule = rule
        self._state = state if state.fits(rule) else RuleState()
        with block("md-card") as card:
            testable(card, "rule")
            with block("md-card-head"):
                text("h2", "When a day counts as changed")
                text("span", f"monitor of {_watched(rule)}", "md-card-note")
            with block("md-rule"):
                with block("md-rule-fields"):
                    self._fields.build()
                    self._buttons()
                with block("md-rule-trial"):
                    self._room = block("")
                    testable(self._room, "trial")
                    with self._room:
                        bone(height=_HEIGHT + 60)
        self._show_numbers()

    async def renew(self, rule: DriftRule) -> None:
        """Show another rule in force; what a person is trying stays."""
        self._rule = rule
        self._show_numbers()
        await self.learn()

    def _buttons(self) -> None:
        if not self._may:
            text("p", "Editors and administrators change this.", "md-soft md-small")
            return
        with block("md-rule-buttons"):
            self._set = button("Set this rule", self._save, "rule-set", main=True)
            self._back = button("Back to the rule in force", self._undo, "rule-back")
            button("Defaults", self._defaults, "rule-defaults")
        self._says = block("md-rule-says")
        testable(self._says, "rule-says")

    def _show_numbers(self) -> None:
        """Fill the fields with what is tried."""
        self._fields.fill(numbers_of(self._tried))
        self._enable()

    @property
    def _tried(self) -> DriftRule:
        return self._state.applied(self._rule)

    def _enable(self, *, right: bool = True) -> None:
        if self._may:
            differs = self._tried != self._rule
            self._set.set_enabled(differs and right)
            self._back.set_enabled(differs or not right)

    async def _changed(self) -> None:
        """Try what the fields say."""
        self._says.clear()
        try:
            state = RuleState.between(self._rule, self._fields.read())
            state.applied(self._rule)
        except InvalidArgument as error:
            self._enable(right=False)
            with self._says:
                trouble(error)
            return
        await self._try(state)

    async def _try(self, state: RuleState) -> None:
        self._state = state
        self._tell(state)
        self._enable()
        await self.learn()

    async def _undo(self) -> None:
        self._state = RuleState()
        self._says.clear()
        self._show_numbers()
        await self._try(RuleState())

    async def _defaults(self) -> None:
        self._state = RuleState.between(self._rule, numbers_of(DriftRule()))
        self._says.clear()
        self._show_numbers()
        await self._try(self._state)

    async def learn(self) -> None:
        """Show what the rule that is tried would have said of the last days."""
        self._asked += 1
        asked = self._asked
        self._room.classes(add="md-answer-old")
        try:
            trial = await aside(self._site.desk.watching.tried, self._model, self._tried)
        except ModeldeskError as error:
            self._room.clear()
            self._picture = None
            with self._room:
                trouble(error, retry=self.learn)
            return
        if asked != self._asked:
            return
        self._room.classes(remove="md-answer-old")
        self._show(trial)

    def _show(self, trial: RuleTrial) -> None:
        self._trial = trial
        if not trial.days:
            self._room.clear()
            self._picture = None
            words = "Once days have enough rows, this shows what a rule would have said of them."
            with self._room:
                empty("science", "No day to try it on", words, small=True)
            return
        if self._picture is None:
            self._room.clear()
            with self._room:
                self._sentence = text("p", "", "md-rule-sentence")
                testable(self._sentence, "trial-sentence")
                text("div", "Alerts of each day, one per column", "md-figure-name")
                self._picture = self._appearance.picture(self._draw, height=_HEIGHT)
                testable(self._picture.chart, "trial-chart")
        else:
            self._picture.redraw(self._appearance.palette)
        self._sentence.set_text(sentence(trial, same=self._tried == self._rule))

    def _draw(self, colours: Palette) -> Options:
        trial = self._trial or RuleTrial(days=())
        return rule_trial(trial, colours, same=self._tried == self._rule)

    async def _save(self) -> None:
        state = self._state
        self._set.set_enabled(False)
        self._says.clear()
        try:
            caller().check(EDITS)
            self._rule = await aside(_changed_rule, self._site.desk, self._model, state)
        except ModeldeskError as error:
            self._enable()
            with self._says:
                trouble(error)
            return
        self._state = RuleState()
        self._tell(self._state)
        self._show_numbers()
        saved(
            self._says,
            f"In force now. The last {TRIED_DAYS} days are judged anew within seconds, and their "
            "alerts follow.",
        )
        self._saved(self._rule)
        await self.learn()


def _changed_rule(desk: Desk, model: str, state: RuleState) -> DriftRule:
    """Change the rule that is in force by now, which may be another than was shown."""
    return desk.watching.set_rule(model, state.applied(desk.watching.rule(model)))


def saved(room: ui.element, words: str) -> None:
    """Say in place that a change was made."""
    with room, block("md-saved") as box:
        box.props["role"] = "status"
        ui.icon("check_circle")
        text("span", f"{words} The change is in the audit trail.")


def sentence(trial: RuleTrial, *, same: bool) -> str:
    """Say what a rule would have meant.

    >>> sentence(RuleTrial(days=()), same=True)
    'The rule in force calls 0 of 0 days changed, with 0 alerts.'
    """
    days = plural(len(trial.days), "day")
    if same:
        alerts = plural(trial.alerts_now, "alert")
        return f"The rule in force calls {trial.changed_now} of {days} changed, with {alerts}."
    alerts = plural(trial.alerts_then, "alert")
    instead = "" if trial.alerts_then == trial.alerts_now else f" instead of {trial.alerts_now}"
    now = (
        "as many as now" if trial.changed_then == trial.changed_now else f"not {trial.changed_now}"
    )
    return (
        f"With these numbers, {trial.changed_then} of {days} would have been called changed, "
        f"{now}: {alerts}{instead}."
    )


def _watched(rule: DriftRule) -> str:
    """Say which columns a rule watches."""
    names = {Role.FEATURE: "features", Role.PREDICTION: "prediction", Role.SCORE: "scores"}
    return " and ".join(names.get(role, role.value) for role in rule.roles)
