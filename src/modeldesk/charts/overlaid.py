"""Up to three distributions of one column over each other, as small inline SVG.

It holds nothing but numbers and class names; what its bins are is said beside it. Colours come
from the page by the classes ``over-0`` to ``over-2``.
"""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.drift import SharedBins

_GAP = 0.1
_BASE = 1.0


def overlaid(bins: SharedBins, *, width: float = 320, height: float = 110) -> str:
    """Return the distributions: the first filled, the second half transparent, the third a line.

    Categories stand beside each other instead, each in a part of its place.

    Parameters
    ----------
    bins
        Shares per bin of each profile, from 0 to 1.
    width, height
        Size in pixels; the picture stretches to its place.

    Examples
    --------
    >>> drawn = SharedBins(labels=("a", "b"), listed=True, shares=((0.5, 0.5), None, (0.1, 0.9)))
    >>> svg = overlaid(drawn)
    >>> [svg.count(f"over-{place}") for place in range(3)]
    [1, 0, 1]
    """
    many = len(bins.labels)
    top = max((max(side) for side in bins.shares if side), default=0.0) or 1.0
    step = width / max(1, many)
    drawn = [(place, side) for place, side in enumerate(bins.shares) if side is not None]
    parts = []
    for order, (place, side) in enumerate(drawn):
        tall = [share / top * (height - _BASE - 2) for share in side]
        if bins.listed:
            part = (1 - 2 * _GAP) / len(drawn)
            path = _bars(tall, step, _GAP + order * part, part, height)
        elif place < 2:  # noqa: PLR2004 - the third is a line
            path = _bars(tall, step, 0.02, 0.96, height)
        else:
            path = _outline(tall, step, height)
        kind = " over-line" if place == 2 and not bins.listed else ""  # noqa: PLR2004
        parts.append(f'<path class="over over-{place}{kind}" d="{path}"/>')
    base = f'<path class="over-base" d="M0 {_n(height - 0.5)}H{_n(width)}"/>'
    return (
        f'<svg class="overlaid" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}{base}</svg>'
    )


def _bars(tall: Sequence[float], step: float, start: float, part: float, height: float) -> str:
    bottom = height - _BASE
    return "".join(
        f"M{_n((place + start) * step)} {_n(bottom)}v-{_n(max(up, 1.0))}"
        f"h{_n(part * step)}v{_n(max(up, 1.0))}z"
        for place, up in enumerate(tall)
        if up > 0
    )


def _outline(tall: Sequence[float], step: float, height: float) -> str:
    bottom = height - _BASE
    steps = "".join(f"V{_n(bottom - up)}H{_n((place + 1) * step)}" for place, up in enumerate(tall))
    return f"M0 {_n(bottom)}{steps}V{_n(bottom)}"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
