"""The drawer with the rows behind a figure, and one row with those that are most like it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from nicegui import events, ui

from modeldesk.desk import Desk
from modeldesk.errors import ModeldeskError
from modeldesk.schema import Column, Signature
from modeldesk.services.neighbours import NeighbourReport
from modeldesk.services.views import PredictionView
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.performance_data import Rows
from modeldesk.ui.performance_state import PerformanceState
from modeldesk.ui.row_table import ROWS_A_PAGE, ShownPage, ShownRow, columns_of, table_rows, tone
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty, trouble
from modeldesk.ui.wording import plain, plural, utc

# A template is a constant; what users wrote arrives as data and is shown as text.
_ROW = """
<q-tr :props="props" class="md-row" :data-testid="'row-' + props.row.id"
      @click="$parent.$emit('open', props.row.id)">
  <q-td v-for="column in props.cols" :key="column.name" :props="props">
    <button v-if="column.name === 'time'" class="md-link" type="button">{{ column.value }}</button>
    <span v-else-if="column.name === 'prediction' && props.row.tone === 'wrong'" class="md-low"
      title="Another one was true.">{{ column.value }}</span>
    <span v-else :class="column.name === 'label' && !props.row.tone ? 'md-soft' : ''"
      >{{ column.value }}</span></q-td>
</q-tr>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _One:
    """A row and those that are most like it."""

    view: PredictionView
    signature: Signature
    report: NeighbourReport

    @staticmethod
    def load(desk: Desk, prediction_id: str) -> _One:
        view = desk.reader.prediction(prediction_id)
        return _One(
            view=view,
            signature=desk.registry.version(view.model, view.version).signature,
            report=desk.neighbours.of(prediction_id),
        )


