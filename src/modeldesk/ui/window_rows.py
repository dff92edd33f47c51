"""The drawer with the logged rows of a window."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from nicegui import events, ui

from modeldesk.desk import Desk
from modeldesk.errors import ModeldeskError
from modeldesk.schema import Window
from modeldesk.services.figure_rows import segment_condition
from modeldesk.ui.background import aside
from modeldesk.ui.column_data import ColumnData
from modeldesk.ui.markup import block, scrollable, testable, text
from modeldesk.ui.performance_data import Rows
from modeldesk.ui.row_table import ROWS_A_PAGE, ShownPage, columns_of, table_rows
from modeldesk.ui.site import Site
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import bone, empty, trouble
from modeldesk.ui.time_ranges import window_words


class WindowRows:
    """A drawer at the right edge; the page stays usable beside it.

    Parameters
    ----------
    site
        The services.
    close
        Called when a person closes the drawer.
    """

    def __init__(self, site: Site, *, close: Callable[[], Awaitable[None]]) -> None:
        self._site = site
        self._close = close
        self._asked = 0

    def build(self) -> None:
        """Add the place of the drawer, closed."""
        self._drawer = block("md-drawer md-drawer--wide", tag="aside")
        self._drawer.set_visibility(False)
        self._drawer.props["aria-label"] = "Rows of the window"
        testable(self._drawer, "rows")
        ignored: list[Literal["input", "select", "button", "textarea"]] = ["input", "textarea"]
        self._keys = ui.keyboard(self._press, active=False, repeating=False, ignore=ignored)

    async def show(self, data: ColumnData, *, wanted: bool) -> None:
        """Open the drawer on the chosen window, or close it."""
        self._asked += 1
        shown = wanted and data.chosen is not None
        self._drawer.set_visibility(shown)
        self._keys.active = shown
        if data.chosen is None or not shown:
            self._drawer.clear()
            return
        self._data, self._window = data, data.chosen.window
        await self._page(None)

    async def _press(self, event: events.KeyEventArguments) -> None:
        if event.key.escape and event.action.keydown:
            await self._close()

    async def _page(self, cursor: str | None) -> None:
        self._asked += 1
        asked = self._asked
        self._drawer.clear()
        with self._drawer:
            self._head()
            with scrollable("md-drawer-body") as body:
                body.props["aria-busy"] = "true"
                bone(height=240)
        try:
            page = await aside(_load, self._site.desk, self._data, self._window, cursor)
        except ModeldeskError as error:
            if asked == self._asked:
                with self._emptied(body):
                    trouble(error)
            return
        if asked == self._asked:
            with self._emptied(body):
                self._fill(page, first=cursor is None)

    def _emptied(self, body: ui.element) -> ui.element:
        body.clear()
        body.props["aria-busy"] = "false"
        return body

    def _head(self) -> None:
        with block("md-drawer-head"):
            with block(""):
                testable(text("h2", "Rows of the window"), "rows-title")
                text("div", window_words(self._window), "md-faint md-small md-num")
            ui.space()
            close = ui.button(icon="close", on_click=self._close, color=None)
            close.props("flat dense").classes("md-btn md-btn--icon")
            close.props["aria-label"] = "Close"
            testable(close, "rows-close")

    def _fill(self, page: ShownPage, *, first: bool) -> None:
        if not page.rows:
            words = "The profile stays when the log has let its rows go; see the log policy."
            testable(
                empty("table_rows", "No row of it is in the log", words, small=True), "no-rows"
            )
            return
        table = SlotTable(
            rows=table_rows(page.signature, page.rows),
            columns=columns_of(page.signature),
            row_key="id",
        )
        table.classes("md-table md-table--rows").props("flat")
        testable(table, "rows-table")
        with block("md-drawer-pages"):
            if not first:
                self._turn("Latest rows", None)
            if page.cursor is not None:
                self._turn(f"Next {ROWS_A_PAGE} rows", page.cursor)

    def _turn(self, words: str, cursor: str | None) -> None:
        button = ui.button(words, on_click=lambda: self._page(cursor), color=None)
        button.props("flat no-caps").classes("md-btn md-btn--quiet")


def _load(desk: Desk, data: ColumnData, window: Window, cursor: str | None) -> ShownPage:
    segment = data.report.segment
    signature = data.version.signature
    condition = segment_condition(signature, segment, data.segments) if segment else ""
    rows = Rows(
        model=data.report.model,
        version=data.version.number,
        segment=segment,
        start=window.start,
        end=window.end,
    )
    return ShownPage.load(desk, rows, slice_name="", condition=condition or "", cursor=cursor)
