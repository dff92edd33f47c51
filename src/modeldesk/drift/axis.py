"""Round, equally wide bins for the numbers of one or more columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from modeldesk.drift import wording
from modeldesk.schema import Kind
from modeldesk.sketches import Quantiles

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_SECONDS = (1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400)
_WHOLE = frozenset({Kind.INTEGER, Kind.TEXT, Kind.DATETIME, Kind.DATE})
_NEARLY = 1 - 1e-9
_SLACK = 1e-9
_FINEST = 1e-12
_LONG = 1e9
_DEEP = 6
_LIMIT = 1e300
"""Numbers beyond this are drawn in the end bins: steps between them overflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Bins ``edges[i] <= x < edges[i + 1]``; the first and the last also take what is beyond."""

    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()


def axis_of(sketches: Sequence[Quantiles], kind: Kind, bins: int) -> Axis:
    """Return bins for the values of all sketches, the first of which sets the scale.

    The range is that of the values, but no more than the bulk (between the 1 % and the 99 %
    quantile) of the first sketch and once its width more on either side.
    """
    filled = [sketch for sketch in sketches if sketch.count]
    if not filled:
        return Axis()
    low = min(_bounded(sketch.minimum or 0.0) for sketch in filled)
    high = max(_bounded(sketch.maximum or 0.0) for sketch in filled)
    first, last = (_bounded(value) for value in filled[0].quantiles([0.01, 0.99]))
    start, end = max(low, 2 * first - last), min(high, 2 * last - first)
    if first == last:
        room = abs(first) * 0.1 or 1.0
        start, end = max(low, first - room), min(high, first + room)
    span = (end - start) or abs(start) * 0.1 or 1.0
    finest = max(max(abs(start), abs(end)) * _FINEST, 1 / _LIMIT)
    step = _step(max(span / bins, finest), kind)
    edges = _edges(start, end, step)
    return Axis(edges=edges, labels=_labels(edges, (low, high), step, kind))


def _bounded(value: float) -> float:
    return min(max(value, -_LIMIT), _LIMIT)


def _step(width: float, kind: Kind) -> float:
    """Return the smallest round width that is not below the given one."""
    if kind is Kind.DATE:
        width = max(width, _SECONDS[-1])
    if kind.temporal and width <= _SECONDS[-1]:
        return float(next(step for step in _SECONDS if step >= width))
    unit = _SECONDS[-1] if kind.temporal else 1.0
    width /= unit
    if kind in _WHOLE:
        width = max(width, 1.0)
    power = 10.0 ** math.floor(math.log10(width))
    sizes = [size * power for size in _ROUND if kind not in _WHOLE or size * power % 1 == 0]
    return next((size for size in sizes if size >= width * _NEARLY), 10 * power) * unit


def _edges(start: float, end: float, step: float) -> tuple[float, ...]:
    first, last = math.floor(start / step + _SLACK), math.floor(end / step + _SLACK) + 1
    digits = _decimals(step) + 1
    return tuple(round(position * step, digits) for position in range(first, last + 1))


def _decimals(step: float) -> int:
    """Return how many decimals tell multiples of a round step apart."""
    decimals = max(0, -math.floor(math.log10(step) + _SLACK))
    return decimals + (abs(round(step, decimals) - step) > step * _SLACK)


def _labels(
    edges: tuple[float, ...], values: tuple[float, float], step: float, kind: Kind
) -> tuple[str, ...]:
    named = [_named(edge, step, kind) for edge in edges]
    labels = [f"{low} to {high}" for low, high in pairwise(named)]
    if kind.temporal:
        labels = named[:-1]
    elif kind in _WHOLE:
        ends = [_named(edge - 1, step, kind) for edge in edges[1:]]
        labels = [
            low if step == 1 else f"{low} to {end}" for low, end in zip(named, ends, strict=False)
        ]
    if values[0] < edges[0]:
        labels[0] = f"< {named[1]}"
    if values[1] >= edges[-1]:
        labels[-1] = f"≥ {named[-2]}"
    return tuple(labels)


def _named(edge: float, step: float, kind: Kind) -> str:
    if kind.temporal:
        return wording.moment(edge)
    decimals = 0 if kind in _WHOLE else _decimals(step)
    if abs(edge) >= _LONG or decimals > _DEEP:
        return f"{edge:.6g}"
    return f"{edge:.{decimals}f}"
