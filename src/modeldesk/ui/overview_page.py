"""The overview of one model: whether it is fine, why not, and what happened."""

from __future__ import annotations

from dataclasses import replace

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, breath, first
from modeldesk.ui.day_ranges import RANGES
from modeldesk.ui.drift_card import DriftCard
from modeldesk.ui.event_list import EventList
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.health_card import HealthCard
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.overview_data import OverviewData, summary_of
from modeldesk.ui.overview_figures import OverviewFigures
from modeldesk.ui.overview_state import OverviewState
from modeldesk.ui.own import Look
from modeldesk.ui.performance_card import PerformanceCard
from modeldesk.ui.places import OVERVIEW
from modeldesk.ui.site import Site
from modeldesk.ui.states import say
from modeldesk.ui.timeline_card import TimelineCard
from modeldesk.ui.version_choice import version_choice
from modeldesk.ui.views import Visit

_ALL_OF_IT = 6
"""At every which look all is read anew; else only where the verdict or its figures changed."""


class OverviewPage:
    """One open overview; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose overview it is.
    state
        What the address asks for.
    """

    def __init__(
        self, site: Site, appearance: Appearance, *, model: str, state: OverviewState
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._state = state
        self._asked = 0
        self._looks = 0
        now = site.clock.now
        self._health = HealthCard(model=model, version=state.version)
        self._figures = OverviewFigures()
        self._timeline = TimelineCard(appearance, model=model, now=now)
        self._drift = DriftCard(model=model, version=state.version)
        self._performance = PerformanceCard(model=model, version=state.version)
        self._events = EventList(model=model, now=now)

    async def build(self) -> None:
        """Build the page."""
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            now = self._site.clock.now()
            data = await first(OverviewData.load, self._site.desk, self._model, self._state, now)
            if data is None:
                return
            self._data = data
            self._head()
            tabs(self._site, self._model, OVERVIEW)
            await breath()
            self._health.build(data.summary.health)
            self._figures.build(data, now)
            await breath()
            self._timeline.build(data)
            await breath()
            with block("md-grid-overview"):
                self._drift.build(data)
                await breath()
                self._performance.build(data)
                await breath()
                self._events.build(data.events)
            await breath()
            await self._panels()
            follow(self._look)

    async def _panels(self) -> None:
        """Add the cards that the user wrote."""
        look = Look(desk=self._site.desk, model=self._model, query={}, appearance=self._appearance)
        for own in self._site.own.panels:
            with block("md-card"):
                with block("md-card-head"):
                    text("h2", own.title)
                with block("md-card-body") as room:
                    testable(room, "own-panel")
                    await own.show(look)

    def _head(self) -> None:
        version = self._data.version
        with head(self._model, version.description, tag=f"v{version.number}"):
            choice = ui.select(RANGES, value=self._state.days, on_change=self._pick_range)
            choice.props("outlined dense options-dense").classes("md-field")
            choice.props["aria-label"] = "Range"
            testable(choice, "range")
            version_choice(self._data.versions, version, self._choose_version)

    async def _pick_range(self, event: events.ValueChangeEventArguments[int]) -> None:
        self._state = replace(self._state, days=event.value)
        ui.navigate.history.replace(self._state.query())
        try:
            await self._load()
        except ModeldeskError as error:
            say(str(error), icon="error")

    def _choose_version(self, number: int) -> None:
        state = replace(self._state, version=number)
        ui.navigate.to(OVERVIEW.path(self._model) + state.query())

    async def _look(self) -> None:
        """Show what has changed since; nothing moves where nothing has."""
        desk, now = self._site.desk, self._site.clock.now()
        self._looks += 1
        summary = await aside(summary_of, desk, self._model, self._state, now)
        if summary != self._data.summary or self._looks % _ALL_OF_IT == 0:
            await self._load()
        self._figures.tick(self._data, now)

    async def _load(self) -> None:
        """Read what the address asks for, and show it unless something else was asked since."""
        self._asked += 1
        asked, now = self._asked, self._site.clock.now()
        data = await aside(OverviewData.load, self._site.desk, self._model, self._state, now)
        if asked != self._asked or data == self._data:
            return
        self._data = data
        self._health.show(data.summary.health)
        self._figures.show(data, now)
        self._timeline.show(data)
        self._drift.show(data)
        self._performance.show(data)
        self._events.show(data.events)


def opened(visit: Visit) -> OverviewPage:
    """Open the page."""
    state = OverviewState.read(visit.query)
    return OverviewPage(visit.site, visit.appearance, model=visit.model, state=state)
