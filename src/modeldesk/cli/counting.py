"""Numbers of things, in the words of a sentence."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
