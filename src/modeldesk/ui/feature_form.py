"""The fields of all features: of many a page at a time, found by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nicegui import ui

from modeldesk.schema import Column, Value
from modeldesk.ui.feature_fields import FeatureField, feature_field
from modeldesk.ui.forms import dress
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.pager import Pager

MOST_FIELDS = 60
"""Fields that are shown at once: each is a dozen elements in the browser."""


class FeatureForm:
    """A field for each feature, and where there are many, the ways to the others.

    Parameters
    ----------
    columns
        The features.
    values
        What the fields start with.
    changed
        Called after a person changed a value.
    """

    def __init__(
        self,
        columns: tuple[Column, ...],
        values: Mapping[str, Value],
        changed: Callable[[], None],
    ) -> None:
        self._fields = {
            column.name: feature_field(column, values[column.name], changed) for column in columns
        }
        self._shown: list[FeatureField] = []
        self._page = 1
        self._pager = Pager(MOST_FIELDS, self._turn)

    @property
    def values(self) -> dict[str, Value]:
        """What stands in the fields, those that are not shown included."""
        return {name: field.value for name, field in self._fields.items()}

    def build(self) -> None:
        """Add the form."""
        if len(self._fields) > MOST_FIELDS:
            with block("md-inputs-find"):
                self._find = ui.input(placeholder="Find a feature", on_change=self._search)
                dress(self._find, "Find a feature", "find-feature")
                self._find.props("clearable debounce=250 maxlength=200")
        self._room = block("md-inputs")
        self._pager.build()
        self._fill(list(self._fields.values()))

    def put(self, values: Mapping[str, Value]) -> None:
        """Set all values from outside."""
        for name, field in self._fields.items():
            field.put(values.get(name))

    def complain(self, problems: Mapping[str, str]) -> None:
        """Say what is wrong with some values, and of the others that nothing is."""
        for name, field in self._fields.items():
            field.complain(problems.get(name, ""))

    def _search(self) -> None:
        self._page = 1
        self._fill(self._found())

    async def _turn(self, page: int) -> None:
        self._page = page
        self._fill(self._found())

    def _found(self) -> list[FeatureField]:
        wanted = (self._find.value or "").strip().casefold()
        return [field for name, field in self._fields.items() if wanted in name.casefold()]

    def _fill(self, found: list[FeatureField]) -> None:
        for field in self._shown:
            field.leave()
        first = (self._page - 1) * MOST_FIELDS
        self._shown = found[first : first + MOST_FIELDS]
        self._room.clear()
        with self._room:
            if not self._shown:
                testable(text("p", "No feature is called so.", "md-soft md-small"), "no-feature")
            for field in self._shown:
                field.build()
        self._pager.show(page=self._page, total=len(found))
