"""A few numbers that belong together, each on a line with its name and what it means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from modeldesk.errors import InvalidArgument
from modeldesk.ui.forms import dress
from modeldesk.ui.markup import block, text

_REST_MS = 350


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPart:
    """One of the numbers."""

    name: str
    label: str
    note: str
    low: float = 0
    high: float = 1
    step: float = 0.01


class NumberFields:
    """Their fields.

    Parameters
    ----------
    parts
        The numbers, in this order.
    prefix
        Of the names by which tests find the fields.
    changed
        Called after a person has changed one.
    enabled
        Whether a person may change them.
    """

    def __init__(
        self,
        parts: Sequence[NumberPart],
        *,
        prefix: str,
        changed: Callable[[], Awaitable[None]],
        enabled: bool,
    ) -> None:
        self._parts = parts
        self._prefix = prefix
        self._changed = changed
        self._enabled = enabled
        self._filling = False
        self._fields: dict[str, ui.number] = {}
        self._notes: dict[str, TextElement] = {}

    def build(self) -> None:
        """Add the lines, without values."""
        for part in self._parts:
            with block("md-setting"):
                with block("md-setting-words"):
                    text("div", part.label, "md-setting-name")
                    self._notes[part.name] = text("div", part.note, "md-labelled-note")
                field = ui.number(
                    min=part.low, max=part.high, step=part.step, on_change=self._typed
                )
                dress(field, part.label, f"{self._prefix}-{part.name}", classes="md-field--num")
                field.props(f"debounce={_REST_MS}")
                field.set_enabled(self._enabled)
                self._fields[part.name] = field

    def fill(self, values: Mapping[str, float]) -> None:
        """Show numbers, as nobody has typed them."""
        self._filling = True
        try:
            for name, value in values.items():
                self._fields[name].set_value(value)
        finally:
            self._filling = False

    def note(self, name: str, words: str) -> None:
        """Say more of a number than what it means."""
        self._notes[name].set_text(words)

    def read(self) -> Mapping[str, float]:
        """Return the numbers.

        Raises
        ------
        InvalidArgument
            When one is missing.
        """
        values = {name: field.value for name, field in self._fields.items()}
        given = {name: float(value) for name, value in values.items() if value is not None}
        if len(given) < len(values):
            message = "A number is missing."
            raise InvalidArgument(message, hint="Fill it in, or go back to what is in force.")
        return given

    def _typed(self) -> Awaitable[None] | None:
        """Tell by a person from the page itself at once: a moment later all fields are filled."""
        return None if self._filling else self._changed()
