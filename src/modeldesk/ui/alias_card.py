"""The card that says which version answers whom: aliases, canary and shadow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from modeldesk.services.acting import CHANGES, caller
from modeldesk.services.traffic import Held
from modeldesk.store import CHAMPION
from modeldesk.ui.alias_dialog import Act, AliasDialog, Asked
from modeldesk.ui.alias_words import move_words
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import since
from modeldesk.ui.routing_dialog import RoutingDialog
from modeldesk.ui.site import Site
from modeldesk.ui.versions_data import Pointing, Standing
from modeldesk.ui.wording import NOTHING

Open = Callable[[int], Awaitable[None]]


class AliasCard:
    """Shows where aliases point and how traffic is shared, with what may be done about it.

    Parameters
    ----------
    site
        The services.
    model
        Whose aliases.
    show
        Called with a version whose details a person wants to see.
    changed
        Called after something was changed.
    """

    def __init__(
        self, site: Site, model: str, *, show: Open, changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._site = site
        self._show = show
        self._aliases = AliasDialog(site, model, done=changed)
        self._routing = RoutingDialog(site, model, done=changed)

    def build(self, standing: Standing, *, here: bool) -> None:
        """Add the card.

        Parameters
        ----------
        standing
            Who answers.
        here
            Whether the champion is served here: only then is there traffic to share.
        """
        self._may = caller().may(CHANGES)
        self._here = here
        self._aliases.build()
        self._routing.build()
        card = block("md-card")
        testable(card, "standing")
        with card:
            with block("md-card-head"):
                text("h2", "Who answers")
                with block("md-card-end"):
                    if self._may:
                        self._button("New alias", lambda: self._ask(Act.NEW), "new-alias")
            self._body = block("md-standing")
        self.fill(standing)

    def fill(self, standing: Standing) -> None:
        """Show this instead of what is shown."""
        self._standing = standing
        self._body.clear()
        with self._body:
            for each in standing.pointing:
                self._alias(each)
            self._traffic(standing)

    async def move(self, alias: str, version: int) -> None:
        """Ask whether an alias is to point at a version."""
        found = next((each for each in self._standing.pointing if each.alias == alias), None)
        act = Act.NEW if found is None else Act.MOVE
        await self._aliases.open(Asked(act=act, pointing=found, version=version, known=self._known))

    @property
    def _several(self) -> bool:
        """Whether there is another version to go to."""
        return len(self._standing.served.versions) > 1

    @property
    def _known(self) -> dict[str, int]:
        pointing = self._standing.pointing
        return {each.alias: each.version for each in pointing if each.version is not None}

    def _alias(self, each: Pointing) -> None:
        with block("md-standing-row") as row:
            testable(row, f"alias-{each.alias}")
            with block("md-standing-what"):
                with block("md-standing-name"):
                    champion = " md-alias--champion" * (each.alias == CHAMPION)
                    text("span", each.alias, f"md-alias{champion}")
                    self._version(each.version)
                self._since(each)
                held = next((h for h in self._held if h.alias == each.alias), None)
                if held is not None:
                    testable(text("div", _held_words(held), "md-standing-held"), "held")
            if self._may:
                with block("md-standing-acts"):
                    self._acts(each)

    @property
    def _held(self) -> tuple[Held, ...]:
        return self._standing.served.held

    def _since(self, each: Pointing) -> None:
        moved = each.moved
        with block("md-faint md-small"):
            if moved is None:
                text("span", "moved long ago")
                return
            text("span", f"{move_words(moved)}, ")
            since(moved.at, self._site.clock.now())
            text("span", f" by {moved.by}" + (f": {moved.reason}" if moved.reason else ""))

    def _acts(self, each: Pointing) -> None:
        if each.back is not None:
            back = each.back.from_version
            button = self._button("", lambda: self._ask(Act.ROLL_BACK, each), "roll-back", "undo")
            button.props["title"] = f"Roll back to version {back}"
            button.props["aria-label"] = f"Roll {each.alias} back to version {back}"
        if each.version is not None and each.alias != CHAMPION:
            act = self._button("", lambda: self._ask(Act.REMOVE, each), "remove", "delete_outline")
            act.props["title"] = f"Remove {each.alias}"
            act.props["aria-label"] = f"Remove {each.alias}"
        if each.version is not None and self._several:
            self._button("Move", lambda: self._ask(Act.MOVE, each), "move")

    def _traffic(self, standing: Standing) -> None:
        canary, shadow = standing.routing.canary, standing.routing.shadow
        with block("md-standing-row") as row:
            testable(row, "traffic")
            with block("md-standing-what"):
                with block("md-standing-name"):
                    text("span", "canary", "md-alias")
                    self._version(None if canary is None else canary.version)
                    if canary is not None:
                        text("span", f"{canary.percent:g} % of requests", "md-soft md-small")
                words = "answers a share of the champion's requests"
                if canary is not None:
                    key = f"input {canary.key}" if canary.key else "each row's own key"
                    words = f"who gets it is decided by {key}"
                text("div", words, "md-faint md-small")
                with block("md-standing-name md-standing-name--next"):
                    text("span", "shadow", "md-alias")
                    self._version(None if shadow is None else shadow.version)
                words = "predicts the champion's rows beside it and answers nobody"
                text("div", words, "md-faint md-small")
            if self._may and self._several and self._here:
                with block("md-standing-acts"):
                    self._button("Share traffic", self._ask_routing, "share-traffic")

    def _version(self, number: int | None) -> None:
        if number is None:
            text("span", NOTHING, "md-faint")
            return
        link = block("md-link", tag="button")
        link.props["type"] = "button"
        with link:
            text("span", f"v{number}")
        link.on("click", lambda: self._show(number))

    def _button(
        self, words: str, act: Callable[[], object], name: str, icon: str | None = None
    ) -> ui.button:
        button = ui.button(words, icon=icon, on_click=act, color=None)
        button.props("flat no-caps dense")
        button.classes("md-btn md-btn--icon" if not words else "md-btn md-btn--quiet md-btn--small")
        testable(button, name)
        return button

    async def _ask(self, act: Act, pointing: Pointing | None = None) -> None:
        await self._aliases.open(
            Asked(
                act=act,
                pointing=pointing,
                version=max(self._standing.served.versions, key=lambda v: v.version).version,
                known=self._known,
            )
        )

    async def _ask_routing(self) -> None:
        await self._routing.open(self._standing.routing, self._standing.champion)


def _held_words(held: Held) -> str:
    """Say why an alias's requests go elsewhere than it points."""
    because = f": {held.reason}" if held.reason else ", which is being loaded"
    return f"Version {held.version} still answers, not version {held.wanted}{because}"
