"""Any profiles of a model side by side: a reference, a day, or days together, of a segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations

from modeldesk.drift import ColumnComparison, Comparison, SharedBins, shared_bins
from modeldesk.errors import Incompatible, InvalidArgument, NotFound
from modeldesk.monitors import DriftRule
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.schema import Granularity, Kind
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.registry import Registry
from modeldesk.services.remembering import Remembered
from modeldesk.store import WindowRecords, WindowVolume

MOST_CHOICES = 3
"""So many profiles can be told apart when they are drawn over each other."""
MOST_DAYS = 366
"""Days that one profile is put together from."""

_COLUMNS_KEPT = 3_000
"""Columns of merged profiles, and of comparisons, kept in memory; a profile's takes about 8 KB."""
_DAYS_AT_ONCE = 50

Span = tuple[int, str, date, date]
"""Version, segment, first and last day."""
Basis = tuple[tuple[int, datetime], ...]
"""Rows and latest time of each day."""
Source = int | tuple[Span, Basis]
"""What a profile is made of: a version's reference, or what is logged on some days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChoice:
    """Which rows a profile is about.

    Examples
    --------
    >>> ProfileChoice(version=2).words
    'Reference of v2'
    >>> ProfileChoice(version=1, first=date(2026, 3, 1), last=date(2026, 3, 7)).words
    '2026-03-01 to 2026-03-07, v1'
    """

    version: int
    """Number of the version."""
    first: date | None = None
    """The first day, in UTC; ``None``: the version's reference is meant."""
    last: date | None = None
    """The last day, included; ``None``: the first one alone."""
    segment: str = ""
    """Only rows of this segment; a reference has none."""

    @property
    def words(self) -> str:
        """Say it in words."""
        if self.first is None:
            return f"Reference of v{self.version}"
        last = "" if self.last in {None, self.first} else f" to {self.last:%Y-%m-%d}"
        segment = f", {self.segment}" if self.segment else ""
        return f"{self.first:%Y-%m-%d}{last}, v{self.version}{segment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenProfile:
    """A choice with what it stands for."""

    choice: ProfileChoice
    profile: Profile
    """Without rows where there was no traffic."""
    days: int
    """From how many days with traffic it is put together; 0 of a reference."""
    source: Source
    """Names what it is made of: the same source has the same profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairComparison:
    """Two of the chosen profiles against each other."""

    one: int
    """Place of the profile that is compared with, from 0."""
    other: int
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilesReport:
    """Profiles side by side, and each compared with those before it."""

    model: str
    chosen: tuple[ChosenProfile, ...]
    pairs: tuple[PairComparison, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, those first that differ most."""
        order = {name: None for each in self.chosen for name in each.profile.names}
        size: dict[str, float] = dict.fromkeys(order, -1.0)
        for pair in self.pairs:
            for column in pair.comparison.columns:
                if column.distance is not None:
                    size[column.name] = max(size[column.name], column.size)
        return tuple(sorted(order, key=lambda name: -size[name]))

    def columns(self, name: str) -> tuple[ColumnProfile | None, ...]:
        """Return a column in each profile; ``None`` where it is missing."""
        return tuple(
            each.profile.column(name) if name in each.profile.names else None
            for each in self.chosen
        )

    def kind(self, name: str) -> Kind:
        """Return the kind of a column in the first profile that has it."""
        return next(each.kind for each in self.columns(name) if each is not None)

    def bins(self, name: str) -> SharedBins:
        """Return a column's distributions over common bins."""
        return shared_bins(self.columns(name))

    def compared(self, name: str) -> tuple[tuple[PairComparison, ColumnComparison], ...]:
        """Return how a column compares in each pair that has it."""
        return tuple(
            (pair, column)
            for pair in self.pairs
            for column in pair.comparison.columns
            if column.name == name
        )


