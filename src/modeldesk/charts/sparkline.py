"""Small charts inside a line of text or a table cell, as inline SVG.

They hold numbers and class names only, never a user's text, and take their colours from the
text round them (``currentColor``) and from two classes, ``spark-mark`` and ``spark-base``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from modeldesk.drift import ColumnComparison, Status
from modeldesk.services.performance_views import FigureView
from modeldesk.services.views import WindowVolume

_PAD = 3.0


def volume_sparkline(
    volume: Sequence[WindowVolume],
    *,
    today: date,
    days: int = 30,
    width: int = 124,
    height: int = 26,
) -> str:
    """Return bars of the rows per day, for the days up to today.

    Parameters
    ----------
    volume
        Daily windows with their rows; several windows of a day add up.
    today
        The last day shown, in UTC.
    days
        How many days are shown.
    width, height
        Size in pixels.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    rows = dict.fromkeys((today - timedelta(days=back) for back in range(days)), 0)
    for entry in volume:
        day = entry.window.start.date()
        if day in rows:
            rows[day] += entry.rows
    largest = max(rows.values(), default=0) or 1
    slot = width / days
    bars = []
    for place, day in enumerate(sorted(rows)):
        if rows[day]:
            tall = max(2.0, rows[day] / largest * (height - 2))
            bars.append(
                f'<rect x="{place * slot + 0.5:.1f}" y="{height - 1 - tall:.1f}" '
                f'width="{slot - 1:.1f}" height="{tall:.1f}" rx="1" fill="currentColor"/>'
            )
    base = f'<line class="spark-base" x1="0" x2="{width}" y1="{height - 0.5}" y2="{height - 0.5}"/>'
    words = f"{sum(rows.values()):,} predictions in {days} days"
    return _svg(width, height, words, [base, *bars])


def distance_sparkline(
    history: Sequence[ColumnComparison], *, width: int = 96, height: int = 26
) -> str:
    """Return a line of a column's distances, changed windows marked by diamonds.

    Parameters
    ----------
    history
        One column's comparisons, oldest first; those without enough data are left out.
    width, height
        Size in pixels.

    Returns
    -------
    str
        An ``<svg>`` element; the scale goes from 0 to the largest distance, at least 0.2.
    """
    judged = [
        (place, comparison, comparison.distance)
        for place, comparison in enumerate(history)
        if comparison.distance is not None
        and comparison.verdict.status is not Status.NOT_ENOUGH_DATA
    ]
    top = max([0.2, *(distance for _, _, distance in judged)])
    step = (width - 2 * _PAD) / max(1, len(history) - 1)
    points = [
        (_PAD + place * step, height - _PAD - distance / top * (height - 2 * _PAD), comparison)
        for place, comparison, distance in judged
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    base = f'<line class="spark-base" x1="0" x2="{width}" y1="{height - 0.5}" y2="{height - 0.5}"/>'
    line = (
        f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="1.5" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )
    dots = [_dot(x, y, changed=c.verdict.status is Status.CHANGED) for x, y, c in points]
    largest = max((distance for _, _, distance in judged), default=None)
    words = "no distance yet" if largest is None else f"largest distance {largest:.2f}"
    return _svg(width, height, words, [base, line, *dots])


def measure_sparkline(
    figures: Sequence[FigureView | None],
    *,
    low: float,
    high: float,
    whole: float | None = None,
    width: int = 112,
    height: int = 28,
) -> str:
    """Return a line of a measure day by day, in the band of its intervals.

    Parameters
    ----------
    figures
        One of each day, oldest first; ``None`` where a day has none.
    low, high
        The scale's ends, the same for all lines that are compared.
    whole
        Drawn as a dashed line: what the measure says of all rows.
    width, height
        Size in pixels.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    span = (high - low) or 1.0
    step = (width - 2 * _PAD) / max(1, len(figures) - 1)

    def tall(value: float) -> float:
        inside = min(max(value, low), high)
        return height - _PAD - (inside - low) / span * (height - 2 * _PAD)

    parts = []
    if whole is not None:
        y = tall(whole)
        parts.append(f'<line class="spark-whole" x1="0" x2="{width}" y1="{y:.1f}" y2="{y:.1f}"/>')
    for run in _runs(figures):
        places = [(_PAD + place * step, figure) for place, figure in run]
        upper = [(x, f.high) for x, f in places if f.low is not None and f.high is not None]
        lower = [(x, f.low) for x, f in places if f.low is not None and f.high is not None]
        if len(upper) > 1:
            edge = " ".join(f"{x:.1f},{tall(y or 0.0):.1f}" for x, y in [*upper, *lower[::-1]])
            parts.append(f'<polygon class="spark-band" points="{edge}"/>')
        line = [(x, tall(f.value or 0.0)) for x, f in places]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5" '
            'stroke-linejoin="round" stroke-linecap="round"/>'
        )
        x, y = line[-1]
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.8" fill="currentColor"/>')
    values = [figure.value for figure in figures if figure and figure.value is not None]
    words = f"last {values[-1]:.3g} of {len(values)} days" if values else "no day has a figure"
    return _svg(width, height, words, parts)


def _runs(figures: Sequence[FigureView | None]) -> list[list[tuple[int, FigureView]]]:
    """Return the days with a value, by stretches without a gap."""
    runs: list[list[tuple[int, FigureView]]] = []
    for place, figure in enumerate(figures):
        if figure is None or figure.value is None:
            continue
        if runs and runs[-1][-1][0] == place - 1:
            runs[-1].append((place, figure))
        else:
            runs.append([(place, figure)])
    return runs


def _dot(x: float, y: float, *, changed: bool) -> str:
    if changed:
        corners = f"{x:.1f},{y - 3.5:.1f} {x + 3.5:.1f},{y:.1f} {x:.1f},{y + 3.5:.1f} "
        return f'<polygon class="spark-mark" points="{corners}{x - 3.5:.1f},{y:.1f}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" fill="currentColor"/>'


def _svg(width: int, height: int, words: str, parts: Sequence[str]) -> str:
    return (
        f'<svg class="spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{words}">{"".join(parts)}</svg>'
    )
