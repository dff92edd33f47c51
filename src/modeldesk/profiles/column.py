"""The summary of one column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from modeldesk.errors import Incompatible
from modeldesk.schema import Kind
from modeldesk.sketches import (
    Counts,
    Distinct,
    Frequent,
    Lengths,
    Moments,
    Quantiles,
    VectorSummary,
)

_MEASURED = frozenset(
    {Kind.INTEGER, Kind.FLOAT, Kind.DATETIME, Kind.DATE, Kind.DURATION, Kind.TEXT}
)
_LISTED = frozenset({Kind.BOOLEAN, Kind.INTEGER, Kind.CATEGORICAL, Kind.TEXT})
_WRITTEN = frozenset({Kind.CATEGORICAL, Kind.TEXT, Kind.IDENTIFIER})

_Sketch = TypeVar("_Sketch", Moments, Quantiles, Frequent, Lengths, VectorSummary)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """What is known about one column of a set of rows.

    Moments and quantiles are about the numbers of integer and float columns, about seconds
    since 1970 of datetime and date columns, about seconds of duration columns, and about
    lengths in characters of text columns.
    """

    name: str
    kind: Kind
    counts: Counts = field(default_factory=Counts)
    moments: Moments | None = None
    """Mean, variance and range; ``None`` for other kinds and where there is no finite value."""
    quantiles: Quantiles | None = None
    """Ranks and quantiles; ``None`` where `moments` is."""
    unique: Distinct = field(default_factory=Distinct)
    """Sketch of the different values."""
    frequent: Frequent | None = None
    """Most frequent values of boolean, integer, categorical and text columns; ``None`` for
    other kinds and where there is no value."""
    words: Frequent | None = None
    """Most frequent words of text columns, in lower case; ``None`` where there is none."""
    lengths: Lengths | None = None
    """Lengths in characters and words of categorical, text and identifier columns."""
    vector: VectorSummary | None = None
    """Norms, centroid and projections of vector columns; ``None`` where there is no vector."""

    @property
    def rows(self) -> int:
        """Rows, with or without a value."""
        return self.counts.rows

    @property
    def missing(self) -> int:
        """Rows without a value, NaN included."""
        return self.counts.missing

    @property
    def missing_share(self) -> float:
        """Share of rows without a value; 0 where there are no rows."""
        return self.counts.missing / self.counts.rows if self.counts.rows else 0.0

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.counts.present

    @property
    def nan(self) -> int:
        """Rows whose value is NaN; they are among the missing."""
        return self.counts.nan

    @property
    def infinite(self) -> int:
        """Values that are plus or minus infinity."""
        return self.counts.infinite

    @property
    def positive_infinite(self) -> int:
        """Values that are plus infinity; not told by profiles of format 1."""
        return self.counts.positive_infinite

    @property
    def negative_infinite(self) -> int:
        """Values that are minus infinity; not told by profiles of format 1."""
        return self.counts.negative_infinite

    @property
    def empty_share(self) -> float:
        """Share of empty strings among the values; 0 where there are no values."""
        return self.counts.empty / self.present if self.present else 0.0

    @property
    def types(self) -> dict[str, int]:
        """Number of values per type in which they came."""
        return self.counts.types

    @property
    def distinct(self) -> float:
        """About how many different values there are (standard error 0.8 %).

        Of the numbers and times in one table the count is exact, until the profile is merged.
        """
        return self.unique.estimate

    def merge(self, other: ColumnProfile) -> ColumnProfile:
        """Return the summary of both columns' rows together.

        Whole and fractional numbers merge into fractional ones, days and times into times; a
        column without a single value takes the other's kind; all other kinds, and the dimensions
        of vectors, must be the same.

        Raises
        ------
        Incompatible
            When the names or the kinds do not belong together.
        """
        if self.name != other.name:
            message = f"Columns {self.name!r} and {other.name!r} cannot be merged."
            raise Incompatible(message, hint="Merge columns of one name.")
        kind = _common_kind(self, other)
        return ColumnProfile(
            name=self.name,
            kind=kind,
            counts=self.counts.merge(other.counts),
            moments=_merged(self.moments, other.moments) if kind in _MEASURED else None,
            quantiles=_merged(self.quantiles, other.quantiles) if kind in _MEASURED else None,
            unique=self.unique.merge(other.unique),
            frequent=_merged(self.frequent, other.frequent) if kind in _LISTED else None,
            words=_merged(self.words, other.words) if kind is Kind.TEXT else None,
            lengths=_merged(self.lengths, other.lengths) if kind in _WRITTEN else None,
            vector=self._vectors(other) if kind is Kind.VECTOR else None,
        )

    def _vectors(self, other: ColumnProfile) -> VectorSummary | None:
        try:
            return _merged(self.vector, other.vector)
        except Incompatible as error:
            message = f"Column {self.name!r}: {error.message}"
            raise Incompatible(message, hint=error.hint) from error


def _merged(a: _Sketch | None, b: _Sketch | None) -> _Sketch | None:
    if a is None or b is None:
        return b if a is None else a
    return a.merge(b)


def _common_kind(a: ColumnProfile, b: ColumnProfile) -> Kind:
    if bool(a.present) != bool(b.present):
        return a.kind if a.present else b.kind
    if a.kind is b.kind:
        return a.kind
    if not a.present:
        return min(a.kind, b.kind)
    if a.kind.numeric and b.kind.numeric:
        return Kind.FLOAT
    if a.kind.temporal and b.kind.temporal:
        return Kind.DATETIME
    message = f"Column {a.name!r} is {a.kind.value} on one side and {b.kind.value} on the other."
    raise Incompatible(message, hint="Profile both sides with the same kinds.")
