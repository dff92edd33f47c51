"""The prediction log of one model: filters, rows, and one row by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import polars as pl
from nicegui import ui

from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, InvalidData, ModeldeskError
from modeldesk.services.prediction_log import LOOKED_AT, MOST_NEWS, LoggedPage
from modeldesk.services.reading import MOST_ROWS
from modeldesk.services.views import VersionView
from modeldesk.ui.after_paint import after_paint
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, breath, first
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.log_filters import LogFilters
from modeldesk.ui.log_table import LogTable
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.news import News
from modeldesk.ui.one_row_drawer import OneRowDrawer
from modeldesk.ui.places import API, PLAYGROUND, PREDICTIONS
from modeldesk.ui.predictions_state import PredictionsState
from modeldesk.ui.row_download import RowDownload, WantedRows
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty, trouble
from modeldesk.ui.views import Visit
from modeldesk.ui.wording import count, plural

ROWS = 50
"""Rows of a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What the page reads before it can be built."""

    version: VersionView
    versions: tuple[VersionView, ...]
    segments: tuple[str, ...]
    page: LoggedPage | ModeldeskError
    """The rows, or why there are none."""

    @staticmethod
    def load(desk: Desk, model: str, state: PredictionsState) -> _Loaded:
        version = desk.registry.version(model, state.version)
        return _Loaded(
            version=version,
            versions=desk.registry.versions(model),
            segments=desk.monitoring.segments(model, version=version.number),
            page=_page(desk, model, state),
        )


def _page(desk: Desk, model: str, state: PredictionsState) -> LoggedPage | ModeldeskError:
    try:
        return desk.prediction_log.page(
            model, state.choice, cursor=state.cursor or None, limit=ROWS
        )
    except (InvalidArgument, InvalidData) as error:
        return error


class PredictionsPage:
    """One open page; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose predictions they are.
    state
        What the address asks for.
    """

    def __init__(
        self, site: Site, appearance: Appearance, *, model: str, state: PredictionsState
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._state = state
        self._asked = 0
        self._newest = ""
        self._new = 0
        self._news = News("arrow_upward", self._show_news)
        self._filters = LogFilters(site, changed=self._choose)
        self._table = LogTable(show=self._show_row)
        title = f"up to {count(MOST_ROWS)} of these rows, the newest first,"
        self._download = RowDownload(title, self._wanted)
        self._drawer = OneRowDrawer(
            site,
            model=model,
            show=self._show_row,
            close=self._close_row,
            changed=self._refresh,
            step=self._step,
        )

    async def build(self) -> None:
        """Build the page; from then on it tells what is new."""
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            loaded = await first(_Loaded.load, self._site.desk, self._model, self._state)
            if loaded is None:
                return
            version = loaded.version
            self._several = len(loaded.versions) > 1 and self._state.version is None
            tag = "" if self._several else f"v{version.number}"
            head(self._model, version.description, tag=tag)
            tabs(self._site, self._model, PREDICTIONS)
            await breath()
            self._filters.build(version, loaded.versions, loaded.segments, self._state)
            self._card()
            await breath()
            self._fill(loaded.page)
            await breath()
            self._drawer.build()
            follow(self._look)
            # Once the browser is there: the rest must not hold up the rows, which are seen first.
            after_paint(self._after)

    def _card(self) -> None:
        card = block("md-card")
        testable(card, "rows-card")
        with card:
            with block("md-card-head"):
                text("h2", "Predictions")
                self._note = text("span", "", "md-card-note")
                testable(self._note, "log-note")
                with block("md-card-end"):
                    self._news.build()
                    self._download.build()
            self._content = block("")

    def _fill(self, page: LoggedPage | ModeldeskError) -> None:
        self._table.drop()
        self._content.clear()
        self._forget_news()
        with self._content:
            if isinstance(page, ModeldeskError):
                self._note.set_text("")
                with block("md-card-body"):
                    trouble(page)
                return
            self._newest = page.newest
            rows = page.page.frame.height
            self._note.set_text(self._words(rows, more=page.page.cursor is not None))
            self._download.offer(shown=rows > 0)
            if rows:
                self._table.build(page, several=self._several, row=self._state.row)
            else:
                self._nothing(page)
            self._pages(page)

    def _wanted(self) -> WantedRows:
        choice, log = self._state.choice, self._site.desk.prediction_log

        def read() -> pl.DataFrame:
            return log.table(self._model, choice)

        return WantedRows(name=f"{self._model}-predictions", read=read)

    def _words(self, rows: int, *, more: bool) -> str:
        if not rows:
            return ""
        if self._state.cursor:
            return f"{plural(rows, 'older row')}, newest first"
        return f"the latest {count(rows)}, newest first" if more else plural(rows, "row")

    def _nothing(self, page: LoggedPage) -> None:
        if page.page.cut:
            words = f"None of the {count(LOOKED_AT)} rows that were looked at meets the filters."
            testable(empty("search", "Nothing so far", words, small=True), "nothing-so-far")
        elif self._state.filters or self._state.cursor:
            words = "No logged row meets all of the filters."
            with empty("filter_alt_off", "No rows", words, small=True) as box:
                self._button("Clear filters", self._clear, "empty-clear")
            testable(box, "no-rows")
        else:
            words = "Every prediction is logged, and shows up here at once."
            with empty("receipt_long", "No predictions yet", words, small=True) as box:
                ui.link("Make one in the playground", PLAYGROUND.path(self._model))
                ui.link("See how to send them to the API", API.path(self._model))
            testable(box, "no-predictions")

    def _pages(self, page: LoggedPage) -> None:
        further = page.page.cursor
        if further is None and not self._state.cursor:
            return
        with block("md-log-pages"):
            if page.page.cut and page.page.frame.height:
                words = f"{count(LOOKED_AT)} rows were looked at; older ones may fit, too."
                text("span", words, "md-soft md-small")
            if self._state.cursor:
                self._button("Newest rows", self._show_news, "log-newest")
            if further is not None:
                words = "Look further" if page.page.cut else f"Next {ROWS} rows"
                self._button(words, lambda: self._go_on(further), "log-older")

    def _button(self, words: str, act: Callable[[], Awaitable[None]], name: str) -> None:
        button = ui.button(words, on_click=act, color=None)
        button.props("flat no-caps").classes("md-btn md-btn--quiet")
        testable(button, name)

    async def _choose(self, state: PredictionsState) -> None:
        """Show other rows."""
        if state.version != self._state.version:
            ui.navigate.to(PREDICTIONS.path(self._model) + state.query())
            return
        self._move(state)
        self._drawer.hide()
        await self._load()

    async def _clear(self) -> None:
        state = PredictionsState(version=self._state.version)
        self._filters.fill(state)
        await self._choose(state)

    async def _go_on(self, cursor: str) -> None:
        await self._choose(replace(self._state, cursor=cursor, row=""))

    async def _show_news(self) -> None:
        await self._choose(replace(self._state, cursor=""))

    async def _refresh(self) -> None:
        """Read the rows once more, as one of them has changed."""
        await self._load()

    async def _load(self) -> None:
        self._asked += 1
        asked = self._asked
        self._content.classes(add="md-answer-old")
        try:
            page: LoggedPage | ModeldeskError = await aside(
                _page, self._site.desk, self._model, self._state
            )
        except ModeldeskError as error:
            page = error
        if asked == self._asked:
            self._content.classes(remove="md-answer-old")
            self._fill(page)

    async def _look(self) -> None:
        """Tell how many rows are new, without moving what is read."""
        if self._state.cursor:
            return
        asked = self._asked
        found = await aside(
            self._site.desk.prediction_log.news, self._model, self._state.choice, self._newest
        )
        if asked != self._asked:
            return
        self._newest = found.newest
        if not found.rows:
            return
        self._new += found.rows
        many = plural(self._new, "new prediction")
        if self._new >= MOST_NEWS:
            many = f"More than {count(MOST_NEWS)} new predictions"
        self._news.tell(many)

    def _forget_news(self) -> None:
        self._new = 0
        self._news.forget()

    async def _after(self) -> None:
        """Bring what comes after the page: the fields, and the row that the address asks for."""
        if self._filters.bare:
            self._filters.fill(self._state)
        if self._state.row:
            await self._drawer.show(self._state.row)

    async def _show_row(self, prediction_id: str) -> None:
        self._move(replace(self._state, row=prediction_id))
        self._table.mark(prediction_id)
        await self._drawer.show(prediction_id)

    async def _step(self, steps: int) -> None:
        """Show the row below the shown one, or above; at the ends of the table nothing happens."""
        further = self._table.beside(self._state.row, steps)
        if further is not None:
            await self._show_row(further)

    async def _close_row(self) -> None:
        self._move(replace(self._state, row=""))
        self._table.mark("")
        self._drawer.hide()

    def _move(self, state: PredictionsState) -> None:
        self._state = state
        ui.navigate.history.replace(state.query())


def opened(visit: Visit) -> PredictionsPage:
    """Open the page."""
    state = PredictionsState.read(visit.query)
    return PredictionsPage(visit.site, visit.appearance, model=visit.model, state=state)
