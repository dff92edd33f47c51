"""The field in which a person writes a condition, helped while writing."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.performance.slices import Completion, CompletionKind, Completions
from modeldesk.services.slice_views import CheckedExpression, WrongExpression
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble
from modeldesk.ui.wording import count, plural, share

MOST_OFFERED = 8
"""Completions that are shown; another letter makes them fewer."""

# Up, down, Enter and Escape act on what is offered, as long as anything is; otherwise they are
# the field's own, and Enter says that the condition is written. What acts on the condition always
# brings it along: what was written may arrive after it, on a busy machine or while a page connects.
_KEYS = """(event) => {
  const wanted = ['ArrowDown', 'ArrowUp', 'Enter', 'Escape'].includes(event.key);
  if (!wanted) return;
  if (!document.querySelector('.md-offers button') || event.ctrlKey || event.metaKey) {
    if (event.key === 'Enter') emit('Written', event.target.value);
    return;
  }
  event.preventDefault();
  emit(event.key, '');
}"""
_WRITTEN = """(event) => {
  const field = event.target;
  const others = ['ArrowDown', 'ArrowUp', 'Enter', 'Escape', 'Tab', 'Shift'];
  if (field.selectionStart === undefined || others.includes(event.key)) return;
  emit(field.value, field.selectionStart);
}"""
_READ = """() => {
  emit(document.querySelector('[data-testid="%s-condition"]').value);
}"""
_EMPTY = """() => {
  const field = document.querySelector('[data-testid="%s-condition"]');
  field.value = '';
  field.dispatchEvent(new Event('input', {bubbles: true}));
  emit();
}"""
# It is the browser that writes what was taken, as a text from the server would take away what was
# written meanwhile. Where somebody has written on, it must be more of the same word.
_TAKE = """(() => {
  const field = document.querySelector('[data-testid="%(name)s-condition"]');
  if (!field) return;
  field.focus();
  const before = %(before)s, taken = %(taken)s, start = %(start)d, end = %(end)d;
  const now = field.value, at = field.selectionStart, same = now === before;
  const more = now.slice(0, start) === before.slice(0, start) && now.slice(at) === before.slice(end)
    && taken.startsWith(now.slice(start, at));
  if (!same && !more) return;
  field.value = now.slice(0, start) + taken + now.slice(same ? end : at).trimStart();
  field.setSelectionRange(start + taken.length, start + taken.length);
  field.dispatchEvent(new Event('input', {bubbles: true}));
})()"""
_MOVING = {"ArrowDown": 1, "ArrowUp": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A condition that is to be checked."""

    condition: str
    cursor: int | None


