"""Bars over time in a cell of a table, as inline SVG that holds nothing but numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

_FLOOR = 1.0
"""Pixels below the bars, for the base line."""


def small_bars(
    values: Sequence[float | None],
    *,
    marked: Sequence[bool] = (),
    line: float | None = None,
    least: float = 0.0,
    width: int = 112,
    height: int = 24,
) -> str:
    """Return a bar for each value, on a scale from zero to the largest one.

    Bars fill the whole width, each its own place, so that charts of one width over the same
    windows stand exactly below each other.

    Parameters
    ----------
    values
        One for each window, oldest first; ``None`` leaves a gap.
    marked
        Which bars stand out; none where it is empty.
    line
        A value that is drawn as a dotted line across, such as a threshold.
    least
        The scale reaches at least so far.
    width, height
        Size in pixels.

    Returns
    -------
    str
        An ``<svg>`` element, to be hidden from those who cannot see it: say the values as well.

    Examples
    --------
    >>> small_bars([1.0, None, 2.0]).count("M")
    3
    """
    finite = [value for value in values if value is not None and math.isfinite(value)]
    top = max([least, *finite, *([] if line is None else [line])], default=0.0) or 1.0
    step = width / max(1, len(values))
    gap = 1.0 if step > 3 else 0.25  # noqa: PLR2004 - pixels
    plain: list[str] = []
    standing: list[str] = []
    for place, value in enumerate(values):
        if value is None or not math.isfinite(value):
            continue
        tall = max(1.0, value / top * (height - _FLOOR - 1)) if value > 0 else 0.0
        if tall:
            bar = (
                f"M{_n(place * step + gap / 2)} {_n(height - _FLOOR)}"
                f"v-{_n(tall)}h{_n(step - gap)}v{_n(tall)}z"
            )
            (standing if place < len(marked) and marked[place] else plain).append(bar)
    base = f'<path class="spark-base" d="M0 {_n(height - 0.5)}H{width}"/>'
    parts = [base, _path("spark-bar", plain), _path("spark-mark", standing)]
    if line is not None:
        y = height - _FLOOR - line / top * (height - _FLOOR - 1)
        parts.append(f'<path class="spark-line" d="M0 {_n(y)}H{width}"/>')
    return (
        f'<svg class="spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'aria-hidden="true">{"".join(parts)}</svg>'
    )


def _path(name: str, drawn: Sequence[str]) -> str:
    return f'<path class="{name}" d="{"".join(drawn)}"/>' if drawn else ""


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
