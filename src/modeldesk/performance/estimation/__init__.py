"""Estimates of performance while labels are not here yet, and how far to trust them."""

from modeldesk.performance.estimation.attribution import (
    Attribution,
    BinShare,
    Losses,
    attribute,
    slice_parts,
)
from modeldesk.performance.estimation.classifying import (
    ClassificationEstimator,
    Quality,
    Treatment,
)
from modeldesk.performance.estimation.estimators import (
    Estimator,
    decode_estimator,
    encode_estimator,
)
from modeldesk.performance.estimation.learning import Unlearned, learn_classification
from modeldesk.performance.estimation.records import (
    CLASSIFYING,
    REGRESSING,
    Caveat,
    CaveatKind,
    Estimate,
    Estimates,
    Measure,
    Undefined,
)
from modeldesk.performance.estimation.regressing import (
    RegressionEstimator,
    RegressionQuality,
    RegressionWindow,
    learn_regression,
)
from modeldesk.performance.estimation.scorecard import Point, Scorecard, Unscored, scorecard
from modeldesk.performance.estimation.windows import ClassificationWindow

__all__ = [
    "CLASSIFYING",
    "REGRESSING",
    "Attribution",
    "BinShare",
    "Caveat",
    "CaveatKind",
    "ClassificationEstimator",
    "ClassificationWindow",
    "Estimate",
    "Estimates",
    "Estimator",
    "Losses",
    "Measure",
    "Point",
    "Quality",
    "RegressionEstimator",
    "RegressionQuality",
    "RegressionWindow",
    "Scorecard",
    "Treatment",
    "Undefined",
    "Unlearned",
    "Unscored",
    "attribute",
    "decode_estimator",
    "encode_estimator",
    "learn_classification",
    "learn_regression",
    "scorecard",
    "slice_parts",
]
