"""The most frequent values of a column, in the reference and in a window side by side."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind
from modeldesk.sketches import Frequent
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.wording import NOTHING, share

MOST_VALUES = 12
_LONGEST = 120

_COLUMNS: list[dict[str, object]] = [
    {"name": "value", "label": "Value", "field": "value", "align": "left"},
    {"name": "before", "label": "Reference", "field": "before", "align": "right"},
    {"name": "now", "label": "Window", "field": "now", "align": "right"},
    {"name": "change", "label": "Change", "field": "change", "align": "right"},
]

# A template is a constant; what users wrote arrives as data and is shown as text.
_ROW = """
<q-tr :props="props">
  <q-td key="value" :props="props" class="md-value" :title="props.row.value"
    >{{ props.row.value }}</q-td>
  <q-td key="before" :props="props">{{ props.row.before }}
    <div class="md-bar"><i class="md-bar-before"
      :style="{ width: props.row.wide_before }"></i></div></q-td>
  <q-td key="now" :props="props">{{ props.row.now }}
    <div class="md-bar"><i :style="{ width: props.row.wide_now }"></i></div></q-td>
  <q-td key="change" :props="props" :class="props.row.marked ? 'md-low' : ''"
    >{{ props.row.change }}</q-td>
</q-tr>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueShare:
    """One value on both sides."""

    value: str
    before: float
    """Share of the reference's values, from 0 to 1."""
    now: float | None
    """Share of the window's values; ``None`` where it has none."""


def top_values(
    reference: Frequent | None, current: Frequent | None, *, most: int = MOST_VALUES
) -> tuple[ValueShare, ...]:
    """Return the values with the largest share on either side, largest in the window first.

    Parameters
    ----------
    reference, current
        The frequent values of both sides.
    most
        How many values.
    """
    before, now = _shares(reference), _shares(current)
    names = sorted(before.keys() | now.keys())
    names.sort(key=lambda name: -max(before.get(name, 0.0), now.get(name, 0.0)))
    shown = sorted(names[:most], key=lambda name: (-now.get(name, 0.0), -before.get(name, 0.0)))
    return tuple(
        ValueShare(
            value=name, before=before.get(name, 0.0), now=now.get(name, 0.0) if now else None
        )
        for name in shown
    )


def value_tables(
    reference: ColumnProfile, current: ColumnProfile | None, *, matters: float
) -> None:
    """Add a card for each list of values that the column's kind has.

    Parameters
    ----------
    reference
        The column in the reference.
    current
        The column in the window.
    matters
        A change of a share by so much is marked.
    """
    lists = [
        ("Most frequent values", reference.frequent, None if current is None else current.frequent)
    ]
    if reference.kind is Kind.TEXT:
        lists.append(
            ("Most frequent words", reference.words, None if current is None else current.words)
        )
    for title, before, now in lists:
        found = top_values(before, now)
        if not found:
            continue
        with block("md-card"):
            with block("md-card-head"):
                text("h2", title)
                text("span", "share of all rows with a value", "md-card-note")
            table = SlotTable(rows=_rows(found, matters), columns=_COLUMNS, row_key="key")
            table.classes("md-table md-table--values").props("flat")
            table.template("body", _ROW)
            testable(table, "values" if before is reference.frequent else "words")


def _rows(found: tuple[ValueShare, ...], matters: float) -> list[dict[str, object]]:
    largest = max(max(each.before, each.now or 0.0) for each in found) or 1.0
    return [
        {
            "key": place,
            "value": _cut(each.value),
            "before": share(each.before),
            "now": NOTHING if each.now is None else share(each.now),
            "wide_before": f"{100 * each.before / largest:.1f}%",
            "wide_now": f"{100 * (each.now or 0.0) / largest:.1f}%",
            "change": NOTHING if each.now is None else _change(each.now - each.before),
            "marked": each.now is not None and abs(each.now - each.before) >= matters,
        }
        for place, each in enumerate(found)
    ]


def _change(change: float) -> str:
    """Write a difference of two shares in percentage points."""
    return f"{100 * change:+.1f} pp" if abs(change) >= 0.0005 else "0.0 pp"  # noqa: PLR2004


def _cut(value: str) -> str:
    shown = value or "(empty)"
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def _shares(frequent: Frequent | None) -> dict[str, float]:
    if frequent is None or not frequent.total:
        return {}
    return {item.value: min(1.0, item.count / frequent.total) for item in frequent.items()}