class ConditionField:
    """A field for a condition in the language of slices, and the help below it.

    Parameters
    ----------
    site
        The services.
    name
        Begins the names by which tests find its parts; a page has one field of a name.
    label
        What a screen reader calls it.
    written
        Called with the condition when a person presses Enter where nothing is offered.
    check
        Says what a condition means, given the characters before the cursor; without it, it is
        tried on the newest logged rows of the model that `about` names.
    """

    def __init__(
        self,
        site: Site,
        *,
        name: str,
        label: str,
        written: Callable[[str], Awaitable[None]] | None = None,
        check: Callable[[str, int | None], CheckedExpression] | None = None,
    ) -> None:
        self._site = site
        self._check_rows = check
        self._name = name
        self._label = label
        self._done = written
        self._model = ""
        self._version: int | None = None
        self._wanted = _Wanted(condition="", cursor=None)
        self._checking = False
        self._offered: Completions | None = None
        self._offered_for = ""
        """The condition that stood there when it was offered."""
        self._marked = 0

    def about(self, model: str, version: int | None) -> None:
        """Say whose rows conditions are about; without a version, the champion's."""
        self._model, self._version = model, version

    def field(self, condition: str = "") -> None:
        """Add the field; `help` adds what stands below it."""
        self._field = ui.input(value=condition, placeholder="Condition, such as: age > 60")
        self._field.props("outlined dense autocomplete=off spellcheck=false")
        self._field.classes("md-field md-field--code")
        self._field.props["aria-label"] = self._label
        testable(self._field, f"{self._name}-condition")
        self._field.on("keyup", self._write, throttle=0.15, js_handler=_WRITTEN)
        self._field.on("click", self._write, js_handler=_WRITTEN)
        self._field.on("keydown", self._key, js_handler=_KEYS)

    def help(self) -> None:
        """Add the place of what is offered, and of what is said about the condition."""
        self._offers = block("md-offers")
        testable(self._offers, f"{self._name}-offers")
        self._says = block("md-slice-says")
        self._says.props["aria-live"] = "polite"
        testable(self._says, f"{self._name}-says")

    def taken_by(self, button: ui.button, act: Callable[[str], Awaitable[None]]) -> None:
        """Have a button call `act` with what stands in the field."""

        async def clicked(event: events.GenericEventArguments) -> None:
            self._offer(None)
            await act(str(event.args).strip())

        button.on("click", clicked, js_handler=_READ % self._name)

    def emptied_by(self, button: ui.button, act: Callable[[], Awaitable[None]]) -> None:
        """Have a button empty the field, and call `act`."""

        async def clicked() -> None:
            self._offer(None)
            self._says.clear()
            await act()

        button.on("click", clicked, js_handler=_EMPTY % self._name)

    async def put(self, condition: str) -> None:
        """Write a condition into the field."""
        self._field.set_value(condition)
        self._offer(None)
        self._says.clear()
        if condition:
            await self._check(condition, None)

    def offer_nothing(self) -> None:
        """Take away what is offered."""
        self._offer(None)

    def fail(self, error: ModeldeskError) -> None:
        """Say that what was done with the condition failed."""
        self._offer(None)
        self._says.clear()
        with self._says:
            testable(trouble(error), f"{self._name}-trouble")

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
            found = await aside(self._checked, wanted)
        except ModeldeskError as error:
            self._says.clear()
            with self._says:
                trouble(error)
            return
        if wanted == self._wanted:
            self._offered_for = wanted.condition
            self._offer(found.completions)
            self._tell(wanted.condition, found)

    def _checked(self, wanted: _Wanted) -> CheckedExpression:
        if self._check_rows is not None:
            return self._check_rows(wanted.condition, wanted.cursor)
        return self._site.desk.slices.check(
            self._model, wanted.condition, version=self._version, cursor=wanted.cursor
        )

    def _tell(self, condition: str, found: CheckedExpression) -> None:
        self._says.clear()
        if not condition.strip():
            return
        with self._says:
            if found.error is not None:
                self._wrong(condition, found.error)
                return
            part = f" ({share(found.matching / found.rows)})" if found.rows else ""
            newest = "" if self._check_rows is not None else "the newest "
            words = f"True of {count(found.matching)} of {newest}{plural(found.rows, 'row')}"
            testable(text("p", f"{words}{part}.", "md-soft"), f"{self._name}-matches")
            for warned in found.warnings:
                text("p", warned.message, "md-low")

    def _wrong(self, condition: str, error: WrongExpression) -> None:
        """Show the place that is wrong under the condition, and what to write instead."""
        line = (condition.splitlines() or [""])[error.line - 1]
        start = error.column - 1
        length = max(1, min(error.end - error.start, len(line) - start))
        with block("md-slice-wrong") as box:
            testable(box, f"{self._name}-wrong")
            text("pre", f"{line}\n{' ' * start}{'^' * length}")
            text("p", error.message)
            text("p", error.hint, "md-soft")

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
        (key, condition), offered = event.args, self._offered
        if key == "Written":
            self._offer(None)
            if self._done is not None:
                await self._done(str(condition).strip())
            return
        if offered is None or not offered.items:
            return
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
        item, before = self._offered.items[place], self._offered_for
        start, end = self._offered.start, self._offered.end
        taken = f"{item.text}{'' if item.text.endswith('(') else ' '}"
        after, cursor = f"{before[:start]}{taken}{before[end:].lstrip()}", start + len(taken)
        told = {"before": json.dumps(before), "taken": json.dumps(taken)}
        ui.run_javascript(_TAKE % {"name": self._name, "start": start, "end": end, **told})
        await self._check(after, cursor)
