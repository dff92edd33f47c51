"""Whether a version's performance is worth reading again: told quickly, and never missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from modeldesk.errors import NotFound
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model

if TYPE_CHECKING:
    from modeldesk.desk import Desk

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def predict(desk: Desk, many: int, at: datetime) -> list[str]:
    """Predict flowers, and return their identifiers."""
    rows = iris_frame().select(FEATURES).head(many).to_dicts()
    answer = desk.predictor.predict("iris", rows, timestamps=[at] * many)
    return [each.prediction_id for each in answer.predictions]


@pytest.fixture
def ids(desk: Desk) -> list[str]:
    """Publish a model and predict ten flowers."""
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    found = predict(desk, 10, NOW)
    desk.jobs.run()
    return found


def test_the_mark_follows_predictions_and_labels(desk: Desk, ids: list[str]) -> None:
    """Whatever changes a figure changes the mark; what changes none leaves it."""
    marks = desk.performance_marks
    before = marks.of("iris")
    assert (before.predictions, before.labelled) == (10, 0)
    desk.jobs.run()
    assert marks.of("iris") == before

    desk.labelling.label("iris", {"prediction_id": ids[:4], "label": [CLASSES[0]] * 4})
    desk.jobs.run()
    labelled = marks.of("iris")
    assert (labelled.evaluated, labelled.labelled) == (1, 4)

    desk.labelling.label("iris", {"prediction_id": ids[:1], "label": [CLASSES[1]]})
    desk.jobs.run()
    corrected = marks.of("iris")
    assert corrected.labelled == labelled.labelled  # as many, but another one
    assert corrected != labelled

    predict(desk, 5, NOW)
    desk.jobs.run()
    assert marks.of("iris").predictions == 15


def test_the_mark_is_of_a_range_and_a_version(desk: Desk, ids: list[str]) -> None:
    """Days before the range and other versions do not count."""
    del ids
    later = NOW + timedelta(days=1)
    predict(desk, 3, later)
    desk.jobs.run()
    start = later.replace(hour=0)
    assert desk.performance_marks.of("iris", start=start).predictions == 3
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    assert desk.performance_marks.of("iris", version=2).predictions == 0
    with pytest.raises(NotFound):
        desk.performance_marks.of("nobody")
