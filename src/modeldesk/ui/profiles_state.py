"""Which profiles are shown side by side, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from modeldesk.services.profile_choices import ProfileChoice
from modeldesk.ui.day_ranges import page_in, whole_number

PLACES = ("a", "b", "c")
"""The address's parameters for the first, the second and the third profile."""

_REFERENCE = "reference"
_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilesState:
    """The choices that an address carries."""

    choices: tuple[ProfileChoice | None, ...] = (None, None, None)
    """One for each of `PLACES`; ``None`` where nothing is chosen."""
    q: str = ""
    """What a column's name has in it."""
    page: int = 1
    """Which page of the columns, from 1."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> ProfilesState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> ProfilesState.read({"a": "1:reference", "b": "1:2026-03-01", "c": "x"}).query()
        '?a=1%3Areference&b=1%3A2026-03-01'
        """
        return cls(
            choices=tuple(read_choice(query.get(place, "")) for place in PLACES),
            q=query.get("q", "")[:_LONGEST],
            page=page_in(query),
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on."""
        given: dict[str, object] = {
            place: "" if choice is None else write_choice(choice)
            for place, choice in zip(PLACES, self.choices, strict=True)
        }
        given |= {"q": self.q, "page": "" if self.page == 1 else self.page}
        return "?" + urlencode({name: value for name, value in given.items() if value})


def read_choice(text: str) -> ProfileChoice | None:
    """Read what `write_choice` wrote; ``None`` for anything else.

    >>> read_choice("2:2026-03-01..2026-03-07:country=DE").words
    '2026-03-01 to 2026-03-07, v2, country=DE'
    """
    number, _, rest = text.partition(":")
    version = whole_number(number)
    when, _, segment = rest.partition(":")
    if version is None or not when:
        return None
    if when == _REFERENCE:
        return ProfileChoice(version=version)
    first, _, last = when.partition("..")
    try:
        begin = date.fromisoformat(first)
        end = date.fromisoformat(last) if last else begin
    except ValueError:
        return None
    if end < begin:
        return None
    return ProfileChoice(version=version, first=begin, last=end, segment=segment[:_LONGEST])


def write_choice(choice: ProfileChoice) -> str:
    """Return a choice as it stands in an address: version, days, and maybe a segment.

    >>> write_choice(ProfileChoice(version=2, first=date(2026, 3, 1), last=date(2026, 3, 2)))
    '2:2026-03-01..2026-03-02'
    """
    if choice.first is None:
        return f"{choice.version}:{_REFERENCE}"
    last = choice.last or choice.first
    days = f"{choice.first}" if last == choice.first else f"{choice.first}..{last}"
    return f"{choice.version}:{days}" + (f":{choice.segment}" if choice.segment else "")
