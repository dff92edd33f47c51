"""The card with a version's slices and segments, and the ways to new ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import EDITS, caller
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.part_rows import PartsData, part_columns, part_rows
from modeldesk.ui.performance_data import PerformanceData
from modeldesk.ui.site import Site
from modeldesk.ui.slice_finder import SliceFinder
from modeldesk.ui.slice_form import SliceForm
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import bone, empty, say, trouble

_ROWS_A_PAGE = 25

_LOOKS = 15
_LOOK_SECONDS = 2.0
"""How often, and after how long each time, the card looks whether a new slice has figures."""

# Templates are constants; what users wrote arrives as data and is shown as text. Only the
# sparkline is markup, and it holds nothing but numbers.
_ROW = """
<q-tr :props="props" :data-testid="'part-' + props.row.key"
      :class="'md-part md-part--' + props.row.kind">
  <q-td v-for="column in props.cols" :key="column.name" :props="props">
    <template v-if="column.name === 'name'">
      <button v-if="props.row.open" class="md-link md-name" type="button"
        @click="$parent.$emit('open', props.row.open)">{{ props.row.name }}</button>
      <span v-else class="md-name">{{ props.row.name }}</span>
      <span v-if="props.row.kind === 'slice'" class="md-tag">slice</span>
      <div v-if="props.row.detail" class="md-part-detail"><code>{{ props.row.detail }}</code></div>
    </template>
    <template v-else-if="column.name === 'rows'">{{ props.row.rows }}
      <div class="md-measure-note">{{ props.row.share }}</div></template>
    <span v-else-if="column.name === 'trend'">
      <span v-if="props.row.trend" v-html="props.row.trend"></span>
      <span v-else-if="props.row.because" class="md-measure-note">{{ props.row.because }}</span>
    </span>
    <template v-else-if="column.name === 'act'">
      <button v-if="props.row.deletes" class="md-act" type="button"
        :aria-label="'Delete the slice ' + props.row.name" title="Delete this slice"
        @click="$parent.$emit('remove', props.row.name)"><i class="q-icon notranslate
        material-icons" aria-hidden="true">delete_outline</i></button></template>
    <div v-else-if="column.value" :title="column.value.because">
      <span v-if="column.value.mark" :class="column.value.style" :title="column.value.title">
        <i class="q-icon notranslate material-icons" aria-hidden="true">{{ column.value.icon }}</i>
        {{ column.value.mark }}</span>
      <span :class="column.value.because ? 'md-faint' : 'md-measure-value'">
        {{ column.value.value }}</span>
      <div class="md-measure-note">{{ column.value.interval }}</div>
    </div>
  </q-td>
