"""Performance: how good predictions are, from mergeable states of labelled rows.

States summarise rows, measures say how good they are, and everything else compares and draws
what measures say. Nothing here reads or writes anything.
"""

from modeldesk.performance.classification import Classification
from modeldesk.performance.comparison import Difference, Outcome, difference, differences
from modeldesk.performance.curves import (
    CalibrationPoint,
    Curve,
    CurvePoint,
    calibration_curve,
    pr_curve,
    roc_curve,
)
from modeldesk.performance.fairness import FairnessView, GroupFigure, fairness
from modeldesk.performance.figures import CONFIDENCE, Figure, Interval, Result, Undefined
from modeldesk.performance.measures import (
    MEASURES,
    Better,
    Measure,
    Reading,
    State,
    Task,
    known_measure,
    measure,
    measure_all,
    measures_for,
    task_of,
)
from modeldesk.performance.merging import decode, merge
from modeldesk.performance.multilabel import MultiLabel
from modeldesk.performance.ranking import Ranking
from modeldesk.performance.regression import Regression
from modeldesk.performance.score_histogram import ScoreHistogram
from modeldesk.performance.sweep import Costs, Sweep, Threshold, sweep

__all__ = [
    "CONFIDENCE",
    "MEASURES",
    "Better",
    "CalibrationPoint",
    "Classification",
    "Costs",
    "Curve",
    "CurvePoint",
    "Difference",
    "FairnessView",
    "Figure",
    "GroupFigure",
    "Interval",
    "Measure",
    "MultiLabel",
    "Outcome",
    "Ranking",
    "Reading",
    "Regression",
    "Result",
    "ScoreHistogram",
    "State",
    "Sweep",
    "Task",
    "Threshold",
    "Undefined",
    "calibration_curve",
    "decode",
    "difference",
    "differences",
    "fairness",
    "known_measure",
    "measure",
    "measure_all",
    "measures_for",
    "merge",
    "pr_curve",
    "roc_curve",
    "sweep",
    "task_of",
]
