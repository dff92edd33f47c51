"""The versions of one model: how good each is, which answers, and how that is changed."""

from __future__ import annotations

from dataclasses import replace

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.loading import EXTERNAL
from modeldesk.store import CHAMPION
from modeldesk.ui.alias_card import AliasCard
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, breath, first
from modeldesk.ui.browser_address import reached_at
from modeldesk.ui.day_ranges import RANGES
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, testable
from modeldesk.ui.move_history import MoveHistory
from modeldesk.ui.places import VERSIONS
from modeldesk.ui.site import Site
from modeldesk.ui.states import say
from modeldesk.ui.version_drawer import VersionDrawer
from modeldesk.ui.version_line_card import VersionLineCard
from modeldesk.ui.version_table import VersionTable
from modeldesk.ui.versions_data import VersionsData
from modeldesk.ui.versions_state import VersionsState
from modeldesk.ui.views import Visit

_LOOK_SECONDS = 10.0


class VersionsPage:
    """One open page; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose versions.
    state
        What the address asks for.
    """

    def __init__(
        self, site: Site, appearance: Appearance, *, model: str, state: VersionsState
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._state = state
        self._line = VersionLineCard(
            appearance, choose=self._choose_measure, show=self._choose_version
        )
        self._aliases = AliasCard(site, model, show=self._choose_version, changed=self._changed)
        self._table = VersionTable(show=self._choose_version, turn=self._turn)
        self._history = MoveHistory()
        self._drawer = VersionDrawer(site, model, promote=self._promote, close=self._close)

    async def build(self) -> None:
        """Build the page."""
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            data = await first(self._load)
            if data is None:
                return
            self._data = data
            self._head()
            tabs(self._site, self._model, VERSIONS)
            await breath()
            with block("md-grid-versions"):
                self._line.build(data, self._measure, self._state.version)
                await breath()
                self._aliases.build(data.standing, here=data.champion.flavor != EXTERNAL)
            await breath()
            now = self._site.clock.now()
            self._table.build(data, self._measure, self._state.version, now)
            self._history.build(data.standing.moves, now)
            self._drawer.build()
            follow(self._look, seconds=_LOOK_SECONDS)
            # Once the browser is there: what takes longer must not hold up the first answer.
            ui.timer(0, self._after, once=True)

    def _load(self) -> VersionsData:
        now = self._site.clock.now()
        return VersionsData.load(self._site.desk, self._model, self._state, now)

    @property
    def _measure(self) -> str | None:
        return self._data.measure(self._state.measure)

    def _head(self) -> None:
        champion = self._data.champion
        with head(self._model, champion.description, tag=f"v{champion.number}"):
            field = ui.select(RANGES, value=self._state.days, on_change=self._pick_range)
            field.props("outlined dense options-dense").classes("md-field")
            field.props["aria-label"] = "Range of live labels"
            testable(field, "range")

    async def _after(self) -> None:
        reached = await reached_at()
        if reached is not None:
            self._drawer.reached(reached)
        await self._drawer.show(self._state.version, self._data.standing)
        await self._weigh()

    async def _weigh(self) -> None:
        """Read how large the versions' files are, which may lie far away."""
        numbers = [each.version.number for each in self._data.page.listed]
        sizes = await aside(self._site.desk.version_list.sizes, self._model, numbers)
        self._table.weigh(sizes)

    async def _look(self) -> None:
        """Show what has happened since, if anything has."""
        state = self._state
        data = await aside(self._load)
        if state == self._state and data != self._data:
            self._show(data)

    def _show(self, data: VersionsData) -> None:
        standing = self._data.standing
        self._data = data
        now = self._site.clock.now()
        self._line.fill(data, self._measure, self._state.version)
        self._table.fill(data, self._measure, self._state.version, now)
        if data.standing != standing:
            self._aliases.fill(data.standing)
            self._history.fill(data.standing.moves, now)

    async def _reload(self) -> None:
        """Read everything again, after a choice or a change."""
        state = self._state
        try:
            data = await aside(self._load)
        except ModeldeskError as error:
            say(f"{error.message} {error.hint}".strip(), icon="error_outline")
            return
        if state == self._state:
            self._show(data)

    async def _changed(self) -> None:
        """Show what somebody has just changed here."""
        await self._reload()
        if self._state.version is not None:
            await self._drawer.show(self._state.version, self._data.standing)

    async def _pick_range(self, event: events.ValueChangeEventArguments[int]) -> None:
        self._move(replace(self._state, days=event.value))
        await self._reload()

    async def _choose_measure(self, measure: str) -> None:
        self._move(replace(self._state, measure=measure))
        self._show(self._data)

    async def _choose_version(self, number: int) -> None:
        self._move(replace(self._state, version=number))
        self._show(self._data)
        await self._drawer.show(number, self._data.standing)

    async def _close(self) -> None:
        self._move(replace(self._state, version=None))
        self._show(self._data)
        await self._drawer.show(None, self._data.standing)

    async def _turn(self, below: int | None) -> None:
        """List versions that are older than one, or the newest."""
        self._move(replace(self._state, below=below))
        await self._reload()
        await self._weigh()

    async def _promote(self, number: int) -> None:
        await self._aliases.move(CHAMPION, number)

    def _move(self, state: VersionsState) -> None:
        self._state = state
        ui.navigate.history.replace(state.query())


def opened(visit: Visit) -> VersionsPage:
    """Open the page."""
    state = VersionsState.read(visit.query)
    return VersionsPage(visit.site, visit.appearance, model=visit.model, state=state)
