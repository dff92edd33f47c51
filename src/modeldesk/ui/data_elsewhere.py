"""Where a table from elsewhere comes from: a file, a source with a name, or an address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.other_tables import LONGEST_QUERY, HeldTable, SourceSort
from modeldesk.ui.background import aside
from modeldesk.ui.drop_zone import DropZone
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
from modeldesk.ui.wording import brief, plural

TABLE = DropZone(
    taker="table",
    script="table_drop.js",
    route="tables",
    title="Drop a table here, or choose one",
    note="CSV, Parquet, Arrow, JSON or NDJSON.",
    endings=(".csv", ".parquet", ".arrow", ".arrows", ".feather", ".json", ".jsonl", ".ndjson"),
    label="Table to look at",
    name="table-drop",
)

_CREATED = 201
_WRITTEN = ""
"""The choice of an address that is written by hand."""
_WEB = ("http://", "https://")
_NOTHING_YET = "looked at, and never logged"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTable:
    """A table from elsewhere that the page shows."""

    token: str
    note: str
    """What it is, in words."""

    @staticmethod
    def of(held: HeldTable) -> OpenTable:
        """Return what the service says."""
        return OpenTable(token=held.token, note=_note(held.what, held.rows, held.more, held.wrong))

    @staticmethod
    def read(told: object) -> OpenTable | None:
        """Return what the browser passed on from the API; ``None`` where that is no table.

        >>> OpenTable.read({"status": 404, "answer": {}}) is None
        True
        """
        if not isinstance(told, Mapping) or told.get("status") != _CREATED:
            return None
        answer = told.get("answer")
        if not isinstance(answer, Mapping) or not isinstance(answer.get("token"), str):
            return None
        rows, wrong = answer.get("rows"), answer.get("wrong")
        return OpenTable(
            token=str(answer["token"])[:100],
            note=_note(
                str(answer.get("what", ""))[:200],
                rows if isinstance(rows, int) else 0,
                answer.get("more") is True,
                wrong if isinstance(wrong, int) else 0,
            ),
        )


def _note(what: str, rows: int, more: bool, wrong: int) -> str:  # noqa: FBT001 - of a table
    told = f"the first {plural(rows, 'row')}" if more else plural(rows, "row")
    left_out = f", {plural(wrong, 'record')} could not be read" if wrong else ""
    return f"{brief(what, 80)}: {told}{left_out}"


class DataElsewhere:
    """A card that takes a file or asks a source; the page is prepared for `TABLE`.

    Parameters
    ----------
    site
        The services.
    model
        For which tables are looked at.
    opened
        Called with a table that is held now, the source's name and what it was asked, where it
        has a name; both are empty otherwise.
    """

    def __init__(
        self,
        site: Site,
        *,
        model: str,
        opened: Callable[[OpenTable, str, str], Awaitable[None]],
    ) -> None:
        self._site = site
        self._model = model
        self._opened = opened

    def build(self, *, table: str, sql: str, note: str) -> None:
        """Add the card.

        Parameters
        ----------
        table, sql
            The source that the address names, and what it was asked.
        note
            What the table is that is open; empty where none is.
        """
        others = self._site.desk.other_tables
        self._sources = {source.name: source for source in others.sources}
        card = block("md-card")
        testable(card, "elsewhere")
        with card:
            with block("md-card-head"):
                text("h2", "Other table")
                self._note = text("span", note or _NOTHING_YET, "md-card-note")
                testable(self._note, "held")
            with block("md-card-body md-data-elsewhere"):
                TABLE.build(self._model)
                if others.takes_addresses:
                    self._source(table, sql)
            self._trouble = block("md-card-body")
            self._trouble.set_visibility(False)

    def tell(self, note: str) -> None:
        """Say which table is open; what was written stays."""
        self._note.set_text(note)
        self._trouble.set_visibility(False)

    def fail(self, error: ModeldeskError) -> None:
        """Say why there is no table."""
        self._trouble.set_visibility(True)
        self._trouble.clear()
        with self._trouble:
            trouble(error)

    def _source(self, table: str, sql: str) -> None:
        with block("md-data-source"):
            names = {name: f"{name} - {source.place}" for name, source in self._sources.items()}
            chosen = table if table in names else next(iter(names), _WRITTEN)
            with block("md-filter"):
                text("span", "Source", "md-filter-name")
                self._name = ui.select(
                    {**names, _WRITTEN: "An address"}, value=chosen, on_change=self._pick
                )
                _dress(self._name, "Source", "table-source")
            with block("md-filter") as self._address_box:
                text("span", "Address", "md-filter-name")
                databases = self._site.desk.other_tables.takes_databases
                example = "https://… or postgresql://…" if databases else "https://…"
                self._address = ui.input(placeholder=example, on_change=self._pick)
                self._address.props("autocomplete=off spellcheck=false maxlength=2000")
                _dress(self._address, "Address", "table-address")
            with block("md-filter") as self._query_box:
                text("span", "Query", "md-filter-name")
                self._query = ui.textarea(value=sql, placeholder="SELECT * FROM …")
                self._query.props(f"rows=3 spellcheck=false maxlength={LONGEST_QUERY}")
                self._query.classes("md-field--code")
                _dress(self._query, "Query", "table-query")
            button = ui.button("Read", on_click=self._read, color=None)
            button.props("flat no-caps").classes("md-btn md-btn--quiet")
            testable(button, "table-read")
            self._button = button
        self._pick()

    def _pick(self, _: events.ValueChangeEventArguments[str | None] | None = None) -> None:
        """Show the fields that the chosen source has."""
        source = self._sources.get(str(self._name.value or ""))
        written = str(self._address.value or "").strip().lower()
        self._address_box.set_visibility(source is None)
        asked = source.sort is SourceSort.DATABASE if source else _is_database(written)
        self._query_box.set_visibility(asked)

    async def _read(self) -> None:
        name, query = str(self._name.value or ""), str(self._query.value or "")
        self._trouble.set_visibility(False)
        self._button.props("loading")
        try:
            held = await aside(
                read_source, self._site, self._model, name, str(self._address.value or ""), query
            )
        except ModeldeskError as error:
            self.fail(error)
            return
        finally:
            self._button.props(remove="loading")
        asked = query if name and self._query_box.visible else ""
        await self._opened(OpenTable.of(held), name, asked)


def read_source(site: Site, model: str, name: str, address: str, query: str) -> HeldTable:
    """Hold the table of a source with a name, or of an address where there is none."""
    others = site.desk.other_tables
    if name:
        return others.from_source(model, name, query)
    return others.from_address(model, address, query)


def _is_database(written: str) -> bool:
    return "://" in written and not written.startswith(_WEB)


def _dress(field: ui.select | ui.input | ui.textarea, label: str, name: str) -> None:
    field.props("outlined dense options-dense").classes("md-field")
    field.props["aria-label"] = label
    testable(field, name)
