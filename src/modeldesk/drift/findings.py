"""What was found out about one column, before chance is corrected over all columns."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.drift import chance
from modeldesk.drift.categories import split_categories
from modeldesk.drift.distance import hellinger
from modeldesk.drift.numeric import split_numbers
from modeldesk.drift.results import Aspect
from modeldesk.drift.split import Split
from modeldesk.drift.thresholds import Thresholds
from modeldesk.errors import Incompatible
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind

_LISTED = frozenset({Kind.BOOLEAN, Kind.CATEGORICAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One column on both sides: distance, p-value per aspect, and what keeps it from more."""

    current: ColumnProfile
    reference: ColumnProfile
    split: Split | None
    distance: float | None
    chances: dict[Aspect, float]
    """p-value per aspect that could be tested; each is valid on its own."""
    obstacle: str | None
    """Why the values could not be judged, such as ``n = 12, needs about 30``."""

    @property
    def p_value(self) -> float | None:
        """Chance of the most unlikely aspect, corrected for the number of aspects."""
        if not self.chances:
            return None
        return min(1.0, min(self.chances.values()) * len(self.chances))


def examine(current: ColumnProfile, reference: ColumnProfile, thresholds: Thresholds) -> Finding:
    """Test every aspect of one column that there is enough data for.

    Raises
    ------
    Incompatible
        When the kinds of the two sides cannot be compared; the message names the column.
    """
    split = _split(current, reference)
    obstacle = _obstacle(current, reference, thresholds.min_rows)
    chances: dict[Aspect, float] = {}
    if min(current.rows, reference.rows) >= thresholds.min_rows:
        missing = current.missing + reference.missing
        if missing:
            chances[Aspect.MISSING] = chance.same_share(
                current.missing, current.rows, reference.missing, reference.rows
            )
    if split is not None and obstacle is None:
        chances[Aspect.DISTRIBUTION] = split.chance
        if split.outside_chance is not None:
            listed = current.kind in _LISTED
            aspect = Aspect.CATEGORIES if listed else Aspect.RANGE
            chances[aspect] = split.outside_chance
    return Finding(
        current=current,
        reference=reference,
        split=split,
        distance=None if split is None else hellinger(split.current, split.reference),
        chances=chances,
        obstacle=obstacle,
    )


def _split(current: ColumnProfile, reference: ColumnProfile) -> Split | None:
    if not current.present or not reference.present:
        return None
    same = current.kind is reference.kind
    if not same and not (current.kind.numeric and reference.kind.numeric):
        message = (
            f"Column {current.name!r} is {current.kind.value} now "
            f"and {reference.kind.value} in the reference."
        )
        raise Incompatible(message, hint="Profile both with the same kinds.")
    if current.kind in _LISTED:
        return split_categories(current, reference)
    return split_numbers(current, reference)


def _obstacle(current: ColumnProfile, reference: ColumnProfile, needed: int) -> str | None:
    if current.present < needed:
        return f"n = {current.present}, needs about {needed}"
    if reference.present < needed:
        return f"the reference has n = {reference.present}, needs about {needed}"
    return None
