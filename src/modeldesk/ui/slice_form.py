"""The field in which a person writes the condition of a slice, helped while writing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.performance.slices import Completion, CompletionKind, Completions
from modeldesk.services.acting import EDITS, caller
from modeldesk.services.slice_views import CheckedExpression, WrongExpression
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.performance_data import Rows
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
from modeldesk.ui.wording import count, plural, share

MOST_OFFERED = 8
"""Completions that are shown; another letter makes them fewer."""

# Up, down, Enter and Escape act on what is offered, as long as anything is; otherwise they are
# the field's own.
_KEYS = """(event) => {
  const wanted = ['ArrowDown', 'ArrowUp', 'Enter', 'Escape'].includes(event.key);
  if (!wanted || !document.querySelector('.md-offers button')) return;
  event.preventDefault();
  emit(event.key);
}"""
_WRITTEN = """(event) => {
  const field = event.target;
  const others = ['ArrowDown', 'ArrowUp', 'Enter', 'Escape', 'Tab', 'Shift'];
  if (field.selectionStart === undefined || others.includes(event.key)) return;
  emit(field.value, field.selectionStart);
}"""
# What was taken reaches the field a moment later.
_PLACE = """setTimeout(() => document.querySelector('[data-testid="slice-condition"]')
  .setSelectionRange({cursor}, {cursor}), 60)"""
_MOVING = {"ArrowDown": 1, "ArrowUp": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A condition that is to be checked."""

    condition: str
    cursor: int | None


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
        self._wanted = _Wanted(condition="", cursor=None)
        self._checking = False
        self._offered: Completions | None = None
        self._marked = 0

    def build(self, rows: Rows) -> None:
        """Add the form, closed."""
        self._rows = rows
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
                    self._condition = ui.input(placeholder="Condition, such as: age > 60")
                    self._condition.props("outlined dense autocomplete=off spellcheck=false")
                    self._condition.classes("md-field md-field--code")
                    self._condition.props["aria-label"] = "Condition of the slice"
                    testable(self._condition, "slice-condition")
                self._condition.on("keyup", self._write, throttle=0.15, js_handler=_WRITTEN)
                self._condition.on("click", self._write, js_handler=_WRITTEN)
                self._condition.on("keydown", self._key, js_handler=_KEYS)
                self._button("Cancel", self.close, "slice-cancel", "md-btn--quiet")
                self._button("Keep", self._keep, "slice-keep", "md-btn--main")
            self._offers = block("md-offers")
            testable(self._offers, "slice-offers")
            self._says = block("md-slice-says")
            self._says.props["aria-live"] = "polite"
            testable(self._says, "slice-says")

    def _button(self, words: str, act: Callable[[], object], name: str, style: str) -> None:
        button = ui.button(words, on_click=act, color=None)
        button.props("flat no-caps" if style == "md-btn--quiet" else "unelevated no-caps")
        testable(button.classes(f"md-btn {style}"), name)

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
        self._condition.set_value(condition)
        self._offer(None)
        self._says.clear()
        self._name.run_method("focus")
        if condition:
            await self._check(condition, None)

    def close(self) -> None:
        """Close the form."""
        self._offer(None)
        self._box.set_visibility(False)

    async def _write(self, event: events.GenericEventArguments) -> None:
        condition, cursor = event.args
        await self._check(str(condition), int(cursor))

    async def _check(self, condition: str, cursor: int | None) -> None:
        """Say what a condition means so far, and offer what may come at the cursor."""
        self._wanted = _Wanted(condition=condition, cursor=cursor)
        if self._checking:
            return
        # One at a time, however fast somebody writes; what came meanwhile is checked next.
        self._checking = True
        done: _Wanted | None = None
        try:
            while self._wanted != done:
                done = self._wanted
                await self._ask(done)
        finally:
            self._checking = False

    async def _ask(self, wanted: _Wanted) -> None:
        try:
            found = await aside(
                self._site.desk.slices.check,
                self._rows.model,
                wanted.condition,
                version=self._rows.version,
                cursor=wanted.cursor,
            )
        except ModeldeskError as error:
            self._says.clear()
            with self._says:
                trouble(error)
            return
        if wanted == self._wanted:
            self._offer(found.completions)
            self._tell(wanted.condition, found)

    def _tell(self, condition: str, found: CheckedExpression) -> None:
        self._says.clear()
        if not condition.strip():
            return
        with self._says:
            if found.error is not None:
                _wrong(condition, found.error)
                return
            part = f" ({share(found.matching / found.rows)})" if found.rows else ""
            words = f"True of {count(found.matching)} of the newest {plural(found.rows, 'row')}"
            testable(text("p", f"{words}{part}.", "md-soft"), "slice-matches")
            for warned in found.warnings:
                text("p", warned.message, "md-low")

    def _offer(self, offered: Completions | None) -> None:
        self._offered, self._marked = offered, 0
        self._offers.clear()
        if offered is None or not offered.items:
            return
        with self._offers:
            if offered.signature:
                text("code", offered.signature, "md-offer-signature")
            for place, item in enumerate(offered.items[:MOST_OFFERED]):
                self._one(place, item)

    def _one(self, place: int, item: Completion) -> None:
        button = block("md-offer" + " md-offer--marked" * (place == self._marked), tag="button")
        button.props["type"] = "button"
        button.props["tabindex"] = "-1"
        with button:
            text("code", item.text)
            if item.kind is not CompletionKind.OPERATOR:
                text("span", item.detail.partition(": ")[2] or item.detail or item.kind.value)
        button.on("click", lambda: self._take(place))

    async def _key(self, event: events.GenericEventArguments) -> None:
        offered = self._offered
        if offered is None or not offered.items:
            return
        key = str(event.args)
        if key == "Enter":
            await self._take(self._marked)
        elif key == "Escape":
            self._offer(None)
        else:
            marked = (self._marked + _MOVING[key]) % min(MOST_OFFERED, len(offered.items))
            self._offer(offered)
            self._mark(marked)

    def _mark(self, place: int) -> None:
        self._marked = place
        buttons = [each for each in self._offers if each.tag == "button"]
        for at, button in enumerate(buttons):
            button.classes(add="md-offer--marked" if at == place else "")
            if at != place:
                button.classes(remove="md-offer--marked")

    async def _take(self, place: int) -> None:
        """Write what was offered in place of what stands there."""
        if self._offered is None or place >= len(self._offered.items):
            return
        item, before = self._offered.items[place], str(self._condition.value or "")
        start, end = self._offered.start, self._offered.end
        ends = "" if item.text.endswith("(") else " "
        written = f"{before[:start]}{item.text}{ends}"
        self._condition.set_value(f"{written}{before[end:].lstrip()}")
        cursor = len(written)
        self._condition.run_method("focus")
        ui.run_javascript(_PLACE.format(cursor=cursor))
        await self._check(str(self._condition.value), cursor)

    async def _keep(self) -> None:
        name = str(self._name.value or "").strip()
        condition = str(self._condition.value or "")
        try:
            caller().check(EDITS)
            await aside(self._site.desk.slices.define, self._rows.model, name, condition)
        except ModeldeskError as error:
            self._offer(None)
            self._says.clear()
            with self._says:
                testable(trouble(error), "slice-trouble")
            return
        self.close()
        await self._kept(name)


def _wrong(condition: str, error: WrongExpression) -> None:
    """Show the place that is wrong under the condition, and what to write instead."""
    line = (condition.splitlines() or [""])[error.line - 1]
    start = error.column - 1
    length = max(1, min(error.end - error.start, len(line) - start))
    with block("md-slice-wrong") as box:
        testable(box, "slice-wrong")
        text("pre", f"{line}\n{' ' * start}{'^' * length}")
        text("p", error.message)
        text("p", error.hint, "md-soft")
