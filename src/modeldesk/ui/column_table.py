"""The monitor's table of columns: one day in words, the whole range in small bars."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from nicegui import events, ui

from modeldesk.drift import Status
from modeldesk.schema import Role
from modeldesk.services.views import WindowComparison
from modeldesk.ui.column_rows import (
    ROWS_A_PAGE,
    ColumnTrends,
    Distinct,
    ShownColumns,
    column_rows,
    column_strips,
)
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.monitor_state import MonitorData, MonitorState
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import bone
from modeldesk.ui.time_ranges import window_words
from modeldesk.ui.verdict_chip import CHIP_CELL
from modeldesk.ui.wording import count, plural, verdict_words

_ROLES = {"": "All roles"} | {
    role.value: words
    for role, words in (
        (Role.FEATURE, "Features"),
        (Role.PREDICTION, "Prediction"),
        (Role.SCORE, "Scores"),
    )
}
_VERDICTS = {"": "All verdicts"} | {status.value: verdict_words(status).word for status in Status}

_COLUMNS: list[dict[str, object]] = [
    {"name": "name", "label": "Column", "field": "name", "align": "left"},
    {"name": "kind", "label": "Type", "field": "kind", "align": "left"},
    {"name": "role", "label": "Role", "field": "role", "align": "left"},
    {"name": "rows", "label": "Rows", "field": "rows", "align": "left"},
    {"name": "missing", "label": "Missing (reference)", "field": "missing", "align": "left"},
    {"name": "distinct", "label": "Different values", "field": "distinct", "align": "left"},
    {"name": "distance", "label": "Distance", "field": "distance", "align": "left"},
    {"name": "verdict", "label": "Verdict", "field": "verdict", "align": "left"},
]

# Templates are constants; what users wrote arrives as data and is shown as text. Only the
# small charts are markup, and they hold nothing but numbers.
_HEAD = """
<q-tr :props="props">
  <q-th v-for="column in props.cols" :key="column.name" :props="props"
      :aria-sort="props.colsMap[column.name].sorted || undefined">
    <button v-if="column.name !== 'distinct'" class="md-sort" type="button"
        :data-testid="'sort-' + column.name" @click="$parent.$emit('sort', column.name)">
      {{ column.label }}<q-icon v-if="column.sorted"
        :name="column.sorted === 'ascending' ? 'arrow_upward' : 'arrow_downward'"></q-icon></button>
    <template v-else>{{ column.label }}</template>
  </q-th>
</q-tr>
"""


def _strip(name: str, extra: str = "") -> str:
    return f"""
  <q-td key="{name}" :props="props"><div class="md-trend">
    <span class="md-trend-said">{{{{ props.row.{name} }}}}{extra}</span>
    <span class="md-strip" :data-places="props.row.still.places"
      :data-words="props.row.still.{name}.words" v-html="props.row.still.{name}.svg"
      ></span></div></q-td>"""


_BEFORE = ' <span v-if="props.row.before" class="md-faint">({{ props.row.before }})</span>'

_ROW = f"""
<q-tr :props="props" :class="'md-row' + (props.row.open ? ' md-row--open' : '')"
      :data-testid="'column-' + props.row.name" @click="$parent.$emit('open', props.row.name)">
  <q-td key="name" :props="props">
    <button class="md-link md-name" type="button" data-step="column"
      :aria-expanded="props.row.open ? 'true' : 'false'">{{{{ props.row.name }}}}</button></q-td>
  <q-td key="kind" :props="props"><span class="md-tag">{{{{ props.row.kind }}}}</span></q-td>
  <q-td key="role" :props="props" class="md-soft">{{{{ props.row.role }}}}</q-td>
  {_strip("rows")}{_strip("missing", _BEFORE)}{_strip("distinct")}{_strip("distance")}
  <q-td key="verdict" :props="props"><div class="md-verdict md-wrap">
    {CHIP_CELL}<span v-if="props.row.muted" class="md-tag" :title="props.row.muted">muted</span
    ><span class="md-sentence" :title="props.row.sentence"
      >{{{{ props.row.sentence }}}}</span></div></q-td>
