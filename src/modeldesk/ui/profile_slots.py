"""The fields that choose which profiles are shown side by side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nicegui import events, ui
from nicegui.elements.mixins.text_element import TextElement

from modeldesk.services.profile_choices import ProfileChoice
from modeldesk.services.views import VersionView
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.profiles_state import PLACES

LETTERS = ("A", "B", "C")
"""What the profiles are called where there is no room for more."""

_REFERENCE, _DAYS = "reference", "days"
_WHAT = {_REFERENCE: "Reference", _DAYS: "Days of traffic"}

Change = Callable[[int, ProfileChoice | None], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What can be chosen."""

    versions: tuple[VersionView, ...]
    segments: Mapping[int, tuple[str, ...]]
    """By version."""
    days: Mapping[int, tuple[date, ...]]
    """Days with traffic by version, oldest first."""


def profile_slots(
    offered: Offered,
    choices: Sequence[ProfileChoice | None],
    rows: Sequence[str],
    change: Change,
) -> dict[int, TextElement]:
    """Add the fields of each profile; returns by place what tells of each that was found.

    Parameters
    ----------
    offered
        What can be chosen.
    choices
        What is, one for each place.
    rows
        What is said of each profile that was found.
    change
        Called with a place and what it is to have; ``None`` takes it away.
    """
    words: dict[int, TextElement] = {}
    with block("md-card"), block("md-slots"):
        for place, choice in enumerate(choices):
            with block("md-slot") as slot:
                testable(slot, f"profile-{PLACES[place]}")
                if choice is None:
                    _empty(place, choices, offered, change)
                else:
                    words[place] = _Slot(place, choice, offered, change).build(rows[place])
    return words


def _empty(
    place: int, choices: Sequence[ProfileChoice | None], offered: Offered, change: Change
) -> None:
    """Offer a further profile: the day before the latest one that is shown, if there is any."""
    version = next((each.version for each in choices if each is not None), 1)
    days = offered.days.get(version, ())
    taken = {each.first for each in choices if each is not None}
    free = [day for day in days if day not in taken]
    choice = ProfileChoice(version=version)
    if free:
        choice = ProfileChoice(version=version, first=free[-1], last=free[-1])

    async def add() -> None:
        await change(place, choice)

    button = ui.button("Add a profile", icon="add", on_click=add, color=None)
    button.props("flat no-caps").classes("md-btn md-btn--quiet")
    testable(button, f"add-{PLACES[place]}")


class _Slot:
    """The fields of one profile."""

    def __init__(self, place: int, choice: ProfileChoice, offered: Offered, change: Change) -> None:
        self._place = place
        self._choice = choice
        self._offered = offered
        self._change = change

    def build(self, words: str) -> TextElement:
        with block("md-slot-head"):
            block(f"md-dot md-dot--{self._place}", tag="i")
            text("b", LETTERS[self._place])
            told = text("span", words, "md-faint md-small md-num")
            if self._place:
                button = ui.button(icon="close", on_click=self._remove, color=None)
                button.props("flat dense").classes("md-btn md-btn--icon")
                button.props["aria-label"] = f"Take away profile {LETTERS[self._place]}"
                testable(button, f"remove-{PLACES[self._place]}")
        with block("md-slot-fields"):
            what = _REFERENCE if self._choice.first is None else _DAYS
            kinds = _WHAT if self._days or what == _DAYS else {_REFERENCE: _WHAT[_REFERENCE]}
            self._select("Rows", "what", kinds, what, self._pick_what)
            if len(self._offered.versions) > 1:
                numbers = {each.number: f"v{each.number}" for each in self._offered.versions}
                self._select(
                    "Version", "version", numbers, self._choice.version, self._pick_version
                )
            if self._choice.first is not None:
                names = self._offered.segments.get(self._choice.version, ())
                if names:
                    options = {"": "All segments"} | {name: name for name in names}
                    known = self._choice.segment if self._choice.segment in options else ""
                    self._select("Segment", "segment", options, known, self._pick_segment)

        if self._choice.first is not None:
            with block("md-slot-fields"):
                self._first = self._date("First day", "first", self._choice.first)
                text("span", "to")
                last = self._choice.last or self._choice.first
                self._last = self._date("Last day", "last", last)
        return told

    @property
    def _days(self) -> tuple[date, ...]:
        return self._offered.days.get(self._choice.version, ())

    def _select(
        self,
        label: str,
        name: str,
        options: Mapping[object, str] | Mapping[str, str] | Mapping[int, str],
        value: object,
        pick: Callable[[events.ValueChangeEventArguments[object]], Awaitable[None]],
    ) -> None:
        field = ui.select(dict(options), value=value, on_change=pick)
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = f"{label} of profile {LETTERS[self._place]}"
        testable(field, f"{PLACES[self._place]}-{name}")

    def _date(self, label: str, name: str, value: date) -> ui.input:
        async def pick(event: events.ValueChangeEventArguments[str | None]) -> None:
            try:
                day = date.fromisoformat(event.value or "")
            except ValueError:
                return  # somebody is still typing
            await self._pick_day(name, day)

        field = ui.input(value=f"{value}", on_change=pick)
        field.props("outlined dense type=date debounce=400").classes("md-field md-field--date")
        field.props["aria-label"] = f"{label} of profile {LETTERS[self._place]} (UTC)"
        field.props["title"] = f"{label}, in UTC"
        testable(field, f"{PLACES[self._place]}-{name}")
        return field

    async def _remove(self) -> None:
        await self._change(self._place, None)

    async def _pick_what(self, event: events.ValueChangeEventArguments[object]) -> None:
        choice = ProfileChoice(version=self._choice.version)
        if event.value == _DAYS and self._days:
            choice = replace(choice, first=self._days[-1], last=self._days[-1])
        await self._change(self._place, choice)

    async def _pick_version(self, event: events.ValueChangeEventArguments[object]) -> None:
        if isinstance(event.value, int):
            choice = replace(self._choice, version=event.value, segment="")
            await self._change(self._place, choice)

    async def _pick_segment(self, event: events.ValueChangeEventArguments[object]) -> None:
        self._choice = replace(self._choice, segment=str(event.value or ""))
        await self._change(self._place, self._choice)

    async def _pick_day(self, name: str, day: date) -> None:
        """Move one end; the other follows where it would be on the wrong side."""
        first = self._choice.first or day
        last = self._choice.last or first
        if day == (first if name == "first" else last):
            return
        if name == "first":
            choice = replace(self._choice, first=day, last=max(last, day) if last > first else day)
        else:
            choice = replace(self._choice, first=min(first, day), last=day)
        self._choice = choice
        self._first.set_value(f"{choice.first}")
        self._last.set_value(f"{choice.last}")
        await self._change(self._place, choice)


def usual_choices(version: int, day: date | None) -> tuple[ProfileChoice | None, ...]:
    """Return what is shown without a choice: a version's reference beside a day, or alone."""
    beside = None if day is None else ProfileChoice(version=version, first=day, last=day)
    return (ProfileChoice(version=version), beside, None)
