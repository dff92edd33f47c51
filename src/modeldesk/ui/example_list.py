"""Rows of the reference that a form can start from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from nicegui import ui

from modeldesk.schema import Column, Signature, Value
from modeldesk.services.exploring import ReferenceExample
from modeldesk.ui.element_table import cell, element_table, number, room, row
from modeldesk.ui.feature_values import read, written
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import NOTHING, brief, plain

_MOST_COLUMNS = 8
"""Features that are shown; a click takes all of them."""
_LONGEST = 60


class ExampleList:
    """A card with examples; a click puts one into the form.

    Parameters
    ----------
    signature
        The version's.
    use
        Called with the inputs of the one that a person wants.
    """

    def __init__(
        self, signature: Signature, *, use: Callable[[Mapping[str, Value]], Awaitable[None]]
    ) -> None:
        self._signature = signature
        self._use = use

    def build(self, examples: Sequence[ReferenceExample]) -> None:
        """Add the card; without examples there is none."""
        if not examples:
            return
        shown = self._signature.inputs[:_MOST_COLUMNS]
        said = self._signature.prediction
        known = any(example.label is not None for example in examples)
        heads = [_head(column, column.name) for column in shown]
        heads += [_head(said, f"{said.name}, predicted"), *([_head(said, "True")] * known), ""]
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Examples")
                text("span", self._note(len(shown)), "md-card-note")
            with element_table(heads, label="Examples from the reference", name="examples"):
                for place, example in enumerate(examples):
                    self._row(place, example, shown, known=known)

    def _note(self, shown: int) -> str:
        all_of_them = len(self._signature.inputs)
        note = "from the reference"
        return note if shown == all_of_them else f"{note}; {shown} of {all_of_them} features"

    def _row(
        self, place: int, example: ReferenceExample, shown: Sequence[Column], *, known: bool
    ) -> None:
        with row(f"example-{place}"):
            for column in shown:
                _cell(column, example.inputs[column.name])
            _cell(self._signature.prediction, example.said)
            if known:
                _cell(self._signature.prediction, example.label)
            with room("md-right"):
                use = ui.button("Use", on_click=partial(self._take, example), color=None)
                use.props("flat no-caps").classes("md-btn md-btn--quiet md-btn--small")
                use.props["aria-label"] = f"Use example {place + 1}"
                testable(use, f"use-example-{place}")

    async def _take(self, example: ReferenceExample) -> None:
        inputs = {
            column.name: read(column, _words(example.inputs[column.name]), None)
            for column in self._signature.inputs
        }
        await self._use(inputs)


def _head(column: Column, name: str) -> str:
    return f"{'>' * column.kind.numeric}{brief(name, _LONGEST)}"


def _cell(column: Column, value: object) -> None:
    if column.kind.numeric:
        number(plain(value) if isinstance(value, int | float) else NOTHING)
    else:
        cell(brief(_words(value), _LONGEST) or NOTHING)


def _words(value: object) -> str:
    """Write a value of a table as the form takes it."""
    if isinstance(value, list):
        return written(tuple(value))
    if isinstance(value, timedelta):
        return written(value.total_seconds())
    if isinstance(value, date):
        return value.isoformat()
    return written(value) if isinstance(value, bool | int | float | str) else ""
