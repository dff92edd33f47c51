"""What was true of one row: the field that says so, and what was said before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.schema import Column, Kind
from modeldesk.services.acting import TAKES, caller
from modeldesk.services.labelling import Labelled
from modeldesk.services.views import FlagView, LabelView, PredictionView
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import moment
from modeldesk.ui.site import Site
from modeldesk.ui.states import say, trouble
from modeldesk.ui.wording import NOTHING, brief, plain, utc

SOURCE = "page"
"""Where labels come from that people give on a page."""

_MANY = 12
"""Classes from which on one writes to find them."""


async def give_label(site: Site, view: PredictionView, value: object) -> Labelled:
    """Store what was true of a prediction; `label_answer` says what may go wrong."""
    # What a shadow predicted has the label of what was answered.
    return await label_answer(site, view.model, view.shadow_of or view.prediction_id, value)


async def label_answer(site: Site, model: str, prediction_id: str, value: object) -> Labelled:
    """Store what was true of an answered prediction.

    Parameters
    ----------
    site
        The services.
    model
        Whose prediction.
    prediction_id
        Which one.
    value
        What was true.

    Raises
    ------
    Forbidden
        When the caller may not label.
    ModeldeskError
        When the label is none that the model can have, or cannot be written.
    """
    caller().check(TAKES)
    table: dict[str, list[object]] = {
        "prediction_id": [prediction_id],
        "label": [value],
        "label_source": [SOURCE],
    }
    return await aside(site.desk.labelling.label, model, table)


def label_choices(target: Column) -> list[str]:
    """Return the classes that a label may be; empty where it is no class."""
    if target.categories:
        return list(target.categories)
    return ["true", "false"] if target.kind is Kind.BOOLEAN else []


class LabelField:
    """The field for a label, with its button.

    Parameters
    ----------
    site
        The services.
    view
        What is labelled.
    target
        What the model predicts.
    given
        Called after a label was stored.
    """

    def __init__(
        self,
        site: Site,
        view: PredictionView,
        target: Column,
        *,
        given: Callable[[], Awaitable[None]],
    ) -> None:
        self._site = site
        self._view = view
        self._target = target
        self._given = given

    def build(self) -> None:
        """Add the field."""
        with block("md-label-field"):
            choices = label_choices(self._target)
            self._field: ui.select | ui.input = (
                ui.select(
                    choices, value=None, label="What was true?", with_input=len(choices) > _MANY
                )
                if choices
                else ui.input(placeholder=self._target.expected()[:60])
            )
            self._field.props("outlined dense options-dense").classes("md-field")
            self._field.props["aria-label"] = "True outcome"
            testable(self._field, "label-value")
            button = ui.button("Set label", on_click=self._store, color=None)
            button.props("flat no-caps").classes("md-btn md-btn--quiet")
            testable(button, "label-set")
        self._trouble = block("")

    async def _store(self) -> None:
        value = str(self._field.value or "").strip()
        if not value:
            self._field.run_method("focus")
            return
        try:
            await give_label(self._site, self._view, value)
        except ModeldeskError as error:
            self._trouble.clear()
            with self._trouble:
                trouble(error)
            return
        say("The label is stored.", icon="check_circle")
        await self._given()


def label_history(labels: Sequence[LabelView]) -> None:
    """Add every label that was given, the newest first; nothing where there is none."""
    if not labels:
        return
    with block("md-stats", tag="table") as table:
        testable(table, "label-history")
        with ui.element("thead"), ui.element("tr"):
            for name in ("Label", "Known since", "From"):
                text("th", name)
        with ui.element("tbody"):
            for place, label in enumerate(labels):
                with ui.element("tr"):
                    text("td", brief(plain(label.value)), "" if place else "md-strong")
                    with ui.element("td"):
                        when = moment(label.time)
                    when.props["title"] = f"{utc(label.time)}; arrived {utc(label.arrived_at)}"
                    text("td", brief(label.source) or NOTHING)


def flags_of_row(flags: Sequence[FlagView]) -> None:
    """Add what people said of a row; nothing where nobody did."""
    if not flags:
        return
    with block("md-stats", tag="table") as table:
        testable(table, "row-flags")
        with ui.element("thead"), ui.element("tr"):
            for name in ("Flag", "Should have been", "Stored"):
                text("th", name)
        with ui.element("tbody"):
            for flag in flags:
                with ui.element("tr"):
                    with ui.element("td"):
                        text("div", flag.reason, "md-strong")
                        if flag.comment:
                            text("div", brief(flag.comment, 1_000), "md-soft md-small")
                    text("td", brief(flag.proposed_label or NOTHING))
                    with ui.element("td"):
                        moment(flag.created_at)
