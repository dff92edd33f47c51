"""What a comparison says: frozen results that do not know how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from modeldesk.errors import NotFound
from modeldesk.schema import Kind


class Status(StrEnum):
    """The three answers that a verdict can give."""

    STABLE = "stable"
    CHANGED = "changed"
    NOT_ENOUGH_DATA = "not enough data"


class Aspect(StrEnum):
    """What about a column changed."""

    DISTRIBUTION = "distribution"
    RANGE = "range"
    CATEGORIES = "categories"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a column changed more than chance explains and enough to matter."""

    status: Status
    sentence: str
    """One plain sentence with numbers."""
    aspects: tuple[Aspect, ...] = ()
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
    """Hellinger distance on reference-quantile bins, from 0 (same) to 1 (disjoint);
    ``None`` where one side has no values."""
    missing_share: float
    reference_missing_share: float
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All columns of a current profile against a reference profile."""

    rows: int
    reference_rows: int
    columns: tuple[ColumnComparison, ...]

    @property
    def changed(self) -> tuple[ColumnComparison, ...]:
        """Columns with the verdict *changed*, largest distance first."""
        found = [c for c in self.columns if c.verdict.status is Status.CHANGED]
        return tuple(sorted(found, key=lambda c: -(c.distance or 0.0)))

    def column(self, name: str) -> ColumnComparison:
        """Return the comparison of one column, or raise `NotFound`."""
        for column in self.columns:
            if column.name == name:
                return column
        message = f"There is no column {name!r} in the comparison."
        raise NotFound(message, hint=f"Known columns: {', '.join(c.name for c in self.columns)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Two distributions of one column on common bins, ready to be drawn over each other."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    """A label per bin: a category, or a range of values."""
    edges: tuple[float, ...]
    """The ``len(labels) + 1`` edges of numeric bins; empty for categories."""
    reference: tuple[float, ...]
    """Share of the reference's values per bin; sums to 1 where there are values."""
    current: tuple[float, ...]
    """Share of the current window's values per bin."""
