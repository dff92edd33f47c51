"""The card with the row that a person labels: why it, what went in, and a key for each class."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.one_prediction import OnePrediction
from modeldesk.services.worth_labelling import Candidate, Reason, Why
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import moment
from modeldesk.ui.row_labels import label_choices
from modeldesk.ui.row_values import RowValues
from modeldesk.ui.score_bars import score_bars
from modeldesk.ui.states import trouble
from modeldesk.ui.wording import brief, plain

KEYS = 9
"""Classes that have a key of their own."""

ICONS = {
    Why.FLAGGED: "flag",
    Why.DISAGREEMENT: "call_split",
    Why.OUTSIDE: "warning",
    Why.UNCERTAIN: "help_outline",
}
"""What stands for each reason."""

_Focused = Literal["input", "select", "button", "textarea"]
Give = Callable[[str], Awaitable[None]]
Act = Callable[[], Awaitable[None]]


def reason_chip(reason: Reason) -> None:
    """Add a reason with its icon."""
    with block("md-why"):
        ui.icon(ICONS[reason.why])
        text("span", brief(reason.sentence))


class LabelCard:
    """Shows one row, and takes its label.

    Parameters
    ----------
    give
        Called with the label that a person chose.
    skip, undo, before, after
        Called when a person wants to leave the row, to go back to the one done last, or to see
        the row before or after it.
    """

    def __init__(self, *, give: Give, skip: Act, undo: Act, before: Act, after: Act) -> None:
        self._give = give
        self._acts = {"s": skip, "u": undo, "k": before, "j": after}
        self._choices: list[str] = []
        self._proposed: str | None = None
        self._may = False
        self.listening = True
        """Whether keys are meant for the card: they are not while something lies over it."""

    def build(self, *, may: bool) -> None:
        """Add the card, empty, and listen to keys.

        Parameters
        ----------
        may
            Whether the caller may label.
        """
        self._may = may
        with block("md-card md-label-card") as card:
            testable(card, "label-card")
            with block("md-card-head"):
                text("h2", "Label this row")
                self._place = text("span", "", "md-card-note")
                testable(self._place, "label-place")
                with block("md-card-end"):
                    self._button("Before", "chevron_left", "k", "label-before")
                    self._button("After", "chevron_right", "j", "label-after")
            self._body = block("md-label-body")
        fields: list[_Focused] = ["input", "textarea", "select"]
        ui.keyboard(self._press, repeating=False, ignore=fields)
        ui.keyboard(self._enter, repeating=False, ignore=[*fields, "button"])

    def _button(self, words: str, icon: str, key: str, name: str) -> None:
        button = ui.button(icon=icon, on_click=self._acts[key], color=None)
        button.props("flat dense").classes("md-btn md-btn--icon")
        button.props["aria-label"] = button.props["title"] = f"{words} ({key})"
        testable(button, name)

    async def _press(self, event: events.KeyEventArguments) -> None:
        if not self._meant(event):
            return
        key = str(event.key.name).lower()
        if key in self._acts:
            await self._acts[key]()
        elif len(key) == 1 and "1" <= key <= "9" and int(key) <= len(self._choices):
            await self._give(self._choices[int(key) - 1])

    async def _enter(self, event: events.KeyEventArguments) -> None:
        if self._meant(event) and event.key.enter and self._proposed is not None:
            await self._give(self._proposed)

    def _meant(self, event: events.KeyEventArguments) -> bool:
        keys = event.modifiers
        modified = keys.ctrl or keys.alt or keys.meta
        return bool(event.action.keydown and self._may and self.listening and not modified)

    def wait(self) -> None:
        """Fade what is shown: another row is on its way."""
        self._body.classes(add="md-answer-old")

    def show(self, candidate: Candidate, found: OnePrediction, place: str, label: str) -> None:
        """Show a row.

        Parameters
        ----------
        candidate
            Why it is worth a label.
        found
            The row.
        place
            Where it is in the queue, in words.
        label
            What was said of it already; empty where nothing was.
        """
        target = found.signature.prediction
        self._choices = label_choices(target)
        self._proposed = candidate.proposed
        self._place.set_text(place)
        self._body.classes(remove="md-answer-old")
        self._body.clear()
        with self._body:
            with block("md-whys") as reasons:
                testable(reasons, "reasons")
                for reason in candidate.reasons:
                    reason_chip(reason)
            with block("md-label-said"):
                text("span", f"{target.name} was predicted as", "md-soft")
                said = text("b", brief(plain(found.view.outputs.get(target.name))))
                testable(said, "label-said")
                moment(found.view.time, "md-faint")
            score_bars(found.signature, found.view.outputs)
            if label:
                with block("md-label-given"):
                    ui.icon("check_circle")
                    testable(text("span", f"Labelled {brief(label)}"), "label-given")
            if self._may:
                with block("md-label-keys"):
                    self._answers(found)
            RowValues(found.signature.inputs, found.view.inputs, found.placements).build()

    def fail(self, error: ModeldeskError) -> None:
        """Show why there is no row."""
        self._choices, self._proposed = [], None
        self._body.classes(remove="md-answer-old")
        self._body.clear()
        with self._body:
            trouble(error)

    def _answers(self, found: OnePrediction) -> None:
        with block("md-answers") as answers:
            testable(answers, "answers")
            if self._choices:
                for place, name in enumerate(self._choices[:KEYS]):
                    self._class(place, name)
                if len(self._choices) > KEYS:
                    self._others()
            else:
                self._number(found)
        with block("md-label-acts"):
            if self._proposed is not None:
                proposed = self._proposed
                words = f"Accept {brief(proposed, 40)}"
                self._act(words, "Enter", lambda: self._give(proposed), "label-accept")
            self._act("Skip", "s", self._acts["s"], "label-skip")
            self._act("Undo", "u", self._acts["u"], "label-undo")

    def _class(self, place: int, name: str) -> None:
        button = block("md-answer-key", tag="button")
        button.props["type"] = "button"
        with button:
            text("kbd", f"{place + 1}")
            text("span", brief(name, 60))
        button.on("click", lambda: self._give(name))
        testable(button, f"class-{place + 1}")

    def _others(self) -> None:
        async def picked(event: events.ValueChangeEventArguments[str]) -> None:
            await self._give(event.value)

        field = ui.select(self._choices[KEYS:], label="Another class", with_input=True,
                          on_change=picked)  # fmt: skip
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = "Another class"
        testable(field, "label-other")

    def _number(self, found: OnePrediction) -> None:
        target = found.signature.prediction
        field = ui.input(placeholder=target.expected()[:60])
        field.props("outlined dense").classes("md-field md-label-number")
        field.props["aria-label"] = f"True {target.name}"
        testable(field, "label-number")

        async def store() -> None:
            written = str(field.value or "").strip()
            if written:
                await self._give(written)

        field.on("keydown.enter", store)
        self._act("Set label", "Enter", store, "label-store")

    def _act(self, words: str, key: str, act: Act, name: str) -> None:
        button = block("md-answer-key md-answer-key--quiet", tag="button")
        button.props["type"] = "button"
        with button:
            text("span", words)
            text("kbd", key)
        button.on("click", act)
        testable(button, name)
