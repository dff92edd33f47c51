"""What is said about columns: frozen records that do not know how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from modeldesk.schema import Kind


class Status(StrEnum):
    """The answers that a verdict can give."""

    STABLE = "stable"
    CHANGED = "changed"
    NOT_ENOUGH_DATA = "not enough data"
    NOT_COMPARED = "not compared"
    """There is nothing to compare: an identifier, or a column that only one side has."""


class Aspect(StrEnum):
    """What about a column changed."""

    RANGE = "range"
    """Values lie beyond the reference's smallest or largest, or are infinite."""
    NEW_CATEGORIES = "new categories"
    SHIFT = "shift"
    """Values are higher or lower."""
    SPREAD = "spread"
    """Values lie farther apart or closer together."""
    SHAPE = "shape"
    """Values are distributed otherwise, where neither shift nor spread explains it."""
    SHARES = "shares"
    """Known categories are more or less frequent."""
    WORDS = "words"
    """Texts use other words."""
    TYPE = "type"
    """Values are of another type, or cannot be read as the column's kind."""
    MISSING = "missing"
    CORRELATION = "correlation"
    """Two columns vary together otherwise; of comparisons as a whole."""


class Direction(StrEnum):
    """Which way something changed."""

    HIGHER = "higher"
    LOWER = "lower"
    WIDER = "wider"
    NARROWER = "narrower"
    MORE = "more"
    """More values are missing."""
    FEWER = "fewer"
    """Fewer values are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether something changed more than chance explains and enough to matter."""

    status: Status
    sentence: str
    """One plain sentence with numbers."""
    aspects: tuple[Aspect, ...] = ()
    """What changed, the most telling first."""
    direction: Direction | None = None
    """Which way the first of the aspects changed; ``None`` where there is no direction."""
    distance: float | None = None
    """How large the difference is, from 0 (none) to 1: the column's Hellinger distance, of a
    whole comparison the largest; ``None`` where there is nothing to measure."""
    p_value: float | None = None
    """Chance of a difference at least this large if nothing changed; corrected for the
    number of columns compared. ``None`` where there was not enough data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnComparison:
    """One column of a current profile against the same column of a reference."""

    name: str
    kind: Kind
    rows: int
    distance: float | None
    """Hellinger distance on reference-quantile bins, from 0 (same) to 1 (disjoint); of texts
    that of their lengths or of their words, whichever is larger. ``None`` where one side has no
    values, or nothing of them is compared."""
    missing_share: float
    reference_missing_share: float
    verdict: Verdict

    @property
    def size(self) -> float:
        """Hellinger distance with one more bin for missing values, from 0 to 1."""
        now, before = self.missing_share, self.reference_missing_share
        apart = 0.0 if self.distance is None else self.distance
        alike = (1 - apart**2) * sqrt((1 - now) * (1 - before)) + sqrt(now * before)
        return sqrt(max(0.0, 1 - alike))


@dataclass(frozen=True, slots=True, kw_only=True)
class PairChange:
    """Two numeric columns that vary together otherwise than in the reference."""

    columns: tuple[str, str]
    correlation: float
    """Pearson's correlation in the current rows, from -1 to 1."""
    reference_correlation: float
    p_value: float
    """Corrected for the number of pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """How the numeric columns vary together, compared with the reference."""

    verdict: Verdict
    pairs: tuple[PairChange, ...] = ()
    """Pairs of columns whose correlation changed, the largest change first."""
