"""The fields by which the page of alerts is narrowed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from nicegui import events, ui

from modeldesk.services.alert_feed import AlertPage
from modeldesk.services.views import AlertStatus
from modeldesk.ui.alert_words import STATUSES
from modeldesk.ui.alerts_state import RANGES, AlertsState
from modeldesk.ui.folding import Fold
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import count

_LONGEST = 80
_EVERY_MODEL = "All models"
_EVERY_COLUMN = "All columns"
_REST_MS = 350
"""How long a person has to stop typing until it is looked for."""


class AlertFilters:
    """Status, model, column, days and a piece of text.

    Parameters
    ----------
    state
        What the address asks for.
    change
        Called with what a person asks for instead.
    """

    def __init__(
        self, state: AlertsState, *, change: Callable[[AlertsState], Awaitable[None]]
    ) -> None:
        self._state = state
        self._change = change
        self._statuses: dict[AlertStatus | None, tuple[ui.element, ui.element]] = {}
        self._filling = False
        self._fold = Fold("Filters", "filters-fold")

    def build(self, models: Sequence[str], columns: Sequence[str]) -> None:
        """Add the fields."""
        with block("md-feed-filters"):
            self._status_choices()
            with self._fold.build("md-feed-fields"):
                self._model = self._select("Model", _options(models, _EVERY_MODEL), "model")
                self._column = self._select("Column", _options(columns, _EVERY_COLUMN), "column")
                self._days = self._select("Days", dict(RANGES), "days")
                self._find()
        self.show(self._state, columns)

    def _status_choices(self) -> None:
        group = block("md-choices md-feed-statuses")
        group.props["role"] = "group"
        group.props["aria-label"] = "Where alerts stand"
        with group:
            for status in (*AlertStatus, None):
                button = block("", tag="button")
                button.props["type"] = "button"
                button.on("click", lambda _, status=status: self._ask(status=status))
                with button:
                    text("span", STATUSES[status].word if status else "All")
                    many = text("span", "", "md-feed-many")
                testable(button, f"status-{status or 'any'}")
                self._statuses[status] = (button, many)

    def _select(
        self, label: str, options: Mapping[str, str] | dict[int, str], name: str
    ) -> ui.select:
        def chosen(event: events.ValueChangeEventArguments[str]) -> Awaitable[None] | None:
            value = event.value or (0 if name == "days" else "")
            return None if self._filling else self._ask(**{name: value})

        value = getattr(self._state, name)
        known = dict(options) if value in options else {**options, value: str(value)[:_LONGEST]}
        select = ui.select(known, value=value, on_change=chosen, with_input=len(known) > 15)  # noqa: PLR2004
        select.props("outlined dense options-dense").classes("md-field md-feed-field")
        select.props["aria-label"] = label
        testable(select, f"filter-{name}")
        return select

    def _find(self) -> None:
        def typed(
            event: events.ValueChangeEventArguments[str | None],
        ) -> Awaitable[None] | None:
            return None if self._filling else self._ask(text=(event.value or "").strip())

        self._text = ui.input(placeholder="Find in alerts", value=self._state.text, on_change=typed)
        self._text.props(f"outlined dense clearable debounce={_REST_MS} maxlength=200")
        self._text.classes("md-field md-feed-find")
        self._text.props["aria-label"] = "Find in alerts"
        testable(self._text, "filter-text")

    async def _ask(self, **chosen: object) -> None:
        state = replace(self._state, **chosen, page=1)  # type: ignore[arg-type]  # fields of it
        if state != replace(self._state, page=1):
            await self._change(state)

    def show(self, state: AlertsState, columns: Sequence[str]) -> None:
        """Show what is asked for, and offer the columns that there are."""
        self._state = state
        narrowed = (state.model, state.column, state.days, state.text)
        self._fold.tell(sum(map(bool, narrowed)))
        self._filling = True
        try:
            self._model.set_value(state.model)
            options = _options({*columns, state.column} - {""}, _EVERY_COLUMN)
            self._column.set_options(options, value=state.column)
            self._days.set_value(state.days)
            if (self._text.value or "").strip() != state.text:  # a space may be on its way
                self._text.set_value(state.text)
        finally:
            self._filling = False
        for status, (button, _) in self._statuses.items():
            button.props["aria-pressed"] = "true" if status is state.status else "false"
            button.update()

    def tell(self, page: AlertPage) -> None:
        """Show how many alerts there are of each status."""
        for status, (_, many) in self._statuses.items():
            many.set_text(count(page.many(status)))  # type: ignore[attr-defined]


def _options(names: Sequence[str] | set[str], every: str) -> dict[str, str]:
    return {"": every} | {name: name[:_LONGEST] for name in sorted(names)}
