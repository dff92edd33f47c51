"""The prediction log as a table: when, what was said, what was true, and what went in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events

from modeldesk.schema import Signature
from modeldesk.services.prediction_log import LoggedPage
from modeldesk.ui.markup import testable
from modeldesk.ui.moments import ZONED_HEAD
from modeldesk.ui.row_table import ShownRow, columns_of, shown_rows, table_rows
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.wording import NOTHING, brief, plural

# A template is a constant; what users wrote arrives as data and is shown as text.
_ROW = """
<tr class="q-tr md-row" :class="{'md-row--open': props.row.open}"
    :data-testid="'row-' + props.row.id" @click="$parent.$emit('open', props.row.id)">
  <td v-for="column in props.cols" :key="column.name" class="q-td"
    :class="['text-' + column.align, {'md-faint': column.name === 'label' && !props.row.known}]">
    <button v-if="column.name === 'time'" class="md-link" type="button"
><time :datetime="props.row.iso"
      data-md-time="minute" :title="props.row.utc">{{ column.value }}</time></button>
    <span v-else-if="column.name === 'prediction'" class="md-said-cell">
      <span>{{ column.value }}</span>
      <span v-if="props.row.tone === 'wrong'" class="md-mark md-mark--worse">wrong</span></span>
    <span v-else-if="column.name === 'version'" class="md-tag">{{ column.value }}</span>
    <span v-else-if="column.name === 'flags' && props.row.flagged"
      class="md-flagged" :title="props.row.flagged">{{ column.value }}</span>
    <template v-else>{{ column.value }}</template></td>
</tr>
"""


def log_columns(signature: Signature, *, versions: bool, keys: bool) -> list[dict[str, object]]:
    """Return the columns: time, version, prediction, largest score, truth, flags, key, the rest.

    Parameters
    ----------
    signature
        Names inputs and outputs.
    versions, keys
        Whether rows of several versions, and own keys, are among what is shown.
    """
    time, said, truth, *others = columns_of(signature)
    score = _column("score", "Score", "right")
    return [
        time,
        *([_column("version", "Version", "left")] if versions else []),
        said,
        *([score] if signature.scores else []),
        truth,
        _column("flags", "Flags", "left"),
        *([_column("key", "Own key", "left")] if keys else []),
        *others,
    ]


def log_rows(page: LoggedPage) -> list[dict[str, object]]:
    """Return the rows as the table takes them, everything as text."""
    signature, frame = page.signature, page.page.frame
    rows = shown_rows(frame, page.labels, signature)
    told = zip(table_rows(signature, rows), rows, frame["version"], frame["row_id"], strict=True)
    found = []
    for cells, row, version, key in told:
        flags = page.flags.get(row.prediction_id, ())
        reasons = "; ".join(dict.fromkeys(flag.reason for flag in flags))
        found.append(
            {
                **cells,
                "version": f"v{version}",
                "score": _top(signature, row),
                "known": row.label is not None,
                "label": cells["label"] if row.label is not None else NOTHING,
                "flags": plural(len(flags), "flag") if flags else "",
                "flagged": brief(reasons),
                "key": NOTHING if key is None else brief(key, 60),
                "open": False,
            }
        )
    return found


def _column(name: str, label: str, align: str) -> dict[str, object]:
    return {"name": name, "label": label, "field": name, "align": align}


def _top(signature: Signature, row: ShownRow) -> str:
    scores = [row.values.get(column.name) for column in signature.scores]
    known = [float(value) for value in scores if isinstance(value, int | float)]
    return f"{max(known):.3f}" if known else NOTHING


class LogTable:
    """The table of a page of rows.

    Parameters
    ----------
    show
        Called with the prediction whose row was clicked.
    """

    def __init__(self, *, show: Callable[[str], Awaitable[None]]) -> None:
        self._show = show
        self._table: SlotTable | None = None

    def build(self, page: LoggedPage, *, several: bool, row: str) -> None:
        """Add the table.

        Parameters
        ----------
        page
            What is shown.
        several
            Whether the rows may be of several versions.
        row
            The prediction that is shown beside the table.
        """
        rows = log_rows(page)
        keys = page.page.frame["row_id"].null_count() < len(rows)
        columns = log_columns(page.signature, versions=several, keys=keys)
        self._table = SlotTable(rows=rows, columns=columns, row_key="id")
        self._table.classes("md-table md-table--rows md-table--log").props("flat")
        self._table.template("body", _ROW)
        self._table.template("header-cell-time", ZONED_HEAD)
        self._table.on("open", self._open)
        testable(self._table, "log")
        self.mark(row)

    def drop(self) -> None:
        """Forget the table, which is there no more."""
        self._table = None

    def mark(self, row: str) -> None:
        """Mark the row that is shown beside the table, if it is among these."""
        if self._table is None:
            return
        changed = False
        for each in self._table.rows:
            is_open = each["id"] == row
            changed |= each["open"] != is_open
            each["open"] = is_open
        if changed:
            self._table.update()

    def beside(self, row: str, steps: int) -> str | None:
        """Return the prediction so many rows below one; ``None`` where there is none."""
        names = [] if self._table is None else [str(each["id"]) for each in self._table.rows]
        place = names.index(row) + steps if row in names else -1
        return names[place] if 0 <= place < len(names) else None

    async def _open(self, event: events.GenericEventArguments) -> None:
        await self._show(str(event.args))
