"""Comparing categories: those the reference has, its rare ones, and new ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modeldesk.drift import chance, wording
from modeldesk.drift.newcomers import newcomers
from modeldesk.drift.numeric import share_of
from modeldesk.drift.signs import Findings, single
from modeldesk.drift.split import Counts, Split
from modeldesk.drift.verdict import Aspect
from modeldesk.profiles import ColumnProfile
from modeldesk.sketches import Frequent

BINS = 50
"""Categories with a bin of their own; all others share one."""

COMMON = 0.01
"""Share of the reference's values from which on a category has a bin of its own ..."""
OFTEN = 5
"""... where it occurs at least this often, so that its share is more than an accident."""

_SHARES, _NEW, _ODD = 2.5, 3.0, 0.5


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
    here, there = mine.counts(), theirs.counts()
    new = [name for name in here if name not in there] if theirs.exact else []
    common = _common(there, theirs.total)
    counts = [float(here.get(name, 0)) for name in common]
    expected = [float(there[name]) for name in common]
    n, m = float(mine.total), float(theirs.total)
    fresh = float(sum(here[name] for name in new))
    unseen = min(_seen_once(there) / m, fresh / max(n, 1.0)) * m
    counts += [max(n - sum(counts) - fresh, 0.0), fresh, current.present - n]
    expected += [max(m - sum(expected) - unseen, 0.0), unseen, reference.present - m]

    def told(place: int) -> str:
        if place < len(common):
            return f"are {wording.quoted(common[place])}"
        others = ("are rare in the reference", _new(new, here), "are of another type")
        return others[place - len(common)]

    return Split(
        phrase=told,
        current=np.array(counts),
        reference=np.array(expected),
        ordered=0,
        outside=(len(common) + 1,),
        unread=len(common) + 2,
    )


def weigh_categories(current: ColumnProfile, reference: ColumnProfile, split: Split) -> Findings:
    """Test whether categories are more or less frequent, new, or of another type."""
    mine, theirs = current.frequent or Frequent(), reference.frequent or Frequent()
    sizes = float(current.present), float(reference.present)
    shares = tallied(mine, theirs, *sizes).homogeneity
    found = single(Aspect.SHARES, shares, weight=_SHARES)
    if mine.exact and theirs.exact:
        new = newcomers(mine.counts(), theirs.counts())
        found += single(Aspect.NEW_CATEGORIES, new.p_value, weight=_NEW * new.relevance)
    return found + share_of(split, split.current.size - 1, Aspect.TYPE, weight=_ODD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often both sides have each of some categories, and all others together."""

    current: Counts
    reference: Counts
    others: tuple[float, float]

    @property
    def homogeneity(self) -> float:
        """p-value of the shares; the others are left out where too few are expected."""
        counts, expected = self.current, self.reference
        n, m = counts.sum() + self.others[0], expected.sum() + self.others[1]
        if n and m and sum(self.others) * min(n, m) / (n + m) >= chance.EXPECTED:
            counts = np.append(counts, self.others[0])
            expected = np.append(expected, self.others[1])
        return chance.homogeneity(counts, expected)


def tallied(mine: Frequent, theirs: Frequent, n: float, m: float) -> Tally:
    """Count the categories that both sides expect often enough; all others go together.

    Which these are depends on both samples together, so that the choice favours neither.

    Parameters
    ----------
    mine, theirs
        Counts of the current and of the reference side.
    n, m
        How many independent values they stand for: counts are scaled down to these. What they
        are more than the counts is among the others.
    """
    here, there = mine.counts(), theirs.counts()
    if not mine.exact or not theirs.exact:
        both = here.keys() & there.keys()
        here = {name: here[name] for name in both}
        there = {name: there[name] for name in both}
    ours, other = min(n / max(mine.total, 1), 1.0), min(m / max(theirs.total, 1), 1.0)
    names = sorted(here.keys() | there.keys())
    counts = np.array([here.get(name, 0) for name in names]) * ours
    expected = np.array([there.get(name, 0) for name in names]) * other
    kept = (counts + expected) * min(n, m) / (n + m) >= chance.EXPECTED
    counts, expected = counts[kept], expected[kept]
    others = float(max(n - counts.sum(), 0.0)), float(max(m - expected.sum(), 0.0))
    return Tally(current=counts, reference=expected, others=others)


def _common(counts: dict[str, int], total: int) -> list[str]:
    enough = max(COMMON * total, OFTEN)
    often = [name for name, count in counts.items() if count >= enough]
    return sorted(often, key=lambda name: (-counts[name], name))[:BINS]


def _seen_once(counts: dict[str, int]) -> int:
    return sum(1 for count in counts.values() if count == 1)


def _new(names: list[str], counts: dict[str, int]) -> str:
    if len(names) == 1:
        return f"are {wording.quoted(names[0])}, which the reference does not have"
    most = sorted(names, key=lambda name: (-counts[name], name))[:3]
    examples = ", ".join(map(wording.quoted, most))
    return f"are in {len(names)} categories that the reference does not have ({examples})"
