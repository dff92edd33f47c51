"""A model's data: what was logged and what it was made with, before any judgement of it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.exploring import DataChoice, DataSource
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.data_associations import DataAssociations
from modeldesk.ui.data_columns import DataColumns
from modeldesk.ui.data_controls import DataControls
from modeldesk.ui.data_data import (
    AssociationsShown,
    ColumnsShown,
    DataBody,
    DataPageData,
    PairShown,
    RowsShown,
)
from modeldesk.ui.data_elsewhere import TABLE, DataElsewhere, OpenTable, read_source
from modeldesk.ui.data_figures import data_figures
from modeldesk.ui.data_pair import DataPair
from modeldesk.ui.data_rows import DataRows
from modeldesk.ui.data_state import DataOrder, DataState, DataView
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.news import News
from modeldesk.ui.places import API, DATA, PLAYGROUND
from modeldesk.ui.row_download import RowDownload, WantedRows
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty, trouble
from modeldesk.ui.version_choice import version_choice
from modeldesk.ui.views import Visit
from modeldesk.ui.wording import plural

_VIEWS = {
    DataView.COLUMNS: "Columns",
    DataView.ROWS: "Rows",
    DataView.ASSOCIATIONS: "Associations",
    DataView.PAIR: "Two columns",
}


class DataPage:
    """One open page; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose data it is.
    state
        What the address asks for.
    """

    def __init__(self, site: Site, appearance: Appearance, *, model: str, state: DataState) -> None:
        self._site = site
        self._model = model
        self._state = state
        self._asked = 0
        self._newest = ""
        self._news = News("refresh", self._reload)
        self._views: dict[DataView, ui.element] = {}
        self._open: OpenTable | None = None
        self._controls = DataControls(site, model=model, changed=self._choose, choice=self._choice)
        self._elsewhere = DataElsewhere(site, model=model, opened=self._hold)
        self._download = RowDownload("these rows", self._wanted)
        self._columns = DataColumns(
            order=self._order, find=self._find, turn=self._turn, show=self._show_column
        )
        self._rows = DataRows(turn=self._turn, turn_across=self._turn_across)
        self._associations = DataAssociations(appearance, aim=self._aim, show=self._show_pair)
        self._pair = DataPair(appearance, choose=self._choose_pair)
        self._appearance = appearance

    async def build(self) -> None:
        """Build the page; from then on it tells what is new."""
        TABLE.prepare()
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            data = await first(
                DataPageData.load, self._site.desk, self._model, self._state, self._choice()
            )
            if data is None:
                return
            ui.on("md_table_held", self._sent)
            version = data.version
            self._number = version.number
            with head(self._model, version.description, tag=f"v{version.number}"):
                version_choice(data.versions, version, self._choose_version)
            tabs(self._site, self._model, DATA)
            self._controls.build(data, self._state)
            self._form = block("")
            self._facts = block("")
            self._strip()
            self._content = block("md-bones")
            testable(self._content, "data")
            self._forms()
            self._fill(data)
            follow(self._look)
            if self._state.source is DataSource.OTHER and self._state.table:
                # Once the browser is there: a source may take long.
                ui.timer(0, self._ask_named, once=True)

    def _forms(self) -> None:
        """Show where other tables come from, where they are what is looked at."""
        self._form.clear()
        other = self._state.source is DataSource.OTHER
        self._form.set_visibility(other)
        if other:
            note = "" if self._open is None else self._open.note
            with self._form:
                self._elsewhere.build(table=self._state.table, sql=self._state.sql, note=note)

    async def _ask_named(self) -> None:
        """Read the source that the address names."""
        state = self._state
        try:
            held = await aside(read_source, self._site, self._model, state.table, "", state.sql)
        except ModeldeskError as error:
            self._elsewhere.fail(error)
            return
        if self._state is state:
            await self._hold(OpenTable.of(held), state.table, state.sql)

    async def _sent(self, event: events.GenericEventArguments) -> None:
        """Show the table that the browser sent to the API."""
        found = OpenTable.read(event.args)
        if found is not None and self._state.source is DataSource.OTHER:
            await self._hold(found, "", "")

    async def _hold(self, table: OpenTable, name: str, sql: str) -> None:
        self._open = table
        self._elsewhere.tell(table.note)
        state = replace(self._state, table=name, sql=sql)
        if self._state.table != name:
            state = replace(state, page=1, across=1, condition="", target="", x="", y="", by="")
            await self._controls.forget()
        await self._choose(state)

    def _choice(self) -> DataChoice:
        token = "" if self._open is None else self._open.token
        return self._state.choice(self._site.clock.now(), token=token)

    def _strip(self) -> None:
        with block("md-data-strip"):
            group = block("md-choices")
            group.props["role"] = "group"
            group.props["aria-label"] = "What is shown"
            with group:
                for view, words in _VIEWS.items():
                    button = block("", tag="button")
                    button.props["type"] = "button"
                    with button:
                        text("span", words)
                    button.on("click", lambda _, view=view: self._pick_view(view))
                    testable(button, f"view-{view.value}")
                    self._views[view] = button
            with block("md-data-end"):
                self._news.build()
                self._download.build()

    def _fill(self, data: DataPageData) -> None:
        """Show other data; what stays the same stays where it is."""
        self._newest = data.newest
        self._news.forget()
        for view, button in self._views.items():
            button.props["aria-pressed"] = "true" if view is self._state.view else "false"
            button.update()
        self._facts.clear()
        self._facts.set_visibility(isinstance(data.body, DataBody))
        self._content.clear()
        body = data.body
        shown = None if isinstance(body, ModeldeskError) else body.shown
        self._download.offer(shown=shown is not None)
        if isinstance(body, ModeldeskError):
            with self._content:
                self._wrong(body)
            return
        self._controls.offer_nothing()
        with self._facts:
            data_figures(body)
        with self._content:
            self._part(body)

    def _part(self, body: DataBody) -> None:
        state = self._state
        match body.shown:
            case ColumnsShown() as shown:
                self._columns.build(shown, order=state.order, q=state.q)
            case RowsShown() as shown:
                self._rows.build(shown, len(body.names))
            case AssociationsShown() as shown:
                self._associations.build(body, shown)
            case PairShown() as shown:
                self._pair.build(body, shown, by=state.by)
            case None:
                self._nothing(body)

    def _nothing(self, body: DataBody) -> None:
        card = block("md-card")
        testable(card, "no-rows")
        with card:
            if body.looked_at:
                words = f"None of {plural(body.looked_at, 'row')} meets the condition."
                empty("filter_alt_off", "No rows", words, small=True)
                return
            if self._state.days:
                words = f"Nothing was logged in the last {self._state.days} days."
                with empty("date_range", "No rows in this range", words, small=True):
                    self._button("Show all days", self._all_days, "all-days")
                return
            words = "Every prediction is logged, and can be looked at here at once."
            with empty("receipt_long", "No predictions yet", words, small=True):
                ui.link("Make one in the playground", PLAYGROUND.path(self._model))
                ui.link("See how to send them to the API", API.path(self._model))

    def _wrong(self, error: ModeldeskError) -> None:
        if self._controls.fail(error):
            return
        card = block("md-card")
        testable(card, "no-source")
        with card:
            if self._state.source is DataSource.LOGGED:
                with block("md-card-body"):
                    trouble(error, retry=ui.navigate.reload)
                return
            with empty("table_view", error.message, error.hint, small=True):
                if self._state.source is not DataSource.OTHER:
                    self._button("Show logged rows", self._logged, "show-logged")

    def _button(self, words: str, act: object, name: str) -> None:
        button = ui.button(words, on_click=act, color=None)  # type: ignore[arg-type]
        button.props("flat no-caps").classes("md-btn md-btn--quiet")
        testable(button, name)

    def _wanted(self) -> WantedRows:
        choice, condition = self._choice(), self._state.condition
        exploring = self._site.desk.exploring

        def read() -> pl.DataFrame:
            return exploring.rows(self._model, choice).filtered(condition).table.frame

        return WantedRows(name=f"{self._model}-{choice.source.value}", read=read)

    def _choose_version(self, number: int) -> None:
        ui.navigate.to(DATA.path(self._model) + replace(self._state, version=number).query())

    async def _logged(self) -> None:
        await self._choose(replace(self._state, source=DataSource.LOGGED))

    async def _all_days(self) -> None:
        ui.navigate.to(DATA.path(self._model) + replace(self._state, days=0).query())

    async def _pick_view(self, view: DataView) -> None:
        if view is not self._state.view:
            await self._choose(replace(self._state, view=view, page=1, across=1))

    async def _order(self, order: DataOrder) -> None:
        await self._same_view(replace(self._state, order=order, page=1))

    async def _find(self, words: str) -> None:
        if words != self._state.q:
            await self._same_view(replace(self._state, q=words, page=1))

    async def _turn(self, page: int) -> None:
        await self._same_view(replace(self._state, page=page))

    async def _turn_across(self, page: int) -> None:
        await self._choose(replace(self._state, across=page))

    async def _aim(self, target: str) -> None:
        await self._choose(replace(self._state, target=target))

    async def _show_column(self, name: str) -> None:
        await self._choose(replace(self._state, view=DataView.PAIR, x=name, y="", by="", page=1))

    async def _show_pair(self, x: str, y: str) -> None:
        await self._choose(replace(self._state, view=DataView.PAIR, x=x, y=y, by="", page=1))

    async def _choose_pair(self, x: str, y: str, by: str) -> None:
        await self._choose(replace(self._state, x=x, y=y, by=by))

    async def _same_view(self, state: DataState) -> None:
        """Show another part of the columns in their table; of rows, all of it."""
        data = await self._read(state)
        if data is None:
            return
        body = data.body
        if isinstance(body, DataBody) and isinstance(body.shown, ColumnsShown):
            self._columns.show(body.shown, order=state.order)
        else:
            self._fill(data)

    async def _choose(self, state: DataState) -> None:
        """Show other data."""
        moved = state.source is not self._state.source
        data = await self._read(state)
        if data is not None:
            self._controls.show(state)
            if moved:
                self._forms()
            self._fill(data)

    async def _reload(self) -> None:
        await self._choose(self._state)

    async def _read(self, state: DataState) -> DataPageData | None:
        """Read what a state asks for; ``None`` where something else was asked since."""
        self._state = state
        ui.navigate.history.replace(state.query())
        self._asked += 1
        asked = self._asked
        self._content.classes(add="md-answer-old")
        try:
            data = await aside(
                DataPageData.load, self._site.desk, self._model, state, self._choice()
            )
        except ModeldeskError as error:
            if asked == self._asked:
                self._content.clear()
                with self._content:
                    trouble(error, retry=ui.navigate.reload)
            return None
        finally:
            if asked == self._asked:
                self._content.classes(remove="md-answer-old")
        return data if asked == self._asked else None

    async def _look(self) -> None:
        """Tell that there are new rows, without moving what is read."""
        if self._state.source is not DataSource.LOGGED:
            return
        asked = self._asked
        newest = await aside(self._site.desk.reader.newest_key, self._model, version=self._number)
        if asked == self._asked and newest > self._newest:
            self._news.tell("New rows")


def opened(visit: Visit) -> DataPage:
    """Open the page."""
    state = DataState.read(visit.query)
    return DataPage(visit.site, visit.appearance, model=visit.model, state=state)
