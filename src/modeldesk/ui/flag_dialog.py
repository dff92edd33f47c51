"""The dialog in which a person flags the prediction that they see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.schema import Column
from modeldesk.services.acting import TAKES, caller
from modeldesk.services.feedback import REASONS
from modeldesk.services.views import PredictionView
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.site import Site
from modeldesk.ui.states import say, trouble
from modeldesk.ui.wording import plain


class FlagDialog:
    """Asks for reason, proposed label and comment, and stores the flag.

    Parameters
    ----------
    site
        The services.
    target
        The model's prediction column, whose classes can be proposed.
    stored
        Called after a flag was stored.
    """

    def __init__(
        self, site: Site, target: Column, *, stored: Callable[[], Awaitable[None]]
    ) -> None:
        self._site = site
        self._target = target
        self._stored = stored
        self._prediction: PredictionView | None = None

    def build(self) -> None:
        """Add the dialog, closed."""
        self._dialog = ui.dialog()
        with self._dialog, ui.card().classes("md-dialog") as card:
            testable(card, "flag-dialog")
            text("h2", "Flag this prediction")
            self._about = text("div", "", "md-soft md-small")
            self._trouble = block("")
            text("div", "Reason", "md-label")
            self._reason = ui.select(list(REASONS), value=REASONS[0])
            self._dress(self._reason, "Reason", "flag-reason")
            text("div", f"What should {self._target.name} have been? (optional)", "md-label")
            self._label = self._proposal()
            self._dress(self._label, "Proposed label", "flag-label")
            text("div", "Comment (optional)", "md-label")
            self._comment = ui.textarea()
            self._dress(self._comment, "Comment", "flag-comment")
            with block("md-dialog-foot"):
                cancel = ui.button("Cancel", on_click=self._dialog.close, color=None)
                cancel.props("flat no-caps").classes("md-btn md-btn--quiet")
                store = ui.button("Store flag", on_click=self._store, color=None)
                store.props("unelevated no-caps").classes("md-btn md-btn--main")
                testable(store, "flag-store")

    def open(self, prediction: PredictionView) -> None:
        """Ask about this prediction."""
        self._prediction = prediction
        answer = plain(prediction.outputs.get(self._target.name))
        self._about.set_text(f"{answer}, {prediction.prediction_id}")
        self._trouble.clear()
        self._reason.set_value(REASONS[0])
        self._label.set_value(None)
        self._comment.set_value("")
        self._dialog.open()

    def _proposal(self) -> ui.select | ui.input:
        if self._target.categories:
            return ui.select(list(self._target.categories), value=None, clearable=True)
        return ui.input()

    def _dress(self, field: ui.select | ui.input | ui.textarea, label: str, name: str) -> None:
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = label
        testable(field, name)

    async def _store(self) -> None:
        if self._prediction is None:
            return
        proposed = str(self._label.value or "").strip() or None
        try:
            caller().check(TAKES)
            flag = await aside(
                self._site.desk.feedback.flag,
                self._prediction.prediction_id,
                reason=self._reason.value or "",
                comment=self._comment.value or "",
                proposed_label=proposed,
            )
        except ModeldeskError as error:
            self._trouble.clear()
            with self._trouble:
                trouble(error)
            return
        self._dialog.close()
        say(f"Flag {flag.flag_id} is stored.", icon="check_circle")
        await self._stored()
