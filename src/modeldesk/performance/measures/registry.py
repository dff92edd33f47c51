"""The measures by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from modeldesk.errors import NotFound
from modeldesk.performance.classification import Classification
from modeldesk.performance.measures import (
    agreement,
    averages,
    discrimination,
    error_quantiles,
    errors,
    label_sets,
    places,
    probabilities,
    shares,
)
from modeldesk.performance.measures.definition import Better, Measure, Task
from modeldesk.performance.measures.ways import (
    classes,
    each,
    either,
    entry,
    of_class,
    over_classes,
    scored,
    whole,
)
from modeldesk.performance.multilabel import MultiLabel
from modeldesk.performance.ranking import Ranking
from modeldesk.performance.regression import Regression


def known_measure(name: str) -> Measure:
    """Return the measure of that name; `NotFound` with the names that there are.

    >>> known_measure("r2").title
    'R2'
    """
    found = MEASURES.get(name)
    if found is None:
        message = f"There is no measure {name!r}."
        raise NotFound(message, hint=f"Known measures: {', '.join(MEASURES)}.")
    return found


_PER_CLASS = ("class", classes)
_PER_SCORED = ("class", scored)
_LOWER, _NEITHER = Better.LOWER, Better.NEITHER
_UP = (0.0, math.inf)

_OF_CLASSES = (
    entry(
        "accuracy",
        "Accuracy",
        "hits / rows",
        whole(Classification, Task.CLASSIFICATION, shares.accuracy),
    ),
    entry(
        "balanced_accuracy",
        "Balanced accuracy",
        "mean over classes of recall",
        whole(Classification, Task.CLASSIFICATION, averages.balanced_accuracy),
    ),
    entry(
        "precision",
        "Precision",
        "TP / (TP + FP)",
        of_class(shares.precision),
        choices=_PER_CLASS,
    ),
    entry(
        "recall",
        "Recall",
        "TP / (TP + FN)",
        of_class(shares.recall),
        choices=_PER_CLASS,
    ),
    entry(
        "f1",
        "F1",
        "2 TP / (2 TP + FP + FN)",
        of_class(shares.f1),
        choices=_PER_CLASS,
    ),
    entry(
        "specificity",
        "Specificity",
        "TN / (TN + FP)",
        of_class(shares.specificity),
        choices=_PER_CLASS,
    ),
    entry(
        "false_positive_rate",
        "False positive rate",
        "FP / (TN + FP)",
        of_class(shares.false_positive_rate),
        better=_LOWER,
        choices=_PER_CLASS,
    ),
    entry(
        "predicted_share",
        "Predicted share",
        "(TP + FP) / rows",
        of_class(shares.predicted_share),
        better=_NEITHER,
        choices=_PER_CLASS,
    ),
    entry(
        "label_share",
        "Label share",
        "(TP + FN) / rows",
        of_class(shares.label_share),
        better=_NEITHER,
        choices=_PER_CLASS,
    ),
    entry(
        "precision_macro",
        "Precision, macro",
        "mean over classes of precision",
        either(averages.precision_macro, label_sets.precision_macro),
    ),
    entry(
        "recall_macro",
        "Recall, macro",
        "mean over classes of recall",
        either(averages.recall_macro, label_sets.recall_macro),
    ),
    entry(
        "f1_macro",
        "F1, macro",
        "mean over classes of F1",
        either(averages.f1_macro, label_sets.f1_macro),
    ),
    entry(
        "precision_weighted",
        "Precision, weighted",
        "mean over classes of precision, by label share",
        whole(Classification, Task.CLASSIFICATION, averages.precision_weighted),
    ),
    entry(
        "recall_weighted",
        "Recall, weighted",
        "mean over classes of recall, by label share: accuracy",
        whole(Classification, Task.CLASSIFICATION, averages.recall_weighted),
    ),
    entry(
        "f1_weighted",
        "F1, weighted",
        "mean over classes of F1, by label share",
        whole(Classification, Task.CLASSIFICATION, averages.f1_weighted),
    ),
    entry(
        "mcc",
        "Matthews correlation",
        "(po - pe) / sqrt((1 - sum labelled^2) (1 - sum predicted^2))",
        whole(Classification, Task.CLASSIFICATION, agreement.matthews),
        span=(-1.0, 1.0),
    ),
    entry(
        "kappa",
        "Cohen's kappa",
        "(po - pe) / (1 - pe)",
        whole(Classification, Task.CLASSIFICATION, agreement.kappa),
        span=(-1.0, 1.0),
    ),
)

_OF_SCORES = (
    entry(
        "roc_auc",
        "ROC AUC",
        "chance that a row of the class scores above another",
        of_class(discrimination.roc_auc),
        scores=True,
        choices=_PER_SCORED,
    ),
    entry(
        "roc_auc_macro",
        "ROC AUC, macro",
        "mean over classes of ROC AUC",
        over_classes(discrimination.roc_auc_macro),
        scores=True,
    ),
    entry(
        "pr_auc",
        "PR AUC (average precision)",
        "mean over rows of the class of precision at their score",
        of_class(discrimination.pr_auc),
        scores=True,
        choices=_PER_SCORED,
    ),
    entry(
        "pr_auc_macro",
        "PR AUC, macro",
        "mean over classes of PR AUC",
        over_classes(discrimination.pr_auc_macro),
        scores=True,
    ),
    entry(
        "log_loss",
        "Log loss",
        "mean of -ln(probability of the true class)",
        whole(Classification, Task.CLASSIFICATION, probabilities.log_loss),
        better=_LOWER,
        span=_UP,
        scores=True,
    ),
    entry(
        "brier",
        "Brier score",
        "mean squared distance of probability and truth",
        whole(Classification, Task.CLASSIFICATION, probabilities.brier),
        better=_LOWER,
        span=(0.0, 2.0),
        scores=True,
    ),
    entry(
        "calibration_error",
        "Calibration error",
        "sum over 10 bins of share * |truth - probability|",
        whole(Classification, Task.CLASSIFICATION, probabilities.calibration_error),
        better=_LOWER,
        scores=True,
    ),
)

_OF_SETS = (
    entry(
        "exact_match",
        "Exact match",
        "rows whose set is right / rows",
        whole(MultiLabel, Task.MULTI_LABEL, label_sets.exact_match),
    ),
    entry(
        "hamming_loss",
        "Hamming loss",
        "wrong pairs of row and label / all pairs",
        whole(MultiLabel, Task.MULTI_LABEL, label_sets.hamming_loss),
        better=_LOWER,
    ),
    entry(
        "precision_micro",
        "Precision, micro",
        "sum TP / sum (TP + FP)",
        whole(MultiLabel, Task.MULTI_LABEL, label_sets.precision_micro),
    ),
    entry(
        "recall_micro",
        "Recall, micro",
        "sum TP / sum (TP + FN)",
        whole(MultiLabel, Task.MULTI_LABEL, label_sets.recall_micro),
    ),
    entry(
        "f1_micro",
        "F1, micro",
        "sum 2 TP / sum (2 TP + FP + FN)",
        whole(MultiLabel, Task.MULTI_LABEL, label_sets.f1_micro),
    ),
)

_OF_NUMBERS = (
    entry(
        "mae",
        "MAE",
        "mean |e|",
        whole(Regression, Task.REGRESSION, errors.mae),
        better=_LOWER,
        span=_UP,
    ),
    entry(
        "rmse",
        "RMSE",
        "sqrt(mean e^2)",
        whole(Regression, Task.REGRESSION, errors.rmse),
        better=_LOWER,
        span=_UP,
    ),
    entry(
        "mape",
        "MAPE",
        "mean |e / label|, labels of 0 left out",
        whole(Regression, Task.REGRESSION, errors.mape),
        better=_LOWER,
        span=_UP,
    ),
    entry(
        "r2",
        "R2",
        "1 - sum e^2 / sum (label - mean)^2",
        whole(Regression, Task.REGRESSION, errors.r2),
        span=(-math.inf, 1.0),
    ),
    entry(
        "bias",
        "Bias",
        "mean e",
        whole(Regression, Task.REGRESSION, errors.bias),
        better=Better.NEARER_ZERO,
        span=(-math.inf, math.inf),
    ),
    entry(
        "median_error",
        "Median error",
        "median of e",
        whole(Regression, Task.REGRESSION, error_quantiles.median_error),
        better=Better.NEARER_ZERO,
        span=(-math.inf, math.inf),
    ),
    entry(
        "median_absolute_error",
        "Median absolute error",
        "median of |e|",
        whole(Regression, Task.REGRESSION, error_quantiles.median_absolute_error),
        better=_LOWER,
        span=_UP,
    ),
    entry(
        "quantile_coverage",
        "Quantile coverage",
        "labels at or below the predicted quantile / rows",
        each(Regression, Task.REGRESSION, error_quantiles.quantile_coverage),
        better=_NEITHER,
        choices=("quantile", error_quantiles.levels),
    ),
    entry(
        "range_coverage",
        "Range coverage",
        "labels between two predicted quantiles / rows",
        each(Regression, Task.REGRESSION, error_quantiles.range_coverage),
        better=_NEITHER,
        choices=("range", error_quantiles.ranges),
    ),
    entry(
        "pinball",
        "Pinball loss",
        "mean max(q (y - p), (q - 1) (y - p))",
        each(Regression, Task.REGRESSION, error_quantiles.pinball),
        better=_LOWER,
        span=_UP,
        choices=("quantile", error_quantiles.levels),
    ),
)

_PER_CUTOFF = ("cutoff", places.cutoffs)
_OF_PLACES = (
    entry(
        "precision_at",
        "Precision at k",
        "relevant among the first k / k",
        each(Ranking, Task.RANKING, places.precision_at),
        choices=_PER_CUTOFF,
    ),
    entry(
        "recall_at",
        "Recall at k",
        "relevant among the first k / relevant",
        each(Ranking, Task.RANKING, places.recall_at),
        choices=_PER_CUTOFF,
    ),
    entry(
        "ndcg_at",
        "NDCG at k",
        "discounted gain of the first k / that of the best order",
        each(Ranking, Task.RANKING, places.ndcg_at),
        choices=_PER_CUTOFF,
    ),
    entry(
        "mrr",
        "Mean reciprocal rank",
        "mean of 1 / rank of the first relevant document",
        whole(Ranking, Task.RANKING, places.mrr),
    ),
)

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {one.name: one for one in (*_OF_CLASSES, *_OF_SCORES, *_OF_SETS, *_OF_NUMBERS, *_OF_PLACES)}
)
"""Every measure by its name."""
