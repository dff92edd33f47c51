"""What was found out about one column, before chance is corrected over all columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from modeldesk.drift import chance
from modeldesk.drift.basis import Basis, basis
from modeldesk.drift.categories import weigh_categories
from modeldesk.drift.combination import Evidence, combined
from modeldesk.drift.divergences import hellinger
from modeldesk.drift.habits import learned
from modeldesk.drift.numeric import weigh_numbers
from modeldesk.drift.signs import Findings, Sign, single
from modeldesk.drift.sorting import split_columns
from modeldesk.drift.split import Split
from modeldesk.drift.texts import weigh_texts, words_distance
from modeldesk.drift.thresholds import Thresholds
from modeldesk.drift.traces import ColumnTrace
from modeldesk.drift.vectors import weigh_vectors
from modeldesk.drift.verdict import Aspect, Direction
from modeldesk.profiles import ColumnProfile

_MISSING = 6.0
"""As much as all tests of numbers together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One column on both sides: distance, p-value, signs, and what keeps it from more."""

    current: ColumnProfile
    reference: ColumnProfile
    basis: Basis | None
    """``None`` where one side has no values."""
    split: Split | None
    values: float | None
    """Hellinger distance over the bins; ``None`` where there is nothing to sort."""
    words: float | None
    """Hellinger distance of the words of texts; ``None`` for other columns."""
    p_value: float | None
    """Chance of all that was seen, were nothing changed; ``None`` where nothing was tested."""
    signs: tuple[Sign, ...]
    obstacle: str | None
    """Why the values could not be judged, such as ``n = 12, needs about 30``."""
    habitual: bool
    """Whether past windows were taken as a measure of what is normal."""

    @property
    def distance(self) -> float | None:
        """How far the sides are apart: for texts the larger of lengths and words."""
        known = [part for part in (self.values, self.words) if part is not None]
        return max(known, default=None)


def examine(
    current: ColumnProfile,
    reference: ColumnProfile,
    thresholds: Thresholds,
    past: Sequence[ColumnTrace] = (),
) -> Finding:
    """Test every aspect of one column that there is enough data for.

    Parameters
    ----------
    current, reference
        The column on both sides.
    thresholds
        How many rows are enough.
    past
        The column in past windows, oldest first; few of them teach nothing.
    """
    by = basis(current, reference) if current.present and reference.present else None
    split = split_columns(current, reference)
    obstacle = _obstacle(current, reference, thresholds.min_rows)
    found = Findings()
    if min(current.rows, reference.rows) >= thresholds.min_rows:
        found += _missing(current, reference)
    if by is not None and obstacle is None:
        found += _values(by, current, reference, split)
    habit = learned(past, split)
    found = found if habit is None else _tempered(found, habit.chances(current, reference, split))
    return Finding(
        current=current,
        reference=reference,
        basis=by,
        split=split,
        values=_distance(by, split),
        words=words_distance(current, reference) if by is Basis.TEXTS else None,
        p_value=combined(found.evidence),
        signs=found.signs,
        obstacle=obstacle,
        habitual=habit is not None,
    )


def _values(
    by: Basis, current: ColumnProfile, reference: ColumnProfile, split: Split | None
) -> Findings:
    if by is Basis.TYPES:
        other = chance.same_share(current.present, current.present, 0, reference.present)
        return single(Aspect.TYPE, other, weight=1.0)
    if split is None:
        return Findings()
    if by is Basis.CATEGORIES:
        return weigh_categories(current, reference, split)
    if by is Basis.VECTORS:
        return weigh_vectors(current, reference, split)
    found = weigh_numbers(current, reference, split)
    return found + weigh_texts(current, reference) if by is Basis.TEXTS else found


def _missing(current: ColumnProfile, reference: ColumnProfile) -> Findings:
    if not current.missing and not reference.missing:
        return Findings()
    p_value = chance.same_share(current.missing, current.rows, reference.missing, reference.rows)
    more = current.missing_share > reference.missing_share
    direction = Direction.MORE if more else Direction.FEWER
    return single(Aspect.MISSING, p_value, weight=_MISSING, direction=direction)


def _tempered(found: Findings, chances: Mapping[Aspect, float]) -> Findings:
    """Raise each p-value to what it is among windows that differ by nature.

    A test that sees several aspects at once cannot be raised by one of them: where any of them
    varies by nature, it says no more than these aspects say by themselves.
    """
    signs = tuple(
        replace(sign, p_value=max(sign.p_value, chances.get(sign.aspect, 0.0)))
        for sign in found.signs
    )
    return Findings(
        evidence=tuple(_tempered_test(test, signs, chances) for test in found.evidence),
        signs=signs,
    )


def _tempered_test(
    test: Evidence, signs: Sequence[Sign], chances: Mapping[Aspect, float]
) -> Evidence:
    if len(test.aspects) == 1:
        limit = chances.get(test.aspects[0], 0.0)
    elif any(chances.get(aspect, 0.0) for aspect in test.aspects):
        single = [
            Evidence(p_value=sign.p_value, weight=1.0, aspects=(sign.aspect,))
            for sign in signs
            if sign.aspect in test.aspects
        ]
        limit = combined(single) or 0.0
    else:
        limit = 0.0
    return replace(test, p_value=max(test.p_value, limit))


def _distance(by: Basis | None, split: Split | None) -> float | None:
    if by is Basis.TYPES:
        return 1.0
    return None if split is None else hellinger(*split.shares)


def _obstacle(current: ColumnProfile, reference: ColumnProfile, needed: int) -> str | None:
    if current.present < needed:
        return f"n = {current.present}, needs about {needed}"
    if reference.present < needed:
        return f"the reference has n = {reference.present}, needs about {needed}"
    return None
