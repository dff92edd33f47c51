"""The search that the key / opens on every page, and the list of keys that ? shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.search import LONGEST_SEARCH, Hit, HitKind
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.monitor_state import MonitorState
from modeldesk.ui.places import MONITOR, model_path
from modeldesk.ui.site import Site
from modeldesk.ui.states import trouble

_ICONS = {HitKind.MODEL: "deployed_code", HitKind.COLUMN: "view_column", HitKind.ALERT: "warning"}

# Keys are those of the page only while nobody writes in a field.
_LISTEN = """<script>
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (at.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(at.tagName)) return;
  if (event.key !== '/' && event.key !== '?') return;
  event.preventDefault();
  emitEvent(event.key === '/' ? 'modeldesk_search' : 'modeldesk_keys');
});
</script>"""
# Arrows move among what was found, as the field keeps what is written.
_MOVES = """(event) => {
  if (!['ArrowDown', 'ArrowUp', 'Enter'].includes(event.key)) return;
  const links = [...document.querySelectorAll('[data-testid="search-hits"] a')];
  if (!links.length) return;
  event.preventDefault();
  const marked = links.findIndex((link) => link.classList.contains('md-hit--marked'));
  if (event.key === 'Enter') { links[Math.max(marked, 0)].click(); return; }
  const next = (marked + (event.key === 'ArrowDown' ? 1 : links.length - 1)) % links.length;
  links.forEach((link, at) => link.classList.toggle('md-hit--marked', at === next));
  links[next].scrollIntoView({block: 'nearest'});
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A key, and what it does."""

    keys: str
    words: str


EVERYWHERE = (
    Shortcut(keys="/", words="Search models, columns and alerts"),
    Shortcut(keys="?", words="Show these keys"),
    Shortcut(keys="Esc", words="Close what is open"),
    Shortcut(keys="Tab", words="Go to the next thing that can be used"),
)
"""The keys of every page."""


class SearchDialog:
    """Finds things while somebody writes, and leads there.

    Parameters
    ----------
    site
        The services.
    keys
        What else can be pressed on this page.
    """

    def __init__(self, site: Site, keys: Sequence[Shortcut] = ()) -> None:
        self._site = site
        self._keys = keys
        self._asked = 0

    def build(self) -> None:
        """Add the button, the dialogs, closed, and what listens to the keys."""
        ui.add_body_html(_LISTEN)
        button = ui.button(on_click=self._open, color=None).props("flat no-caps")
        button.classes("md-search-button").props["aria-label"] = "Search"
        testable(button, "open-search")
        with button:
            ui.icon("search")
            text("span", "Search", "md-search-word")
            text("kbd", "/")
        ui.on("modeldesk_search", self._open)
        ui.on("modeldesk_keys", self._show_keys)
        self._dialog = ui.dialog().props("position=top")
        with self._dialog, ui.card().classes("md-dialog md-search") as card:
            card.props["role"] = "search"
            testable(card, "search-dialog")
            self._field = ui.input(placeholder="A model, a column, an alert")
            self._field.props(f"outlined dense autofocus maxlength={LONGEST_SEARCH}")
            self._field.classes("md-field").props["aria-label"] = "Search for"
            testable(self._field, "search-field")
            self._field.on_value_change(self._find)
            self._field.on("keydown", js_handler=_MOVES)
            self._hits = block("md-hits")
            self._hits.props["aria-live"] = "polite"
            testable(self._hits, "search-hits")

    async def _open(self) -> None:
        self._field.set_value("")
        self._dialog.open()
        await self._look("")

    async def _find(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        await self._look(event.value or "")

    async def _look(self, words: str) -> None:
        self._asked += 1
        asked = self._asked
        try:
            found = await aside(self._site.desk.search.find, words)
        except ModeldeskError as error:
            self._hits.clear()
            with self._hits:
                trouble(error)
            return
        if asked == self._asked:
            self._show(words, found)

    def _show(self, words: str, found: Sequence[Hit]) -> None:
        self._hits.clear()
        with self._hits:
            if not found:
                told = f"Nothing is called {words!r}." if words.strip() else "No models yet."
                text("p", told, "md-soft")
            for number, hit in enumerate(found):
                _hit(hit, marked=number == 0)

    async def _show_keys(self) -> None:
        with ui.dialog() as dialog, ui.card().classes("md-dialog") as card:
            testable(card, "keys")
            text("h2", "Keys")
            with block("md-keys", tag="dl"):
                for each in (*EVERYWHERE, *self._keys):
                    with block("", tag="div"):
                        text("dt", each.keys)
                        text("dd", each.words)
            with block("md-dialog-foot"):
                close = ui.button("Close", on_click=dialog.close, color=None)
                close.props("flat no-caps autofocus").classes("md-btn md-btn--quiet")
        dialog.on("hide", dialog.delete)
        dialog.open()


def _hit(hit: Hit, *, marked: bool) -> None:
    with ui.link(target=_address(hit)).classes("md-hit" + " md-hit--marked" * marked):
        ui.icon(_ICONS[hit.kind])
        with block("md-hit-words", tag="span"):
            text("span", hit.title)
            if hit.kind is not HitKind.MODEL:
                text("span", f"{hit.kind} of {hit.model}", "md-faint md-small")


def _address(hit: Hit) -> str:
    if hit.kind is HitKind.MODEL:
        return model_path(hit.model)
    day = None if hit.at is None else f"{hit.at:%Y-%m-%d}"
    return MONITOR.path(hit.model) + MonitorState(column=hit.column, day=day).query()
