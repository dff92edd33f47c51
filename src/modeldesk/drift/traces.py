"""What past windows were like: the little of a profile that normal variation is learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modeldesk.drift.sorting import split_columns
from modeldesk.drift.split import Counts
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.sketches import Correlations


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ColumnTrace:
    """One column of a past window, sorted into the bins that the reference makes."""

    rows: int
    missing: int
    counts: Counts | None
    """Values per bin, shape ``(bins,)``; ``None`` where there were none to sort."""

    @property
    def missing_share(self) -> float:
        """Share of rows without a value; 0 where there were no rows."""
        return self.missing / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """A past window against one reference; made by `trace`, accepted by `compare`."""

    columns: Mapping[str, ColumnTrace]
    correlations: Correlations | None


def trace(window: Profile, reference: Profile) -> Trace:
    """Return what `compare` needs of a past window, so that its profile need not be kept.

    Parameters
    ----------
    window
        Profile of a past window.
    reference
        The profile that windows are compared with; a trace is good for that one alone.

    Examples
    --------
    >>> from modeldesk import profile
    >>> old = profile({"age": list(range(100))})
    >>> trace(profile({"age": [5, 15, 250]}), old).columns["age"].counts[:3].tolist()
    [0.0, 1.0, 1.0]
    """
    known = {column.name: column for column in window.columns}
    return Trace(
        columns={
            column.name: _traced(known[column.name], column)
            for column in reference.columns
            if column.name in known
        },
        correlations=window.correlations,
    )


def traces(history: Sequence[Profile | Trace], reference: Profile) -> tuple[Trace, ...]:
    """Return the traces of past windows, some of which may be traces already."""
    return tuple(
        window if isinstance(window, Trace) else trace(window, reference) for window in history
    )


def _traced(column: ColumnProfile, reference: ColumnProfile) -> ColumnTrace:
    split = split_columns(column, reference)
    return ColumnTrace(
        rows=column.rows,
        missing=column.missing,
        counts=None if split is None else split.current,
    )
