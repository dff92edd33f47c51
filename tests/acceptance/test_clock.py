"""A clock that jumps back changes what time it is, and nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.iris import ROW, iris_frame, iris_model
from tests.support.ledger import Ledger

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BACK = timedelta(hours=-30)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_clock_jumps_back(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    """Identifiers go on growing, rows stand under the time that was told, all is counted once."""
    url = str(request.getfixturevalue("postgres_database")) if kind == "postgres" else None
    clock = FrozenClock(NOON)
    with Desk.open(Settings.load(home=tmp_path, database_url=url), clock=clock) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        given = NOON - timedelta(days=2)
        answered, given_times = [], []
        for jump in (timedelta(0), BACK, timedelta(milliseconds=1), BACK, timedelta(hours=40)):
            clock.advance(jump)
            batch = desk.predictor.predict("iris", [ROW, ROW], timestamps=[None, given])
            now, told = batch.predictions
            assert (now.time, told.time) == (clock.now(), given)
            answered += [now, told]
            given_times.append(told.time)
            desk.jobs.run()
        ids = [found.prediction_id for found in answered]
        assert ids == sorted(ids)
        assert all(desk.reader.prediction(found.prediction_id) == found for found in answered)
        ledger = Ledger.of(desk)
        ledger.check({str(number): found for number, found in enumerate(ids)})
        windows = desk.monitoring.drift("iris").windows
        days = {entry.window.start.day: entry.comparison.rows for entry in windows}
        assert days == {2: 1 + len(given_times), 3: 3, 4: 1}
        (first,) = desk.reader.page("iris", limit=1).frame["prediction_id"]
        assert first == ids[-1], "the page begins with what was logged last"
