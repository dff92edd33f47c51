"""Windows against the reference, by the model's rule and the windows before: one for all.

Alerts, pages and the overview judge through this one place, so that they say the same.
"""

from __future__ import annotations

from datetime import datetime

from modeldesk.drift import Comparison, Trace, trace
from modeldesk.monitors import DriftRule
from modeldesk.profiles import Profile
from modeldesk.schema import Granularity
from modeldesk.services.registry import Registry
from modeldesk.services.views import WindowComparison
from modeldesk.store import AlertRecords, WindowProfile, WindowRecords


class Judging:
    """Compares windows with their version's reference.

    Parameters
    ----------
    registry
        Versions and their reference profiles.
    windows
        Stored window profiles.
    alerts
        The monitors of each model.
    """

    def __init__(self, registry: Registry, windows: WindowRecords, alerts: AlertRecords) -> None:
        self._registry = registry
        self._windows = windows
        self._alerts = alerts

    def rule(self, model: str) -> DriftRule:
        """Return the rule of a model's first monitor; the default where it has none."""
        found = self._alerts.monitors(model)
        return DriftRule.decode(found[0].rule) if found else DriftRule()

    def compare(
        self, entry: WindowProfile, granularity: Granularity, rule: DriftRule
    ) -> Comparison:
        """Compare one window, in the light of those before it."""
        reference = self._registry.reference_of(entry.version_id)
        past = self._past(entry.version_id, granularity, rule, entry.window.start)
        return rule.compare(entry.profile, reference, [window.profile for window in past])

    def series(
        self,
        version_id: int,
        granularity: Granularity,
        rule: DriftRule,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[WindowComparison, ...]:
        """Compare every window that begins in a range, oldest first.

        The windows before the range are read as well, as many as the rule looks back on.
        """
        reference = self._registry.reference_of(version_id)
        found = self._windows.profiles(version_id, granularity, start=start, end=end)
        before = () if start is None else self._past(version_id, granularity, rule, start)
        past = [(window.window, trace(window.profile, reference)) for window in before]
        compared: list[WindowComparison] = []
        for entry in found:
            since = entry.window.start - rule.history * granularity.duration
            recent: list[Profile | Trace] = [told for when, told in past if when.start >= since]
            comparison = rule.compare(entry.profile, reference, recent)
            compared.append(WindowComparison(window=entry.window, comparison=comparison))
            if rule.history:
                past.append((entry.window, trace(entry.profile, reference)))
        return tuple(compared)

    def _past(
        self, version_id: int, granularity: Granularity, rule: DriftRule, end: datetime
    ) -> tuple[WindowProfile, ...]:
        """Return the windows before a moment that a rule looks back on."""
        if not rule.history:
            return ()
        start = end - rule.history * granularity.duration
        return self._windows.profiles(version_id, granularity, start=start, end=end)
