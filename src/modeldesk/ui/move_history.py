"""The card with the moves of a model's aliases: when, which, from where to where, who and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from modeldesk.store import AliasMove
from modeldesk.ui.alias_words import move_words
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import since_fields
from modeldesk.ui.slot_table import SlotTable

_ROWS_A_PAGE = 10
_COLUMNS: list[dict[str, object]] = [
    {"name": "when", "label": "When", "field": "when", "align": "left"},
    {"name": "alias", "label": "Alias", "field": "alias", "align": "left"},
    {"name": "move", "label": "Move", "field": "move", "align": "left"},
    {"name": "by", "label": "Who", "field": "by", "align": "left"},
    {"name": "reason", "label": "Reason", "field": "reason", "align": "left", "classes": "md-wrap"},
]

# A template is a constant; what users wrote arrives as data and is shown as text.
_WHEN_CELL = """
<q-td :props="props"><time :datetime="props.row.iso" data-md-time="ago"
  :title="props.row.utc">{{ props.value }}</time></q-td>
"""
_ALIAS_CELL = """
<q-td :props="props"><span class="md-alias">{{ props.value }}</span></q-td>
"""


class MoveHistory:
    """Shows the latest moves."""

    def build(self, moves: Sequence[AliasMove], now: datetime) -> None:
        """Add the card."""
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "History of aliases")
                self._note = text("span", "", "md-card-note")
            self._table = SlotTable(
                rows=[],
                columns=_COLUMNS,
                row_key="id",
                pagination={"rowsPerPage": _ROWS_A_PAGE} if len(moves) > _ROWS_A_PAGE else None,
            )
            self._table.classes("md-table md-table--measures").props("flat")
            self._table.template("body-cell-when", _WHEN_CELL)
            self._table.template("body-cell-alias", _ALIAS_CELL)
            testable(self._table, "moves")
        self.fill(moves, now)

    def fill(self, moves: Sequence[AliasMove], now: datetime) -> None:
        """Show these instead of what is shown."""
        self._note.set_text("the latest first; every move stays here")
        self._table.rows = move_rows(moves, now)


def move_rows(moves: Sequence[AliasMove], now: datetime) -> list[dict[str, object]]:
    """Return the table's rows."""
    return [
        {
            "id": each.move_id,
            **since_fields(each.at, now),
            "alias": each.alias,
            "move": move_words(each),
            "by": each.by,
            "reason": each.reason or "—",
        }
        for each in moves
    ]
