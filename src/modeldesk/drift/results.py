"""What a comparison says: frozen results that do not know how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.drift.sides import Sided
from modeldesk.drift.summary import summed_up
from modeldesk.drift.verdict import ColumnComparison, Dependence, Status, Verdict
from modeldesk.errors import NotFound
from modeldesk.schema import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Sided):
    """All columns of a current profile against a reference profile."""

    rows: int
    reference_rows: int
    columns: tuple[ColumnComparison, ...]
    dependence: Dependence | None = None
    """What no single column shows: a change of correlations. ``None`` where fewer than two
    numeric columns are on both sides."""

    @property
    def changed(self) -> tuple[ColumnComparison, ...]:
        """Columns with the verdict *changed*, the largest change first.

        The size of a change counts missing values as well: it is the Hellinger distance with
        one more bin for them.
        """
        found = [c for c in self.columns if c.verdict.status is Status.CHANGED]
        return tuple(sorted(found, key=lambda c: -c.size))

    @property
    def verdict(self) -> Verdict:
        """One verdict over all columns and their correlations."""
        return summed_up(self.columns, self.changed, self.dependence)

    def column(self, name: str) -> ColumnComparison:
        """Return the comparison of one column, or raise `NotFound`."""
        for column in self.columns:
            if column.name == name:
                return column
        message = f"There is no column {name!r} in the comparison."
        raise NotFound(message, hint=f"Known columns: {', '.join(c.name for c in self.columns)}.")

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from modeldesk.reports import comparison_fragment  # noqa: PLC0415  # decision 0009

        return comparison_fragment(self)


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
