"""Distributions of one column in any number of profiles, on common bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from modeldesk.drift.axis import axis_of
from modeldesk.drift.overlay import OTHER
from modeldesk.profiles import ColumnProfile
from modeldesk.schema import Kind
from modeldesk.sketches import Quantiles

_LISTED = frozenset({Kind.BOOLEAN, Kind.CATEGORICAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedBins:
    """Distributions of one column on common bins."""

    labels: tuple[str, ...]
    """A label per bin: a category, or a range of values."""
    listed: bool
    """Whether bins are categories, and not ranges on an axis."""
    shares: tuple[tuple[float, ...] | None, ...]
    """Share of the values per bin, for each profile; ``None`` where it has no values that can
    be drawn beside the others."""


def shared_bins(columns: Sequence[ColumnProfile | None], *, bins: int = 20) -> SharedBins:
    """Return the distributions of one column in several profiles over common bins.

    Bins are made as `modeldesk.drift.overlay` makes them; the first profile with values sets the
    scale, and what is of another sort than its values is not drawn.

    Parameters
    ----------
    columns
        The same column of each profile; ``None`` where it has none.
    bins
        About how many bins to make.

    Examples
    --------
    >>> from modeldesk import profile
    >>> days = [profile({"age": ages}).column("age") for ages in ([1, 2, 2, 3], [3, 3], [])]
    >>> drawn = shared_bins(days)
    >>> drawn.labels, drawn.shares
    (('1', '2', '3'), ((0.25, 0.5, 0.25), (0.0, 0.0, 1.0), None))
    """
    first = next((each for each in columns if each is not None and each.present), None)
    if first is None:
        return SharedBins(labels=(), listed=False, shares=(None,) * len(columns))
    if first.kind in _LISTED:
        return _categories(columns, bins)
    return _numbers([_positions(each, first) for each in columns], first.kind, bins)


def _positions(column: ColumnProfile | None, first: ColumnProfile) -> Quantiles | None:
    if column is None or not _alike(column.kind, first.kind):
        return None
    found = column.quantiles if column.vector is None else column.vector.norm_quantiles
    return found if found is not None and found.count else None


def _alike(one: Kind, other: Kind) -> bool:
    both = (one.numeric and other.numeric) or (one.temporal and other.temporal)
    return one is other or both


def _numbers(sketches: Sequence[Quantiles | None], kind: Kind, bins: int) -> SharedBins:
    axis = axis_of([each for each in sketches if each is not None], kind, bins)
    drawn = [
        None if each is None or not axis.labels else _steps(each, axis.edges) for each in sketches
    ]
    return SharedBins(labels=axis.labels, listed=False, shares=tuple(drawn))


def _steps(sketch: Quantiles, edges: tuple[float, ...]) -> tuple[float, ...]:
    steps = [0.0, *sketch.shares_up_to(edges[1:-1], inclusive=False), 1.0]
    return tuple(max(high - low, 0.0) for low, high in pairwise(steps))


def _categories(columns: Sequence[ColumnProfile | None], bins: int) -> SharedBins:
    sides = [_shared(each) for each in columns]
    names = {name for side in sides if side for name in side}
    largest = {name: max(side.get(name, 0.0) for side in sides if side) for name in names}
    ranked = sorted(names, key=lambda name: (-largest[name], name))
    kept = ranked if len(ranked) <= bins else ranked[: bins - 1]
    rests = [
        max(1.0 - sum(side.get(name, 0.0) for name in kept), 0.0) if side else 0.0 for side in sides
    ]
    more = len(kept) < len(ranked) or max(rests) > 1e-9  # noqa: PLR2004
    return SharedBins(
        labels=(*kept, OTHER) if more else tuple(kept),
        listed=True,
        shares=tuple(
            None
            if side is None
            else tuple(side.get(name, 0.0) for name in kept) + ((rest,) if more else ())
            for side, rest in zip(sides, rests, strict=True)
        ),
    )


def _shared(column: ColumnProfile | None) -> dict[str, float] | None:
    if column is None or column.frequent is None or not column.frequent.total:
        return None
    total = column.frequent.total
    return {item.value: item.lower / total for item in column.frequent.items()}
