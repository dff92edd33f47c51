"""Rows of the Iris that are predicted and labelled, a fifth of the labels wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tests.support.iris import FEATURES, iris_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modeldesk.desk import Desk
    from modeldesk.services.performance_views import FigureView


NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
DAY = NOW.replace(hour=0)
LONG = "petal_length_cm > 4"


def logged(desk: Desk, frame: pl.DataFrame, *, at: datetime = NOW) -> list[str]:
    """Predict rows and return their identifiers."""
    rows = frame.select(FEATURES).to_dicts()
    answer = desk.predictor.predict("iris", rows, timestamps=[at] * len(rows))
    return [each.prediction_id for each in answer.predictions]


def label(desk: Desk, ids: Sequence[str], values: Sequence[object], name: str = "iris") -> None:
    """Say what the outcomes were."""
    desk.labelling.label(name, {"prediction_id": list(ids), "label": list(values)})


def truth() -> list[str]:
    """Return the classes of the Iris, a fifth of them wrong."""
    rng = np.random.default_rng(4)
    classes = iris_frame()["class"].to_numpy().copy()
    wrong = rng.random(len(classes)) < 0.2
    classes[wrong] = rng.permutation(classes)[wrong]
    return [str(value) for value in classes]


def accuracy(figures: Sequence[FigureView]) -> FigureView:
    """Return the accuracy."""
    (found,) = [each for each in figures if each.measure == "accuracy"]
    return found


def doubtful() -> pl.DataFrame:
    """Return flowers on the way from one class to another: of some nobody can be sure."""
    one, other = (iris_frame().select(FEATURES).row(place) for place in (60, 120))
    rows = [
        {
            name: round(first + (second - first) * step / 20, 3)
            for name, first, second in zip(FEATURES, one, other, strict=True)
        }
        for step in range(21)
    ]
    return pl.DataFrame(rows)
