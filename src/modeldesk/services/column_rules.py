"""How one column is judged: shown, tried on the days that were, and changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from modeldesk.clock import Clock
from modeldesk.drift import Status, Thresholds, Trace, judge_column, trace
from modeldesk.monitors import ColumnRule, DriftRule
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.schema import Column, Granularity, Window
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.registry import Registry
from modeldesk.services.watching import TRIED_DAYS, Watching
from modeldesk.store import VersionRecord, WindowRecords

_JUDGED = frozenset({Status.STABLE, Status.CHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRuleView:
    """By what a column is judged."""

    column: Column
    own: ColumnRule
    """In what it differs from all columns."""
    thresholds: Thresholds
    """Those in force for it."""
    common: Thresholds
    """Those of all columns without their own."""
    watched: bool
    """Whether the monitor watches columns of this role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedColumnDay:
    """What is said of a column on a day, now and by what is tried."""

    window: Window
    now: Status
    then: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTrial:
    """What would have been said of a column on the last days."""

    days: tuple[TriedColumnDay, ...]
    """Those with a verdict, oldest first."""

    @property
    def changed_now(self) -> int:
        """Days that count as changed by the rule in force."""
        return sum(day.now is Status.CHANGED for day in self.days)

    @property
    def changed_then(self) -> int:
        """Days that would count as changed by what is tried."""
        return sum(day.then is Status.CHANGED for day in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """A column on a day."""

    window: Window
    profile: ColumnProfile
    trace: Trace


class ColumnRules:
    """Shows, tries and changes what a model's monitor has for single columns.

    Parameters
    ----------
    registry
        The models and their columns.
    windows
        Stored window profiles.
    comparisons
        Days compared by the rules in force.
    watching
        The monitors' rules.
    clock
        Tells which days are the last ones.
    """

    def __init__(
        self,
        registry: Registry,
        windows: WindowRecords,
        comparisons: Comparisons,
        watching: Watching,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._windows = windows
        self._comparisons = comparisons
        self._watching = watching
        self._clock = clock

    def of(self, model: str, column: str, *, version: int | None = None) -> ColumnRuleView:
        """Return by what a column is judged.

        Raises
        ------
        NotFound
            When there is no such model, version or column.
        """
        known = self._registry.record(model, version).signature.column(column)
        return _view(known, self._watching.rule(model))

    def set(
        self, model: str, column: str, own: ColumnRule, *, version: int | None = None
    ) -> ColumnRuleView:
        """Judge a column by something else from now on, and the last 30 days once more.

        Parameters
        ----------
        model, column
            Which one.
        own
            What holds for it; what is left out is as for all columns.
        version
            Whose column it is; ``None``: the champion's. The rule holds for all versions.

        Raises
        ------
        NotFound
            When there is no such model, version or column.
        InvalidArgument
            When a number is not one that a threshold can be.
        """
        known = self._registry.record(model, version).signature.column(column)
        wanted = self._watching.rule(model).with_column(column, own)
        return _view(known, self._watching.set_rule(model, wanted, version=version))

    def tried(
        self, model: str, column: str, own: ColumnRule, *, version: int | None = None
    ) -> ColumnTrial:
        """Return what would have been said of a column on the last 30 days; nothing is kept.

        Raises
        ------
        NotFound
            When there is no such model, version or column.
        InvalidArgument
            When a number is not one that a threshold can be.
        """
        record = self._registry.record(model, version)
        record.signature.column(column)
        rule = self._watching.rule(model)
        wanted = rule.with_column(column, own).thresholds_of(column)
        return ColumnTrial(days=tuple(self._judged(record, column, rule, wanted)))

    def _judged(
        self, record: VersionRecord, column: str, rule: DriftRule, wanted: Thresholds
    ) -> Iterator[TriedColumnDay]:
        reference = self._registry.reference_of(record.version_id)
        if column not in reference.names:
            return
        since = self._since
        look_back = rule.history * Granularity.DAY.duration
        days = self._days(record.version_id, reference.column(column), since - look_back)
        known = {day.window: day for day in days}
        for entry in self._comparisons.between(
            record.version_id, Granularity.DAY, rule, start=since
        ):
            found = known.get(entry.window)
            now = next((each for each in entry.comparison.columns if each.name == column), None)
            if found is None or now is None or now.verdict.status not in _JUDGED:
                continue
            first, last = entry.window.start - look_back, entry.window.start
            past = [day.trace for day in days if first <= day.window.start < last]
            then = judge_column(
                found.profile,
                reference.column(column),
                p_value=now.verdict.p_value,
                thresholds=wanted,
                history=past,
            )
            yield TriedColumnDay(window=entry.window, now=now.verdict.status, then=then.status)

    def _days(self, version_id: int, reference: ColumnProfile, start: datetime) -> list[_Day]:
        """Return the column on every day from one on; days without it are left out."""
        alone = Profile(rows=reference.rows, columns=(reference,))
        found = self._windows.profiles(
            version_id, Granularity.DAY, segment="", start=start, columns={reference.name}
        )
        return [
            _Day(
                window=entry.window,
                profile=entry.profile.columns[0],
                trace=trace(entry.profile, alone),
            )
            for entry in found
            if entry.profile.columns
        ]

    @property
    def _since(self) -> datetime:
        today = Window.containing(self._clock.now(), Granularity.DAY).start
        return today - timedelta(days=TRIED_DAYS - 1)


def _view(column: Column, rule: DriftRule) -> ColumnRuleView:
    return ColumnRuleView(
        column=column,
        own=rule.column(column.name),
        thresholds=rule.thresholds_of(column.name),
        common=rule.thresholds,
        watched=column.role in rule.roles,
    )
