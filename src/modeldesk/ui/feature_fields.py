"""One form field per feature, by its kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from nicegui import events, ui

from modeldesk.schema import Column, Kind, Value
from modeldesk.ui.feature_values import read, scale, unusual, written
from modeldesk.ui.markup import block, testable, text

_MOST_OPTIONS = 200


class FeatureField(ABC):
    """A feature's name, its control, and a note where something about the value is unusual.

    Parameters
    ----------
    column
        The feature.
    value
        What the field starts with.
    changed
        Called after a person changed the value.
    """

    wide: ClassVar[bool] = True
    """Whether the control takes the number input's room as well."""

    def __init__(self, column: Column, value: Value, changed: Callable[[], None]) -> None:
        self.column = column
        self.value = value
        self._changed = changed
        self._problem = ""
        self._shown = False

    def build(self) -> None:
        """Add the field to the form."""
        row = block("md-input md-input--wide" if self.wide else "md-input")
        testable(row, f"input-{self.column.name}")
        with row:
            with block(""):
                text("div", self.column.name, "md-input-name")
                text("div", _about(self.column), "md-input-range")
            self._control()
            self._note = block("md-input-note")
            with self._note:
                ui.icon("warning")
                self._words = text("span", "")
                testable(self._words, f"note-{self.column.name}")
        self._shown = True
        self._tell()

    def leave(self) -> None:
        """Take note that the form shows the field no more; its value stays."""
        self._shown = False

    def put(self, value: Value) -> None:
        """Set the value from outside; nobody is told."""
        self.value = value
        if self._shown:
            self._show(value)
        self.complain("")

    def complain(self, problem: str) -> None:
        """Say what the model's signature has against the value, or nothing any more."""
        self._problem = problem
        self._tell()

    @abstractmethod
    def _control(self) -> None:
        """Add the control."""

    @abstractmethod
    def _show(self, value: Value) -> None:
        """Put a value into the control."""

    def _take(self, value: Value) -> None:
        if value == self.value and type(value) is type(self.value):
            return
        self.value = value
        self._problem = ""
        self._tell()
        self._changed()

    def _tell(self) -> None:
        if not self._shown:
            return
        words = self._problem or unusual(self.column, self.value)
        self._words.set_text(words[:1].upper() + words[1:])
        self._note.set_visibility(bool(words))

    def _name(self, control: ui.element, suffix: str = "") -> None:
        control.props["aria-label"] = self.column.name + suffix


class NumberField(FeatureField):
    """A slider over the reference's range, and a number input that may leave it."""

    wide = False

    def _control(self) -> None:
        self._scale = scale(self.column)
        if self._scale is None:
            self._slider = None
            ui.element("div")
        else:
            self._slider = ui.slider(
                min=self._scale.low,
                max=self._scale.high,
                step=self._scale.step,
                value=self._on_slider(self.value),
                on_change=self._moved,
            )
            # Without this the browser waits for the server's echo before it moves the handle,
            # and of keys pressed faster than that some are lost.
            self._slider.LOOPBACK = self._slider.props["loopback"] = False
            self._name(self._slider)
            testable(self._slider, f"slider-{self.column.name}")
        self._number = ui.number(
            value=_float(self.value),
            step=self._scale.step if self._scale else None,
            on_change=self._typed,
        )
        self._number.props("outlined dense").classes("md-field md-field--num")
        if self.column.optional:
            self._number.props["clearable"] = True
            self._number.props["placeholder"] = "missing"
        self._name(self._number, ", exact value")
        testable(self._number, f"number-{self.column.name}")

    def _show(self, value: Value) -> None:
        self._number.set_value(_float(value))
        if self._slider is not None:
            self._slider.set_value(self._on_slider(value))

    def _moved(self, event: events.ValueChangeEventArguments[float | None]) -> None:
        if event.value is None or self._scale is None:
            return
        if event.value == self._on_slider(self.value):
            return  # an echo of the number input, possibly from beyond the slider's range
        value = self._whole(round(event.value, self._scale.digits))
        self._take(value)
        self._number.set_value(_float(value))

    def _typed(self, event: events.ValueChangeEventArguments[float | None]) -> None:
        if event.value == _float(self.value):
            return
        value = None if event.value is None else self._whole(float(event.value))
        self._take(value)
        if self._slider is not None:
            self._slider.set_value(self._on_slider(value))

    def _whole(self, value: float) -> int | float:
        return int(value) if self.column.kind is Kind.INTEGER and value.is_integer() else value

    def _on_slider(self, value: Value) -> float | None:
        number = _float(value)
        if self._scale is None or number is None:
            return self._scale.low if self._scale else None
        return min(max(number, self._scale.low), self._scale.high)


