"""Logged rows as what estimates are made from: classes of any type, durations, hashes."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from modeldesk.performance.estimation import ClassificationEstimator, RegressionEstimator
from modeldesk.schema import Column, Kind, Role, Signature
from modeldesk.services.estimable import condense, expected_losses, learn
from modeldesk.services.labelled_rows import LABEL


def told(kind: Kind, classes: tuple[str, ...]) -> Signature:
    """Return the signature of a model of one number that gives probabilities."""
    return Signature(
        inputs=(Column(name="x", kind=Kind.FLOAT),),
        outputs=(
            Column(name="y", kind=kind, role=Role.PREDICTION, categories=classes),
            *(
                Column(name=f"p_{name}", kind=Kind.FLOAT, role=Role.SCORE, label=name)
                for name in classes
            ),
        ),
    )


@pytest.mark.parametrize(
    ("kind", "classes", "predicted", "labels"),
    [
        (Kind.BOOLEAN, ("False", "True"), (False, True), ("false", "true")),
        (Kind.FLOAT, ("0.0", "1.0"), (0.0, 1.0), ("0", "1")),
        (Kind.FLOAT, ("0.0", "1.0"), (0.0, 1.0), ("0.0", "1.0")),
        (Kind.CATEGORICAL, ("no", "yes"), ("no", "yes"), ("no", '["yes"]')),
    ],
)
def test_classes_of_any_type_are_learned(
    kind: Kind, classes: tuple[str, ...], predicted: tuple[object, ...], labels: tuple[str, ...]
) -> None:
    """Scores, predictions and labels that mean one class are one, however they are spelled."""
    rng = np.random.default_rng(3)
    chance = rng.random(4000)
    said, true = (chance > 0.5).astype(int), (rng.random(4000) < chance).astype(int)
    rows = pl.DataFrame(
        {
            "x": chance,
            "y": [predicted[each] for each in said],
            f"p_{classes[0]}": 1 - chance,
            f"p_{classes[1]}": chance,
            LABEL: [labels[each] for each in true],
        }
    )
    signature = told(kind, classes)
    estimator = learn(rows, signature)
    assert isinstance(estimator, ClassificationEstimator)
    losses = expected_losses(rows, signature, estimator, squared=False)
    assert losses.null_count() == 0
    assert losses.mean() == pytest.approx(np.mean(said != true), abs=0.02)


def test_durations_are_seconds() -> None:
    """As their labels are kept; so their errors can be estimated, too."""
    rng = np.random.default_rng(5)
    seconds = rng.uniform(10, 100, 3000)
    rows = pl.DataFrame(
        {
            "x": seconds,
            "y": [timedelta(seconds=each) for each in seconds],
            LABEL: [f"{each}" for each in seconds + rng.normal(0, 5, 3000)],
        }
    )
    signature = Signature(
        inputs=(Column(name="x", kind=Kind.FLOAT),),
        outputs=(Column(name="y", kind=Kind.DURATION, role=Role.PREDICTION),),
    )
    estimator = learn(rows, signature)
    assert isinstance(estimator, RegressionEstimator)
    losses = expected_losses(rows, signature, estimator, squared=False)
    assert losses.mean() == pytest.approx(5 * np.sqrt(2 / np.pi), rel=0.1)
    hashed = rows.with_columns(y=pl.lit("a hash")).drop(LABEL)
    assert expected_losses(hashed, signature, estimator, squared=False).null_count() == 3000
    assert condense(hashed, signature, estimator).missing == 3000
