"""The thresholds by which modeldesk reports whatever is more than chance, however small."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from modeldesk.drift import Thresholds

LEVEL = 0.01
"""The nominal rate of false alarms."""


def statistical(level: float = LEVEL) -> Thresholds:
    """Return thresholds with every minimum size of a change set to zero.

    How many rows are needed at least is left as it is: that is no size of a change.

    Examples
    --------
    >>> statistical().min_distance
    0.0
    """
    sizes: dict[str, Any] = {
        field.name: 0.0
        for field in fields(Thresholds)
        if field.name.startswith("min_") and field.name != "min_rows"
    }
    return replace(Thresholds(false_alarm_rate=level), **sizes)
