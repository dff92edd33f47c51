"""Keys for programs: made, shown once, revoked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import CHANGES, Scope, caller
from modeldesk.services.keys import CreatedKey, KeyView
from modeldesk.ui.admin_state import AdminState
from modeldesk.ui.background import aside, first
from modeldesk.ui.copying import copy_button
from modeldesk.ui.element_table import cell, element_table, room, row
from modeldesk.ui.forms import Question, button, dress, labelled, small
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import Precision, moment, since
from modeldesk.ui.pager import Pager, last_page
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty, say, trouble
from modeldesk.ui.wording import count, utc

KEYS_A_PAGE = 25
_MOST_MODELS = 1_000
_FEW = 3

SCOPES = {
    Scope.PREDICT: "Ask models",
    Scope.INGEST: "Log rows, label and flag",
    Scope.READ: "See all that is shown",
    Scope.ADMIN: "Change everything",
}
EXPIRIES = {30: "after 30 days", 90: "after 90 days", 365: "after a year", 0: "never"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    keys: tuple[KeyView, ...]
    models: tuple[str, ...]


class KeysSection:
    """The keys, and a form for another.

    Parameters
    ----------
    site
        The services.
    state
        What the address asks for.
    """

    def __init__(self, site: Site, state: AdminState) -> None:
        self._site = site
        self._state = state
        self._page = state.page
        self._pager = Pager(KEYS_A_PAGE, self._turn)

    async def build(self) -> None:
        """Add the section."""
        data = await first(self._load)
        if data is None:
            return
        self._data = data
        self._question = Question()
        if not self._site.secured:
            with block("md-notice") as notice:
                testable(notice, "keys-not-asked")
                ui.icon("lock_open")
                text(
                    "p",
                    "Signing in is off, so that no key is asked for. Keys that are made now are "
                    "good as soon as it is on: see Users.",
                )
        with block("md-admin-grid"):
            with block("md-card"):
                with block("md-card-head"):
                    text("h2", "Keys for programs")
                    self._count = text("span", "", "md-card-note")
                self._body = block("")
                self._pager.build()
            self._form()
        self._shown_once()
        self._fill()

    def _load(self) -> _Loaded:
        caller().check(CHANGES)
        desk = self._site.desk
        return _Loaded(keys=desk.keys.list()[::-1], models=desk.registry.names()[:_MOST_MODELS])

    async def _turn(self, page: int) -> None:
        self._page = page
        state = AdminState(tab=self._state.tab, page=page)
        ui.navigate.history.replace(state.query())
        self._fill()

    def _fill(self) -> None:
        keys, now = self._data.keys, self._site.clock.now()
        # What is good stands above what was.
        keys = tuple(sorted(keys, key=lambda key: not key.good_at(now)))
        page = min(self._page, last_page(len(keys), KEYS_A_PAGE))
        good = sum(key.good_at(now) for key in keys)
        self._count.set_text(f"{count(good)} good" if keys else "")
        self._body.clear()
        with self._body:
            if not keys:
                words = "Programs send one with each request: make it beside this list."
                empty("vpn_key", "No keys yet", words, small=True)
            else:
                headings = ("Key", "Good for", "Models", "Expires", "Last used", "")
                with element_table(headings, label="Keys", name="keys"):
                    for key in keys[(page - 1) * KEYS_A_PAGE : page * KEYS_A_PAGE]:
                        self._row(key)
        self._pager.show(page=page, total=len(keys))

    def _row(self, key: KeyView) -> None:
        now = self._site.clock.now()
        good = key.good_at(now)
        with row(f"key-{key.name}") as line:
            line.classes("" if good else "md-gone")
            with room():
                text("div", key.name, "md-name")
                words = text("div", f"{key.prefix}_...", "md-mono md-faint")
                words.props["title"] = f"Made {utc(key.created_at)}"
            with room(), block("md-tags"):
                for scope in key.scopes:
                    text("span", scope, "md-tag").props["title"] = SCOPES[scope]
            names = key.models or ()
            more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
            told = ", ".join(names[:_FEW]) + more if key.models is not None else "all"
            cell(told or "none", "md-wrap-any", title=", ".join(names[:50]))
            with room():
                _expiry(key)
            with room():
                since(key.last_used_at, now)
            with room("md-acts"):
                if good:
                    small("Revoke", self._asking(key), "revoke")

    def _form(self) -> None:
        with block("md-card") as card:
            testable(card, "add-key")
            with block("md-card-head"):
                text("h2", "Make a key")
            with block("md-card-body md-form"):
                with labelled("Name", "By which people know it, such as nightly-batch"):
                    self._name = ui.input()
                    dress(self._name, "Name", "new-key-name")
                    self._name.props("autocomplete=off maxlength=100")
                with labelled("Good for"), block("md-checks"):
                    self._scopes = {scope: self._scope(scope) for scope in Scope}
                with labelled("Models", "None chosen: all, also later ones"):
                    self._models = ui.select(
                        list(self._data.models), multiple=True, value=[], with_input=True
                    )
                    dress(self._models, "Models", "new-key-models")
                    self._models.props("use-chips")
                with labelled("Expires"):
                    self._days = ui.select(dict(EXPIRIES), value=90)
                    dress(self._days, "Expires", "new-key-expiry")
                self._wrong = block("md-form-wrong")
                button("Make key", self._make, "make-key", main=True)

    def _scope(self, scope: Scope) -> ui.checkbox:
        found = ui.checkbox(value=scope is Scope.PREDICT).props("dense").classes("md-check")
        with found, block("md-check-words", tag="span"):
            text("b", scope)
            text("span", SCOPES[scope], "md-faint")
        found.props["aria-label"] = f"{scope}: {SCOPES[scope]}"
        testable(found, f"scope-{scope}")
        return found

    async def _make(self) -> None:
        self._wrong.clear()
        name = (self._name.value or "").strip()
        try:
            caller().check(CHANGES)
            made = await aside(
                self._site.desk.keys.create,
                name,
                scopes=[scope for scope, box in self._scopes.items() if box.value],
                models=tuple(self._models.value or ()),
                days=self._days.value or None,
            )
        except ModeldeskError as error:
            with self._wrong:
                trouble(error)
            return
        self._name.set_value("")
        self._show(made)
        self._data = await aside(self._load)
        self._fill()

    def _shown_once(self) -> None:
        self._dialog = ui.dialog().props("persistent")
        with self._dialog, ui.card().classes("md-dialog md-dialog--key") as card:
            testable(card, "made-key")
            self._made = block("md-made")
            with block("md-dialog-foot"):
                button("I have kept it", self._close, "key-kept", main=True)

    def _show(self, made: CreatedKey) -> None:
        self._made.clear()
        with self._made:
            text("h2", f"The key {made.view.name}")
            words = "This is the only time that it can be read. Keep it where secrets are kept."
            text("p", words, "md-soft")
            with block("md-snippet md-key-snippet"):
                with block("md-snippet-head"):
                    text("h3", "Authorization: Bearer")
                    copy_button("Copy the key")
                testable(text("pre", made.key, "md-code"), "the-key")
        self._dialog.open()

    def _close(self) -> None:
        self._made.clear()
        self._dialog.close()

    def _asking(self, key: KeyView) -> Callable[[], None]:
        async def revoke() -> None:
            caller().check(CHANGES)
            await aside(self._site.desk.keys.revoke, key.name)
            self._data = await aside(self._load)
            self._fill()
            say(f"The key {key.name} is revoked.", icon="check_circle")

        words = (
            "Programs that use it are refused within a second. It cannot be made good again, and "
            "its name is never used again."
        )
        return lambda: self._question.ask(f"Revoke {key.name}?", words, verb="Revoke", act=revoke)


def _expiry(key: KeyView) -> None:
    """Say until when a key is good, or why it is not."""
    ended = key.revoked_at or key.expires_at
    if ended is None:
        text("span", "never")
        return
    if key.revoked_at is not None:
        text("span", "revoked ")
    moment(ended, precision=Precision.DAY)
