"""The dialog that shares a model's traffic between champion, canary and shadow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from modeldesk.errors import InvalidArgument, ModeldeskError
from modeldesk.schema import Canary, Routing, Shadow
from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.views import VersionView
from modeldesk.ui.alias_dialog import testable_text, version_name
from modeldesk.ui.alias_words import sharing_words
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.site import Site
from modeldesk.ui.states import say, trouble

_NONE = 0
_OWN_KEY = ""
_MOST_KEYS = 500
"""Inputs that can be chosen as key; more belong into the API."""
_USUAL_SHARE = 10.0


class RoutingDialog:
    """Asks who gets which share, says what that does, and does it.

    Parameters
    ----------
    site
        The services.
    model
        Whose traffic.
    done
        Called after it is shared differently.
    """

    def __init__(self, site: Site, model: str, *, done: Callable[[], Awaitable[None]]) -> None:
        self._site = site
        self._model = model
        self._done = done
        self._act: ui.button | None = None

    def build(self) -> None:
        """Add the dialog, closed."""
        self._dialog = ui.dialog()
        self._dialog.props["aria-label"] = "Share traffic"
        with self._dialog, ui.card().classes("md-dialog") as card:
            testable(card, "routing-dialog")
            self._card = block("md-versions-ask")

    async def open(self, routing: Routing, champion: int) -> None:
        """Ask about the model's traffic, as it is shared now."""
        try:
            versions = await aside(self._site.desk.registry.versions, self._model)
        except ModeldeskError as error:
            say(error.message, icon="error_outline")
            return
        self._before, self._champion = routing, champion
        self._act = None
        self._card.clear()
        with self._card:
            self._content(versions, routing, champion)
        self._explain()
        self._dialog.open()

    def _content(self, versions: tuple[VersionView, ...], routing: Routing, champion: int) -> None:
        others = {
            each.number: version_name(each)
            for each in reversed(versions)
            if each.number != champion and each.flavor != EXTERNAL
        }
        canary, shadow = routing.canary, routing.shadow
        text("h2", "Share traffic")
        text("div", "Canary: answers some of the requests", "md-label")
        with block("md-versions-share"):
            self._canary = self._choice(
                others, None if canary is None else canary.version, "Canary", "canary"
            )
            percent = canary.percent if canary is not None else _USUAL_SHARE
            self._share = ui.number(
                value=percent, min=0, max=100, suffix="%", on_change=self._explain
            )
            self._dress(self._share, "Share of the canary in per cent", "canary-share")
        inputs = next(each for each in versions if each.number == champion).signature.inputs
        keys = {_OWN_KEY: "The row's own key"}
        keys |= {each.name: f"Input {each.name}" for each in inputs[:_MOST_KEYS]}
        key = canary.key if canary is not None and canary.key in keys else _OWN_KEY
        text("div", "Who gets the canary is decided by", "md-label")
        self._key = ui.select(keys, value=key, on_change=self._explain)
        self._dress(self._key, "What decides who gets the canary", "canary-key")
        text("div", "Shadow: predicts the same rows, answers nobody", "md-label")
        self._shadow = self._choice(
            others, None if shadow is None else shadow.version, "Shadow", "shadow"
        )
        self._says = testable_text("routing-says")
        self._trouble = block("md-versions-trouble")
        with block("md-dialog-foot"):
            cancel = ui.button("Cancel", on_click=self._dialog.close, color=None)
            cancel.props("flat no-caps").classes("md-btn md-btn--quiet")
            self._act = ui.button("Share it so", on_click=self._do, color=None)
            self._act.props("unelevated no-caps").classes("md-btn md-btn--main")
            testable(self._act, "routing-do")

    def _choice(
        self, others: dict[int, str], value: int | None, label: str, name: str
    ) -> ui.select:
        options = {_NONE: f"No {label.lower()}"} | others
        start = value if value in options else _NONE
        field = ui.select(options, value=start, on_change=self._explain)
        self._dress(field, label, name)
        return field

    def _dress(self, field: ui.select | ui.number, label: str, name: str) -> None:
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = label
        testable(field, name)

    def _wanted(self) -> Routing:
        """Return what the fields say; `InvalidArgument` where the share is none."""
        canary: Canary | None = None
        if self._canary.value:
            if self._share.value is None:
                message = "The canary needs a share of the traffic."
                raise InvalidArgument(message, hint="Give 0 to 100 percent.")
            canary = Canary(
                version=int(self._canary.value),
                percent=float(self._share.value),
                key=str(self._key.value) or None,
            )
        shadow = Shadow(version=int(self._shadow.value)) if self._shadow.value else None
        return Routing(canary=canary, shadow=shadow)

    def _explain(self, _: events.ValueChangeEventArguments[object] | None = None) -> None:
        # Fields tell of themselves while the dialog is built, when not all of them are there.
        if self._act is None:
            return
        try:
            wanted = self._wanted()
        except InvalidArgument as error:
            self._says.set_text(f"{error.message} {error.hint}")
            self._act.set_enabled(False)
            return
        for field in (self._share, self._key):
            field.set_enabled(wanted.canary is not None)
        same = wanted == self._before
        words = sharing_words(wanted, self._champion)
        self._says.set_text(f"{words} That is so already." if same else words)
        self._act.set_enabled(not same)

    async def _do(self) -> None:
        if self._act is None:
            return
        self._trouble.clear()
        self._act.props("loading")
        try:
            caller().check(CHANGES)
            await aside(
                self._site.desk.routes.set, self._model, self._wanted(), expected=self._before
            )
        except ModeldeskError as error:
            with self._trouble:
                testable(trouble(error), "routing-trouble")
            return
        finally:
            self._act.props(remove="loading")
        self._dialog.close()
        say("The traffic is shared so from the next request on.", icon="check_circle")
        await self._done()
