"""The latest flags of a model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from nicegui import events

from modeldesk.services.views import FlagView
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import since_fields
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import empty
from modeldesk.ui.wording import NOTHING

MOST_FLAGS = 25

_COLUMNS: list[dict[str, object]] = [
    {"name": "id", "label": "Flag", "field": "id", "align": "left"},
    {"name": "when", "label": "Stored", "field": "when", "align": "left"},
    {"name": "reason", "label": "Reason", "field": "reason", "align": "left"},
    {"name": "label", "label": "Should have been", "field": "label", "align": "left"},
    {"name": "comment", "label": "Comment", "field": "comment", "align": "left"},
    {"name": "prediction", "label": "Prediction", "field": "prediction", "align": "left"},
]

# A constant template; what people wrote arrives as data and is shown as text.
_ROW = """
<q-tr :props="props" :data-testid="'flag-' + props.row.id">
  <q-td key="id" :props="props">{{ props.row.id }}</q-td>
  <q-td key="when" :props="props"><time :datetime="props.row.iso"
    data-md-time="ago" :title="props.row.utc">{{ props.row.when }}</time></q-td>
  <q-td key="reason" :props="props">{{ props.row.reason }}</q-td>
  <q-td key="label" :props="props">{{ props.row.label }}</q-td>
  <q-td key="comment" :props="props"><div class="md-wrap">
    <span class="md-sentence">{{ props.row.comment }}</span></div></q-td>
  <q-td key="prediction" :props="props">
    <button class="md-link md-mono" type="button" title="Load these inputs into the form"
      @click="$parent.$emit('load', props.row.prediction)">{{ props.row.prediction }}</button>
  </q-td>
</q-tr>
"""


class FlagList:
    """A card with the latest flags, newest first.

    Parameters
    ----------
    now
        Tells the time.
    load
        Called with the id of a prediction whose inputs a person wants back.
    """

    def __init__(
        self, *, now: Callable[[], datetime], load: Callable[[str], Awaitable[None]]
    ) -> None:
        self._now = now
        self._load = load
        self._shown: tuple[FlagView, ...] | None = None

    def build(self, flags: tuple[FlagView, ...]) -> None:
        """Add the card."""
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Recent flags")
                note = f"the latest {MOST_FLAGS}; a click on a prediction loads its inputs"
                text("span", note, "md-card-note")
            self._content = block("")
        self.fill(flags)

    def fill(self, flags: tuple[FlagView, ...]) -> None:
        """Show these flags instead of the former, where they differ."""
        if flags == self._shown:
            return
        self._shown = flags
        self._content.clear()
        with self._content:
            if not flags:
                words = "Flag a prediction that looks wrong; it is kept with its inputs."
                empty("outlined_flag", "No flags yet", words, small=True)
                return
            table = SlotTable(
                rows=[_row(flag, self._now()) for flag in flags], columns=_COLUMNS, row_key="id"
            )
            table.classes("md-table").props("flat")
            table.template("body", _ROW)
            table.on("load", self._open)
            testable(table, "flags")

    async def _open(self, event: events.GenericEventArguments) -> None:
        await self._load(str(event.args))


def _row(flag: FlagView, now: datetime) -> dict[str, object]:
    return {
        "id": flag.flag_id,
        **since_fields(flag.created_at, now),
        "reason": flag.reason,
        "label": flag.proposed_label or NOTHING,
        "comment": flag.comment or NOTHING,
        "prediction": flag.prediction_id,
    }
