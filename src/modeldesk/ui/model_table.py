"""The table of models: a row for each, with columns that order them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui

from modeldesk.ui.markup import testable
from modeldesk.ui.models_state import Sort
from modeldesk.ui.places import OVERVIEW
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.verdict_chip import CHIP_CELL

_COLUMNS: list[dict[str, object]] = [
    {"name": "name", "label": "Model", "field": "name", "align": "left", "by": Sort.NAME},
    {"name": "health", "label": "Health", "field": "verdict", "align": "left",
     "by": Sort.ATTENTION},
    {"name": "alerts", "label": "Open alerts", "field": "alerts", "align": "right",
     "by": Sort.ALERTS},
    {"name": "metric", "label": "Main measure, latest week", "field": "metric",
     "align": "right", "by": Sort.MEASURE},
    {"name": "predictions", "label": "Predictions", "field": "predictions", "align": "right",
     "by": Sort.PREDICTIONS},
    {"name": "volume", "label": "Volume", "field": "svg", "align": "left"},
    {"name": "last", "label": "Last prediction", "field": "last", "align": "left",
     "by": Sort.LAST},
    {"name": "version", "label": "Version", "field": "version", "align": "left",
     "by": Sort.VERSION},
]  # fmt: skip

# Templates are constants; what users wrote arrives as data and is shown as text. Only the
# sparkline is markup, and it holds nothing but numbers.
_HEAD = """
<q-tr :props="props">
  <q-th v-for="column in props.cols" :key="column.name" :props="props"
        :aria-sort="column.sorted || null">
    <button v-if="column.by" type="button" :data-testid="'sort-' + column.by"
            :class="'md-sort' + (column.sorted ? ' md-sort--on' : '')"
            @click="$parent.$emit('order', column.by)"><span>{{ column.label }}</span>
      <q-icon v-if="column.sorted"
              :name="column.sorted === 'ascending' ? 'arrow_downward' : 'arrow_upward'"></q-icon>
    </button><span v-else>{{ column.label }}</span>
  </q-th>
</q-tr>
"""
_ROW = f"""
<q-tr :props="props" class="md-row" :data-testid="'model-' + props.row.name"
      @click="$parent.$emit('open', props.row.name)">
  <q-td key="name" :props="props" class="md-model-cell">
    <a class="md-name" :href="props.row.href" @click.stop>{{{{ props.row.name }}}}</a>
    <div v-if="props.row.owner || props.row.tags.length" class="md-model-tags">
      <span v-if="props.row.owner" class="md-owner" title="Owner"><q-icon name="person"></q-icon>
        <span>{{{{ props.row.owner }}}}</span></span>
      <span v-for="tag in props.row.tags" class="md-tag">{{{{ tag }}}}</span></div></q-td>
  <q-td key="health" :props="props"><div class="md-verdict md-wrap">
    {CHIP_CELL}<span class="md-sentence" :title="props.row.sentence">{{{{ props.row.sentence }}}}
    </span></div></q-td>
  <q-td key="alerts" :props="props">
    <span v-if="props.row.alerts" class="md-count-warn">{{{{ props.row.alerts }}}}</span>
    <span v-else class="md-faint">0</span></q-td>
  <q-td key="metric" :props="props">
    <div v-if="props.row.metric" class="md-metric" :title="props.row.metric.note">
      <span class="md-metric-top">
        <span class="md-metric-name">{{{{ props.row.metric.name }}}}</span>
        <span :class="props.row.metric.guess ? 'md-metric-guess' : 'md-metric-value'">
          {{{{ props.row.metric.value }}}}</span></span>
      <span v-if="props.row.metric.word" :class="props.row.metric.mark"
            :title="props.row.metric.sentence">
        <q-icon :name="props.row.metric.icon"></q-icon>
        <span>{{{{ props.row.metric.word }}}}</span></span></div>
    <span v-else class="md-faint">no labels</span></q-td>
  <q-td key="predictions" :props="props">{{{{ props.row.predictions }}}}</q-td>
  <q-td key="volume" :props="props"><span v-html="props.row.svg"></span></q-td>
  <q-td key="last" :props="props"><time :datetime="props.row.last_iso" data-md-time="ago"
    :title="props.row.last_utc">{{{{ props.row.last }}}}</time></q-td>
  <q-td key="version" :props="props"><span :title="'published ' + props.row.published">
    v{{{{ props.row.version }}}} <span class="md-faint">{{{{ props.row.versions }}}}</span></span>
  </q-td>
</q-tr>
"""


class ModelTable:
    """Shows some models.

    Parameters
    ----------
    order
        Called with the column by which a person wants the models ordered.
    """

    def __init__(self, *, order: Callable[[Sort], Awaitable[None]]) -> None:
        self._order = order

    def build(self, rows: Sequence[dict[str, object]], sort: Sort, *, down: bool) -> None:
        """Add the table."""
        self._table = SlotTable(rows=list(rows), columns=_columns(sort, down=down), row_key="name")
        self._table.classes("md-table md-table--models").props("flat")
        self._table.template("header", _HEAD)
        self._table.template("body", _ROW)
        self._table.on("open", _open)
        self._table.on("order", self._pick)
        testable(self._table, "models")

    def show(self, rows: Sequence[dict[str, object]], sort: Sort, *, down: bool) -> None:
        """Show other models, or the same in another order; nothing moves where all is the same."""
        columns = _columns(sort, down=down)
        if columns != self._table.columns:
            self._table.columns = columns
        if list(rows) != self._table.rows:
            self._table.rows = list(rows)

    async def _pick(self, event: events.GenericEventArguments) -> None:
        if event.args in set(Sort):
            await self._order(Sort(event.args))


def _columns(sort: Sort, *, down: bool) -> list[dict[str, object]]:
    """Return the columns; the one that orders says which way."""
    way = "descending" if down else "ascending"
    return [column | {"sorted": way if column.get("by") is sort else ""} for column in _COLUMNS]


def _open(event: events.GenericEventArguments) -> None:
    ui.navigate.to(OVERVIEW.path(str(event.args)))
