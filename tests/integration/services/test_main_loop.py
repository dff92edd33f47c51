"""The main loop through the services: publish, predict, roll up, judge, flag."""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.drift import Status
from modeldesk.errors import (
    InvalidArgument,
    InvalidRows,
    NotFound,
    Overloaded,
)
from modeldesk.schema import Granularity, Kind, Role, Window
from modeldesk.services.views import AlertStatus
from modeldesk.settings import Settings
from tests.support.iris import CLASSES, FEATURES, ROW, iris_frame, iris_model

DAYS = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)]


def rows(outliers: int = 0) -> Sequence[Mapping[str, object]]:
    """Return the 150 rows, some with a sepal width that no iris has."""
    found = iris_frame().select(FEATURES).to_dicts()
    random = np.random.default_rng(7)
    for position in random.choice(len(found), outliers, replace=False):
        found[position]["sepal_width_cm"] = float(random.uniform(8, 20))
    return found


def send_three_days(desk: Desk) -> None:
    """Predict the three days, each row with its time."""
    for start, day in zip(DAYS, (rows(), rows(outliers=30), rows()), strict=True):
        times = [start + timedelta(minutes=9 * position) for position in range(150)]
        desk.predictor.predict("iris", day, timestamps=times)


def test_the_signature_is_inferred_from_the_reference(desk: Desk) -> None:
    """Features keep their order and range; the target names the prediction."""
    version = desk.registry.version("iris")
    signature = version.signature
    assert [column.name for column in signature.inputs] == list(FEATURES)
    assert {column.kind for column in signature.inputs} == {Kind.FLOAT}
    assert (signature.inputs[1].low, signature.inputs[1].high) == (2.0, 4.4)
    assert signature.prediction.name == "class"
    assert signature.prediction.categories == CLASSES
    assert [column.label for column in signature.scores] == list(CLASSES)
    assert (version.number, version.aliases, version.reference_rows) == (1, ("champion",), 150)


def test_a_prediction_is_in_the_log_when_it_is_answered(desk: Desk) -> None:
    """The answer's id finds the row, with inputs, outputs, time and the caller's own key."""
    when = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    batch = desk.predictor.predict("iris", [ROW], timestamps=[when], row_ids=["order-7"])
    (answer,) = batch.predictions
    assert answer.outputs["class"] == "Iris-virginica"
    scores = [answer.outputs[column.name] for column in batch.signature.scores]
    assert sum(score for score in scores if isinstance(score, float)) == pytest.approx(1)
    found = desk.reader.prediction(answer.prediction_id)
    assert found == answer
    assert (found.time, found.row_id, found.inputs) == (when, "order-7", ROW)


def test_the_outlier_day_is_found_and_no_other(desk: Desk) -> None:
    """Day 2 opens an alert on the width of the sepals and on no other feature."""
    send_three_days(desk)
    assert desk.overview.model("iris").profiled == 0
    assert desk.jobs.run() == 450
    assert desk.jobs.run() == 0
    report = desk.monitoring.drift("iris")
    assert [entry.window.start for entry in report.windows] == DAYS
    assert [entry.comparison.rows for entry in report.windows] == [150] * 3
    for entry in report.windows:
        changed = {column.name for column in entry.comparison.changed} & set(FEATURES)
        assert changed == ({"sepal_width_cm"} if entry.window.start == DAYS[1] else set())
    alerts = [a for a in desk.monitoring.alerts("iris") if a.column in FEATURES]
    assert [(a.column, a.window.start) for a in alerts] == [("sepal_width_cm", DAYS[1])]
    assert alerts[0].distance == report.windows[1].comparison.column("sepal_width_cm").distance
    history = report.history("sepal_width_cm")
    assert [column.verdict.status for _, column in history] == [
        Status.STABLE,
        Status.CHANGED,
        Status.STABLE,
    ]


def test_hours_add_up_to_days(desk: Desk) -> None:
    """The same rows stand in the profiles of hours and of days."""
    send_three_days(desk)
    desk.jobs.run()
    hours = desk.monitoring.drift("iris", granularity=Granularity.HOUR, end=DAYS[1])
    assert sum(entry.comparison.rows for entry in hours.windows) == 150
    assert len(hours.windows) == 23


def test_the_overview_sums_up(desk: Desk) -> None:
    """Counts, freshness, volume and the verdict of the latest day stand in one record."""
    empty = desk.overview.model("iris")
    assert (empty.predictions, empty.last_prediction_at, empty.status) == (0, None, None)
    send_three_days(desk)
    desk.jobs.run()
    (model,) = desk.overview.models()
    assert (model.name, model.versions, model.champion) == ("iris", 1, 1)
    assert (model.predictions, model.profiled, model.refused) == (450, 450, 0)
    assert model.last_prediction_at == DAYS[2] + timedelta(minutes=9 * 149)
    assert [entry.rows for entry in model.volume] == [150, 150, 150]
    assert model.open_alerts >= 1
    assert model.status is Status.STABLE
    assert "all 4 features" in model.sentence


