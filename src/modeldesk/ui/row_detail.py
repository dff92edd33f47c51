"""One logged row: what came out and what was true, its inputs, and the rows most like it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui

from modeldesk.schema import Signature
from modeldesk.services.acting import TAKES, caller
from modeldesk.services.one_prediction import OnePrediction
from modeldesk.ui.flag_dialog import FlagDialog
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import ZONED_HEAD
from modeldesk.ui.row_labels import LabelField, flags_of_row, label_history
from modeldesk.ui.row_replay import RowReplay
from modeldesk.ui.row_table import ShownRow, columns_of, table_rows, tone
from modeldesk.ui.row_values import RowValues
from modeldesk.ui.score_bars import score_bars
from modeldesk.ui.site import Site
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.wording import brief, plain, plural

# A template is a constant; what users wrote arrives as data and is shown as text.
ROW = """
<tr class="q-tr md-row" :class="{'md-row--open': props.row.open}"
    :data-testid="'row-' + props.row.id" @click="$parent.$emit('open', props.row.id)">
  <td v-for="column in props.cols" :key="column.name" class="q-td"
    :class="['text-' + column.align, {'md-soft': column.name === 'label' && !props.row.tone}]">
    <button v-if="column.name === 'time'" class="md-link" type="button"
><time :datetime="props.row.iso"
      data-md-time="minute" :title="props.row.utc">{{ column.value }}</time></button>
    <span v-else-if="column.name === 'prediction' && props.row.tone === 'wrong'" class="md-low"
      title="Another one was true.">{{ column.value }}</span>
    <template v-else>{{ column.value }}<i v-if="column.name === 'label' && props.row.given"
      class="q-icon notranslate material-icons md-given" title="Labelled here"
      aria-label="labelled here" role="img">check_circle</i></template></td>
</tr>
"""
"""How a logged row stands in a table."""


def rows_table(
    signature: Signature,
    rows: Sequence[ShownRow],
    name: str,
    *,
    show: Callable[[str], Awaitable[None]],
    distances: Sequence[float] = (),
) -> SlotTable:
    """Add a table of logged rows.

    Parameters
    ----------
    signature
        Names the columns.
    rows
        The rows.
    name
        By which tests find it.
    show
        Called with the prediction whose row was clicked.
    distances
        Of the rows from another one.
    """
    table = SlotTable(
        rows=table_rows(signature, rows, distances=distances),
        columns=columns_of(signature, distances=bool(distances)),
        row_key="id",
    )
    table.classes("md-table md-table--rows").props("flat")
    table.template("body", ROW)
    table.template("header-cell-time", ZONED_HEAD)

    async def opened(event: events.GenericEventArguments) -> None:
        await show(str(event.args))

    table.on("open", opened)
    testable(table, name)
    return table


class RowDetail:
    """Fills a drawer with one row.

    Parameters
    ----------
    site
        The services.
    show
        Called with another prediction that a person wants to see.
    changed
        Called after the row got a label or a flag.
    """

    def __init__(
        self,
        site: Site,
        *,
        show: Callable[[str], Awaitable[None]],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._site = site
        self._show = show
        self._changed = changed

    def fill(self, found: OnePrediction) -> None:
        """Add the row to where the caller is building."""
        with block("md-row-facts"):
            self._answer(found)
            self._truth(found)
        RowReplay(self._site, found).build()
        flags_of_row(found.flags)
        values = RowValues(found.signature.inputs, found.view.inputs, found.placements)
        with block("md-values-box"):
            values.build()
        self._near(found)

    def _answer(self, found: OnePrediction) -> None:
        view, signature = found.view, found.signature
        said = view.outputs.get(signature.prediction.name)
        with block("md-row-answer"):
            text("div", signature.prediction.name, "md-answer-name")
            testable(text("div", brief(plain(said)), "md-row-said"), "row-said")
            score_bars(signature, view.outputs)
            scores = {column.name for column in signature.scores}
            others = [
                column
                for column in signature.outputs
                if column.name not in scores and column is not signature.prediction
            ]
            for column in others:
                with block("md-row-other"):
                    text("span", column.name, "md-soft")
                    text("span", brief(plain(view.outputs.get(column.name))))

    def _truth(self, found: OnePrediction) -> None:
        view, target = found.view, found.signature.prediction
        said = view.outputs.get(target.name)
        label = next((each.value for each in view.labels), None)
        with block("md-row-answer"):
            text("div", "Truth", "md-answer-name")
            wrong = tone(said, label) == "wrong"
            words = "not known" if label is None else brief(plain(label))
            look = "md-row-said" + " md-low" * wrong + " md-row-said--none" * (label is None)
            testable(text("div", words, look), "row-truth")
            if caller().may(TAKES):
                LabelField(self._site, view, target, given=self._changed).build()
                dialog = FlagDialog(self._site, target, stored=self._changed)
                dialog.build()
                button = ui.button(
                    "Flag", icon="flag", on_click=lambda: dialog.open(view), color=None
                )
                button.props("flat no-caps").classes("md-btn md-btn--quiet")
                testable(button, "row-flag")
            label_history(view.labels)

    def _near(self, found: OnePrediction) -> None:
        if found.near is None:
            return
        near, signature = found.near.neighbours, found.signature
        with block("md-near"):
            text("h3", "Rows most like it")
            words = (
                f"Of the newest {plural(found.near.looked_at, 'row')} of the version, by their "
                "inputs; the distance is 0 for the same row, at most 1."
            )
            text("p", words, "md-faint md-small")
            rows = [ShownRow.of(each.prediction, signature) for each in near]
            distances = [each.distance for each in near]
            rows_table(signature, rows, "neighbours", show=self._show, distances=distances)
