"""The order in which a comparison's columns are shown, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modeldesk.drift import ColumnComparison, Comparison, Overlay, Sides, Status, overlay
from modeldesk.profiles import ColumnProfile, Profile

_PLACES = (Status.CHANGED, Status.NOT_ENOUGH_DATA, Status.STABLE, Status.NOT_COMPARED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedColumn:
    """One column with all that can be shown of it."""

    result: ColumnComparison
    reference: ColumnProfile | None
    current: ColumnProfile | None
    overlay: Overlay | None
    """Both distributions; ``None`` where the comparison came without its profiles, or the
    column has none."""


def ranked(comparison: Comparison) -> tuple[ColumnComparison, ...]:
    """Return changed columns first, then those without a verdict, then the stable ones.

    Within each group the largest distance comes first, and what was not compared comes last.

    >>> from modeldesk import compare, profile
    >>> old = {"calm": list(range(99)), "moved": list(range(99))}
    >>> new = {"calm": list(range(99)), "moved": list(range(500, 599))}
    >>> [column.name for column in ranked(compare(profile(new), profile(old)))]
    ['moved', 'calm']
    """
    changed = comparison.changed
    names = {column.name for column in changed}
    others = sorted(
        (column for column in comparison.columns if column.name not in names),
        key=lambda c: (_PLACES.index(c.verdict.status), -(c.distance or 0.0)),
    )
    return (*changed, *others)


def compared_columns(
    comparison: Comparison, results: Sequence[ColumnComparison], *, bins: int = 20
) -> Iterator[ComparedColumn]:
    """Yield columns of a comparison with their profiles and distributions, in the order given."""
    sides = comparison.sides or Sides(current=Profile(), reference=Profile())
    current = {column.name: column for column in sides.current.columns}
    reference = {column.name: column for column in sides.reference.columns}
    for result in results:
        now, before = current.get(result.name), reference.get(result.name)
        yield ComparedColumn(
            result=result, reference=before, current=now, overlay=_overlay(now, before, bins)
        )


def distribution_of(column: ColumnProfile, *, bins: int = 20) -> Overlay | None:
    """Return a single column's distribution as `Overlay.reference`; ``None`` without values."""
    return _drawn(overlay(None, _alone(column), column.name, bins=bins))


def _overlay(
    current: ColumnProfile | None, reference: ColumnProfile | None, bins: int
) -> Overlay | None:
    if reference is not None:
        now = None if current is None else _alone(current)
        return _drawn(overlay(now, _alone(reference), reference.name, bins=bins))
    if current is None or (drawn := distribution_of(current, bins=bins)) is None:
        return None
    return Overlay(
        name=drawn.name,
        kind=drawn.kind,
        labels=drawn.labels,
        edges=drawn.edges,
        reference=drawn.current,
        current=drawn.reference,
    )


def _alone(column: ColumnProfile) -> Profile:
    return Profile(rows=column.rows, columns=(column,))


def _drawn(found: Overlay) -> Overlay | None:
    return found if any((*found.reference, *found.current)) else None
