"""Up to three profiles of a model side by side: any days, segments, versions, references."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from nicegui import events, ui

from modeldesk.desk import Desk
from modeldesk.errors import ModeldeskError
from modeldesk.services.profile_choices import ChosenProfile, ProfileChoice, ProfilesReport
from modeldesk.services.views import VersionView
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.column_state import ColumnState
from modeldesk.ui.compared_columns import CARD, CARDS_A_PAGE, ShownCards, cards
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.places import PROFILES
from modeldesk.ui.profile_slots import LETTERS, Offered, profile_slots, usual_choices
from modeldesk.ui.profiles_state import ProfilesState
from modeldesk.ui.site import Site
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import trouble
from modeldesk.ui.views import Visit
from modeldesk.ui.wording import count, plural


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilesData:
    """Everything that the page shows."""

    version: VersionView
    """The champion."""
    offered: Offered
    choices: tuple[ProfileChoice | None, ...]
    """What is shown at each place."""
    report: ProfilesReport | None
    trouble: ModeldeskError | None
    """Why there is no report."""

    @staticmethod
    def load(desk: Desk, model: str, state: ProfilesState) -> ProfilesData:
        """Read it from the services; `NotFound` when there is no such model."""
        champion = desk.registry.version(model)
        versions = desk.registry.versions(model)
        known = {each.number for each in versions}
        choices = tuple(
            each if each is not None and each.version in known else None for each in state.choices
        )
        wanted = {champion.number, *(each.version for each in choices if each is not None)}
        offered = Offered(
            versions=versions,
            segments={n: desk.monitoring.segments(model, version=n) for n in wanted},
            days={n: desk.profiles.days(model, n) for n in wanted},
        )
        if choices[0] is None:
            day = desk.profiles.telling_day(model, champion.number)
            usual = usual_choices(champion.number, day)
            chosen_some = any(each is not None for each in choices)
            choices = (usual[0], *choices[1:]) if chosen_some else usual
        report, problem = None, None
        try:
            report = desk.profiles.compare(model, [each for each in choices if each is not None])
        except ModeldeskError as error:
            problem = error  # the fields above it lead out
        return ProfilesData(
            version=champion, offered=offered, choices=choices, report=report, trouble=problem
        )

    @property
    def places(self) -> tuple[int, ...]:
        """At which place each profile of the report stands."""
        return tuple(place for place, each in enumerate(self.choices) if each is not None)


class ProfilesPage:
    """One open page; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose profiles they are.
    state
        What the address asks for.
    """

    def __init__(
        self, site: Site, appearance: Appearance, *, model: str, state: ProfilesState
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._state = state
        self._asked = 0

    async def build(self) -> None:
        """Build the page."""
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            data = await first(ProfilesData.load, self._site.desk, self._model, self._state)
            if data is None:
                return
            self._data = data
            head(self._model, data.version.description, tag=f"v{data.version.number}")
            tabs(self._site, self._model, PROFILES)
            self._body = block("md-bones")
            testable(self._body, "profiles")
            self._take()
            follow(self._look)

    def _take(self) -> None:
        """Show all anew, the fields as well."""
        self._chosen = self._data.choices
        self._other_fields = False
        self._fill()

    def _fill(self) -> None:
        self._body.clear()
        data = self._data
        with self._body:
            self._words = profile_slots(data.offered, data.choices, self._told(), self._choose)
            self._below = block("md-bones")
        self._fill_below()

    def _fill_below(self) -> None:
        """Show what belongs to the chosen profiles; the fields above stay as they are."""
        self._below.clear()
        with self._below:
            if self._data.trouble is not None:
                trouble(self._data.trouble)
            if self._data.report is not None:
                self._columns(self._data.report)

    def _tell(self) -> None:
        """Say in place what was found."""
        told = self._told()
        for place, element in self._words.items():
            element.set_text(told[place])

    def _told(self) -> list[str]:
        """Say what was found at each place."""
        found: dict[int, ChosenProfile] = {}
        if self._data.report is not None:
            found = dict(zip(self._data.places, self._data.report.chosen, strict=True))
        return [_words(found[place]) if place in found else "" for place in range(len(LETTERS))]

    def _columns(self, report: ProfilesReport) -> None:
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Columns")
                self._note = text("span", "", "md-card-note")
                with block("md-card-end"):
                    search = ui.input(value=self._state.q, placeholder="Find a column")
                    search.props("outlined dense clearable debounce=250")
                    search.classes("md-field md-field--find")
                    search.props["aria-label"] = "Find a column"
                    search.on_value_change(self._find)
                    testable(search, "find")
            self._cards = SlotTable(rows=[], columns=[], row_key="key")
            self._cards.props("grid hide-header hide-pagination :rows-per-page-options=[0]")
            self._cards.classes("md-over-grid")
            self._cards.template("item", CARD)
            testable(self._cards, "compared")
            self._none = text("p", "No column has this in its name.", "md-none")
            self._none.props["role"] = "status"
            with block("md-pages") as self._pages:
                self._where = text("span", "", "md-faint md-small md-num")
                self._back = self._turn("Previous", -1)
                self._forth = self._turn("Next", 1)
        self._show(report)

    def _show(self, report: ProfilesReport) -> None:
        """Draw the columns of the page that is asked for, and no others."""
        shown = ShownCards.of(report.names, self._state.q, self._state.page)
        self._shown = shown
        version = self._data.choices[self._data.places[0]]
        state = ColumnState(version=None if version is None else version.version)
        # Relative, so that it holds behind a proxy that serves the pages below a path.
        self._cards.rows = [
            card | {"address": f"columns/{quote(name, safe='')}{state.query()}"}
            for card, name in zip(
                cards(report, self._data.places, shown.names), shown.names, strict=True
            )
        ]
        order = ", those first that differ most" if report.pairs else ""
        self._note.set_text(f"{plural(shown.found, 'column')}{order}")
        self._none.set_visibility(not shown.found)
        self._pages.set_visibility(shown.pages > 1)
        begin = (shown.page - 1) * CARDS_A_PAGE
        last = begin + len(shown.names)
        self._where.set_text(f"{count(begin + 1)} to {count(last)} of {count(shown.found)}")
        self._back.set_enabled(shown.page > 1)
        self._forth.set_enabled(shown.page < shown.pages)

    def _turn(self, words: str, step: int) -> ui.button:
        def turn() -> None:
            self._look_for(replace(self._state, page=self._shown.page + step))

        button = ui.button(words, on_click=turn, color=None).props("flat no-caps")
        button.classes("md-btn md-btn--quiet md-btn--small")
        testable(button, f"compared-{words.lower()}")
        return button

    def _find(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._look_for(replace(self._state, q=event.value or "", page=1))

    def _look_for(self, state: ProfilesState) -> None:
        self._state = state
        ui.navigate.history.replace(state.query())
        if self._data.report is not None:
            self._show(self._data.report)

    async def _choose(self, place: int, choice: ProfileChoice | None) -> None:
        """Show another profile at a place."""
        choices = list(self._chosen)
        self._other_fields |= not _same_fields(choices[place], choice)
        choices[place] = choice
        self._chosen = tuple(choices)
        self._state = replace(self._state, choices=self._chosen, page=1)
        ui.navigate.history.replace(self._state.query())
        self._asked += 1
        asked = self._asked
        try:
            data = await aside(ProfilesData.load, self._site.desk, self._model, self._state)
        except ModeldeskError as error:
            self._body.clear()
            with self._body:
                trouble(error, retry=ui.navigate.reload)
            return
        if asked != self._asked:
            return
        self._data = data
        if self._other_fields:
            self._take()
            return
        # Somebody may be in the middle of the next field.
        self._tell()
        self._fill_below()

    async def _look(self) -> None:
        """Show what has changed since, in place; fields that somebody uses stay untouched."""
        asked, report, desk = self._asked, self._data.report, self._site.desk
        if report is None:
            return
        choices = [each.choice for each in report.chosen]
        rows = await aside(desk.profiles.rows, self._model, choices)
        if rows == tuple(each.profile.rows for each in report.chosen):
            return
        found = await aside(desk.profiles.compare, self._model, choices)
        if asked != self._asked:
            return
        self._data = replace(self._data, report=found)
        self._tell()
        self._show(found)


def _same_fields(before: ProfileChoice | None, now: ProfileChoice | None) -> bool:
    """Whether two choices differ in nothing but days or segment, which need no other fields."""
    if before is None or now is None or before.version != now.version:
        return False
    return before.first is not None and now.first is not None


def _words(found: ChosenProfile) -> str:
    rows = plural(found.profile.rows, "row")
    if found.choice.first is None:
        return rows
    return f"{rows}, {plural(found.days, 'day')}" if found.days else "no traffic on these days"


def opened(visit: Visit) -> ProfilesPage:
    """Open the page."""
    state = ProfilesState.read(visit.query)
    return ProfilesPage(visit.site, visit.appearance, model=visit.model, state=state)