class ChoiceField(FeatureField):
    """A list of the reference's categories, where others can be typed."""

    def _control(self) -> None:
        self._select = ui.select(
            self._options(self.value),
            value=self.value,
            with_input=True,
            new_value_mode="add-unique",
            clearable=self.column.optional,
            on_change=lambda event: self._take(event.value),
        )
        self._select.props("outlined dense options-dense").classes("md-field")
        self._name(self._select)
        testable(self._select, f"choice-{self.column.name}")

    def _options(self, value: Value) -> list[str]:
        options = list(self.column.categories[:_MOST_OPTIONS])
        return options if value is None or value in options else [*options, str(value)]

    def _show(self, value: Value) -> None:
        self._select.set_options(self._options(value), value=value)


class SwitchField(FeatureField):
    """True or false; where the value may be left out, a list of the three."""

    def _control(self) -> None:
        if self.column.optional:
            options = {"true": "true", "false": "false", "": "missing"}
            self._select = ui.select(
                options,
                value=written(self.value),
                on_change=lambda event: self._take(read(self.column, event.value or "", None)),
            )
            self._select.props("outlined dense options-dense").classes("md-field")
            self._name(self._select)
            testable(self._select, f"choice-{self.column.name}")
            return
        self._switch = ui.switch(
            value=self.value is True, on_change=lambda event: self._take(bool(event.value))
        )
        self._name(self._switch)
        testable(self._switch, f"switch-{self.column.name}")

    def _show(self, value: Value) -> None:
        if self.column.optional:
            self._select.set_value(written(value))
        else:
            self._switch.set_value(value is True)


class TextField(FeatureField):
    """Free text, or a date, a time, a duration, a vector or an identifier as text."""

    def _control(self) -> None:
        hint = _HINTS.get(self.column.kind)
        if hint is not None:
            self._input: ui.input | ui.textarea = ui.input(
                value=written(self.value), placeholder=hint, on_change=self._typed
            )
        else:
            self._input = ui.textarea(value=written(self.value), on_change=self._typed)
            self._input.props("autogrow")
        self._input.props("outlined dense").classes("md-field")
        self._name(self._input)
        testable(self._input, f"text-{self.column.name}")

    def _typed(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._take(read(self.column, event.value or "", None))

    def _show(self, value: Value) -> None:
        self._input.set_value(written(value))


_FIELDS: dict[Kind, type[FeatureField]] = {
    Kind.BOOLEAN: SwitchField,
    Kind.INTEGER: NumberField,
    Kind.FLOAT: NumberField,
    Kind.CATEGORICAL: ChoiceField,
    Kind.TEXT: TextField,
    Kind.DATETIME: TextField,
    Kind.DATE: TextField,
    Kind.DURATION: TextField,
    Kind.VECTOR: TextField,
    Kind.IDENTIFIER: TextField,
}
_HINTS = {
    Kind.DATETIME: "2026-01-31T12:00:00Z",
    Kind.DATE: "2026-01-31",
    Kind.DURATION: "seconds",
}


def feature_field(column: Column, value: Value, changed: Callable[[], None]) -> FeatureField:
    """Return the field that fits a feature's kind."""
    return _FIELDS[column.kind](column, value, changed)


def _float(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _about(column: Column) -> str:
    words = column.kind.value
    if column.low is not None and column.high is not None:
        digits = 4 if column.kind is Kind.FLOAT else 10
        words = f"{column.low:.{digits}g} to {column.high:.{digits}g}"
    elif column.categories:
        words = f"{len(column.categories)} known values"
    return f"{words}, may be missing" if column.optional else words
