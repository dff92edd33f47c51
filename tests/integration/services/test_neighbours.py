"""The rows that are most like one, on each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modeldesk.errors import InvalidArgument, NotFound
from tests.support.iris import FEATURES, iris_frame

if TYPE_CHECKING:
    from modeldesk.desk import Desk


def test_the_nearest_flowers_are_found(desk: Desk) -> None:
    """The same flower first, then its kind; each with its outcome where that is known."""
    frame = iris_frame()
    answer = desk.predictor.predict("iris", frame.select(FEATURES).to_dicts())
    ids = [found.prediction_id for found in answer.predictions]
    desk.labelling.label("iris", {"prediction_id": ids, "label": frame["class"]})
    flower = frame.select(FEATURES).row(7, named=True)
    (twin,) = desk.predictor.predict("iris", [flower]).predictions
    report = desk.neighbours.of(twin.prediction_id, limit=4)
    assert (report.columns, report.looked_at) == (tuple(FEATURES), 150)
    first, *others = report.neighbours
    assert first.distance == 0
    assert first.prediction.inputs == twin.inputs
    assert [each.distance for each in others] == sorted(each.distance for each in others)
    assert {each.prediction.labels[0].value for each in report.neighbours} == {frame["class"][7]}


def test_what_cannot_be_found_is_refused(desk: Desk) -> None:
    """An unknown prediction, and numbers out of their range."""
    flower = iris_frame().select(FEATURES).row(0, named=True)
    (told,) = desk.predictor.predict("iris", [flower]).predictions
    assert desk.neighbours.of(told.prediction_id).neighbours == ()
    with pytest.raises(NotFound):
        desk.neighbours.of("01k9z7c3f2w8e5t6r4q1m0n2bd-1")
    for wrong in ({"limit": 0}, {"limit": 51}, {"most_rows": 0}):
        with pytest.raises(InvalidArgument, match="can be asked for"):
            desk.neighbours.of(told.prediction_id, **wrong)
