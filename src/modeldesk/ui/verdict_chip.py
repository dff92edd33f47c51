"""The chip that names a verdict."""

from __future__ import annotations

from nicegui import ui

from modeldesk.drift import Status
from modeldesk.ui.markup import block, text
from modeldesk.ui.wording import verdict_words

CHIP_CELL = (
    "<span :class=\"'md-chip md-chip--' + props.row.tone\">"
    '<q-icon :name="props.row.icon"></q-icon>{{ props.row.verdict }}</span>'
)
"""The same chip as a table's template; the row brings tone, icon and word."""


def verdict_chip(status: Status | None) -> ui.element:
    """Add a chip with icon, word and colour."""
    words = verdict_words(status)
    chip = block(f"md-chip md-chip--{words.tone}", tag="span")
    with chip:
        ui.icon(words.icon)
        text("span", words.word)
    return chip


def chip_fields(status: Status | None) -> dict[str, object]:
    """Return what `CHIP_CELL` reads from a table's row."""
    words = verdict_words(status)
    return {
        "tone": words.tone,
        "icon": words.icon,
        "verdict": words.word,
        "urgency": words.urgency,
    }
