"""Models, columns and alerts by a few letters, as far as a caller may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modeldesk.services.acting import Caller, CallerKind, acting_as
from modeldesk.services.search import HitKind
from tests.support import functions
from tests.support.iris import FEATURES, iris_frame

if TYPE_CHECKING:
    from modeldesk.desk import Desk


@pytest.fixture
def several(desk: Desk) -> Desk:
    """Offer a desk with a second model, and with alerts of the first."""
    desk.registry.publish(functions.double, name="petal-counter", reference={"a": [1.0, 2.0]})
    moved = iris_frame().select(FEATURES).with_columns(petal_width_cm=9.0)
    desk.predictor.predict("iris", moved.to_dicts())
    desk.jobs.run()
    return desk


def test_models_come_first_then_columns_then_alerts(several: Desk) -> None:
    """Whatever has the word, the nearest first."""
    found = several.search.find("PETAL")
    assert (found[0].kind, found[0].title) == (HitKind.MODEL, "petal-counter")
    kinds = [hit.kind for hit in found]
    assert kinds == sorted(kinds, key=list(HitKind).index)
    columns = [hit.title for hit in found if hit.kind is HitKind.COLUMN and hit.model == "iris"]
    assert columns == ["petal_width_cm", "petal_length_cm"]
    (alert,) = [hit for hit in found if hit.kind is HitKind.ALERT]
    assert (alert.model, alert.column) == ("iris", "petal_width_cm")
    assert alert.at is not None


def test_every_word_must_be_there(several: Desk) -> None:
    """In any order, in the name or in the model's; without words there are all models."""
    (only,) = several.search.find("width petal", limit=1)
    assert only.title == "petal_width_cm"
    assert {hit.title for hit in several.search.find("  ")} == {"iris", "petal-counter"}
    assert several.search.find("petal nowhere") == ()
    assert len(several.search.find("p", limit=2)) == 2


def test_nobody_finds_what_they_may_not_see(several: Desk) -> None:
    """Neither the model nor its columns and alerts."""
    one = Caller(kind=CallerKind.KEY, name="k", models=frozenset({"petal-counter"}))
    with acting_as(one):
        assert {hit.model for hit in several.search.find("petal")} == {"petal-counter"}
