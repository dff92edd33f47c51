"""What models take and what waits, on each database."""

from datetime import timedelta

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from tests.support.iris import FEATURES, iris_frame, iris_model


def test_sizes_are_those_of_what_is_kept(desk: Desk) -> None:
    """Rows, profiles and files of each model, the largest first."""
    desk.registry.publish(iris_model(), name="idle", reference=iris_frame(), target="class")
    rows = iris_frame().select(FEATURES).to_dicts()
    desk.predictor.predict("iris", rows)
    before = desk.space.report()
    desk.jobs.run()
    report = desk.space.report()
    assert [model.model for model in report.models] == ["iris", "idle"]
    iris, idle = report.models
    assert (iris.rows, iris.versions, iris.profiles) == (150, 1, 2)
    assert (idle.rows, idle.log_bytes, idle.profiles, idle.profile_bytes) == (0, 0, 0, 0)
    assert before.models[0].rows == 150
    assert before.models[0].profiles == 0
    files = desk.registry.size(desk.registry.record("iris"))
    assert iris.artefact_bytes == idle.artefact_bytes == files
    assert iris.sample_bytes > 1_000
    assert iris.bytes == iris.log_bytes + iris.profile_bytes + iris.sample_bytes + files
    assert report.database_bytes > iris.log_bytes + iris.profile_bytes > 0


def test_the_lag_is_the_age_of_the_oldest_row_without_a_profile(
    desk: Desk, clock: FrozenClock
) -> None:
    """It grows until the roll-up comes, and is nothing then."""
    assert desk.workload.report().lag is None
    desk.predictor.predict("iris", iris_frame().select(FEATURES).head(7).to_dicts())
    clock.advance(timedelta(minutes=5))
    desk.predictor.predict("iris", iris_frame().select(FEATURES).head(3).to_dicts())
    report = desk.workload.report()
    assert report.lag == timedelta(minutes=5)
    assert [(each.model, each.version, each.rows) for each in report.unprofiled] == [
        ("iris", "1", 10)
    ]
    assert not report.jobs.started
    desk.jobs.run()
    report = desk.workload.report()
    assert report.lag is None
    assert report.unprofiled == ()
