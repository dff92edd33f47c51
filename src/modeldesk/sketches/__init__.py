"""Mergeable summaries of a column: immutable values with a neutral element and a merge."""

from modeldesk.sketches.correlations import Correlations
from modeldesk.sketches.counts import Counts
from modeldesk.sketches.distinct import Distinct
from modeldesk.sketches.frequent import Frequent, Item
from modeldesk.sketches.lengths import Lengths
from modeldesk.sketches.moments import Moments
from modeldesk.sketches.quantiles import Quantiles
from modeldesk.sketches.vectors import VectorSummary

__all__ = [
    "Correlations",
    "Counts",
    "Distinct",
    "Frequent",
    "Item",
    "Lengths",
    "Moments",
    "Quantiles",
    "VectorSummary",
]
