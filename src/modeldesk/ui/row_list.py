"""A list of logged rows that can be labelled one after the other, by buttons and by keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import TAKES, caller
from modeldesk.services.label_values import value_of
from modeldesk.ui.label_card import KEYS
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.row_detail import rows_table
from modeldesk.ui.row_labels import label_answer, label_choices
from modeldesk.ui.row_table import ShownPage, tone
from modeldesk.ui.site import Site
from modeldesk.ui.states import say
from modeldesk.ui.wording import brief, plain


class RowList:
    """Shows a page of rows, one of them marked: that one gets the label.

    What has got one stays where it is, also where it no longer belongs to what the list is of.

    Parameters
    ----------
    site
        The services.
    show
        Called with a prediction that a person wants to see by itself.
    """

    def __init__(self, site: Site, *, show: Callable[[str], Awaitable[None]]) -> None:
        self._site = site
        self._show = show
        self._ids: list[str] = []
        self._choices: list[str] = []
        self._at = -1

    def build(self, model: str, page: ShownPage) -> None:
        """Add the list, its first row marked where it can be labelled."""
        self._model, self._page = model, page
        self._ids = [row.prediction_id for row in page.rows]
        self._done: list[int] = []
        target = page.signature.prediction
        self._choices = label_choices(target) if caller().may(TAKES) else []
        self._at = 0 if self._choices else -1
        if self._choices:
            self._strip()
        self._table = rows_table(page.signature, page.rows, "rows-table", show=self._show)
        self._mark()

    def forget(self) -> None:
        """Forget the rows, as the list is put away."""
        self._ids, self._choices, self._at = [], [], -1

    def beside(self, row: str, steps: int) -> str | None:
        """Return the prediction so many rows below one; ``None`` where there is none."""
        place = self._ids.index(row) + steps if row in self._ids else -1
        return self._ids[place] if 0 <= place < len(self._ids) else None

    def step(self, steps: int) -> None:
        """Mark the row below, or above; at the ends nothing happens."""
        if 0 <= self._at + steps < len(self._ids):
            self._at += steps
            self._mark()

    async def press(self, key: str) -> None:
        """Do what a key stands for: a number is a class, ``u`` goes back, Enter shows the row."""
        if key == "enter" and self._at >= 0:
            await self._show(self._ids[self._at])
        elif key == "u":
            self._back()
        elif len(key) == 1 and "1" <= key <= "9" and int(key) <= len(self._choices[:KEYS]):
            await self._give(self._choices[int(key) - 1])

    def _strip(self) -> None:
        """Add a button for each class, and what the keys do."""
        with block("md-quick") as strip:
            testable(strip, "quick-labels")
            self._told = text("p", "", "md-quick-told md-small")
            self._told.props["aria-live"] = "polite"
            testable(self._told, "quick-told")
            with block("md-answers"):
                for place, name in enumerate(self._choices[:KEYS]):
                    self._key(f"{place + 1}", brief(name, 60), partial(self._give, name), place)
                if len(self._choices) > KEYS:
                    self._others()
                text("span", "", "md-quick-gap")
                self._key("u", "Back", self._go_back, None)

    def _key(
        self, key: str, words: str, act: Callable[[], Awaitable[None]], place: int | None
    ) -> None:
        quiet = " md-answer-key--quiet" if place is None else ""
        button = block(f"md-answer-key{quiet}", tag="button")
        button.props["type"] = "button"
        with button:
            text("kbd", key)
            text("span", words)
        button.on("click", act)
        testable(button, "quick-back" if place is None else f"quick-{place + 1}")

    def _others(self) -> None:
        async def picked(event: events.ValueChangeEventArguments[str | None]) -> None:
            if event.value is not None:
                field.set_value(None)
                await self._give(event.value)

        field = ui.select(self._choices[KEYS:], value=None, with_input=True, on_change=picked)
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = "Another class"
        testable(field, "quick-other")

    async def _give(self, name: str) -> None:
        """Label the marked row, and mark the next one."""
        place = self._at
        if not 0 <= place < len(self._ids):
            return
        known = dict(self._table.rows[place])
        self._write(place, name)
        self._done.append(place)
        self._at = min(place + 1, len(self._ids) - 1)
        self._mark()
        try:
            await label_answer(self._site, self._model, self._page.rows[place].answered, name)
        except ModeldeskError as error:
            self._table.rows[place].update(known)
            self._done.remove(place)
            self._at = place
            self._mark()
            say(error.message, icon="error_outline")

    def _write(self, place: int, name: str) -> None:
        target = self._page.signature.prediction
        label = value_of(name, target)
        said = self._page.rows[place].values.get(target.name)
        cells = {"label": brief(plain(label)), "tone": tone(said, label), "given": True}
        self._table.rows[place].update(cells)

    async def _go_back(self) -> None:
        self._back()

    def _back(self) -> None:
        """Mark the row again that was labelled last, to give it another label."""
        if self._done:
            self._at = self._done.pop()
            self._mark()

    def _mark(self) -> None:
        """Show which row is marked, and bring it into view."""
        if self._table.is_deleted:
            return
        for place, row in enumerate(self._table.rows):
            row["open"] = place == self._at
        self._table.update()
        if self._choices:
            given = sum(bool(row.get("given")) for row in self._table.rows)
            words = f"Row {self._at + 1} of {len(self._ids)}: what was true of it?"
            self._told.set_text(f"{words} {given} labelled here." if given else words)
        if self._at > 0 or self._done:
            ui.run_javascript(
                f"setTimeout(() => getHtmlElement({self._table.id})"
                "?.querySelector('.md-row--open')?.scrollIntoView({block: 'nearest'}), 60)"
            )
