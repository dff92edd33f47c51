"""The feed of all models' alerts, on each database."""

import time
from datetime import timedelta

import pytest

from modeldesk.desk import Desk
from modeldesk.drift import Status
from modeldesk.schema import Routing, Shadow
from modeldesk.services.views import AlertStatus
from modeldesk.store import AlertsSought
from tests.integration.services.conftest import TODAY
from tests.support import functions
from tests.support.iris import FEATURES, iris_frame, iris_model

WIDTH = "sepal_width_cm"
LENGTH = "petal_length_cm"


def send(desk: Desk, model: str, *, ago: int, **shifts: float) -> None:
    """Log the 150 flowers on a day, some columns shifted."""
    rows = iris_frame().select(FEATURES).to_dicts()
    for row in rows:
        for name, shift in shifts.items():
            row[name] += shift
    desk.predictor.predict(model, rows, timestamps=[TODAY - timedelta(days=ago)] * 150)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Offer two models with alerts on three days, and one day without."""
    desk.registry.publish(iris_model(), name="other", reference=iris_frame(), target="class")
    send(desk, "iris", ago=3, **{WIDTH: 4.0})
    send(desk, "iris", ago=2)
    send(desk, "iris", ago=1, **{WIDTH: 4.0})
    send(desk, "other", ago=0, **{WIDTH: 4.0})
    desk.jobs.run()
    return desk


def test_the_feed_has_what_the_models_have(busy: Desk) -> None:
    """All alerts of both models, the newest days first, and as many as are counted."""
    page = busy.alert_feed.page(AlertsSought(), limit=1000)
    by_model = [*busy.monitoring.alerts("iris"), *busy.monitoring.alerts("other")]
    assert {alert.alert_id for alert in page.alerts} == {alert.alert_id for alert in by_model}
    starts = [alert.window.start for alert in page.alerts]
    assert starts == sorted(starts, reverse=True)
    assert page.many(None) == page.many(AlertStatus.OPEN) == len(by_model)
    assert busy.alert_feed.count_open() == len(by_model)
    pieces = [busy.alert_feed.page(AlertsSought(), offset=n, limit=1) for n in range(len(by_model))]
    assert [piece.alerts[0] for piece in pieces] == list(page.alerts)


@pytest.mark.parametrize(
    ("sought", "days"),
    [
        (AlertsSought(column=WIDTH), [0, 1, 3]),
        (AlertsSought(column=WIDTH, model="iris"), [1, 3]),
        (AlertsSought(column=WIDTH, start=TODAY - timedelta(days=2)), [0, 1]),
        (AlertsSought(column=WIDTH, text="OTHER"), [0]),
        (AlertsSought(text="100%_"), []),
        (AlertsSought(model="nobody"), []),
    ],
)
def test_alerts_are_found(busy: Desk, sought: AlertsSought, days: list[int]) -> None:
    """By model, column, day and a piece of text, in which no character stands for others."""
    page = busy.alert_feed.page(sought)
    found = [(TODAY - alert.window.start).days for alert in page.alerts]
    assert found == days
    assert page.many(None) == len(days)


def test_columns_are_those_that_have_alerts(busy: Desk) -> None:
    """What is offered leads somewhere."""
    assert WIDTH in busy.alert_feed.columns()
    assert set(busy.alert_feed.columns("other")) == {
        alert.column for alert in busy.monitoring.alerts("other")
    }
    assert busy.alert_feed.columns("nobody") == ()


def test_several_are_changed_at_once(busy: Desk) -> None:
    """Each change is in the trail; what stands there already, or is gone, is left out."""
    ids = [alert.alert_id for alert in busy.alert_feed.page(AlertsSought(column=WIDTH)).alerts]
    assert busy.alert_feed.set_status([*ids, 10**6], AlertStatus.FALSE_ALARM) == 3
    assert busy.alert_feed.set_status(ids, AlertStatus.FALSE_ALARM) == 0
    page = busy.alert_feed.page(AlertsSought(column=WIDTH), status=AlertStatus.FALSE_ALARM)
    assert [alert.alert_id for alert in page.alerts] == ids
    assert page.many(AlertStatus.OPEN) == 0
    trail = busy.audit.page(action="alert.status").entries
    assert [entry.details for entry in trail] == [{"before": "open", "after": "false_alarm"}] * 3


def test_a_false_alarm_stays_one_when_late_rows_come(busy: Desk) -> None:
    """What a person said is not undone, as long as the finding stays or goes."""
    (alert,) = busy.alert_feed.page(AlertsSought(column=WIDTH, model="other")).alerts
    busy.alert_feed.set_status([alert.alert_id], AlertStatus.FALSE_ALARM)
    send(busy, "other", ago=0, **{WIDTH: 4.0})
    busy.jobs.run()
    assert busy.monitoring.alert(alert.alert_id).status is AlertStatus.FALSE_ALARM
    for _ in range(40):
        send(busy, "other", ago=0)
    busy.jobs.run()
    assert busy.monitoring.alert(alert.alert_id).status is AlertStatus.FALSE_ALARM


def test_inputs_of_a_shadow_ring_with_the_version_that_answered(desk: Desk) -> None:
    """Once, not once for each that saw them; what the shadow says rings for itself."""
    desk.registry.publish(
        functions.takes_wide_for_virginica, name="iris", reference=iris_frame(), target="class"
    )
    desk.routes.set("iris", Routing(shadow=Shadow(version=2)))
    send(desk, "iris", ago=1, **{WIDTH: 4.0})
    until = time.monotonic() + 60
    while desk.overview.model("iris").shadow < 150:
        assert time.monotonic() < until
        time.sleep(0.02)
    desk.jobs.run()
    told = [(alert.version, alert.column) for alert in desk.monitoring.alerts("iris")]
    assert (1, WIDTH) in told
    assert [column for version, column in told if version == 2] == ["class"]
    desk.predictor.predict(
        "iris",
        [{**row, WIDTH: 9.0} for row in iris_frame().select(FEATURES).to_dicts()],
        timestamps=[TODAY - timedelta(days=1)] * 150,
        version=2,
    )
    desk.jobs.run()
    assert (2, WIDTH) in {(alert.version, alert.column) for alert in desk.monitoring.alerts("iris")}


def test_a_history_ends_with_the_alerts_own_day(busy: Desk) -> None:
    """It is what the drift report says of the days before."""
    alerts = busy.alert_feed.page(AlertsSought(column=WIDTH, model="iris")).alerts
    histories = busy.alert_feed.histories(alerts)
    last, first = (histories[alert.alert_id] for alert in alerts)
    assert [column.verdict.status for column in last] == [
        Status.CHANGED,
        Status.STABLE,
        Status.CHANGED,
    ]
    assert [column.distance for column in first] == [alerts[1].distance]
    report = busy.monitoring.drift("iris")
    assert tuple(column for _, column in report.history(WIDTH)) == last
