"""How wrong each row probably is: what an estimate of many rows is the sum of.

`condense` sums this up over a window. Where a change comes from can only be told by rows.
"""

from __future__ import annotations

import numpy as np

from modeldesk.performance.estimation.cells import Codes, Columns, Floats
from modeldesk.performance.estimation.classifying import ClassificationEstimator, chances_of
from modeldesk.performance.estimation.outcomes import Values, answers
from modeldesk.performance.estimation.regressing import PREDICTION, RegressionEstimator


def expected_errors(
    estimator: ClassificationEstimator,
    scores: Floats,
    predicted: Values,
    columns: Columns,
    *,
    windows: Codes | None = None,
) -> Floats:
    """Return the chance of each row that its prediction is wrong, shape ``(n,)``.

    NaN where a score or the prediction is missing.

    Parameters
    ----------
    estimator
        What was learned from a reference.
    scores, predicted, columns
        As for `ClassificationEstimator.condense`.
    windows
        The window of each row, as a number from 0 on, shape ``(n,)``: whole windows may have an
        effect. All rows are one by default.

    Raises
    ------
    InvalidArgument
        When scores are no probabilities, a class is unknown, or a column is missing.

    Examples
    --------
    >>> from modeldesk.performance.estimation import learn_classification
    >>> random = np.random.default_rng(1)
    >>> score = random.random(2000)
    >>> label = (random.random(2000) < score).astype(int)
    >>> learned = learn_classification(score, (score > 0.5).astype(int), label, classes=["0", "1"])
    >>> expected_errors(learned, np.array([0.5, 0.9, np.nan]), [1, 1, 1], {}).round(1).tolist()
    [0.5, 0.1, nan]
    """
    given = answers(scores, predicted, estimator.classes)
    chances, _ = chances_of(estimator.views, estimator.reading, given, columns)
    if estimator.effect is not None:
        kept = None if windows is None else windows[given.kept]
        chances = [estimator.effect.of(each, kept) for each in chances]
    by_class = [1 - chances[0], chances[0]] if len(chances) == 1 else chances
    found = np.full(given.kept.size, np.nan)
    found[given.kept] = 1 - np.stack(by_class)[given.predicted, np.arange(given.rows)]
    return found


def expected_sizes(
    estimator: RegressionEstimator, predicted: Floats, columns: Columns, *, squared: bool
) -> Floats:
    """Return the expected absolute or squared error of each row, shape ``(n,)``.

    NaN where there is no prediction.

    Parameters
    ----------
    estimator
        What was learned from a reference.
    predicted, columns
        As for `RegressionEstimator.condense`.
    squared
        Whether the squared error is meant.

    Raises
    ------
    InvalidArgument
        When a column is missing.
    """
    values = np.asarray(predicted, dtype=np.float64)
    kept = np.isfinite(values)
    inputs = {name: np.asarray(column)[kept] for name, column in columns.items()}
    inputs[PREDICTION] = values[kept]
    *_, last = estimator.reading.cuts
    codes = estimator.reading.without(last).codes(inputs)
    nothing = np.zeros(int(kept.sum()))
    known: dict[tuple[int, ...], Codes] = {}
    cells = estimator.mean.cells(estimator.reading, codes, known)
    bias = estimator.mean.sums(cells, nothing)
    codes = (*codes, last.codes(np.abs(bias)))
    surface = estimator.squared if squared else estimator.absolute
    means = surface.means(surface.cells(estimator.reading, codes, known), nothing)
    found = np.full(values.size, np.nan)
    found[kept] = means * estimator.units[1 if squared else 0]
    return found
