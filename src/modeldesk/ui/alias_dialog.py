"""The dialog that moves, removes or rolls back an alias: it says what will happen first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.views import VersionView
from modeldesk.store import AliasMove
from modeldesk.ui.alias_words import moving_words, removing_words, rollback_words
from modeldesk.ui.background import aside
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.site import Site
from modeldesk.ui.states import say, trouble
from modeldesk.ui.versions_data import Pointing
from modeldesk.ui.wording import NOTHING


class Act(StrEnum):
    """What is to be done with an alias."""

    MOVE = "move"
    NEW = "new"
    ROLL_BACK = "roll back"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the dialog is about."""

    act: Act
    pointing: Pointing | None
    """The alias as it was when the dialog was opened; ``None`` of a new one."""
    version: int | None = None
    """Where it is to point, if that is said already."""
    known: Mapping[str, int] = field(default_factory=dict)
    """Where all aliases pointed then."""


_TITLES = {
    Act.MOVE: "Move {}",
    Act.NEW: "New alias",
    Act.ROLL_BACK: "Roll {} back",
    Act.REMOVE: "Remove {}",
}


class AliasDialog:
    """Asks where an alias is to point and why, says what that does, and does it.

    Parameters
    ----------
    site
        The services.
    model
        Whose aliases.
    done
        Called after an alias was moved.
    """

    def __init__(self, site: Site, model: str, *, done: Callable[[], Awaitable[None]]) -> None:
        self._site = site
        self._model = model
        self._done = done
        self._versions: tuple[VersionView, ...] = ()

    def build(self) -> None:
        """Add the dialog, closed."""
        self._dialog = ui.dialog()
        self._dialog.props["aria-label"] = "Alias"
        with self._dialog, ui.card().classes("md-dialog") as card:
            testable(card, "alias-dialog")
            self._card = block("md-versions-ask")

    async def open(self, asked: Asked) -> None:
        """Ask about this alias."""
        self._asked = asked
        if asked.act in {Act.MOVE, Act.NEW}:
            try:
                self._versions = await aside(self._site.desk.registry.versions, self._model)
            except ModeldeskError as error:
                say(error.message, icon="error_outline")
                return
        self._card.clear()
        with self._card:
            self._content(asked)
        self._explain()
        self._dialog.open()

    def _content(self, asked: Asked) -> None:
        name = "" if asked.pointing is None else asked.pointing.alias
        testable(text("h2", _TITLES[asked.act].format(name)), "alias-title")
        self._name: ui.input | None = None
        self._target: ui.select | None = None
        if asked.act is Act.NEW:
            text("div", "Name", "md-label")
            self._name = ui.input(placeholder="challenger", on_change=self._explain)
            self._dress(self._name, "Name of the alias", "alias-name")
            self._name.props("maxlength=100 autofocus")
        if asked.act in {Act.MOVE, Act.NEW}:
            text("div", "Version", "md-label")
            names = {each.number: version_name(each) for each in reversed(self._versions)}
            start = asked.version if asked.version in names else next(iter(names), None)
            self._target = ui.select(names, value=start, on_change=self._explain)
            self._dress(self._target, "Version", "alias-version")
        self._says = testable_text("alias-says")
        text("div", "Reason, for the history (optional)", "md-label")
        self._reason = ui.input()
        self._dress(self._reason, "Reason", "alias-reason")
        self._reason.props("maxlength=1000")
        self._trouble = block("md-versions-trouble")
        with block("md-dialog-foot"):
            cancel = ui.button("Cancel", on_click=self._dialog.close, color=None)
            cancel.props("flat no-caps").classes("md-btn md-btn--quiet")
            testable(cancel, "alias-cancel")
            self._act = ui.button("", on_click=self._do, color=None)
            self._act.props("unelevated no-caps").classes("md-btn md-btn--main")
            testable(self._act, "alias-do")

    def _dress(self, box: ui.select | ui.input, label: str, name: str) -> None:
        box.props("outlined dense options-dense").classes("md-field")
        box.props["aria-label"] = label
        testable(box, name)

    @property
    def _alias(self) -> str:
        if self._asked.pointing is not None:
            return self._asked.pointing.alias
        return "" if self._name is None else str(self._name.value or "").strip()

    @property
    def _before(self) -> int | None:
        """Where the alias pointed when the dialog was opened."""
        if self._asked.pointing is not None:
            return self._asked.pointing.version
        return self._asked.known.get(self._alias)

    @property
    def _wanted(self) -> int | None:
        value = None if self._target is None else self._target.value
        return int(value) if value is not None else None

    def _explain(self, _: events.ValueChangeEventArguments[object] | None = None) -> None:
        """Say what will happen as things are chosen, and let the button say it, too."""
        asked, pointing, before = self._asked, self._asked.pointing, self._before
        sure = True
        match asked.act:
            case Act.REMOVE if before is not None:
                words, button = removing_words(self._alias, before), "Remove"
            case Act.ROLL_BACK if pointing is not None and pointing.back is not None:
                words = rollback_words(self._alias, pointing.back)
                button = f"Roll back to version {pointing.back.from_version}"
            case _ if self._wanted is not None:
                words = moving_words(self._alias or NOTHING, before, self._wanted)
                button = f"{'Make it' if before is None else 'Move to'} version {self._wanted}"
                sure = self._wanted != before and bool(self._alias)
            case _:
                words, button, sure = "There is nothing to do.", "Nothing", False
        verdict = self._verdict()
        self._says.set_text(f"{words} {verdict}" if verdict else words)
        self._act.set_text(button)
        self._act.set_enabled(sure)

    def _verdict(self) -> str:
        """Return what the test set said of the version that is chosen."""
        chosen = next((each for each in self._versions if each.number == self._wanted), None)
        if chosen is None or chosen.test is None:
            return ""
        return f"When it was published: {chosen.test.verdict}"

    async def _do(self) -> None:
        self._trouble.clear()
        self._act.props("loading")
        try:
            caller().check(CHANGES)
            moved = await self._moved()
        except ModeldeskError as error:
            with self._trouble:
                testable(trouble(error), "alias-trouble")
            return
        finally:
            self._act.props(remove="loading")
        self._dialog.close()
        where = "removed" if moved.to_version is None else f"at version {moved.to_version}"
        say(f"The alias {moved.alias} is {where}.", icon="check_circle")
        await self._done()

    async def _moved(self) -> AliasMove:
        aliases, name = self._site.desk.aliases, self._alias
        reason = str(self._reason.value or "").strip()
        pointing, before = self._asked.pointing, self._before or 0
        match self._asked.act:
            case Act.REMOVE:
                call = aliases.remove
                return await aside(call, self._model, name, expected=before, reason=reason)
            case Act.ROLL_BACK:
                back = None if pointing is None or pointing.back is None else pointing.back.move_id
                return await aside(
                    aliases.rollback, self._model, name, expected=back, reason=reason
                )
        wanted = self._wanted or 0
        return await aside(aliases.move, self._model, name, wanted, expected=before, reason=reason)


def testable_text(name: str) -> ui.label:
    """Add a line that is read aloud when it changes."""
    line = ui.label("").classes("md-versions-says")
    line.props["aria-live"] = "polite"
    testable(line, name)
    return line


def version_name(version: VersionView) -> str:
    """Return how a version is called in a field.

    Its aliases tell more than its number does.
    """
    return f"v{version.number}" + "".join(f" ({alias})" for alias in version.aliases)
