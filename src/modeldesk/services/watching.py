"""How a model's days are judged: its monitor's rule, changed, and tried on the days that were."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from modeldesk.clock import Clock
from modeldesk.drift import Status
from modeldesk.errors import NotFound
from modeldesk.monitors import DriftRule
from modeldesk.schema import Granularity, Window
from modeldesk.services.acting import change
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.registry import Registry
from modeldesk.services.views import WindowComparison
from modeldesk.store import AlertRecords, MonitorRecord, VersionRecord

TRIED_DAYS = 30
"""Days on which a rule is tried, and which are judged anew once it is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedDay:
    """What two rules say of a day: the columns that would open an alert."""

    window: Window
    now: tuple[str, ...]
    """By the rule in force, the largest change first."""
    then: tuple[str, ...]
    """By the rule that is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrial:
    """What a rule would have said of the last days."""

    days: tuple[TriedDay, ...]
    """Days with enough rows for a verdict by one of the rules, oldest first."""

    @property
    def changed_now(self) -> int:
        """Days that the rule in force calls changed."""
        return sum(bool(day.now) for day in self.days)

    @property
    def changed_then(self) -> int:
        """Days that the rule that is tried would have called changed."""
        return sum(bool(day.then) for day in self.days)

    @property
    def alerts_now(self) -> int:
        """Alerts by the rule in force, one for each column of a day."""
        return sum(len(day.now) for day in self.days)

    @property
    def alerts_then(self) -> int:
        """Alerts by the rule that is tried."""
        return sum(len(day.then) for day in self.days)


class Watching:
    """Shows, tries and changes the rule of a model's monitor.

    Parameters
    ----------
    registry
        The models and their columns.
    alerts
        The monitors.
    comparisons
        Compares days by the rule that is tried. Its memory should be its own.
    clock
        Tells which days are the last ones.
    """

    def __init__(
        self, registry: Registry, alerts: AlertRecords, comparisons: Comparisons, clock: Clock
    ) -> None:
        self._registry = registry
        self._alerts = alerts
        self._comparisons = comparisons
        self._clock = clock

    def rule(self, model: str) -> DriftRule:
        """Return the rule in force; `NotFound` when there is no such model."""
        self._registry.record(model)
        return self._comparisons.rule(model)

    def set_rule(self, model: str, rule: DriftRule, *, version: int | None = None) -> DriftRule:
        """Judge by another rule from now on, and the last 30 days once more.

        Their alerts follow: what the rule no longer finds is resolved, what it finds is opened.
        Older days keep the alerts that they have.

        Parameters
        ----------
        model
            Whose days these are.
        rule
            The rule.
        version
            Which has the columns that the rule names and did not name before; ``None``: the
            champion.

        Raises
        ------
        NotFound
            When there is no such model, or it has no such column.
        """
        record, now = self._registry.record(model, version), self.rule(model)
        for column in {*rule.overrides, *rule.muted} - {*now.overrides, *now.muted}:
            record.signature.column(column)
        monitor = self._monitor(model)
        told = change(
            self._clock.now(),
            "monitor.set",
            f"model {model}",
            before=json.loads(monitor.rule),
            after=json.loads(rule.encode()),
        )
        self._alerts.set_rule(monitor.monitor_id, rule.encode(), since=self._since, change=told)
        return self.rule(model)

    def tried(self, model: str, rule: DriftRule, *, version: int | None = None) -> RuleTrial:
        """Return what a rule would have said of the last 30 days, and what the one in force says.

        Parameters
        ----------
        model
            Whose days these are.
        rule
            The rule that is tried; nothing is kept of it.
        version
            Of which version; ``None``: the champion.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        record = self._registry.record(model, version)
        in_force = self._comparisons.rule(model)
        before = {entry.window: entry for entry in self._days(record, in_force)}
        days = []
        for entry in before.values() if rule == in_force else self._days(record, rule):
            same = before.get(entry.window)
            judged = _judged(entry, rule, record) or (same and _judged(same, in_force, record))
            if judged:
                days.append(
                    TriedDay(
                        window=entry.window,
                        now=() if same is None else _found(same, in_force, record),
                        then=_found(entry, rule, record),
                    )
                )
        return RuleTrial(days=tuple(days))

    @property
    def _since(self) -> datetime:
        today = Window.containing(self._clock.now(), Granularity.DAY).start
        return today - timedelta(days=TRIED_DAYS - 1)

    def _days(self, record: VersionRecord, rule: DriftRule) -> tuple[WindowComparison, ...]:
        return self._comparisons.between(
            record.version_id, Granularity.DAY, rule, start=self._since
        )

    def _monitor(self, model: str) -> MonitorRecord:
        found = self._alerts.monitors(model)
        if not found:
            message = f"The model {model!r} has no monitor."
            raise NotFound(message, hint="Publish a version of it: that gives it one.")
        return found[0]


def _found(entry: WindowComparison, rule: DriftRule, record: VersionRecord) -> tuple[str, ...]:
    return tuple(one.column for one in rule.findings(entry.comparison, record.signature))


def _judged(entry: WindowComparison, rule: DriftRule, record: VersionRecord) -> bool:
    status = rule.status(entry.comparison, record.signature)
    return status in {Status.STABLE, Status.CHANGED}
