"""The part of a row's drawer that asks another version the same."""

from __future__ import annotations

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.one_prediction import OnePrediction
from modeldesk.services.second_opinion import Opinion
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.score_bars import score_bars
from modeldesk.ui.site import Site
from modeldesk.ui.states import bone, trouble
from modeldesk.ui.wording import brief, plain


class RowReplay:
    """Asks a version that a person chooses; nothing is logged.

    Parameters
    ----------
    site
        The services.
    found
        The row.
    """

    def __init__(self, site: Site, found: OnePrediction) -> None:
        self._site = site
        self._found = found
        self._asked = 0

    def build(self) -> None:
        """Add the part; nothing where no other version can be asked."""
        others = self._found.others
        if not others:
            return
        with block("md-replay") as box:
            testable(box, "replay")
            text("h3", "Ask another version")
            text("p", "It gets the same inputs; its answer is not logged.", "md-faint md-small")
            with block("md-label-field"):
                self._field = ui.select(
                    {number: f"v{number}" for number in reversed(others)}, value=others[-1]
                )
                self._field.props("outlined dense options-dense").classes("md-field")
                self._field.props["aria-label"] = "Version to ask"
                testable(self._field, "replay-version")
                button = ui.button("Ask", on_click=self._ask, color=None)
                button.props("flat no-caps").classes("md-btn md-btn--quiet")
                testable(button, "replay-ask")
            self._answer = block("")
            self._answer.props["aria-live"] = "polite"

    async def _ask(self) -> None:
        self._asked += 1
        asked = self._asked
        self._answer.clear()
        with self._answer:
            bone(height=56)
        name = self._found.view.prediction_id
        try:
            opinion = await aside(self._site.desk.opinions.of, name, int(self._field.value))
        except ModeldeskError as error:
            if asked == self._asked:
                self._answer.clear()
                with self._answer:
                    trouble(error)
            return
        if asked == self._asked:
            self._fill(opinion)

    def _fill(self, opinion: Opinion) -> None:
        view, signature = self._found.view, self._found.signature
        said = view.outputs.get(signature.prediction.name)
        other = opinion.outputs.get(opinion.signature.prediction.name)
        same = said == other
        self._answer.clear()
        with self._answer, block("md-replay-answer") as box:
            testable(box, "replay-answer")
            with block("md-replay-said"):
                text("span", f"v{opinion.version}", "md-tag")
                text("b", brief(plain(other)))
                words = "the same answer" if same else f"v{view.version} said {brief(plain(said))}"
                text("span", words, "md-soft" if same else "md-low")
            score_bars(opinion.signature, opinion.outputs)
