"""Mergeable summaries of a column: immutable values with a neutral element and a merge."""

from modeldesk.sketches.counts import Counts
from modeldesk.sketches.distinct import Distinct
from modeldesk.sketches.frequent import Frequent, Item
from modeldesk.sketches.moments import Moments
from modeldesk.sketches.quantiles import Quantiles

__all__ = ["Counts", "Distinct", "Frequent", "Item", "Moments", "Quantiles"]
