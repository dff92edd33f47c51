"""The two profiles behind a comparison, for those who draw it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Self

from modeldesk.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sides:
    """What was compared with what."""

    current: Profile
    reference: Profile


class Sided:
    """A result that may remember the two profiles it was made from.

    They are no part of its value: comparing, hashing, printing, copying, pickling and writing
    it as JSON leave them out, so a result that is stored or sent stays as small as its fields.
    """

    __slots__ = ("_sides",)

    _sides: Sides

    @property
    def sides(self) -> Sides | None:
        """The profiles that were compared; ``None`` where they were not kept."""
        return getattr(self, "_sides", None)

    def remembering(self, sides: Sides) -> Self:
        """Return an equal result that remembers its profiles."""
        found = copy(self)
        object.__setattr__(found, "_sides", sides)
        return found
