"""Rules that turn comparisons into findings."""

from modeldesk.monitors.drift_rule import DriftRule, Finding

__all__ = ["DriftRule", "Finding"]
