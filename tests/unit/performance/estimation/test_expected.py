"""What is expected of single rows sums up to what is expected of their window."""

from __future__ import annotations

import numpy as np
import pytest

from modeldesk.performance.estimation import (
    ClassificationEstimator,
    RegressionEstimator,
    learn_classification,
    learn_regression,
)
from modeldesk.performance.estimation.expected import expected_errors, expected_sizes
from tests.support.shifting import many_classes, two_classes


@pytest.mark.parametrize("draw", [two_classes, many_classes])
def test_expected_errors_are_those_of_the_window(draw: object) -> None:
    """Of two classes and of many, corrected by inputs, with scores missing."""
    assert callable(draw)
    random = np.random.default_rng(2)
    known, new = draw(random, 6000), draw(random, 2000, 0.8)
    classes = [str(name) for name in range(3 if known.scores.ndim == 2 else 2)]
    learned = learn_classification(
        known.scores, known.predicted, known.labels, classes=classes, columns=known.columns
    )
    assert isinstance(learned, ClassificationEstimator)
    scores = new.scores.copy()
    scores[:100] = np.nan
    found = expected_errors(learned, scores, new.predicted, new.columns)
    assert np.isnan(found[:100]).all()
    window = learned.condense(scores, new.predicted, new.columns)
    wrong = window.rows - np.trace(window.confusion)
    assert found[100:].sum() == pytest.approx(wrong, rel=1e-9)
    assert found[100:].mean() == pytest.approx(
        np.mean(new.predicted[100:] != new.labels[100:]), abs=0.05
    )


@pytest.mark.parametrize("squared", [False, True])
def test_expected_sizes_are_those_of_the_window(squared: bool) -> None:  # noqa: FBT001
    """Of absolute and of squared errors, with predictions missing."""
    random = np.random.default_rng(3)
    size = random.uniform(1, 5, 4000)
    learned = learn_regression(
        10 * size, 10 * size + random.normal(size=4000) * size, columns={"size": size}
    )
    assert isinstance(learned, RegressionEstimator)
    predicted = 10 * size[:500]
    predicted[:50] = np.nan
    columns = {"size": size[:500]}
    found = expected_sizes(learned, predicted, columns, squared=squared)
    assert np.isnan(found[:50]).all()
    window = learned.condense(predicted, columns)
    assert found[50:].sum() == pytest.approx(window.expected[int(squared)], rel=1e-9)
