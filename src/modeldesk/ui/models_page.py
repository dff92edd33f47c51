"""The page of all models: what each one is, how it is doing, and who needs a look first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.model_health import ModelSummary
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, awaited
from modeldesk.ui.day_ranges import RANGES
from modeldesk.ui.figures import DeskFigures
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.model_cards import ModelCards
from modeldesk.ui.model_order import found_models
from modeldesk.ui.model_rows import model_row
from modeldesk.ui.model_table import ModelTable
from modeldesk.ui.models_state import Layout, ModelsState, Sort
from modeldesk.ui.site import Site
from modeldesk.ui.states import PUBLISH, empty, say, trouble
from modeldesk.ui.views import Visit
from modeldesk.ui.wording import count, plural

ROWS_A_PAGE = 25
LOOK_SECONDS = 10.0
"""How often the page looks again: a list of a hundred models takes a moment to make."""

_FEW_MODELS = 3
_ORDERS = {
    Sort.ATTENTION: "Needs attention first",
    Sort.NAME: "By name",
    Sort.LAST: "Latest prediction first",
    Sort.PREDICTIONS: "Most predictions first",
    Sort.ALERTS: "Most open alerts first",
    Sort.MEASURE: "What fell first, then the highest measure",
    Sort.VERSION: "Newest version first",
}
_LAYOUTS = {Layout.TABLE: ("table_rows", "As a table"), Layout.CARDS: ("grid_view", "As cards")}


class ModelsPage:
    """One open list; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    state
        What the address asks for.
    """

    def __init__(self, site: Site, appearance: Appearance, *, state: ModelsState) -> None:
        self._site = site
        self._appearance = appearance
        self._state = state
        self._asked = 0
        self._models: tuple[ModelSummary, ...] = ()
        self._figures = DeskFigures()
        self._table = ModelTable(order=self._pick_order)
        self._cards = ModelCards()
        self._layouts: dict[Layout, ui.element] = {}

    async def build(self) -> None:
        """Build the page."""
        with frame(self._site, self._appearance, here="Models"):
            self._end = head("Models")
            try:
                self._models = await awaited(self._read)
            except ModeldeskError as error:
                trouble(error, retry=ui.navigate.reload)
                return
            if not self._models:
                _first_steps()
                return
            now = self._site.clock.now()
            self._figures.build(self._models, now)
            self._controls()
            self._content = block("")
            testable(self._content, "models-content")
            self._lay_out()
            if len(self._models) <= _FEW_MODELS:
                _next_steps()
            follow(self._look, seconds=LOOK_SECONDS)

    def _read(self) -> tuple[ModelSummary, ...]:
        return self._site.desk.health.models(start=self._state.start(self._site.clock.now()))

    def _controls(self) -> None:
        with self._end:
            choice = ui.select(RANGES, value=self._state.days, on_change=self._pick_range)
            choice.props("outlined dense options-dense").classes("md-field")
            choice.props["aria-label"] = "Range"
            testable(choice, "range")
        with block("md-models-head"):
            search = ui.input(
                placeholder="Find a model or a tag",
                value=self._state.q,
                on_change=self._search,
            )
            search.props("outlined dense clearable debounce=150")
            search.classes("md-field md-models-search")
            search.props["aria-label"] = "Find a model"
            testable(search, "search")
            self._field = search
            self._sorted()
            self._count = text("span", "", "md-faint md-small md-models-count")
            testable(self._count, "models-count")
            self._layout_switch()

    def _sorted(self) -> None:
        names = {sort.value: words for sort, words in _ORDERS.items()}
        self._order = ui.select(names, value=self._state.sort.value, on_change=self._pick_sort)
        self._order.props("outlined dense options-dense").classes("md-field")
        self._order.props["aria-label"] = "Order"
        testable(self._order, "order")

    def _layout_switch(self) -> None:
        group = block("md-segments")
        group.props["role"] = "group"
        group.props["aria-label"] = "Layout"
        with group:
            for layout, (icon, words) in _LAYOUTS.items():
                button = ui.element("button")
                with button:
                    ui.icon(icon)
                button.props["title"] = button.props["aria-label"] = words
                button.on("click", lambda _, layout=layout: self._pick_layout(layout))
                testable(button, f"layout-{layout}")
                self._layouts[layout] = button
        self._press()

    def _press(self) -> None:
        for layout, button in self._layouts.items():
            button.props["aria-pressed"] = "true" if layout is self._state.layout else "false"

    def _lay_out(self) -> None:
        """Build the table or the cards anew."""
        self._content.clear()
        now, days = self._site.clock.now(), self._state.shown_days
        shown = self._page()
        with self._content:
            if self._state.layout is Layout.CARDS:
                self._cards.build(shown, now, days)
                self._foot = block("md-models-foot")
            else:
                with block("md-card"):
                    rows = [model_row(model, now, days) for model in shown]
                    self._table.build(rows, self._state.sort, down=self._state.down)
                    self._foot = block("md-models-foot")
        self._tell()

    def _fill(self) -> None:
        """Show what the address asks for within the table or the cards that are there."""
        now, days = self._site.clock.now(), self._state.shown_days
        shown = self._page()
        if self._state.layout is Layout.CARDS:
            self._cards.show(shown, now, days)
        else:
            rows = [model_row(model, now, days) for model in shown]
            self._table.show(rows, self._state.sort, down=self._state.down)
        self._tell()

    def _page(self) -> list[ModelSummary]:
        """Return the models of the page that is asked for, or of the last one that there is."""
        self._found = found_models(self._models, self._state)
        self._pages = max(1, -(-len(self._found) // ROWS_A_PAGE))
        self._here = min(self._state.page, self._pages)
        first = (self._here - 1) * ROWS_A_PAGE
        return self._found[first : first + ROWS_A_PAGE]

    def _tell(self) -> None:
        """Say how many are shown, and offer the other pages."""
        found, of = len(self._found), len(self._models)
        words = plural(of, "model") if found == of else f"{count(found)} of {plural(of, 'model')}"
        self._count.set_text(words)
        self._foot.set_visibility(self._pages > 1 or not found)
        self._foot.clear()
        with self._foot:
            if not found:
                box = empty("search_off", "No model like that", "No name, tag or verdict has it.",
                            small=True)  # fmt: skip
                with box:
                    _button("Show all models", lambda: self._field.set_value(""))
                testable(box, "nothing-found")
            elif self._pages > 1:
                text("span", f"Page {self._here} of {self._pages}", "md-faint md-small")
                self._turn("Earlier", self._here - 1, enabled=self._here > 1)
                self._turn("Later", self._here + 1, enabled=self._here < self._pages)

    def _turn(self, words: str, page: int, *, enabled: bool) -> None:
        button = _button(words, lambda: self._move(replace(self._state, page=page)))
        button.set_enabled(enabled)
        testable(button, f"page-{words.lower()}")

    async def _search(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._move(replace(self._state, q=event.value or "", page=1))

    async def _pick_order(self, sort: Sort) -> None:
        """Order by a column; once more turns it round."""
        down = sort is self._state.sort and not self._state.down
        self._move(replace(self._state, sort=sort, down=down, page=1))
        self._order.set_value(sort.value)

    def _pick_sort(self, event: events.ValueChangeEventArguments[str]) -> None:
        sort = Sort(event.value)
        if sort is not self._state.sort:
            self._move(replace(self._state, sort=sort, down=False, page=1))

    def _pick_layout(self, layout: Layout) -> None:
        if layout is self._state.layout:
            return
        self._state = replace(self._state, layout=layout)
        ui.navigate.history.replace(self._state.query())
        self._press()
        self._lay_out()

    async def _pick_range(self, event: events.ValueChangeEventArguments[int]) -> None:
        self._state = replace(self._state, days=event.value)
        ui.navigate.history.replace(self._state.query())
        try:
            await self._look()
        except ModeldeskError as error:
            say(str(error), icon="error")

    def _move(self, state: ModelsState) -> None:
        self._state = state
        ui.navigate.history.replace(state.query())
        self._fill()

    async def _look(self) -> None:
        """Show what has changed since; nothing moves where nothing has."""
        self._asked += 1
        asked = self._asked
        models = await aside(self._read)
        if asked != self._asked:
            return
        self._models = models
        self._figures.show(models, self._site.clock.now())
        self._fill()


def _button(words: str, act: Callable[[], object]) -> ui.button:
    button = ui.button(words, on_click=act, color=None).props("flat no-caps dense")
    return button.classes("md-btn md-btn--quiet md-btn--small")


def _first_steps() -> None:
    with block("md-card"):
        words = (
            "Publish a trained model with its training data as reference, or run "
            "'modeldesk demo' in a terminal to see one with three days of traffic."
        )
        box = empty("rocket_launch", "No models yet", words, code=PUBLISH)
        testable(box, "no-models")


def _next_steps() -> None:
    with block("md-card md-next"):
        with block("md-next-words"):
            text("h2", "Publish your own model")
            text("p", "The training data becomes the reference that traffic is compared with.")
            text("p", "Publishing under a known name adds a version to that model.")
        text("pre", PUBLISH, "md-code")


def opened(visit: Visit) -> ModelsPage:
    """Open the page."""
    return ModelsPage(visit.site, visit.appearance, state=ModelsState.read(visit.query))
