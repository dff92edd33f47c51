"""What somebody may have meant who wrote a name that is not known."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

_LIKE = 0.6
_MOST = 2_000
"""So many names are looked through."""


def closest(name: str, known: Collection[str]) -> str | None:
    """Return the known name that looks most like one, capitals aside; ``None`` where none does.

    >>> closest("age", ["Age", "Sex"]), closest("lenght", ["length"]), closest("x", ["Age"])
    ('Age', 'length', None)
    """
    some = list(known)[:_MOST]
    lowered = {each.lower(): each for each in reversed(some)}
    low = name.lower()
    if low in lowered:
        return lowered[low]
    found = get_close_matches(low[:100], lowered, n=1, cutoff=_LIKE)
    if found:
        return lowered[found[0]]
    plain = {_bare(each): each for each in reversed(some)}
    return plain.get(_bare(name))


def _bare(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())
