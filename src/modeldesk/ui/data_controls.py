"""Which rows are looked at: where they are from, and a condition on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from nicegui import events, ui

from modeldesk.errors import InvalidExpression, ModeldeskError
from modeldesk.services.exploring import FEW_ROWS, MOST_ROWS, DataChoice, DataSource
from modeldesk.services.slice_views import CheckedExpression
from modeldesk.ui.condition_field import ConditionField
from modeldesk.ui.data_data import DataPageData
from modeldesk.ui.data_state import DataState
from modeldesk.ui.day_ranges import RANGES
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.site import Site
from modeldesk.ui.wording import count

SOURCE_WORDS = {
    DataSource.LOGGED: "Logged",
    DataSource.REFERENCE: "Reference",
    DataSource.TEST: "Test set",
    DataSource.OTHER: "Other table",
}
_TITLES = {
    DataSource.LOGGED: "What the model was asked, with its answers and the labels that came",
    DataSource.REFERENCE: "The table that the version was published with",
    DataSource.TEST: "The labelled rows that the version was tested on when it was published",
    DataSource.OTHER: "A file, a query or an address: looked at, and never logged",
}
_MOST = {FEW_ROWS: f"Newest {count(FEW_ROWS)} rows", MOST_ROWS: f"Newest {count(MOST_ROWS)} rows"}


class DataControls:
    """A card with the source, its range, and the condition.

    Parameters
    ----------
    site
        The services.
    model
        Whose data it is.
    changed
        Called with the state that a person chose.
    choice
        Tells which rows are shown.
    """

    def __init__(
        self,
        site: Site,
        *,
        model: str,
        changed: Callable[[DataState], Awaitable[None]],
        choice: Callable[[], DataChoice],
    ) -> None:
        self._site = site
        self._model = model
        self._changed = changed
        self._choice = choice
        self._buttons: dict[DataSource, ui.element] = {}
        self._condition = ConditionField(
            site, name="data", label="Condition", written=self._apply, check=self._check
        )

    def build(self, data: DataPageData, state: DataState) -> None:
        """Add the card."""
        self._state = state
        card = block("md-card md-log-filters")
        testable(card, "source-card")
        with card:
            with block("md-data-controls"):
                self._sources(data)
                self._range = self._select(RANGES, state.days, "Range", self._pick_range)
                self._most = self._select(_MOST, state.most, "Newest rows", self._pick_most)
            with block("md-filter-condition"):
                with block("md-slice-condition"):
                    self._condition.field(state.condition)
                apply, self._clearing = _button("Apply"), _button("Clear")
                self._condition.taken_by(apply, self._apply)
                self._condition.emptied_by(self._clearing, self._clear)
            self._condition.help()
        self.show(state)

    def show(self, state: DataState) -> None:
        """Show the choices of a state."""
        self._state = state
        logged = state.source is DataSource.LOGGED
        self._range.set_visibility(logged)
        self._most.set_visibility(logged)
        self._clearing.set_enabled(bool(state.condition))
        for source, button in self._buttons.items():
            button.props["aria-pressed"] = "true" if source is state.source else "false"
            button.update()

    def fail(self, error: ModeldeskError) -> bool:
        """Show an error at the condition if it is about that; whether it is."""
        if not isinstance(error, InvalidExpression):
            return False
        self._condition.fail(error)
        return True

    async def forget(self) -> None:
        """Empty the condition: it was about other columns."""
        await self._condition.put("")

    def offer_nothing(self) -> None:
        """Take away what is offered at the condition."""
        self._condition.offer_nothing()

    def _sources(self, data: DataPageData) -> None:
        group = block("md-choices")
        group.props["role"] = "group"
        group.props["aria-label"] = "Where the rows are from"
        with group:
            for source in DataSource:
                button = block("", tag="button")
                button.props["type"] = "button"
                button.props["title"] = _TITLES[source]
                with button:
                    text("span", SOURCE_WORDS[source])
                    if source not in data.sources and source is not DataSource.OTHER:
                        text("span", "none", "md-faint md-small")
                button.on("click", lambda _, source=source: self._pick_source(source))
                testable(button, f"source-{source.value}")
                self._buttons[source] = button

    def _select(
        self,
        options: dict[int, str],
        value: int,
        label: str,
        picked: Callable[[events.ValueChangeEventArguments[int]], Awaitable[None]],
    ) -> ui.select:
        field = ui.select(options, value=value, on_change=picked)
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = label
        testable(field, label.lower().replace(" ", "-"))
        return field

    def _check(self, condition: str, cursor: int | None) -> CheckedExpression:
        exploring = self._site.desk.exploring
        return exploring.check(self._model, self._choice(), condition, cursor=cursor)

    async def _pick_source(self, source: DataSource) -> None:
        if source is not self._state.source:
            await self.forget()
            await self._go(_of_source(self._state, source))

    async def _pick_range(self, event: events.ValueChangeEventArguments[int]) -> None:
        if event.value != self._state.days:
            await self._go(replace(self._state, days=event.value))

    async def _pick_most(self, event: events.ValueChangeEventArguments[int]) -> None:
        if event.value != self._state.most:
            await self._go(replace(self._state, most=event.value))

    async def _apply(self, condition: str) -> None:
        await self._go(replace(self._state, condition=condition))

    async def _clear(self) -> None:
        await self._go(replace(self._state, condition=""))

    async def _go(self, state: DataState) -> None:
        await self._changed(replace(state, page=1, across=1))


def _button(words: str) -> ui.button:
    button = ui.button(words, color=None)
    button.props("flat no-caps").classes("md-btn md-btn--quiet")
    testable(button, f"condition-{words.lower()}")
    return button


def _of_source(state: DataState, source: DataSource) -> DataState:
    """Return a state without what is about the columns of another source."""
    return replace(
        state, source=source, target="", x="", y="", by="", q="", table="", sql="", condition=""
    )