class RowsDrawer:
    """A drawer at the right edge; the page stays usable beside it.

    Parameters
    ----------
    site
        The services.
    show_row
        Called with a prediction that a person wants to see; an empty one: all rows again.
    close
        Called when a person closes the drawer.
    """

    def __init__(
        self,
        site: Site,
        *,
        show_row: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._site = site
        self._show_row = show_row
        self._close = close
        self._asked = 0

    def build(self) -> None:
        """Add the place of the drawer, closed."""
        self._drawer = block("md-drawer md-drawer--wide", tag="aside")
        self._drawer.set_visibility(False)
        self._drawer.props["aria-label"] = "Rows"
        testable(self._drawer, "rows")
        ignored: list[Literal["input", "select", "button", "textarea"]] = ["input", "textarea"]
        self._keys = ui.keyboard(self._press, active=False, repeating=False, ignore=ignored)

    async def _press(self, event: events.KeyEventArguments) -> None:
        if event.key.escape and event.action.keydown:
            await self._close()

    async def show(self, rows: Rows, state: PerformanceState) -> None:
        """Open the drawer on what a state asks for, or close it.

        Parameters
        ----------
        rows
            Version and range.
        state
            Which slice, condition, or single row.
        """
        self._rows, self._state = rows, state
        wanted = state.shows_rows or bool(state.row)
        self._drawer.set_visibility(wanted)
        self._keys.active = wanted
        if state.row:
            await self._one(state.row)
        elif wanted:
            await self._page(None)
        else:
            self._asked += 1
            self._drawer.clear()

    async def _page(self, cursor: str | None) -> None:
        """Show some rows; without a cursor the latest."""
        asked = self._wait(self._title())
        try:
            page = await aside(
                ShownPage.load,
                self._site.desk,
                self._rows,
                slice_name=self._state.slice,
                condition=self._state.condition,
                cursor=cursor,
            )
        except ModeldeskError as error:
            self._fail(asked, error)
            return
        if asked == self._asked:
            self._fill(page, first=cursor is None)

    async def _one(self, prediction_id: str) -> None:
        """Show one row by itself."""
        asked = self._wait("One row")
        try:
            found = await aside(_One.load, self._site.desk, prediction_id)
        except ModeldeskError as error:
            self._fail(asked, error)
            return
        if asked == self._asked:
            self._fill_one(found)

    def _title(self) -> str:
        return f"Rows of {self._state.slice!r}" if self._state.slice else "Rows"

    def _wait(self, title: str) -> int:
        self._asked += 1
        self._drawer.clear()
        with self._drawer:
            self._head(title)
            with block("md-drawer-body") as body:
                body.props["aria-busy"] = "true"
                block("md-bone").style("height: 240px")
        return self._asked

    def _fail(self, asked: int, error: ModeldeskError) -> None:
        if asked != self._asked:
            return
        self._drawer.clear()
        with self._drawer:
            self._head(self._title())
            with block("md-drawer-body"):
                trouble(error)

    def _head(self, title: str, words: str = "", *, back: bool = False) -> None:
        with block("md-drawer-head"):
            if back:
                button = ui.button(icon="arrow_back", on_click=self._back, color=None)
                button.props("flat dense").classes("md-btn md-btn--icon")
                button.props["aria-label"] = "All rows"
                testable(button, "rows-back")
            with block(""):
                testable(text("h2", title), "rows-title")
                if self._state.condition and not back:
                    testable(text("code", self._state.condition, "md-condition"), "rows-condition")
                if words:
                    testable(text("div", words, "md-faint md-small"), "rows-note")
            ui.space()
            close = ui.button(icon="close", on_click=self._close, color=None)
            close.props("flat dense").classes("md-btn md-btn--icon")
            close.props["aria-label"] = "Close"
            testable(close, "rows-close")

    async def _back(self) -> None:
        if self._state.shows_rows:
            await self._show_row("")
        else:
            await self._close()

    def _fill(self, page: ShownPage, *, first: bool) -> None:
        self._drawer.clear()
        with self._drawer:
            self._head(self._title(), self._note(page, first=first))
            with scrollable("md-drawer-body"):
                if not page.rows:
                    words = "No logged row of this version and range meets it."
                    testable(empty("filter_alt_off", "No rows", words, small=True), "no-rows")
                    return
                self._table(page.signature, page.rows, "rows-table")
                self._pages(page, first=first)

    def _note(self, page: ShownPage, *, first: bool) -> str:
        if page.cursor is None and first:
            return plural(len(page.rows), "row")
        return f"{'The latest' if first else 'Older'} {plural(len(page.rows), 'row')}"

    def _pages(self, page: ShownPage, *, first: bool) -> None:
        with block("md-drawer-pages"):
            if not first:
                self._button("Latest rows", lambda: self._page(None), "rows-latest")
            if page.cursor is not None:
                cursor = page.cursor
                words = f"Next {ROWS_A_PAGE} rows"
                self._button(words, lambda: self._page(cursor), "rows-older")

    def _button(self, words: str, act: Callable[[], Awaitable[None]], name: str) -> None:
        button = ui.button(words, on_click=act, color=None)
        button.props("flat no-caps").classes("md-btn md-btn--quiet")
        testable(button, name)

    def _table(
        self,
        signature: Signature,
        rows: Sequence[ShownRow],
        name: str,
        distances: Sequence[float] = (),
    ) -> None:
        table = ui.table(
            rows=table_rows(signature, rows, distances=distances),
            columns=columns_of(signature, distances=bool(distances)),
            row_key="id",
        )
        table.classes("md-table md-table--rows").props("flat")
        table.add_slot("body", _ROW)
        table.on("open", self._open)
        testable(table, name)

    async def _open(self, event: events.GenericEventArguments) -> None:
        await self._show_row(str(event.args))

    def _fill_one(self, found: _One) -> None:
        view, signature = found.view, found.signature
        row = ShownRow.of(view, signature)
        self._drawer.clear()
        with self._drawer:
            self._head(f"Prediction {view.prediction_id}", utc(view.time), back=True)
            with scrollable("md-drawer-body"):
                with block("md-row-facts"):
                    self._facts("Output", signature.outputs, row, label=True)
                    self._facts("Input", signature.inputs, row)
                with block("md-near"):
                    text("h3", "Rows most like it")
                    words = (
                        f"Of the newest {plural(found.report.looked_at, 'row')} of the version, by "
                        "their inputs; the distance is 0 for the same row, at most 1."
                    )
                    text("p", words, "md-faint md-small")
                    near = found.report.neighbours
                    rows = [ShownRow.of(each.prediction, signature) for each in near]
                    distances = [each.distance for each in near]
                    self._table(signature, rows, "neighbours", distances)

    def _facts(
        self, title: str, columns: Sequence[Column], row: ShownRow, *, label: bool = False
    ) -> None:
        with block("md-stats", tag="table"):
            with ui.element("thead"), ui.element("tr"):
                text("th", title)
                text("th", "Value")
            with ui.element("tbody"):
                for column in columns:
                    with ui.element("tr"):
                        text("td", column.name)
                        text("td", plain(row.values.get(column.name)))
                if label:
                    said = row.values.get(columns[0].name)
                    wrong = tone(said, row.label) == "wrong"
                    with ui.element("tr"):
                        text("td", "Truth")
                        words = "not known" if row.label is None else plain(row.label)
                        text("td", words, "md-low" if wrong else "")
