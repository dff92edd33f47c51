"""Associations of many columns: each with a target, and all with each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.explore.association import Association, associated
from modeldesk.explore.coding import coded
from modeldesk.explore.table import ExploredTable

MOST_ROWS = 20_000
"""So many rows, always the same ones, are enough to tell associations."""

MAP_ROWS = 5_000
"""So many for all pairs: 496 of them took 3.3 s from 20,000 rows."""

MOST_COLUMNS = 40
"""Columns that are compared with each other."""

MOST_WITH_TARGET = 500
"""Columns that are compared with the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAssociations:
    """How strongly columns are associated with a target."""

    target: str
    associations: tuple[Association, ...]
    """The strongest first; those that are not defined last. ``first`` is the column."""
    rows: int
    """How many rows were looked at."""
    left_out: int
    """Columns that were not looked at, as there are too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationMatrix:
    """How strongly columns are associated with each other."""

    names: tuple[str, ...]
    pairs: tuple[Association, ...]
    """Of each column with each one after it."""
    rows: int
    """How many rows were looked at."""
    left_out: tuple[str, ...]
    """Columns that were not looked at."""

    def of(self, first: str, second: str) -> Association | None:
        """Return the association of two columns; ``None`` of a column with itself."""
        wanted = {first, second}
        return next((pair for pair in self.pairs if {pair.first, pair.second} == wanted), None)


def with_target(
    table: ExploredTable,
    target: str,
    *,
    names: Sequence[str] | None = None,
    most: int = MOST_WITH_TARGET,
    most_rows: int = MOST_ROWS,
    seed: int = 0,
) -> TargetAssociations:
    """Return how strongly columns are associated with a target, the strongest first.

    Parameters
    ----------
    table
        The rows.
    target
        The column that the others are compared with.
    names
        Which others; all of them by default.
    most
        So many of them, from the first, are compared.
    most_rows, seed
        How many rows are looked at, and which.

    Examples
    --------
    >>> table = ExploredTable.of({"y": [1, 2, 3, 4], "a": [4, 1, 3, 2], "b": [2, 4, 6, 8]})
    >>> [each.first for each in with_target(table, "y").associations]
    ['b', 'a']
    """
    others = [name for name in (table.names if names is None else names) if name != target]
    looked = others[:most]
    rows = table.sample(most_rows, names=[*looked, target], seed=seed)
    wanted = coded(rows, target)
    found = [associated(coded(rows, name), wanted) for name in looked]
    found.sort(key=lambda each: -each.strength)
    return TargetAssociations(
        target=target,
        associations=tuple(found),
        rows=rows.rows,
        left_out=len(others) - len(looked),
    )


def association_matrix(
    table: ExploredTable,
    names: Sequence[str],
    *,
    most: int = MOST_COLUMNS,
    most_rows: int = MAP_ROWS,
    seed: int = 0,
) -> AssociationMatrix:
    """Return how strongly columns are associated with each other.

    Of numbers it is Pearson's r, of a number and categories eta, of categories Cramér's V.

    Parameters
    ----------
    table
        The rows.
    names
        The columns; of more than ``most`` the first ones, so name the telling ones first.
    most, most_rows, seed
        How many columns and rows are looked at, and which rows.
    """
    looked, left_out = tuple(names[:most]), tuple(names[most:])
    if not looked:
        return AssociationMatrix(names=(), pairs=(), rows=0, left_out=left_out)
    rows = table.sample(most_rows, names=looked, seed=seed)
    columns = [coded(rows, name) for name in looked]
    pairs = tuple(
        associated(first, second, orders=False)
        for place, first in enumerate(columns)
        for second in columns[place + 1 :]
    )
    return AssociationMatrix(names=looked, pairs=pairs, rows=rows.rows, left_out=left_out)
