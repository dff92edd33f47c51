"""Drift: how far two profiles are apart, and whether that is more than chance and matters."""

from modeldesk.drift.compare import compare
from modeldesk.drift.distances import DISTANCES, Distance, distance
from modeldesk.drift.one_column import judge_column
from modeldesk.drift.overlay import overlay
from modeldesk.drift.results import Comparison, Overlay
from modeldesk.drift.shared_bins import SharedBins, shared_bins
from modeldesk.drift.sides import Sides
from modeldesk.drift.thresholds import Thresholds
from modeldesk.drift.traces import Trace, trace
from modeldesk.drift.verdict import (
    Aspect,
    ColumnComparison,
    Dependence,
    Direction,
    PairChange,
    Status,
    Verdict,
)

__all__ = [
    "DISTANCES",
    "Aspect",
    "ColumnComparison",
    "Comparison",
    "Dependence",
    "Direction",
    "Distance",
    "Overlay",
    "PairChange",
    "SharedBins",
    "Sides",
    "Status",
    "Thresholds",
    "Trace",
    "Verdict",
    "compare",
    "distance",
    "judge_column",
    "overlay",
    "shared_bins",
    "trace",
]