def test_rows_that_wait_are_counted_before_the_roll_up(desk: Desk) -> None:
    """A prediction shows in the overview at once."""
    desk.predictor.predict("iris", [ROW])
    model = desk.overview.model("iris")
    assert (model.predictions, model.profiled) == (1, 0)
    assert model.last_prediction_at == datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def test_a_small_day_gets_no_verdict(desk: Desk) -> None:
    """Too few rows are said to be too few."""
    desk.predictor.predict("iris", [ROW] * 5)
    desk.jobs.run()
    model = desk.overview.model("iris")
    assert model.status is Status.NOT_ENOUGH_DATA
    assert "5 rows, too few" in model.sentence
    assert desk.monitoring.alerts() == ()


def test_a_small_latest_day_does_not_hide_the_day_before(desk: Desk) -> None:
    """The verdict is that of the latest day with enough rows."""
    yesterday = [datetime(2026, 3, 3, tzinfo=UTC)] * 150
    desk.predictor.predict("iris", rows(outliers=60), timestamps=yesterday)
    desk.predictor.predict("iris", [ROW])
    assert desk.overview.model("iris").sentence == "151 rows to be profiled."
    desk.jobs.run()
    assert desk.overview.model("iris").sentence.startswith("2026-03-03: sepal_width_cm")


def test_the_overview_names_what_changed(desk: Desk) -> None:
    """When the latest day changed, the sentence says which features."""
    desk.predictor.predict("iris", rows(outliers=60))
    desk.jobs.run()
    model = desk.overview.model("iris")
    assert model.status is Status.CHANGED
    assert "sepal_width_cm changed" in model.sentence


def test_refused_rows_are_counted_and_not_logged(settings: Settings) -> None:
    """A request with one bad row logs nothing; the count of refusals grows by one row."""
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        with pytest.raises(InvalidRows) as caught:
            desk.predictor.predict("iris", [ROW, {**ROW, "sepal_width_cm": "wide"}])
        assert [(p.row, p.field) for p in caught.value.problems] == [(1, "sepal_width_cm")]
    with Desk.open(settings) as desk:
        model = desk.overview.model("iris")
        assert (model.refused, model.predictions) == (1, 0)


def test_many_writers_at_once_lose_nothing(desk: Desk) -> None:
    """Every answer given to concurrent callers is in the log, and is profiled once."""
    ids: list[str] = []

    def send() -> None:
        for _ in range(20):
            (answer,) = desk.predictor.predict("iris", [ROW]).predictions
            ids.append(answer.prediction_id)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        desk.jobs.run()
    desk.jobs.run()
    assert len(set(ids)) == 160
    assert all(desk.reader.prediction(found).inputs == ROW for found in ids)
    assert desk.overview.model("iris").profiled == 160


def test_a_second_version_is_asked_by_number(desk: Desk) -> None:
    """The champion stays; the other version answers and logs under its own number."""
    desk.registry.publish(
        iris_model(), name="iris", reference=iris_frame(), target="class", description="again"
    )
    assert [v.number for v in desk.registry.versions("iris")] == [1, 2]
    assert desk.registry.version("iris").number == 1
    batch = desk.predictor.predict("iris", [ROW], version=2)
    assert batch.predictions[0].version == 2
    desk.jobs.run()
    assert desk.monitoring.drift("iris").windows == ()
    assert len(desk.monitoring.drift("iris", version=2).windows) == 1
    assert desk.overview.model("iris").predictions == 1


def test_unknown_names_say_what_is_known(desk: Desk) -> None:
    """A wrong model, version, column, alert or prediction is answered with the way out."""
    with pytest.raises(NotFound, match="Did you mean 'iris'"):
        desk.registry.version("irsi")
    with pytest.raises(NotFound, match="Known models: iris"):
        desk.predictor.predict("zebra", [ROW])
    with pytest.raises(NotFound, match="Known versions: 1"):
        desk.registry.version("iris", 9)
    with pytest.raises(NotFound, match="Known columns: sepal_length_cm"):
        desk.monitoring.overlay("iris", "colour", window=None)
    with pytest.raises(NotFound, match="no alert 99"):
        desk.monitoring.set_status(99, AlertStatus.RESOLVED)
    for wrong in ("nonsense", "0" * 26 + "-0", "x" * 500):
        with pytest.raises(NotFound, match="There is no prediction"):
            desk.reader.prediction(wrong)


def test_nothing_published_is_said_so(settings: Settings) -> None:
    """Asking an empty desk tells how to publish."""
    with Desk.open(settings) as desk, pytest.raises(NotFound, match="modeldesk publish"):
        desk.registry.version("iris")


def test_lists_of_other_lengths_are_refused(desk: Desk) -> None:
    """Timestamps and own keys come one per row or not at all; no rows are no request."""
    with pytest.raises(InvalidArgument, match="1 rows and 2 row_ids"):
        desk.predictor.predict("iris", [ROW], row_ids=["a", "b"])
    with pytest.raises(InvalidArgument, match="no rows"):
        desk.predictor.predict("iris", [])


