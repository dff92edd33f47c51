"""Drift: how far two profiles are apart, and whether that is more than chance and matters."""

from modeldesk.drift.compare import compare
from modeldesk.drift.overlay import overlay
from modeldesk.drift.results import (
    Aspect,
    ColumnComparison,
    Comparison,
    Overlay,
    Status,
    Verdict,
)
from modeldesk.drift.thresholds import Thresholds

__all__ = [
    "Aspect",
    "ColumnComparison",
    "Comparison",
    "Overlay",
    "Status",
    "Thresholds",
    "Verdict",
    "compare",
    "overlay",
]
