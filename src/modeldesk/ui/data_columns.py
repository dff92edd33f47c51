"""The columns of an explored table: type, missing values, distribution, and what they tell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from modeldesk.charts.small_bars import small_bars
from modeldesk.explore import MEASURE_WORDS, Association, association_words
from modeldesk.ui.data_data import COLUMNS_A_PAGE, ColumnsShown, ShownColumn
from modeldesk.ui.data_state import DataOrder
from modeldesk.ui.data_words import ROLE_WORDS, distribution_words, summary_words
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.pager import Pager
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.wording import NOTHING, brief, count, plural, share

_FULL = 100

# Templates are constants; what users wrote arrives as data and is shown as text. Only the
# small charts are markup, and they hold nothing but numbers.
_HEAD = """
<q-tr :props="props">
  <q-th v-for="column in props.cols" :key="column.name" :props="props"
      :aria-sort="column.sorted || undefined">
    <button v-if="column.order" class="md-sort" type="button"
        :data-testid="'order-' + column.order" @click="$parent.$emit('order', column.order)">
      {{ column.label }}<q-icon v-if="column.sorted" :name="column.sorted === 'ascending'
        ? 'arrow_upward' : 'arrow_downward'"></q-icon></button>
    <template v-else>{{ column.label }}</template>
  </q-th>
</q-tr>
"""
_ROW = """
<q-tr :props="props" class="md-row" :data-testid="'column-' + props.row.name"
    @click="$parent.$emit('open', props.row.name)">
  <q-td key="name" :props="props"><div class="md-data-name">
    <button class="md-link md-name" type="button" :title="props.row.full"
      >{{ props.row.shown }}</button>
    <span v-if="props.row.role" class="md-tag">{{ props.row.role }}</span></div></q-td>
  <q-td key="kind" :props="props"><span :title="props.row.type"
      >{{ props.row.kind }}</span></q-td>
  <q-td key="missing" :props="props"><span :class="props.row.lacks ? 'md-strong' : 'md-faint'"
      :title="props.row.missing_rows">{{ props.row.missing }}</span></q-td>
  <q-td key="distinct" :props="props">{{ props.row.distinct }}</q-td>
  <q-td key="distribution" :props="props"><span class="md-data-bars" role="img"
      :aria-label="props.row.drawn" :title="props.row.drawn" v-html="props.row.svg"></span></q-td>
  <q-td key="summary" :props="props"><div class="md-data-summary">
    <span :title="props.row.summary">{{ props.row.summary }}</span>
    <span class="md-faint md-small">{{ props.row.more }}</span></div></q-td>
  <q-td key="association" :props="props"><div class="md-data-strength" :title="props.row.words">
    <span class="md-data-value">{{ props.row.value }}</span>
    <span v-if="props.row.known" class="md-data-track" aria-hidden="true"><i
      :class="props.row.negative ? 'md-data-negative' : ''"
      :style="{width: props.row.strength + '%'}"></i></span>
    <span class="md-faint md-small">{{ props.row.measure }}</span></div></q-td>
