"""Two columns of numbers as points, of large tables some of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from modeldesk.explore.coding import coded
from modeldesk.explore.table import ExploredTable

MOST_POINTS = 2_000
MOST_GROUPS = 6

OTHERS = "others"
"""The group of points whose own group is one of too many."""
NO_GROUP = "not known"
"""The group of points that have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointGroup:
    """The points of one group, or all."""

    group: str
    """Its name; empty where points have no groups."""
    x: tuple[float, ...]
    y: tuple[float, ...]
    """As many as there are of ``x``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Rows as points."""

    groups: tuple[PointGroup, ...]
    """In the order of their names; the rest last."""
    shown: int
    rows: int
    """How many rows have both numbers."""
    why_not: str = ""
    """Why there are none, as a clause; empty where there are some."""


def points(
    table: ExploredTable,
    x: str,
    y: str,
    *,
    groups: str | None = None,
    most: int = MOST_POINTS,
    seed: int = 0,
) -> Points:
    """Return rows as points.

    Parameters
    ----------
    table
        The rows; those without both numbers are left out.
    x, y
        The columns with the numbers.
    groups
        A column with categories; without it all points are of one group.
    most
        How many points are shown.
    seed
        Decides which: the same rows give the same points.

    Examples
    --------
    >>> table = ExploredTable.of({"x": [1, 2, None], "y": [3, 4, 5]})
    >>> points(table, "x", "y").groups[0].y
    (3.0, 4.0)
    """
    one, other = coded(table, x), coded(table, y)
    for column in (one, other):
        if column.numbers is None:
            return Points(groups=(), shown=0, rows=0, why_not=f"{column.name} holds no numbers")
    across = one.numbers if one.numbers is not None else np.empty(0)
    up = other.numbers if other.numbers is not None else np.empty(0)
    there = np.flatnonzero(~np.isnan(across) & ~np.isnan(up))
    if not len(there):
        return Points(groups=(), shown=0, rows=0, why_not="no row has both values")
    random = np.random.default_rng(seed)
    chosen = there if len(there) <= most else np.sort(random.choice(there, most, replace=False))
    names = _names(table, groups, chosen.tolist())
    found = [
        PointGroup(
            group=name,
            x=tuple(
                float(across[row]) for row, each in zip(chosen, names, strict=True) if each == name
            ),
            y=tuple(
                float(up[row]) for row, each in zip(chosen, names, strict=True) if each == name
            ),
        )
        for name in _ordered(names)
    ]
    return Points(groups=tuple(found), shown=len(chosen), rows=len(there))


def _names(table: ExploredTable, groups: str | None, rows: list[int]) -> list[str]:
    """Return the group of each row."""
    if groups is None:
        return [""] * len(rows)
    by = coded(table, groups)
    if by.codes is None:
        return [""] * len(rows)
    frequent = Counter(by.codes[by.codes >= 0].tolist()).most_common()
    frequent.sort(key=lambda pair: (-pair[1], pair[0]))
    room = MOST_GROUPS if len(frequent) <= MOST_GROUPS else MOST_GROUPS - 1
    shown = {code for code, _ in frequent[:room]}
    return [
        NO_GROUP if code < 0 else by.levels[code] if code in shown else OTHERS
        for code in by.codes[rows].tolist()
    ]


def _ordered(names: list[str]) -> list[str]:
    last = {OTHERS: 1, NO_GROUP: 2}
    return sorted(set(names), key=lambda name: (last.get(name, 0), name))
