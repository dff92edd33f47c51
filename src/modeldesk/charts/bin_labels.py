"""Which bins of a histogram get a label under the axis, and where it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass

from modeldesk.drift import Overlay
from modeldesk.schema import Kind

_LETTER = 6.6
"""Pixels that a letter of an axis takes, with some air round the word."""
_MOST = 9
_LONGEST = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class BinLabel:
    """Words under the axis."""

    place: float
    """Where, counted in bins from the left end."""
    words: str
    anchor: str
    """``start``, ``middle`` or ``end``: which end of the words stands there."""

    def extent(self, step: float) -> tuple[float, float]:
        """Return from where to where the words reach, in pixels, at so many per bin."""
        wide = len(self.words) * _LETTER
        start = self.place * step - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return start, start + wide


def shown_labels(overlay: Overlay, *, room: float) -> tuple[BinLabel, ...]:
    """Return the labels that fit under the axis of a histogram without touching.

    Ranges of numbers (``2.0 to 2.5``) are labelled at the edges between them, single values
    (a category, a whole number, a day) in the middle of their bins, open ends (``≥ 80``) at the
    ends.

    Parameters
    ----------
    overlay
        The bins.
    room
        Width of the axis in pixels.

    Examples
    --------
    >>> from modeldesk import profile
    >>> from modeldesk.drift import overlay
    >>> bins = overlay(None, profile({"size": [0.5, 1.5, 2.0, 3.1]}), "size", bins=4)
    >>> [(label.place, label.words) for label in shown_labels(bins, room=300)]
    [(0, '0'), (1, '1'), (2, '2'), (3, '3'), (4, '4')]
    """
    if not overlay.labels:
        return ()
    candidates = _candidates(overlay)
    longest = max(len(label.words) for label in candidates)
    fitting = max(2, min(_MOST, int(room / ((longest + 2) * _LETTER))))
    stride = math.ceil(len(candidates) / fitting)
    open_ends = [label for label in candidates if label.words.startswith(("< ", "≥ "))]
    step = room / len(overlay.labels)
    shown: list[BinLabel] = []
    for label in (*open_ends, *candidates[::stride]):
        start, end = label.extent(step)
        taken = [other.extent(step) for other in shown]
        if all(end + _LETTER < low or high + _LETTER < start for low, high in taken):
            shown.append(label)
    return tuple(sorted(shown, key=lambda label: label.place))


def _candidates(overlay: Overlay) -> list[BinLabel]:
    ranges = bool(overlay.edges) and any(" to " in label for label in overlay.labels)
    found: list[BinLabel] = []
    end = len(overlay.labels)
    for place, label in enumerate(overlay.labels):
        low, _, high = label.partition(" to ")
        if place == 0 and label.startswith("< "):
            found.append(BinLabel(place=0, words=label, anchor="start"))
        elif place == end - 1 and label.startswith("≥ "):
            found.append(BinLabel(place=end, words=label, anchor="end"))
        elif not ranges:
            found.append(BinLabel(place=place + 0.5, words=_cut(label), anchor="middle"))
        else:
            anchor = "middle" if place else "start"
            found.append(BinLabel(place=place, words=low, anchor=anchor))
            if place == end - 1 and overlay.kind is not Kind.INTEGER:
                found.append(BinLabel(place=end, words=high, anchor="end"))
    return found


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"
