"""What a measure answers: a number with an interval, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

CONFIDENCE = 0.95
"""How often an interval should hold what it is for, unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A range that holds the true value with a stated confidence."""

    low: float
    high: float
    confidence: float
    """The share of such intervals that hold the true value, between 0 and 1."""
    method: str
    """How it was made, in words."""

    def holds(self, value: float) -> bool:
        """Whether a value lies in it, the ends included."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number that a measure gives, and how well it is known.

    Examples
    --------
    >>> sure = Interval(low=0.71, high=0.86, confidence=0.95, method="Wilson")
    >>> str(Figure(value=0.79, interval=sure, rows=120))
    '0.79 (0.71 to 0.86)'
    """

    value: float
    interval: Interval | None
    """``None`` where the rows are too few to know; the note says so."""
    rows: int
    """On how many rows it rests (of rankings: queries)."""
    note: str = ""
    """What was left out, or is only approximate; empty where there is nothing to say."""

    def __str__(self) -> str:
        if self.interval is None:
            return f"{self.value:.4g}"
        return f"{self.value:.4g} ({self.interval.low:.4g} to {self.interval.high:.4g})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undefined:
    """That there is no such number, and why.

    Examples
    --------
    >>> str(Undefined(because="no row has a label"))
    'not defined, because no row has a label'
    """

    because: str
    """The reason, as half a sentence that follows on "because"."""

    def __str__(self) -> str:
        return f"not defined, because {self.because}"


Result: TypeAlias = Figure | Undefined
"""What every measure returns."""


def figure(
    value: float,
    limits: tuple[float, float] | None,
    rows: int,
    *,
    confidence: float,
    method: str,
    note: str = "",
) -> Result:
    """Return a number with its limits; `Undefined` where it is beyond floating point.

    Without limits the note says that the rows are too few.

    Examples
    --------
    >>> figure(2.0, None, 1, confidence=0.95, method="Student").note
    'One value does not tell how much such values vary.'
    >>> str(figure(math.inf, None, 1, confidence=0.95, method="Student"))
    'not defined, because the numbers are too large for floating point'
    """
    if not math.isfinite(value) or (limits and not all(map(math.isfinite, limits))):
        return Undefined(because="the numbers are too large for floating point")
    if limits is None:
        few = "One value does not tell how much such values vary."
        return Figure(value=value, interval=None, rows=rows, note=joined(few, note))
    low, high = min(limits[0], value), max(limits[1], value)
    interval = Interval(low=low, high=high, confidence=confidence, method=method)
    return Figure(value=value, interval=interval, rows=rows, note=note)


def joined(*notes: str) -> str:
    """Return notes as one text, empty ones left out.

    >>> joined("Two rows are left out.", "", "It is approximate.")
    'Two rows are left out. It is approximate.'
    """
    return " ".join(note for note in notes if note)


def listed(names: Sequence[str]) -> str:
    """Return names as one text.

    >>> listed(["accuracy"]), listed(["accuracy", "macro F1", "log loss"])
    ('accuracy', 'accuracy, macro F1 and log loss')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def counted(count: int, one: str, many: str) -> str:
    """Return a sentence with a count, or nothing where it is 0.

    >>> counted(2, "{} row is left out.", "{} rows are left out."), counted(0, "{}", "{}")
    ('2 rows are left out.', '')
    """
    if not count:
        return ""
    return (one if count == 1 else many).format(f"{count:,}")
