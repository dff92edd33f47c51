"""What the performance page shows while nothing is labelled: how labels are sent."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from nicegui import ui

from modeldesk.services.label_snippets import label_snippets
from modeldesk.services.snippets import KEY_VARIABLE
from modeldesk.ui.browser_address import asked_at, reached_at
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.performance_data import PerformanceData
from modeldesk.ui.site import Site
from modeldesk.ui.snippet_block import snippet_block
from modeldesk.ui.states import empty
from modeldesk.ui.wording import plural


def nothing_measured(data: PerformanceData, *, all_days: Callable[[], object]) -> bool:
    """Say why there are no figures; returns whether it is for want of labels.

    Parameters
    ----------
    data
        What the page was given.
    all_days
        Called when a person wants to see all days instead of those of a range.
    """
    with block("md-card"):
        if data.labelled:
            words = (
                f"{plural(data.labelled, 'prediction')} of this version "
                f"{'has a label' if data.labelled == 1 else 'have labels'}. They are evaluated in "
                "the background, as a rule within seconds. Times and vectors have no measures."
            )
            with empty("hourglass_empty", "Not evaluated yet", words, small=True) as box:
                _button("Look again", ui.navigate.reload)
            testable(box, "not-evaluated")
            return False
        if data.rows.start is not None:
            words = "No prediction of these days has a label."
            with empty("event_busy", "No labels in this range", words, small=True) as box:
                _button("Show all days", all_days)
            testable(box, "no-labels-in-range")
            return False
        many = plural(data.predictions, "prediction")
        words = (
            f"Version {data.version.number} has answered {many}. Say what was true of them, and "
            "this page tells how good it is: day by day, per class and per segment."
        )
        command = f"modeldesk label outcomes.csv --model {shlex.quote(data.rows.model)}"
        box = empty("label", "No labels yet", words, code=command, small=True)
        testable(box, "no-labels")
        return True


def only_estimates(data: PerformanceData, *, all_days: Callable[[], object]) -> None:
    """Say that the page shows estimates, and no figures, for want of labels.

    Parameters
    ----------
    data
        What the page was given.
    all_days
        Called when a person wants to see all days instead of those of a range.
    """
    where = "" if data.rows.start is None else " in this range"
    words = (
        f"None of {plural(data.predictions, 'prediction')}{where} has an evaluated label. What "
        "stands here is estimated from scores and inputs; labels will confirm it or not."
    )
    with block("md-card"), empty("query_stats", "Estimates only", words, small=True) as box:
        if data.rows.start is not None:
            _button("Show all days", all_days)
    testable(box, "only-estimates")


def _button(words: str, act: Callable[[], object]) -> None:
    ui.button(words, on_click=act, color=None).props("flat no-caps").classes("md-btn md-btn--quiet")


class LabelSteps:
    """The card with code that sends labels of one model.

    Parameters
    ----------
    site
        Tells whether the server asks for keys.
    model
        Name of the model.
    data
        Tells what labels may be.
    """

    def __init__(self, site: Site, *, model: str, data: PerformanceData) -> None:
        self._site = site
        self._model = model
        self._signature = data.version.signature
        self._url = asked_at()

    def build(self) -> None:
        """Add the card."""
        card = block("md-card")
        testable(card, "label-steps")
        with card:
            with block("md-card-head"):
                text("h2", "Send labels")
            words = (
                "row_id is the key that you gave with a row; the prediction_id of its answer will "
                "do as well. Labels of unknown keys wait for their predictions."
            )
            if self._site.secured:
                words += (
                    f" Put your key into the variable {KEY_VARIABLE}; it needs the scope ingest."
                )
            text("p", words, "md-dialect")
            self._code = block("")
        self._fill()

    async def learn(self) -> None:
        """Write the code for the address that the browser knows, once it is there."""
        reached = await reached_at()
        if reached not in {None, self._url}:
            self._url = reached
            self._fill()

    def _fill(self) -> None:
        self._code.clear()
        with self._code:
            for snippet in label_snippets(
                self._model, self._signature, url=self._url, secured=self._site.secured
            ):
                snippet_block(snippet)