class ProfileChoices:
    """Puts chosen profiles together and compares them.

    Parameters
    ----------
    registry
        Versions and their references.
    windows
        Stored window profiles.
    comparisons
        The rules by which profiles are judged.
    """

    def __init__(
        self, registry: Registry, windows: WindowRecords, comparisons: Comparisons
    ) -> None:
        self._registry = registry
        self._windows = windows
        self._comparisons = comparisons
        self._merged = Remembered[Span, tuple[Basis, Profile]](_COLUMNS_KEPT)
        self._compared = Remembered[tuple[str, Source, Source], Comparison](_COLUMNS_KEPT)

    def chosen(self, name: str, choice: ProfileChoice) -> ChosenProfile:
        """Return what a choice stands for.

        Raises
        ------
        NotFound
            When there is no such model, version or segment.
        InvalidArgument
            When the days are in the wrong order, or too many.
        """
        record = self._registry.record(name, choice.version)
        if choice.first is None:
            reference = self._registry.reference_of(record.version_id)
            return ChosenProfile(choice=choice, profile=reference, days=0, source=record.version_id)
        first, last = choice.first, choice.last or choice.first
        if last < first:
            message = f"The range ends ({last:%Y-%m-%d}) before it begins ({first:%Y-%m-%d})."
            raise InvalidArgument(message, hint="Give the earlier day first.")
        if (last - first).days >= MOST_DAYS:
            message = f"A profile is put together from at most {MOST_DAYS} days."
            raise InvalidArgument(message, hint="Choose a shorter range.")
        self._check_segment(name, record.version_id, choice)
        span = (record.version_id, choice.segment, first, last)
        basis, profile = self._together(span)
        return ChosenProfile(choice=choice, profile=profile, days=len(basis), source=(span, basis))

    def compare(self, name: str, choices: Sequence[ProfileChoice]) -> ProfilesReport:
        """Return up to three chosen profiles, and each compared with those before it.

        The model's monitor says how; no past is learned from.

        Raises
        ------
        NotFound
            When there is no such model, version or segment.
        InvalidArgument
            When nothing is chosen, or too much.
        """
        if not 1 <= len(choices) <= MOST_CHOICES:
            message = f"{len(choices)} profiles cannot be shown side by side."
            raise InvalidArgument(message, hint=f"Choose 1 to {MOST_CHOICES}.")
        rule = self._comparisons.rule(name)
        chosen = tuple(self.chosen(name, choice) for choice in choices)
        return ProfilesReport(
            model=name,
            chosen=chosen,
            pairs=tuple(
                PairComparison(
                    one=one,
                    other=other,
                    comparison=self._comparison(rule, chosen[other], chosen[one]),
                )
                for one, other in combinations(range(len(chosen)), 2)
            ),
        )

    def rows(self, name: str, choices: Sequence[ProfileChoice]) -> tuple[int, ...]:
        """Return how many rows each choice stands for, without reading any profile."""
        found = []
        for choice in choices:
            record = self._registry.record(name, choice.version)
            if choice.first is None:
                found.append(self._registry.reference_of(record.version_id).rows)
                continue
            span = (record.version_id, choice.segment, choice.first, choice.last or choice.first)
            found.append(sum(each.rows for each in self._volumes(span)))
        return tuple(found)

    def days(self, name: str, version: int) -> tuple[date, ...]:
        """Return the days on which a version has traffic, oldest first."""
        record = self._registry.record(name, version)
        volumes = self._windows.volumes(record.version_id, Granularity.DAY)
        return tuple(each.window.start.date() for each in volumes)

    def telling_day(self, name: str, version: int) -> date | None:
        """Return the latest day with enough rows for a verdict, or else the latest of all.

        ``None`` where there is no traffic.
        """
        record = self._registry.record(name, version)
        days = self._windows.volumes(record.version_id, Granularity.DAY)
        enough = self._comparisons.rule(name).thresholds.min_rows
        found = [each for each in days if each.rows >= enough] or days
        return found[-1].window.start.date() if found else None

    def _check_segment(self, name: str, version_id: int, choice: ProfileChoice) -> None:
        if choice.segment and choice.segment not in self._windows.segments(version_id):
            message = f"{name} v{choice.version} has no segment {choice.segment!r}."
            raise NotFound(message, hint="Choose another one, or all rows.")

    def _volumes(self, span: Span) -> list[WindowVolume]:
        version_id, segment, first, last = span
        volumes = self._windows.volumes(
            version_id, Granularity.DAY, segment=segment, start=_midnight(first)
        )
        return [each for each in volumes if each.window.start <= _midnight(last)]

    def _comparison(
        self, rule: DriftRule, current: ChosenProfile, reference: ChosenProfile
    ) -> Comparison:
        """Compare two profiles; what was compared before is remembered until it changes."""
        key = rule.basis(), current.source, reference.source
        known = self._compared.get(key)
        if known is None:
            known = rule.compare(current.profile, reference.profile)
            self._compared.put(key, known, weight=max(1, len(known.columns)))
        return known

    def _together(self, span: Span) -> tuple[Basis, Profile]:
        """Merge the profiles of days; what was merged before is remembered until it changes."""
        version_id, segment, _, _ = span
        days = self._volumes(span)
        basis = tuple((each.rows, each.last_time) for each in days)
        known = self._merged.get(span)
        if known is None or known[0] != basis:
            merged = Profile.empty()
            for place in range(0, len(days), _DAYS_AT_ONCE):
                some = days[place : place + _DAYS_AT_ONCE]
                for entry in self._windows.profiles(
                    version_id,
                    Granularity.DAY,
                    segment=segment,
                    start=some[0].window.start,
                    end=some[-1].window.end,
                ):
                    merged = _joined(merged, entry.profile)
            known = basis, merged
            self._merged.put(span, known, weight=max(1, len(merged.columns)))
        return known


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _joined(one: Profile, other: Profile) -> Profile:
    try:
        return one.merge(other)
    except Incompatible as error:
        message = f"These days cannot be put together: {error.message}"
        raise InvalidArgument(message, hint="Choose days on which types are the same.") from error
