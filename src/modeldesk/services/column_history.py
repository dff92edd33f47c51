"""One column over time: its profile in every window, and in chosen windows together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

from modeldesk.drift import ColumnComparison, Overlay, Thresholds, overlay
from modeldesk.errors import Incompatible
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.schema import Column, Granularity, Window
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.registry import Registry
from modeldesk.store import WindowProfile, WindowRecords

_WINDOWS_AT_ONCE = 100
"""So many windows' profiles are in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnWindow:
    """A column in one window."""

    window: Window
    profile: ColumnProfile | None
    """``None`` where the window's rows came without the column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnHistory:
    """A column in the reference and in every window of a range, oldest first."""

    model: str
    version: int
    column: Column
    granularity: Granularity
    segment: str
    """Empty: all rows."""
    reference: ColumnProfile
    thresholds: Thresholds
    """By which the model's monitor judges the column."""
    windows: tuple[ColumnWindow, ...]

    def together(self, start: datetime, end: datetime) -> ColumnProfile | None:
        """Return the column in all windows that begin in a range; ``None`` where it has no rows.

        Windows whose values are of another type than those of the first are left out.
        """
        found = [
            each.profile
            for each in self.windows
            if start <= each.window.start < end and each.profile is not None
        ]
        return reduce(_merged, found) if found else None

    def overlay(self, current: ColumnProfile | None, *, bins: int = 20) -> Overlay:
        """Return the distributions in the reference and in some windows over common bins."""
        side = None if current is None else _alone(current)
        return overlay(side, _alone(self.reference), self.column.name, bins=bins)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDistinct:
    """About how many different values each column has in a window."""

    window: Window
    distinct: Mapping[str, float]


class ColumnHistories:
    """Reads single columns out of stored window profiles.

    Parameters
    ----------
    registry
        Versions and their references.
    windows
        Stored window profiles.
    comparisons
        The rules by which windows are judged.
    """

    def __init__(
        self, registry: Registry, windows: WindowRecords, comparisons: Comparisons
    ) -> None:
        self._registry = registry
        self._windows = windows
        self._comparisons = comparisons

    def of(
        self,
        name: str,
        column: str,
        *,
        version: int | None = None,
        granularity: Granularity = Granularity.DAY,
        segment: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> ColumnHistory:
        """Return a column's profile in every window that begins in a range.

        Raises
        ------
        NotFound
            When there is no such model, version or column.
        """
        record = self._registry.record(name, version)
        known = record.signature.column(column)
        rule = self._comparisons.rule(name)
        entries = self._entries(
            record.version_id, granularity, {column}, segment=segment, start=start, end=end
        )
        return ColumnHistory(
            model=record.model,
            version=record.number,
            column=known,
            granularity=granularity,
            segment=segment,
            reference=_column(self._registry.reference_of(record.version_id), known),
            thresholds=rule.thresholds_of(column),
            windows=tuple(
                ColumnWindow(window=entry.window, profile=_only(entry.profile)) for entry in entries
            ),
        )

    def compared(self, history: ColumnHistory, current: ColumnProfile) -> ColumnComparison:
        """Judge a column in several windows together, by itself and without their past."""
        rule = self._comparisons.rule(history.model)
        compared = rule.compare(_alone(current), _alone(history.reference))
        return compared.column(history.column.name)

    def distinct(
        self,
        name: str,
        columns: Collection[str],
        *,
        version: int | None = None,
        granularity: Granularity = Granularity.DAY,
        segment: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[WindowDistinct, ...]:
        """Return about how many different values some columns have in every window of a range."""
        record = self._registry.record(name, version)
        entries = self._entries(
            record.version_id, granularity, columns, segment=segment, start=start, end=end
        )
        return tuple(
            WindowDistinct(
                window=entry.window,
                distinct={each.name: each.distinct for each in entry.profile.columns},
            )
            for entry in entries
        )

    def _entries(
        self,
        version_id: int,
        granularity: Granularity,
        columns: Collection[str],
        *,
        segment: str,
        start: datetime | None,
        end: datetime | None,
    ) -> Iterator[WindowProfile]:
        """Yield windows with some of their columns, a bounded number of them in memory."""
        volumes = self._windows.volumes(version_id, granularity, segment=segment, start=start)
        starts = [each.window.start for each in volumes if end is None or each.window.start < end]
        for place in range(0, len(starts), _WINDOWS_AT_ONCE):
            some = starts[place : place + _WINDOWS_AT_ONCE]
            yield from self._windows.profiles(
                version_id,
                granularity,
                segment=segment,
                start=some[0],
                end=some[-1] + timedelta(microseconds=1),
                columns=columns,
            )


def _only(profile: Profile) -> ColumnProfile | None:
    return profile.columns[0] if profile.columns else None


def _column(reference: Profile, known: Column) -> ColumnProfile:
    """Return a column of a reference; one without rows where it has none."""
    if known.name in reference.names:
        return reference.column(known.name)
    return ColumnProfile(name=known.name, kind=known.kind)


def _alone(column: ColumnProfile) -> Profile:
    return Profile(rows=column.rows, columns=(column,))


def _merged(one: ColumnProfile, other: ColumnProfile) -> ColumnProfile:
    try:
        return one.merge(other)
    except Incompatible:
        return one
