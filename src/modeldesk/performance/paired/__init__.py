"""Two sets of predictions for the same rows, compared in pairs."""

from modeldesk.performance.paired.classes import ClassChange, PairedClasses
from modeldesk.performance.paired.comparing import PairedComparison, compare_pairs
from modeldesk.performance.paired.numbers import PairedNumbers, same_numbers
from modeldesk.performance.paired.proportions import McNemar, mcnemar, share_difference

__all__ = [
    "ClassChange",
    "McNemar",
    "PairedClasses",
    "PairedComparison",
    "PairedNumbers",
    "compare_pairs",
    "mcnemar",
    "same_numbers",
    "share_difference",
]