</q-tr>
"""


class ColumnTable:
    """A card with a row per column, those first that need attention.

    Parameters
    ----------
    show
        Called with the name of a column that a person wants to see.
    change
        Called with the state that a choice of filter, order or page leads to.
    """

    def __init__(
        self,
        *,
        show: Callable[[str], Awaitable[None]],
        change: Callable[[MonitorState], Awaitable[None]],
    ) -> None:
        self._show = show
        self._change = change
        self._distinct: Distinct = {}
        self._told: set[str] = set()
        self._trends: ColumnTrends | None = None

    def build(self, state: MonitorState) -> None:
        """Add the card; its rows come with the first `show`, after what stands above it."""
        self._state = state
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Columns")
                self._note = text("span", "", "md-card-note")
                with block("md-card-end md-filters"):
                    self._filters(state)
            self._table = SlotTable(rows=[], columns=_COLUMNS, row_key="key")
            # As many rows as are given: pages are cut before they are sent.
            self._table.props("flat hide-pagination :rows-per-page-options=[0]")
            self._table.classes("md-table md-table--columns")
            self._table.set_visibility(False)
            self._table.template("header", _HEAD)
            self._table.template("body", _ROW)
            self._table.on("open", self._open)
            self._table.on("sort", self._sort)
            testable(self._table, "columns")
            self._waiting = bone("md-bone--rows")
            self._none = text("p", "No column fits the filters.", "md-none")
            self._none.props["role"] = "status"
            self._none.set_visibility(False)
            self._pages = block("md-pages")
            self._pages.set_visibility(False)
            self._pager()

    def show(self, data: MonitorData, entry: WindowComparison | None, state: MonitorState) -> None:
        """Show another day, page or order, or mark another column as open."""
        self._state = state
        self._entry = entry
        if self._trends is None or self._trends.data.report is not data.report:
            self._trends = self._trends_of(data)
        self._trends.data = data
        self.shown = ShownColumns.of(data, entry, state)
        self._note.set_text(_note(data, entry))
        self._table.columns = _sorted(state.sort)
        self._fill()

    def _trends_of(self, data: MonitorData) -> ColumnTrends:
        """Take other data; what is known of the same days stays until there is more."""
        if self._trends is None or self._trends.data.spans != data.spans:
            self._distinct = {}
        self._told = set()
        return ColumnTrends(data)

    def tell(self, names: Sequence[str], distinct: Distinct) -> None:
        """Add what is known of the different values of columns; that may be nothing."""
        self._told |= set(names)
        if distinct:
            self._distinct = {**self._distinct, **distinct}
            self._fill()

    @property
    def untold(self) -> list[str]:
        """The shown columns of whose different values nothing was told since the data changed."""
        return [each.name for each in self.shown.columns if each.name not in self._told]

    def _fill(self) -> None:
        if self._trends is None:
            return  # nothing is shown yet
        trends, shown, distinct = self._trends, self.shown, self._distinct
        self._table.keep(column_strips(trends, shown, distinct=distinct))
        self._table.rows = column_rows(
            trends, self._entry, shown, opened=self._state.column, distinct=distinct
        )
        self._waiting.set_visibility(False)
        self._none.set_visibility(not self.shown.found)
        self._table.set_visibility(bool(self.shown.found))
        many = self.shown
        self._pages.set_visibility(many.pages > 1)
        first = (many.page - 1) * ROWS_A_PAGE
        last = first + len(many.columns)
        self._where.set_text(f"{count(first + 1)} to {count(last)} of {count(many.found)}")
        self._back.set_enabled(many.page > 1)
        self._forth.set_enabled(many.page < many.pages)

    def _filters(self, state: MonitorState) -> None:
        search = ui.input(value=state.q, placeholder="Find a column")
        search.props("outlined dense clearable debounce=250").classes("md-field md-field--find")
        search.props["aria-label"] = "Find a column"
        search.on_value_change(self._find)
        testable(search, "find")
        for name, label, options in (
            ("role", "Role", _ROLES),
            ("verdict", "Verdict", _VERDICTS),
        ):
            field = ui.select(options, value=getattr(state, name))
            field.on_value_change(self._filter(name))
            field.props("outlined dense options-dense").classes("md-field")
            field.props["aria-label"] = label
            testable(field, f"filter-{name}")

    async def _find(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        await self._change(replace(self._state, q=event.value or "", page=1))

    def _filter(
        self, name: str
    ) -> Callable[[events.ValueChangeEventArguments[str]], Awaitable[None]]:
        async def picked(event: events.ValueChangeEventArguments[str]) -> None:
            if name == "role":
                state = replace(self._state, role=event.value, page=1)
            else:
                state = replace(self._state, verdict=event.value, page=1)
            await self._change(state)

        return picked

    def _pager(self) -> None:
        with self._pages:
            self._where = text("span", "", "md-faint md-small md-num")
            self._back = self._turn("Previous", -1)
            self._forth = self._turn("Next", 1)

    def _turn(self, words: str, step: int) -> ui.button:
        async def turn() -> None:
            await self._change(replace(self._state, page=self.shown.page + step))

        button = ui.button(words, on_click=turn, color=None).props("flat no-caps")
        button.classes("md-btn md-btn--quiet md-btn--small")
        testable(button, f"columns-{words.lower()}")
        return button

    async def _open(self, event: events.GenericEventArguments) -> None:
        await self._show(str(event.args))

    async def _sort(self, event: events.GenericEventArguments) -> None:
        """Sort by a column; once more turns the order round, and then takes it away."""
        asked, now = str(event.args), self._state.sort
        first = asked if asked in {"name", "kind", "role", "verdict"} else f"-{asked}"
        second = f"-{asked}" if first == asked else asked
        following = {first: second, second: ""}.get(now, first)
        await self._change(replace(self._state, sort=following, page=1))


def _sorted(sort: str) -> list[dict[str, object]]:
    """Return the table's columns, that by which it is sorted marked for the head."""
    down = sort.startswith("-")
    name = sort.removeprefix("-")
    order = "descending" if down else "ascending"
    return [column | {"sorted": order} if column["name"] == name else column for column in _COLUMNS]


def _note(data: MonitorData, entry: WindowComparison | None) -> str:
    reference = f"reference of {plural(data.version.reference_rows, 'row')}"
    if entry is None:
        return reference
    when = window_words(entry.window)
    return f"{when}, {plural(entry.comparison.rows, 'row')}, against the {reference}"
