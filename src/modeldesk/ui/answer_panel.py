"""The playground's right side: the prediction, its probabilities, and where it was logged."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from modeldesk.errors import ModeldeskError
from modeldesk.schema import Signature
from modeldesk.services.views import PredictionView
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import Precision, moment, tell
from modeldesk.ui.states import trouble
from modeldesk.ui.wording import NOTHING, plain, share

_MOST_CLASSES = 12


class _Bar:
    """One class with its probability; updated in place so that it glides."""

    def __init__(self, position: int) -> None:
        self._row = block("md-prob")
        testable(self._row, f"probability-{position}")
        with self._row:
            self._name = text("div", "", "md-prob-name")
            self._share = text("div", NOTHING, "md-prob-share")
            with block("md-prob-track"):
                self._bar = block("md-prob-bar").style("width: 0")

    def show(self, label: str, probability: float, *, top: bool) -> None:
        self._name.set_text(label)
        self._name.props["title"] = label
        self._share.set_text(share(probability))
        self._bar.style(f"width: {100 * probability:.2f}%")
        self._row.classes(add="md-prob--top" if top else "", remove="" if top else "md-prob--top")


class AnswerPanel:
    """A card that stays in sight while the inputs are changed.

    Parameters
    ----------
    signature
        The model's signature.
    flag
        Called when a person wants to flag the shown prediction; ``None``: they may not.
    retry
        Called when a person wants to try again after an error.
    """

    def __init__(
        self,
        signature: Signature,
        *,
        flag: Callable[[], None] | None,
        retry: Callable[[], object],
    ) -> None:
        self._signature = signature
        self._flag = flag
        self._retry = retry
        self._bars: list[_Bar] = []

    def build(self) -> None:
        """Add the card, empty until the first answer."""
        with block("md-card md-answer"):
            with block("md-card-head"):
                text("h2", "Prediction")
                with block("md-card-end"):
                    self._spinner = ui.spinner(size="18px")
            with block("md-card-body"):
                self._trouble = block("")
                self._content = block("")
                with self._content:
                    self._answer()
            with block("md-answer-foot"):
                self._where = block("md-mono md-answer-where")
                testable(self._where, "prediction-id")
                with self._where:
                    self._id = text("div", "No prediction yet.")
                    self._version = text("span", "")
                    self._when = moment(None)
                    self._when.set_visibility(False)
                self._button = ui.button("Flag", icon="flag", on_click=self._flag, color=None)
                self._button.props("flat no-caps").classes("md-btn md-btn--quiet")
                self._button.set_enabled(False)
                self._button.set_visibility(self._flag is not None)
                testable(self._button, "flag")

    def _answer(self) -> None:
        text("div", self._signature.prediction.name, "md-answer-name")
        self._value: TextElement = text("div", NOTHING, "md-answer-value")
        self._value.props["aria-live"] = "polite"
        testable(self._value, "prediction")
        seen = self._signature.prediction
        if seen.low is not None and seen.high is not None:
            text("div", f"reference: {seen.low:g} to {seen.high:g}", "md-answer-range")
        many = min(len(self._signature.scores), _MOST_CLASSES)
        self._bars = [_Bar(position) for position in range(many)]

    def wait(self) -> None:
        """Fade what is shown: it belongs to inputs that have changed."""
        self._spinner.set_visibility(True)
        self._content.classes(add="md-answer-old")
        self._button.set_enabled(False)

    def show(self, prediction: PredictionView) -> None:
        """Show a logged prediction."""
        self._spinner.set_visibility(False)
        self._trouble.clear()
        self._content.classes(remove="md-answer-old")
        answer = prediction.outputs.get(self._signature.prediction.name)
        self._value.set_text(plain(answer))
        shares = self._shares(prediction)
        top = max((probability for _, probability in shares), default=0.0)
        for bar, (label, probability) in zip(self._bars, shares, strict=False):
            bar.show(label, probability, top=probability == top)
        self._id.set_text(prediction.prediction_id)
        self._version.set_text(f"v{prediction.version}, ")
        tell(self._when, prediction.time, precision=Precision.SECOND)
        self._when.set_visibility(True)
        self._button.set_enabled(True)

    def fail(self, error: ModeldeskError) -> None:
        """Show why there is no prediction for the inputs."""
        self._spinner.set_visibility(False)
        self._content.classes(add="md-answer-old")
        self._trouble.clear()
        with self._trouble:
            trouble(error, retry=self._retry)

    def _shares(self, prediction: PredictionView) -> list[tuple[str, float]]:
        found = []
        for column in self._signature.scores:
            value = prediction.outputs.get(column.name)
            number = float(value) if isinstance(value, int | float) else 0.0
            found.append((column.label or column.name, number))
        if len(found) > _MOST_CLASSES:
            found.sort(key=lambda pair: -pair[1])
        return found
