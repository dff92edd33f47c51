"""Comparing texts: how long they are, and which words they use."""

from __future__ import annotations

import numpy as np

from modeldesk.drift import chance
from modeldesk.drift.categories import tallied
from modeldesk.drift.divergences import hellinger
from modeldesk.drift.numeric import by_rank
from modeldesk.drift.pooled import Pooled
from modeldesk.drift.signs import Findings, single
from modeldesk.drift.smooth import moves
from modeldesk.drift.verdict import Aspect
from modeldesk.profiles import ColumnProfile
from modeldesk.sketches import Frequent

_LENGTH, _WORDS, _UNUSUAL = 0.5, 2.0, 1.5
_OFTEN = 3
"""A word that the reference has fewer times is an accident, not part of its vocabulary."""


def weigh_texts(current: ColumnProfile, reference: ColumnProfile) -> Findings:
    r"""Test lengths in words, which words are used, and the share of unusual ones.

    Lengths in characters are numbers, and tested as such elsewhere. The words of one text
    belong together: who writes of tennis uses many words of tennis. So words are counted as if
    each text had one, and less where lengths differ: :math:`n` texts whose lengths in words
    have mean :math:`\mu` and standard deviation :math:`\sigma` stand for
    :math:`n / (1 + \sigma^2 / \mu^2)` words. That errs on the side of quiet.
    """
    found = _length(current, reference)
    mine, theirs = current.words, reference.words
    if mine is None or theirs is None:
        return found
    n, m = independent(current), independent(reference)
    tally = tallied(mine, theirs, n, m)
    found += single(Aspect.WORDS, tally.homogeneity, weight=_WORDS)
    here, there = (round(number) for number in tally.others)
    unusual = chance.same_share(here, max(round(n), here), there, max(round(m), there))
    return found + single(Aspect.WORDS, unusual, weight=_UNUSUAL)


def independent(column: ColumnProfile) -> float:
    """Return how many independent words the texts of a column stand for."""
    lengths = column.lengths
    if lengths is None or not lengths.words.mean:
        return float(column.present)
    variance = lengths.words.variance or 0.0
    return column.present / (1 + variance / lengths.words.mean**2)


def vocabulary(reference: Frequent) -> frozenset[str]:
    """Return the words that a reference uses often enough to expect them again."""
    return frozenset(item.value for item in reference.items() if item.lower >= _OFTEN)


def unknown_share(words: Frequent, known: frozenset[str]) -> float:
    """Return the share of words that are not in a vocabulary; 0 where there is no word."""
    found = sum(item.lower for item in words.items() if item.value in known)
    return 1 - found / words.total if words.total else 0.0


def words_distance(current: ColumnProfile, reference: ColumnProfile) -> float | None:
    """Return the Hellinger distance of the words, those that are rare taken together.

    ``None`` where one side has no words.
    """
    mine, theirs = current.words, reference.words
    if mine is None or theirs is None:
        return None
    tally = tallied(mine, theirs, independent(current), independent(reference))
    sides = (tally.current, tally.others[0]), (tally.reference, tally.others[1])
    return hellinger(*(np.append(counts, others) for counts, others in sides))


def _length(current: ColumnProfile, reference: ColumnProfile) -> Findings:
    """Test lengths in words; what they show is told by the lengths in characters."""
    here, there = (
        None if side.lengths is None else side.lengths.word_quantiles
        for side in (current, reference)
    )
    if not here or not there or not here.count or not there.count:
        return Findings()
    return Findings(evidence=by_rank(moves(Pooled.of(here, there)), weight=_LENGTH).evidence)