</q-tr>
"""
_ORDERS = {
    "name": DataOrder.NAME,
    "missing": DataOrder.MISSING,
    "distinct": DataOrder.DISTINCT,
    "association": DataOrder.ASSOCIATION,
}


class DataColumns:
    """A card with a row per column.

    Parameters
    ----------
    order
        Called with the order that a person wants.
    find
        Called with what a column's name is to have in it.
    turn
        Called with the number of a page.
    show
        Called with the name of a column that a person wants to see by itself.
    """

    def __init__(
        self,
        *,
        order: Callable[[DataOrder], Awaitable[None]],
        find: Callable[[str], Awaitable[None]],
        turn: Callable[[int], Awaitable[None]],
        show: Callable[[str], Awaitable[None]],
    ) -> None:
        self._order = order
        self._find = find
        self._turn = turn
        self._show = show

    def build(self, shown: ColumnsShown, *, order: DataOrder, q: str) -> None:
        """Add the card.

        Parameters
        ----------
        shown
            The columns.
        order
            By what they are ordered.
        q
            What is looked for.
        """
        self._now = order
        card = block("md-card")
        testable(card, "columns-card")
        with card:
            with block("md-card-head"):
                text("h2", "Columns")
                self._note = text("span", "", "md-card-note")
                with block("md-card-end"):
                    field = ui.input(value=q, placeholder="Find a column")
                    field.props("outlined dense clearable debounce=300 maxlength=200")
                    field.classes("md-field md-field--find")
                    field.props["aria-label"] = "Find a column"
                    field.on_value_change(self._look)
                    testable(field, "find-column")
            self._table = SlotTable(rows=[], columns=[], row_key="name")
            # As many rows as are given: pages are cut before they are sent.
            self._table.props("flat hide-pagination :rows-per-page-options=[0]")
            self._table.classes("md-table md-table--data")
            self._table.template("header", _HEAD)
            self._table.template("body", _ROW)
            self._table.on("order", self._sort)
            self._table.on("open", self._open)
            testable(self._table, "columns")
            self._none = text("p", "No column has that in its name.", "md-none")
            self._pager = Pager(COLUMNS_A_PAGE, self._turn)
            self._pager.build()
        self.show(shown, order=order)

    def show(self, shown: ColumnsShown, *, order: DataOrder) -> None:
        """Show other columns, or the same in another order."""
        self._now = order
        target = "" if shown.target is None else f", compared with {brief(shown.target, 40)}"
        self._note.set_text(f"{plural(shown.found, 'column')}{target}")
        self._table.columns = _columns(shown.target, order)
        self._table.rows = [_row(each) for each in shown.columns]
        self._table.update()
        self._table.set_visibility(bool(shown.columns))
        self._none.set_visibility(not shown.columns)
        self._pager.show(page=shown.page, total=shown.found)

    async def _look(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        await self._find(str(event.value or ""))

    async def _sort(self, event: events.GenericEventArguments) -> None:
        wanted = DataOrder(str(event.args))
        await self._order(DataOrder.PLACE if wanted is self._now else wanted)

    async def _open(self, event: events.GenericEventArguments) -> None:
        await self._show(str(event.args))


def _columns(target: str | None, order: DataOrder) -> list[dict[str, object]]:
    heads = [
        ("name", "Column", "left"),
        ("kind", "Type", "left"),
        ("missing", "Missing", "right"),
        ("distinct", "Different", "right"),
        ("distribution", "Distribution", "left"),
        ("summary", "Summary", "left"),
    ]
    if target is not None:
        heads.append(("association", "Association", "left"))
    found: list[dict[str, object]] = []
    for name, label, align in heads:
        by = _ORDERS.get(name)
        ends = "ascending" if by is DataOrder.NAME else "descending"
        found.append(
            {
                "name": name,
                "label": label,
                "field": name,
                "align": align,
                "order": None if by is None else by.value,
                "sorted": ends if by is order else None,
            }
        )
    return found


def _row(column: ShownColumn) -> dict[str, object]:
    facts = column.facts
    first, second = summary_words(facts)
    return {
        "name": facts.name,
        "shown": brief(facts.name, 80),
        "full": facts.name[:1000],
        "role": ROLE_WORDS[column.role],
        "kind": facts.kind.value,
        "type": f"{facts.type}, {count(facts.bytes)} bytes in memory",
        "missing": share(facts.missing_share) if facts.missing else "none",
        "missing_rows": f"{count(facts.missing)} of {plural(facts.rows, 'row')}",
        "lacks": facts.missing > 0,
        "distinct": NOTHING if facts.distinct is None else count(facts.distinct),
        "svg": small_bars([float(bar.rows) for bar in column.distribution.bars], width=132),
        "drawn": distribution_words(column.distribution),
        "summary": brief(first, 160),
        "more": "constant" if facts.constant else brief(second, 100),
        **_association(column.association),
    }


def _association(found: Association | None) -> dict[str, object]:
    if found is None:
        return {"value": NOTHING, "measure": "the target", "words": "", "known": False}
    words = association_words(found)
    figure = found.figure
    if figure is None:
        return {"value": NOTHING, "measure": "not defined", "words": words, "known": False}
    return {
        "value": f"{figure.value:.2f}",
        "measure": MEASURE_WORDS[figure.measure],
        "words": words,
        "known": True,
        "negative": figure.value < 0,
        "strength": round(_FULL * abs(figure.value), 1),
    }
