"""Looking at a table before or after a model: facts, summaries, associations, pictures' numbers.

Pure functions from tables to frozen results; nothing here knows a store, a page or a model.
"""

from modeldesk.explore.association import Association, Figure, Measure, association
from modeldesk.explore.boxes import Box, Boxes, boxes
from modeldesk.explore.coding import CodedColumn, coded
from modeldesk.explore.column import (
    ColumnFacts,
    LengthSummary,
    NumberSummary,
    TimeSummary,
    ValueCount,
    column_facts,
)
from modeldesk.explore.counts import CrossCounts, cross_counts
from modeldesk.explore.distribution import Bar, Distribution, distribution
from modeldesk.explore.matrix import (
    AssociationMatrix,
    TargetAssociations,
    association_matrix,
    with_target,
)
from modeldesk.explore.missing import missing_count
from modeldesk.explore.overview import Overview, overview
from modeldesk.explore.points import PointGroup, Points, points
from modeldesk.explore.sentences import MEASURE_WORDS, association_words, figure_words
from modeldesk.explore.table import ExploredTable
from modeldesk.explore.words import value_words

__all__ = [
    "MEASURE_WORDS",
    "Association",
    "AssociationMatrix",
    "Bar",
    "Box",
    "Boxes",
    "CodedColumn",
    "ColumnFacts",
    "CrossCounts",
    "Distribution",
    "ExploredTable",
    "Figure",
    "LengthSummary",
    "Measure",
    "NumberSummary",
    "Overview",
    "PointGroup",
    "Points",
    "TargetAssociations",
    "TimeSummary",
    "ValueCount",
    "association",
    "association_matrix",
    "association_words",
    "boxes",
    "coded",
    "column_facts",
    "cross_counts",
    "distribution",
    "figure_words",
    "missing_count",
    "overview",
    "points",
    "value_words",
    "with_target",
]