</q-tr>
"""


class PartsCard:
    """Shows how good a version is in its slices and segments.

    Parameters
    ----------
    site
        The services.
    show_rows
        Called with the slice and the condition whose rows a person wants to see.
    choose
        Called with the measure by which parts are told apart.
    find
        Called with whether the worst slices are shown.
    changed
        Called after the model's slices have changed.
    """

    def __init__(
        self,
        site: Site,
        *,
        show_rows: Callable[[str, str], Awaitable[None]],
        choose: Callable[[str], Awaitable[None]],
        find: Callable[[bool], None],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._site = site
        self._show_rows = show_rows
        self._choose = choose
        self._changed = changed
        self._may = caller().may(EDITS)
        self._timer: ui.timer | None = None
        self._form = SliceForm(site, kept=self._kept)
        keep = self._form.open if self._may else None
        self._finder = SliceFinder(site, show_rows=show_rows, keep=keep, told=find)

    def build(self, data: PerformanceData) -> None:
        """Add the card; `fill` brings what it shows."""
        self._data = data
        self._table: SlotTable | None = None
        self._shape: tuple[object, ...] = ()
        self._card = block("md-card")
        testable(self._card, "parts")
        with self._card:
            with block("md-card-head"):
                text("h2", "Slices and segments")
                self._note = text("span", "", "md-card-note")
                with block("md-card-end"):
                    self._by = block("")
                    self._button("Find the worst", self._finder.toggle, "find-slices", "search")
                    if self._may:
                        self._button("Add a slice", self._form.toggle, "add-slice", "add")
            if self._may:
                self._form.build(data.rows)
            self._finder.build(data.rows)
            self._body = block("")
            with self._body, block("md-card-body"):
                bone(height=120)

    def follow(self, data: PerformanceData) -> None:
        """Take what the page shows by now; `fill` brings the parts of it."""
        self._data = data

    def fill(self, parts: PartsData) -> None:
        """Show slices and segments; the same ones move nothing, and a table stays where it is."""
        rows = [
            row | {"deletes": self._may and row["kind"] == "slice"}
            for row in part_rows(self._data, parts)
        ]
        columns = part_columns(parts.table)
        shape = (parts.by, len(rows) > _ROWS_A_PAGE, _any(parts))
        kept = self._table
        self._parts = parts
        if kept is not None and shape == self._shape and columns == kept.columns:
            if rows != kept.rows:
                kept.rows = rows
            return
        self._shape = shape
        self._note.set_text(
            f"{parts.table.confidence:.0%} intervals; marked where one lies wholly outside that "
            "of all rows"
        )
        self._by.clear()
        if len(parts.table.overall) > 1:
            with self._by:
                self._measure_choice(parts)
        self._body.clear()
        self._table = None
        with self._body:
            if not _any(parts):
                self._nothing()
                return
            self._table = self._listed(columns, rows)

    def fail(self, error: ModeldeskError) -> None:
        """Say in the card's place why it has nothing."""
        self._body.clear()
        self._table = None
        with self._body, block("md-card-body"):
            trouble(error, retry=ui.navigate.reload)

    async def find(self) -> None:
        """Look for the worst slices, as the address asks."""
        await self._finder.open()

    def _measure_choice(self, parts: PartsData) -> None:
        titles = {each.measure: f"Worst by {each.title}" for each in parts.table.overall}
        field = ui.select(titles, value=parts.by, on_change=self._pick)
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = "Measure of the order and the trend"
        testable(field, "parts-by")

    async def _pick(self, event: events.ValueChangeEventArguments[str]) -> None:
        if event.value != self._parts.by:
            await self._choose(event.value)

    def _nothing(self) -> None:
        words = (
            "A slice is a condition with a name, such as age > 60: its rows are measured by "
            "themselves. Segments are the values of a column that the log policy names."
        )
        testable(empty("pie_chart_outline", "No slices yet", words, small=True), "no-parts")

    def _listed(self, columns: list[dict[str, object]], rows: list[dict[str, object]]) -> SlotTable:
        table = SlotTable(
            rows=rows,
            columns=columns,
            row_key="key",
            pagination={"rowsPerPage": _ROWS_A_PAGE} if len(rows) > _ROWS_A_PAGE else None,
        )
        table.classes("md-table md-table--measures md-table--parts").props("flat")
        table.template("body", _ROW)
        table.on("open", self._open)
        table.on("remove", self._ask)
        testable(table, "parts-table")
        return table

    def _button(self, words: str, act: Callable[[], object], name: str, icon: str) -> None:
        button = ui.button(words, icon=icon, on_click=act, color=None)
        button.props("flat no-caps").classes("md-btn md-btn--quiet")
        testable(button, name)

    async def _open(self, event: events.GenericEventArguments) -> None:
        wanted = event.args
        await self._show_rows(str(wanted.get("slice", "")), str(wanted.get("condition", "")))

    async def _ask(self, event: events.GenericEventArguments) -> None:
        """Ask before a slice is deleted, with what was evaluated of it."""
        name = str(event.args)
        with ui.dialog() as dialog, ui.card().classes("md-dialog") as card:
            testable(card, "delete-dialog")
            text("h2", f"Delete the slice {name}?")
            words = "What was evaluated of it goes as well. Predictions and labels stay."
            text("p", words, "md-soft")
            with block("md-dialog-foot"):
                cancel = ui.button("Cancel", on_click=lambda: dialog.submit("no"), color=None)
                cancel.props("flat no-caps").classes("md-btn md-btn--quiet")
                act = ui.button("Delete", on_click=lambda: dialog.submit("yes"), color=None)
                act.props("unelevated no-caps").classes("md-btn md-btn--main")
                testable(act, "delete-slice")
        answer = await dialog
        dialog.delete()
        if answer == "yes":
            await self._delete(name)

    async def _delete(self, name: str) -> None:
        try:
            caller().check(EDITS)
            await aside(self._site.desk.slices.delete, self._data.rows.model, name)
        except ModeldeskError as error:
            say(error.message, icon="error_outline")
            return
        say(f"The slice {name} is deleted.", icon="check_circle")
        await self._changed()

    async def _kept(self, name: str) -> None:
        say(f"The slice {name} is kept; its days are being evaluated.", icon="check_circle")
        await self._changed()
        if self._timer is not None:
            self._timer.cancel()
        self._await(name)

    def _await(self, name: str) -> None:
        """Look again until a new slice has been evaluated, which takes seconds."""
        self._awaited, self._looks = name, _LOOKS
        with self._card:
            self._timer = ui.timer(_LOOK_SECONDS, self._look, immediate=False)

    async def _look(self) -> None:
        self._looks -= 1
        known = {part.slice for part in self._parts.table.parts}
        if self._timer is not None and (self._awaited in known or self._looks < 0):
            self._timer.cancel()
        else:
            await self._changed()


def _any(parts: PartsData) -> bool:
    """Whether there is anything to list."""
    return bool(parts.table.parts or parts.slices)
