"""Names that should each occur once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once, in alphabetical order.

    >>> repeated(["b", "a", "c", "b", "a"])
    ['a', 'b']
    """
    return sorted(name for name, many in Counter(names).items() if many > 1)
