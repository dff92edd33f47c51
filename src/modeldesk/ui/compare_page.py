"""Comparisons of one model: two versions, groups of rows, and two ranges of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from nicegui import ui

from modeldesk.desk import Desk
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside, first
from modeldesk.ui.compare_data import CompareData
from modeldesk.ui.compare_state import CompareState, Sort
from modeldesk.ui.following import follow
from modeldesk.ui.frame import frame, head, tabs
from modeldesk.ui.groups_view import GroupsView
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.news import News
from modeldesk.ui.places import COMPARE
from modeldesk.ui.ranges_view import RangesView
from modeldesk.ui.site import Site
from modeldesk.ui.versions_view import VersionsView
from modeldesk.ui.views import Visit

_SORTS = {
    Sort.VERSIONS: ("Versions", "Two versions on the same rows: which is better, and for whom."),
    Sort.GROUPS: ("Groups", "One version on groups of rows: does it treat them alike?"),
    Sort.RANGES: (
        "Two ranges",
        "One version in two ranges of time: what has its performance changed by?",
    ),
}
"""What is compared, and the question that it answers."""


class _View(Protocol):
    """What is below the choice of what is compared."""

    def build(self, state: CompareState) -> None:
        """Add it."""


class ComparePage:
    """One open page; every choice goes into the address.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose comparisons.
    state
        What the address asks for.
    """

    def __init__(
        self, site: Site, appearance: Appearance, *, model: str, state: CompareState
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._state = state
        self._buttons: dict[Sort, ui.element] = {}
        self._news = News("refresh", self._reload)
        self._known: dict[int, object] = {}

    async def build(self) -> None:
        """Build the page."""
        with frame(self._site, self._appearance, model=self._model), block("md-bones"):
            data = await first(CompareData.load, self._site.desk, self._model, self._state)
            if data is None:
                return
            self._data = data
            champion = data.champion
            head(self._model, champion.description, tag=f"v{champion.number}")
            tabs(self._site, self._model, COMPARE)
            with block("md-compare-sorts"):
                with block("md-choices") as group:
                    group.props["role"] = "group"
                    group.props["aria-label"] = "What is compared"
                    for sort, (words, _) in _SORTS.items():
                        self._buttons[sort] = self._button(sort, words)
                self._words = text("span", "", "md-soft md-small")
                with block("md-compare-end"):
                    self._news.build()
            self._body = block("md-bones")
            testable(self._body, "compare")
            self._fill()
            follow(self._look)

    def _button(self, sort: Sort, words: str) -> ui.element:
        button = ui.element("button").on("click", lambda: self._choose(sort))
        button.props["type"] = "button"
        with button:
            text("span", words)
        testable(button, f"sort-{sort}")
        return button

    def _choose(self, sort: Sort) -> None:
        if sort is not self._state.sort:
            self._move(replace(self._state, sort=sort))
            self._fill()

    def _fill(self) -> None:
        for sort, button in self._buttons.items():
            button.props["aria-pressed"] = "true" if sort is self._state.sort else "false"
            button.update()
        self._words.set_text(_SORTS[self._state.sort][1])
        self._body.clear()
        with self._body:
            self._view = self._new_view()
            self._view.build(self._state)

    def _new_view(self) -> _View:
        match self._state.sort:
            case Sort.GROUPS:
                view: type[GroupsView | RangesView | VersionsView] = GroupsView
            case Sort.RANGES:
                view = RangesView
            case _:
                view = VersionsView
        return view(
            self._site, self._appearance, model=self._model, data=self._data, move=self._move
        )

    async def _look(self) -> None:
        """Tell that there are new rows, labels or versions, without moving what is read."""
        data, state = self._data, self._state
        numbers = (
            state.one or data.one.number,
            state.other or data.other.number,
            state.version or data.version.number,
        )
        found = await aside(_marks, self._site.desk, self._model, numbers)
        if state is not self._state:
            return
        if any(self._known.get(number, mark) != mark for number, mark in found.items()):
            self._news.tell("New rows or labels")
        self._known = found | self._known

    async def _reload(self) -> None:
        """Compare once more."""
        self._data = await aside(CompareData.load, self._site.desk, self._model, self._state)
        self._forget()
        self._fill()

    def _forget(self) -> None:
        """Take what is shown from now on for the newest."""
        self._known = {}
        self._news.forget()

    def _move(self, state: CompareState) -> None:
        """Put a choice into the address."""
        self._state = state
        self._forget()
        ui.navigate.history.replace(state.query())


def _marks(desk: Desk, model: str, numbers: Sequence[int]) -> dict[int, object]:
    """Return what stays the same as long as comparisons of versions do; 0 stands for the model."""
    marks: dict[int, object] = {0: len(desk.registry.versions(model))}
    for number in set(numbers):
        marks[number] = desk.performance_marks.of(model, version=number)
    return marks


def opened(visit: Visit) -> ComparePage:
    """Open the page."""
    state = CompareState.read(visit.query)
    return ComparePage(visit.site, visit.appearance, model=visit.model, state=state)
