"""The form in which a person names a slice and writes its condition."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import EDITS, caller
from modeldesk.ui.background import aside
from modeldesk.ui.condition_field import ConditionField
from modeldesk.ui.markup import block, testable
from modeldesk.ui.performance_data import Rows
from modeldesk.ui.site import Site


class SliceForm:
    """Asks for a name and a condition, says what is wrong with it, and keeps it.

    Parameters
    ----------
    site
        The services.
    kept
        Called with the name after a slice was kept.
    """

    def __init__(self, site: Site, *, kept: Callable[[str], Awaitable[None]]) -> None:
        self._site = site
        self._kept = kept
        self._condition = ConditionField(site, name="slice", label="Condition of the slice")

    def build(self, rows: Rows) -> None:
        """Add the form, closed."""
        self._rows = rows
        self._condition.about(rows.model, rows.version)
        self._box = block("md-slice-form")
        testable(self._box, "slice-form")
        self._box.set_visibility(False)
        with self._box:
            with block("md-slice-fields"):
                self._name = ui.input(placeholder="Name, such as: older people")
                self._name.props("outlined dense maxlength=100").classes("md-field md-slice-name")
                self._name.props["aria-label"] = "Name of the slice"
                testable(self._name, "slice-name")
                with block("md-slice-condition"):
                    self._condition.field()
                self._button("Cancel", self.close, "slice-cancel", "md-btn--quiet")
                keep = self._button("Keep", None, "slice-keep", "md-btn--main")
                self._condition.taken_by(keep, self._keep)
            self._condition.help()

    def _button(
        self, words: str, act: Callable[[], object] | None, name: str, style: str
    ) -> ui.button:
        button = ui.button(words, on_click=act, color=None)
        button.props("flat no-caps" if style == "md-btn--quiet" else "unelevated no-caps")
        testable(button.classes(f"md-btn {style}"), name)
        return button

    async def toggle(self) -> None:
        """Open the form, or close it."""
        if self._box.visible:
            self.close()
        else:
            await self.open("")

    async def open(self, condition: str) -> None:
        """Open the form with a condition that may be changed."""
        self._box.set_visibility(True)
        self._name.set_value("")
        self._name.run_method("focus")
        await self._condition.put(condition)

    def close(self) -> None:
        """Close the form."""
        self._condition.offer_nothing()
        self._box.set_visibility(False)

    async def _keep(self, condition: str) -> None:
        name = str(self._name.value or "").strip()
        try:
            caller().check(EDITS)
            await aside(self._site.desk.slices.define, self._rows.model, name, condition)
        except ModeldeskError as error:
            self._condition.fail(error)
            return
        self.close()
        await self._kept(name)
