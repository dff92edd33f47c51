"""Two distributions of one column on common bins, to be drawn over each other."""

from __future__ import annotations

from itertools import pairwise

from modeldesk.drift.axis import Axis, axis_of
from modeldesk.drift.basis import Basis, basis
from modeldesk.drift.results import Overlay
from modeldesk.errors import InvalidArgument
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.schema import Kind
from modeldesk.sketches import Quantiles

OTHER = "other"
"""Label of the bin of all categories without a bin of their own."""

_LISTED = frozenset({Kind.BOOLEAN, Kind.CATEGORICAL})


def overlay(current: Profile | None, reference: Profile, column: str, *, bins: int = 20) -> Overlay:
    """Return the distributions of one column on both sides over common bins.

    Numbers get bins of equal, round width. Far values do not flatten the picture: the bins
    cover the bulk of the reference and as much again on both sides, and the end bins are open
    (``< 0``, ``≥ 80``) where values lie beyond. Categories are sorted by the reference, the
    largest on either side first to get a bin, and the others share one. Texts are drawn by their
    lengths, vectors by their norms. Where the current values are of another type than the
    reference's, only the reference is drawn.

    Parameters
    ----------
    current
        Profile of the rows in question; ``None`` where there are none.
    reference
        Profile to compare with.
    column
        Name of the column.
    bins
        About how many bins to make.

    Raises
    ------
    NotFound
        When the reference does not have the column.
    InvalidArgument
        When fewer than two bins are asked for.

    Examples
    --------
    >>> from modeldesk import profile
    >>> drawn = overlay(None, profile({"age": [1, 2, 2, 4]}), "age")
    >>> drawn.labels, drawn.reference
    (('1', '2', '3', '4'), (0.25, 0.5, 0.0, 0.25))
    """
    if bins < 2:  # noqa: PLR2004
        message = f"An overlay of {bins} bins shows nothing."
        raise InvalidArgument(message, hint="Ask for two bins or more.")
    there = reference.column(column)
    here = None
    if current is not None and column in current.names:
        here = current.column(column)
    if here is not None and basis(here, there) is Basis.TYPES:
        here = None
    if there.kind in _LISTED:
        return _categories(here, there, bins)
    return _numbers(here, there, bins)


def _numbers(here: ColumnProfile | None, there: ColumnProfile, bins: int) -> Overlay:
    sketches = [_positions(there), None if here is None else _positions(here)]
    axis = axis_of([sketch for sketch in sketches if sketch is not None], there.kind, bins)
    return Overlay(
        name=there.name,
        kind=there.kind,
        labels=axis.labels,
        edges=axis.edges,
        reference=_shares(sketches[0], axis),
        current=_shares(sketches[1], axis),
    )


def _positions(column: ColumnProfile) -> Quantiles | None:
    """Return the numbers that are drawn: of vectors their norms."""
    return column.quantiles if column.vector is None else column.vector.norm_quantiles


def _shares(sketch: Quantiles | None, axis: Axis) -> tuple[float, ...]:
    if sketch is None or not axis.labels:
        return (0.0,) * len(axis.labels)
    inner = sketch.shares_up_to(axis.edges[1:-1], inclusive=False)
    steps = [0.0, *inner, 1.0]
    return tuple(max(high - low, 0.0) for low, high in pairwise(steps))


def _categories(here: ColumnProfile | None, there: ColumnProfile, bins: int) -> Overlay:
    before, now = _shared(there), _shared(here)
    names = sorted(before.keys() | now.keys(), key=lambda name: _largest(name, before, now))
    kept = names if len(names) <= bins else names[: bins - 1]
    kept = sorted(kept, key=lambda name: (-before.get(name, 0.0), -now.get(name, 0.0), name))
    reference = [before.get(name, 0.0) for name in kept]
    current = [now.get(name, 0.0) for name in kept]
    rest = [_rest(before, reference), _rest(now, current)]
    if len(kept) < len(names) or max(rest) > 1e-9:  # noqa: PLR2004
        kept = [*kept, OTHER]
        reference.append(rest[0])
        current.append(rest[1])
    return Overlay(
        name=there.name,
        kind=there.kind,
        labels=tuple(kept),
        edges=(),
        reference=tuple(reference),
        current=tuple(current),
    )


def _largest(name: str, before: dict[str, float], now: dict[str, float]) -> tuple[float, str]:
    return (-max(before.get(name, 0.0), now.get(name, 0.0)), name)


def _rest(shares: dict[str, float], shown: list[float]) -> float:
    return max(1.0 - sum(shown), 0.0) if shares else 0.0


def _shared(column: ColumnProfile | None) -> dict[str, float]:
    if column is None or column.frequent is None:
        return {}
    total = column.frequent.total
    return {item.value: item.lower / total for item in column.frequent.items()}
