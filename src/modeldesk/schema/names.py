"""Names of columns: which occur twice, which a table has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def repeated(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once, in alphabetical order.

    >>> repeated(["b", "a", "c", "b", "a"])
    ['a', 'b']
    """
    return sorted(name for name, many in Counter(names).items() if many > 1)


def present(names: Iterable[str], table: pl.DataFrame) -> list[str]:
    """Return the names that are columns of a table, in the order given.

    A table's own list of names is made anew each time that it is asked for.

    >>> import polars as pl
    >>> present(["b", "c", "a"], pl.DataFrame({"a": [1], "b": [2]}))
    ['b', 'a']
    """
    columns = frozenset(table.columns)
    return [name for name in names if name in columns]


def absent(names: Iterable[str], table: pl.DataFrame) -> list[str]:
    """Return the names that are no columns of a table, in the order given.

    >>> import polars as pl
    >>> absent(["b", "c", "a"], pl.DataFrame({"a": [1], "b": [2]}))
    ['c']
    """
    columns = frozenset(table.columns)
    return [name for name in names if name not in columns]
