"""Histograms of one column as inline SVG: small ones for a table's row, large ones with axes.

Colours come from the page by classes: ``hist-reference`` and ``hist-current`` are filled,
``hist-line`` and ``hist-base`` are drawn, ``hist-grid`` and ``hist-label`` belong to the axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from modeldesk.charts.bin_labels import shown_labels
from modeldesk.drift import Overlay

_WHOLE, _FIRST, _SECOND = (0.05, 0.95), (0.12, 0.49), (0.51, 0.88)
"""Which part of its place a bar fills: alone in it, or the first or second of two."""
_FEW = 6
"""So few bins of numbers are drawn like categories, side by side."""
_THIN = 3.0
"""Places of less than so many pixels are filled."""
_ROUND = (0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.16, 0.2, 0.24, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 8.0, 8.0, 22.0


def histogram(
    overlay: Overlay, *, alone: bool = False, width: float = 150, height: float = 36
) -> str:
    """Return a small histogram without words, for a cell of a table.

    Parameters
    ----------
    overlay
        Shares per bin of both sides, from 0 to 1.
    alone
        Whether there is only one side, that of `Overlay.reference`.
    width, height
        Size in pixels.

    Returns
    -------
    str
        An ``<svg>`` element that holds nothing but numbers.

    Examples
    --------
    >>> from modeldesk import profile
    >>> from modeldesk.drift import overlay
    >>> svg = histogram(overlay(None, profile({"age": [1, 2, 2, 4]}), "age"), alone=True)
    >>> svg[:4], "<title>" in svg
    ('<svg', False)
    """
    area = _Area(left=0, top=1, width=width, height=height - 2, places=len(overlay.labels))
    largest = max((*overlay.reference, *overlay.current), default=0.0)
    parts = _shapes(overlay, area, top=largest or 1.0, alone=alone)
    return _svg(width, height, parts, classes="hist", words=_words(overlay, alone=alone))


def histogram_with_axes(
    overlay: Overlay, *, alone: bool = False, width: float = 560, height: float = 250
) -> str:
    """Return a large histogram with axes and a tooltip per bin.

    Parameters
    ----------
    overlay
        Shares per bin of both sides, from 0 to 1.
    alone
        Whether there is only one side, that of `Overlay.reference`.
    width, height
        Size in pixels; the picture shrinks with its place.

    Returns
    -------
    str
        An ``<svg>`` element; labels in it are escaped.
    """
    area = _Area(
        left=_LEFT,
        top=_TOP,
        width=width - _LEFT - _RIGHT,
        height=height - _TOP - _BOTTOM,
        places=len(overlay.labels),
    )
    largest = max((*overlay.reference, *overlay.current), default=0.0)
    top = next((step for step in _ROUND if largest <= step), 1.0)
    parts = [*_grid(area, top), *_shapes(overlay, area, top=top, alone=alone)]
    parts += _axis(overlay, area, height)
    parts += _hints(overlay, area, alone=alone)
    words = _words(overlay, alone=alone)
    return _svg(width, height, parts, classes="hist hist--large", words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Area:
    """The rectangle that bars stand in, cut into equally wide places."""

    left: float
    top: float
    width: float
    height: float
    places: int

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def step(self) -> float:
        return self.width / max(1, self.places)

    def x(self, place: float) -> float:
        return self.left + place * self.step

    def tall(self, share: float, top: float) -> float:
        """Return the height of a bar; one that is there can be seen."""
        return max(1.5, share / top * self.height) if share > 0 else 0.0


def _shapes(overlay: Overlay, area: _Area, *, top: float, alone: bool) -> list[str]:
    base = (
        f'<path class="hist-base" d="M{_n(area.left)} {_n(area.bottom)}'
        f'H{_n(area.left + area.width)}"/>'
    )
    if alone:
        return [_bars(overlay.reference, area, top, "hist-current", _WHOLE), base]
    if overlay.edges and len(overlay.labels) > _FEW:
        before = _bars(overlay.reference, area, top, "hist-reference", _WHOLE)
        outline = _outline(overlay.current, area, top)
        filled = _path("hist-current hist-over", [f"{run}z" for run in outline])
        return [before, filled, base, _path("hist-line", outline)]
    return [
        _bars(overlay.reference, area, top, "hist-reference", _FIRST),
        _bars(overlay.current, area, top, "hist-current", _SECOND),
        base,
    ]


def _bars(
    shares: Sequence[float], area: _Area, top: float, name: str, part: tuple[float, float]
) -> str:
    """Draw bars, each in a part of its place."""
    start, end = (0.0, 1.0) if part == _WHOLE and area.step < _THIN else part
    wide = _n(area.step * (end - start))
    drawn = [
        f"M{_n(area.x(place + start))} {_n(area.bottom)}v-{_n(tall)}h{wide}v{_n(tall)}z"
        for place, share in enumerate(shares)
        if (tall := area.tall(share, top))
    ]
    return _path(name, drawn)


def _outline(shares: Sequence[float], area: _Area, top: float) -> list[str]:
    """Draw the tops of bars as steps, one line per run of bins that hold something."""
    drawn = []
    for filled, run in groupby(enumerate(shares), key=lambda pair: pair[1] > 0):
        if filled:
            steps = [(place, area.bottom - area.tall(share, top)) for place, share in run]
            tops = "".join(f"V{_n(y)}H{_n(area.x(place + 1))}" for place, y in steps)
            drawn.append(f"M{_n(area.x(steps[0][0]))} {_n(area.bottom)}{tops}V{_n(area.bottom)}")
    return drawn


def _path(name: str, drawn: Sequence[str]) -> str:
    return f'<path class="{name}" d="{"".join(drawn)}"/>' if drawn else ""


def _grid(area: _Area, top: float) -> list[str]:
    parts = []
    for part in (0.5, 1.0):
        y = area.bottom - part * area.height
        percent = f"{100 * top * part:.3g} %"
        parts.append(
            f'<path class="hist-grid" d="M{_n(area.left)} {_n(y)}H{_n(area.left + area.width)}"/>'
            f'<text class="hist-label" x="{_n(area.left - 6)}" y="{_n(y + 4)}" '
            f'text-anchor="end">{percent}</text>'
        )
    return parts


def _axis(overlay: Overlay, area: _Area, height: float) -> list[str]:
    return [
        f'<text class="hist-label" x="{_n(area.x(label.place))}" y="{_n(height - 6)}" '
        f'text-anchor="{label.anchor}">{escape(label.words)}</text>'
        for label in shown_labels(overlay, room=area.width)
    ]


def _hints(overlay: Overlay, area: _Area, *, alone: bool) -> list[str]:
    """Lay an invisible bar over each bin that says its numbers."""
    hints = []
    sides = zip(overlay.labels, overlay.reference, overlay.current, strict=True)
    for place, (label, before, now) in enumerate(sides):
        if before or now:
            words = f"{100 * before:.1f} %"
            if not alone:
                words = f"reference {words}, current {100 * now:.1f} %"
            hints.append(
                f'<rect class="hist-hint" x="{_n(area.x(place))}" y="{_n(area.top)}" '
                f'width="{_n(area.step)}" height="{_n(area.height)}">'
                f"<title>{escape(label)}: {words}</title></rect>"
            )
    return hints


def _words(overlay: Overlay, *, alone: bool) -> str:
    if not any((*overlay.reference, *overlay.current)):
        return "no values"
    return "distribution" if alone else "distribution: reference and current"


def _svg(width: float, height: float, parts: Sequence[str], *, classes: str, words: str) -> str:
    return (
        f'<svg class="{classes}" width="{_n(width)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-label="{words}">'
        f"{''.join(parts)}</svg>"
    )


def _n(number: float) -> str:
    """Write a coordinate with one decimal at most."""
    short = f"{number:.1f}" if math.isfinite(number) else "0"
    return short.removesuffix(".0")
