"""Sorting categories into those the reference has, its rare ones, and new ones."""

from __future__ import annotations

import numpy as np

from modeldesk.drift import chance, wording
from modeldesk.drift.split import Split
from modeldesk.profiles import ColumnProfile
from modeldesk.sketches import Frequent

BINS = 50
"""Categories with a bin of their own; all others share one."""

COMMON = 0.01
"""Share of the reference's values from which on a category has a bin of its own ..."""
OFTEN = 5
"""... where it occurs at least this often, so that its share is more than an accident."""


def split_categories(current: ColumnProfile, reference: ColumnProfile) -> Split | None:
    """Sort values into the reference's common categories, its rare and new ones, and misfits.

    A reference of many rare categories has not seen all there are: by Good and Turing, a fresh
    sample has new categories with about the share that those seen once have. That much of the
    new bin is expected, so the distance does not grow from rarity alone.

    Returns
    -------
    Split or None
        ``None`` where the reference has no category.
    """
    mine, theirs = current.frequent or Frequent(), reference.frequent
    if theirs is None:
        return None
    here, there = _counted(mine), _counted(theirs)
    new = [name for name in here if name not in there] if theirs.exact else []
    common = _common(there, theirs.total)
    counts = [float(here.get(name, 0)) for name in common]
    expected = [float(there[name]) for name in common]
    n, m = float(mine.total), float(theirs.total)
    fresh = float(sum(here[name] for name in new))
    unseen = min(_seen_once(there) / m, fresh / max(n, 1.0)) * m
    counts += [max(n - sum(counts) - fresh, 0.0), fresh, current.present - n]
    expected += [max(m - sum(expected) - unseen, 0.0), unseen, reference.present - m]
    named = (f"are {wording.quoted(name)}" for name in common)
    return Split(
        phrases=(*named, "are rare in the reference", _new(new), "are of another type"),
        current=np.array(counts),
        reference=np.array(expected),
        chance=_chance(current, reference),
        outside_chance=_newcomers(here, there, new) if mine.exact and theirs.exact else None,
        outside=(len(common) + 1,),
    )


def _counted(sketch: Frequent) -> dict[str, int]:
    return {item.value: item.count for item in sketch.items()}


def _common(counts: dict[str, int], total: int) -> list[str]:
    return [name for name, count in counts.items() if count >= max(COMMON * total, OFTEN)][:BINS]


def _seen_once(counts: dict[str, int]) -> int:
    return sum(1 for count in counts.values() if count == 1)


def _new(names: list[str]) -> str:
    if len(names) == 1:
        return f"are {wording.quoted(names[0])}, which the reference does not have"
    examples = ", ".join(map(wording.quoted, names[:3]))
    return f"are in {len(names)} categories that the reference does not have ({examples})"


def _newcomers(here: dict[str, int], there: dict[str, int], new: list[str]) -> float:
    together = [here.get(name, 0) + there.get(name, 0) for name in here.keys() | there.keys()]
    return chance.new_categories(
        np.array([here[name] for name in new], dtype=np.float64),
        np.array(together, dtype=np.float64),
        sum(here.values()),
        sum(there.values()),
    )


def _chance(current: ColumnProfile, reference: ColumnProfile) -> float:
    """Test the categories that both sides expect often enough; all others share one bin."""
    mine, theirs = current.frequent or Frequent(), reference.frequent or Frequent()
    here, there = _counted(mine), _counted(theirs)
    if not mine.exact or not theirs.exact:
        both = here.keys() & there.keys()
        here = {name: here[name] for name in both}
        there = {name: there[name] for name in both}
    n, m = float(current.present), float(reference.present)
    smaller = min(n, m) / (n + m)
    kept = [
        name
        for name in sorted(here.keys() | there.keys())
        if (here.get(name, 0) + there.get(name, 0)) * smaller >= chance.EXPECTED
    ]
    counts = np.array([float(here.get(name, 0)) for name in kept])
    expected = np.array([float(there.get(name, 0)) for name in kept])
    rest = max(n - counts.sum(), 0.0), max(m - expected.sum(), 0.0)
    if (rest[0] + rest[1]) * smaller >= chance.EXPECTED:
        counts, expected = np.append(counts, rest[0]), np.append(expected, rest[1])
    return chance.homogeneity(counts, expected)
