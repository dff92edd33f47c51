"""The drawer with the rows behind a figure, and one row with those that are most like it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.prediction_log import LOOKED_AT
from modeldesk.ui.background import aside
from modeldesk.ui.drawer import Drawer
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.performance_data import Rows
from modeldesk.ui.performance_state import PerformanceState
from modeldesk.ui.row_detail import RowDetail
from modeldesk.ui.row_list import RowList
from modeldesk.ui.row_table import ROWS_A_PAGE, ShownPage
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty
from modeldesk.ui.wording import count, plural

_Focused = Literal["input", "select", "button", "textarea"]


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
        self._drawer = Drawer("rows", "Rows", close=close, step=self._step)
        self._list = RowList(site, show=show_row)
        self._detail = RowDetail(site, show=show_row, changed=self._again)

    def build(self) -> None:
        """Add the place of the drawer, closed, and listen to keys."""
        self._drawer.build()
        fields: list[_Focused] = ["input", "textarea", "select"]
        self._keys = ui.keyboard(self._press, active=False, repeating=False, ignore=fields)

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
        self._drawer.show(shown=wanted)
        self._keys.active = wanted and not state.row
        if state.row:
            await self._one(state.row)
        elif wanted:
            await self._page(None)
        else:
            self._asked += 1
            self._list.forget()

    async def _press(self, event: events.KeyEventArguments) -> None:
        keys = event.modifiers
        if event.action.keydown and not (keys.ctrl or keys.alt or keys.meta):
            await self._list.press(str(event.key.name).lower())

    async def _step(self, steps: int) -> None:
        """Go to the row below or above: mark it in the list, or show it by itself."""
        if not self._state.row:
            self._list.step(steps)
        elif (further := self._list.beside(self._state.row, steps)) is not None:
            await self._show_row(further)

    async def _again(self) -> None:
        """Show the row once more, as something about it has changed."""
        await self._one(self._state.row)

    async def _page(self, cursor: str | None) -> None:
        """Show some rows; without a cursor the latest."""
        asked = self._wait(self._title())
        self._list.forget()
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
            if asked == self._asked:
                self._drawer.fail(self._title(), error)
            return
        if asked == self._asked:
            self._fill(page, first=cursor is None)

    async def _one(self, prediction_id: str) -> None:
        """Show one row by itself."""
        asked = self._wait("One row")
        try:
            found = await aside(self._site.desk.one_prediction.of, self._rows.model, prediction_id)
        except ModeldeskError as error:
            if asked == self._asked:
                self._drawer.fail("One row", error)
            return
        if asked != self._asked:
            return
        title = f"Prediction {prediction_id}"
        with self._drawer.filled(title, (found.view.time,), back=self._back):
            self._detail.fill(found)

    def _title(self) -> str:
        return f"Rows of {self._state.slice!r}" if self._state.slice else "Rows"

    def _wait(self, title: str) -> int:
        self._asked += 1
        self._drawer.wait(title)
        return self._asked

    async def _back(self) -> None:
        if self._state.shows_rows:
            await self._show_row("")
        else:
            await self._close()

    def _fill(self, page: ShownPage, *, first: bool) -> None:
        note = self._note(page, first=first)
        with self._drawer.filled(self._title(), (note,), condition=self._state.condition):
            if not page.rows and not page.cut:
                words = "No logged row of this version and range meets it."
                testable(empty("filter_alt_off", "No rows", words, small=True), "no-rows")
                return
            if page.rows:
                self._list.build(self._rows.model, page)
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
                if page.cut:
                    words = f"{count(LOOKED_AT)} rows were looked at; older ones may fit, too."
                    text("span", words, "md-soft md-small")
                words = "Look further" if page.cut else f"Next {ROWS_A_PAGE} rows"
                self._button(words, lambda: self._page(cursor), "rows-older")

    def _button(self, words: str, act: Callable[[], Awaitable[None]], name: str) -> None:
        button = ui.button(words, on_click=act, color=None)
        button.props("flat no-caps").classes("md-btn md-btn--quiet")
        testable(button, name)
