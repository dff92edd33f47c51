"""Long work tells how far it is, and leaves nothing when it is ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from modeldesk.models import Predicted
from modeldesk.services.comparison_sources import Source, Wanted
from modeldesk.services.progress import Stopped, Watched
from modeldesk.services.reading import Which
from modeldesk.services.rerun import Rerun
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model

if TYPE_CHECKING:
    from modeldesk.desk import Desk
    from modeldesk.models.port import Model, Numbers
    from modeldesk.schema import Signature

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
REPLAY = Wanted(one=2, other=1, source=Source.REPLAY, rows=10_000)


class Ended(Watched):
    """Progress that ends the work after some rows."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after
        self.titles: list[str] = []

    def advance(self, by: int = 1) -> None:
        """Stop as soon as there were enough."""
        self.titles.append(self.title)
        if self.done + by >= self._after:
            self.stop()
        super().advance(by)


@pytest.fixture
def labelled(desk: Desk) -> Desk:
    """Offer two versions, and two days with labelled predictions of the first."""
    for _ in range(2):
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    frame = iris_frame()
    for day in range(2):
        answer = desk.predictor.predict(
            "iris",
            frame.select(FEATURES).to_dicts(),
            timestamps=[NOW + timedelta(days=day)] * frame.height,
        )
        ids = [each.prediction_id for each in answer.predictions]
        wrong = [
            CLASSES[0] if place % 5 == 0 else name for place, name in enumerate(frame["class"])
        ]
        desk.labelling.label("iris", {"prediction_id": ids, "label": wrong})
    desk.jobs.run()
    return desk


def test_a_replay_tells_how_many_rows_are_done(labelled: Desk) -> None:
    """Of as many as there are, not of as many as were allowed."""
    told: list[tuple[str, int | None, int]] = []

    class Noting(Watched):
        def advance(self, by: int = 1) -> None:
            super().advance(by)
            told.append((self.title, self.total, self.done))

    found = labelled.paired_sources.compare("iris", REPLAY, progress=Noting())
    assert found.rows == 300
    assert {(title, total) for title, total, _ in told} == {("Predicting logged requests", 300)}
    assert [done for _, _, done in told] == sorted(done for _, _, done in told)
    assert told[-1][2] == 300


def test_an_ended_replay_leaves_nothing(labelled: Desk) -> None:
    """The log is as it was, and the same comparison can be made afterwards."""
    before = labelled.reader.page("iris", which=Which.ALL, limit=1_000).frame
    with pytest.raises(Stopped):
        labelled.paired_sources.compare("iris", REPLAY, progress=Ended(after=1))
    assert labelled.reader.page("iris", which=Which.ALL, limit=1_000).frame.equals(before)
    assert labelled.paired_sources.compare("iris", REPLAY).rows == 300


def test_a_search_and_a_comparison_of_ranges_can_be_ended(labelled: Desk) -> None:
    """While they read rows."""
    search, ranges = Ended(after=1), Ended(after=1)
    with pytest.raises(Stopped):
        labelled.slices.find("iris", version=1, progress=search)
    assert search.titles == ["Reading labelled rows"]
    with pytest.raises(Stopped):
        labelled.performance.attribution("iris", version=1, progress=ranges)
    assert ranges.titles == ["Reading rows before"]


class Slow:
    """A model that notes how many rows it is asked for at once, and takes long for each."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.now = 0.0
        self.asked: list[int] = []

    @property
    def features(self) -> tuple[str, ...] | None:
        """What the model takes."""
        return self._model.features

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """What the model tells apart."""
        return self._model.classes

    @property
    def declared(self) -> Signature | None:
        """What the model says of itself."""
        return self._model.declared

    @property
    def steady(self) -> bool:
        """Whether its rows alone decide how long it takes."""
        return self._model.steady

    @property
    def numbers(self) -> Numbers | None:
        """What does the same with numbers alone."""
        return None

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Take ten milliseconds a row."""
        self.asked.append(inputs.height)
        self.now += inputs.height * 0.01
        return self._model.predict(inputs)


def test_slow_models_are_asked_for_fewer_rows_at_once(labelled: Desk) -> None:
    """So that a person who ends the work waits a second, not minutes."""
    record = labelled.registry.record("iris", 1)
    model = Slow(labelled.registry.load(record))
    rows = pl.concat([iris_frame().select(FEATURES)] * 8)
    Rerun(record, model, seconds=lambda: model.now).answer(rows)
    assert model.asked[0] == 256
    assert model.asked[1] == 128
    assert set(model.asked[3:-1]) == {64}
    assert sum(model.asked) == rows.height
