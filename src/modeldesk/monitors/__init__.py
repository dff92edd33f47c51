"""Rules that turn comparisons into findings."""

from modeldesk.monitors.drift_rule import LONGEST_REASON, ColumnRule, DriftRule, Finding

__all__ = ["LONGEST_REASON", "ColumnRule", "DriftRule", "Finding"]