def test_limits_are_kept(settings: Settings) -> None:
    """Too many rows, too long texts and too long queues are refused by name."""
    small = settings.model_copy(
        update={"max_rows": 3, "max_text_characters": 5, "max_waiting_rows": 1}
    )
    with Desk.open(small) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        with pytest.raises(InvalidArgument, match="more than the 3"):
            desk.predictor.predict("iris", [ROW] * 4)
        with pytest.raises(Overloaded, match="wait for 'iris'"):  # noqa: PT012
            for _ in range(1000):
                desk.predictor.submit("iris", [ROW])
        desk.predictor.close()
        with pytest.raises(Overloaded, match="stopping"):
            desk.predictor.submit("iris", [ROW])


def test_a_flag_is_tied_to_its_prediction(desk: Desk, clock: FrozenClock) -> None:
    """It is stored with reason, comment, label and time, and listed newest first."""
    (answer,) = desk.predictor.predict("iris", [ROW]).predictions
    flag = desk.feedback.flag(
        answer.prediction_id,
        reason="wrong prediction",
        comment="<b>petals</b>",
        proposed_label="Iris-versicolor",
    )
    assert (flag.prediction_id, flag.created_at) == (answer.prediction_id, clock.now())
    second = desk.feedback.flag(answer.prediction_id, reason="unsure")
    assert desk.feedback.flags("iris") == (second, flag)
    assert desk.feedback.flags(limit=1) == (second,)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"reason": "x" * 101}, "needs a reason"),
        ({"reason": "unsure", "comment": "x" * 10_001}, "10001 characters"),
        ({"reason": "unsure", "proposed_label": "cat"}, "Known are: Iris-setosa"),
    ],
)
def test_a_bad_flag_is_refused(desk: Desk, given: dict[str, str], said: str) -> None:
    """Nothing is stored, and the error says what would be accepted."""
    (answer,) = desk.predictor.predict("iris", [ROW]).predictions
    with pytest.raises(InvalidArgument, match=said):
        desk.feedback.flag(answer.prediction_id, **given)
    assert desk.feedback.flags() == ()


def test_alerts_are_acknowledged_and_resolved(desk: Desk, clock: FrozenClock) -> None:
    """The status and its time change; the list can be limited to a status."""
    desk.predictor.predict("iris", rows(outliers=60))
    desk.jobs.run()
    alert = desk.monitoring.alerts(status=AlertStatus.OPEN)[0]
    clock.advance(timedelta(hours=1))
    changed = desk.monitoring.set_status(alert.alert_id, AlertStatus.ACKNOWLEDGED)
    assert (changed.status, changed.changed_at) == (AlertStatus.ACKNOWLEDGED, clock.now())
    assert changed in desk.monitoring.alerts(status=AlertStatus.ACKNOWLEDGED)


def test_a_column_can_be_looked_at_for_any_range(desk: Desk) -> None:
    """Overlay and column profile merge the windows of a range; no rows, no current side."""
    send_three_days(desk)
    desk.jobs.run()
    three_days = Window(start=DAYS[0], end=DAYS[2] + timedelta(days=1))
    reference, current = desk.monitoring.column_profiles(
        "iris", "sepal_width_cm", window=three_days
    )
    assert current is not None
    assert (reference.rows, current.rows) == (150, 450)
    morning = Window(start=DAYS[0], end=DAYS[0] + timedelta(hours=3))
    _, current = desk.monitoring.column_profiles("iris", "sepal_width_cm", window=morning)
    assert current is not None
    assert current.rows == 20
    overlay = desk.monitoring.overlay("iris", "class", window=three_days)
    assert set(overlay.labels) >= set(CLASSES)
    assert sum(overlay.current) == pytest.approx(1)
    empty = Window(start=DAYS[0] - timedelta(days=9), end=DAYS[0] - timedelta(days=8))
    assert desk.monitoring.column_profiles("iris", "class", window=empty)[1] is None
    assert sum(desk.monitoring.overlay("iris", "class", window=None).current) == 0


def test_jobs_run_in_the_background_and_outlive_a_failure(settings: Settings) -> None:
    """A roll-up happens by itself; an exception is counted and the schedule goes on."""
    with Desk.open(settings.model_copy(update={"job_seconds": 0.05})) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        desk.start_jobs()
        desk.predictor.predict("iris", [ROW] * 40)
        waited = threading.Event()
        for _ in range(200):
            if desk.overview.model("iris").profiled == 40:
                break
            waited.wait(0.05)
        assert desk.overview.model("iris").profiled == 40
        assert desk.jobs.failures == 0


def test_roles_of_the_default_rule_leave_scores_out(desk: Desk) -> None:
    """A moved prediction is one alert, not one per class score."""
    desk.predictor.predict("iris", [ROW] * 150)
    desk.jobs.run()
    signature = desk.registry.version("iris").signature
    roles = {signature.column(alert.column).role for alert in desk.monitoring.alerts()}
    assert roles == {Role.FEATURE, Role.PREDICTION}
