"""The field that chooses a column of a table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui

from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import brief

MOST_OFFERED = 500
"""Columns of a list; of more, the first are offered and the one that is chosen."""


def column_field(
    names: Sequence[str],
    chosen: str,
    label: str,
    choose: Callable[[str], Awaitable[None]],
    *,
    nothing: str = "",
) -> ui.select:
    """Add the field.

    Parameters
    ----------
    names
        The columns that can be chosen.
    chosen
        The one that is.
    label
        What the field is called.
    choose
        Called with the name of the column that a person chose.
    nothing
        What choosing none is called; empty where one must be chosen.
    """
    offered = list(names[:MOST_OFFERED])
    if chosen and chosen not in offered:
        offered.append(chosen)
    options = ({"": nothing} if nothing else {}) | {name: brief(name, 80) for name in offered}

    async def picked(event: events.ValueChangeEventArguments[str | None]) -> None:
        if event.value is not None and event.value != chosen:
            await choose(event.value)

    shown = chosen if chosen in options else None
    with block("md-data-field"):
        text("span", label, "md-filter-name")
        field = ui.select(options, value=shown, on_change=picked)
    field.props("outlined dense options-dense").classes("md-field md-field--column")
    field.props["aria-label"] = label
    testable(field, f"choose-{label.lower().replace(' ', '-')}")
    return field
