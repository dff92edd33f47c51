"""How models are, on each database: read for all of them at once, and of one alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa
from sklearn.metrics import accuracy_score

from modeldesk.clock import FrozenClock
from modeldesk.errors import NotFound
from modeldesk.services.health import Concern, Grade
from modeldesk.services.views import AlertStatus
from modeldesk.store import ModelRecords
from modeldesk.store.tables import versions
from tests.support.iris import CLASSES, FEATURES, iris_frame, iris_model
from tests.support.labelled_iris import NOW, label, logged

if TYPE_CHECKING:
    from datetime import datetime

    from modeldesk.desk import Desk

DAYS = 21


def labelled_days(desk: Desk, *, wrong_from: int) -> tuple[list[str], list[str]]:
    """Log and label three weeks of flowers, of which half are labelled wrong from a day on.

    Returns the labels and the predictions of the last week.
    """
    rng = np.random.default_rng(3)
    column = desk.registry.record("iris").signature.prediction.name
    truths: list[str] = []
    said: list[str] = []
    for number in range(DAYS):
        rows = iris_frame().sample(40, seed=number)
        at = NOW - timedelta(days=DAYS - 1 - number)
        answer = desk.predictor.predict(
            "iris", rows.select(FEATURES).to_dicts(), timestamps=[at] * 40
        )
        values = rows["class"].to_list()
        if number >= wrong_from:
            mixed = rng.random(40) < 0.5
            values = [
                CLASSES[0] if bad and value != CLASSES[0] else value
                for value, bad in zip(values, mixed, strict=True)
            ]
        label(desk, [each.prediction_id for each in answer.predictions], values)
        if number >= DAYS - 7:
            truths += values
            said += [str(each.outputs[column]) for each in answer.predictions]
    desk.jobs.run()
    return truths, said


def test_a_model_without_traffic_says_so(desk: Desk) -> None:
    """In the list and by itself; an unknown one is not found."""
    (found,) = desk.health.models()
    assert found == desk.health.model("iris")
    assert (found.health.grade, found.predictions) == (Grade.SILENT, 0)
    with pytest.raises(NotFound):
        desk.health.model("tulips")
    with pytest.raises(NotFound):
        desk.health.model("iris", version=4)


def test_labels_that_tell_of_a_fall(desk: Desk) -> None:
    """The latest week is measured as scikit-learn does, and it is worse than before."""
    truths, said = labelled_days(desk, wrong_from=DAYS - 7)
    found = desk.health.model("iris")
    assert found.performance is not None
    assert found.performance.figure.value == pytest.approx(accuracy_score(truths, said))
    assert found.performance.labelled == 7 * 40
    reasons = {reason.concern: reason for reason in found.health.reasons}
    assert reasons[Concern.PERFORMANCE].grave
    assert found.health.grade is Grade.ATTENTION
    assert found.predictions == DAYS * 40
    assert found.last_prediction_at == NOW
    assert [day.predictions for day in found.signs.days] == [40] * DAYS
    assert [day.labelled for day in found.signs.days] == [40] * DAYS


def test_labels_that_tell_of_no_fall(desk: Desk) -> None:
    """What was said once is said again without being made anew, until labels change."""
    labelled_days(desk, wrong_from=DAYS)
    first = desk.health.model("iris").performance
    assert first is not None
    assert first.compared
    assert first.worse == ()
    assert desk.health.model("iris").performance is first
    ids = logged(desk, iris_frame().head(30))
    label(desk, ids, [CLASSES[2]] * 30)
    desk.jobs.run()
    again = desk.health.model("iris").performance
    assert again is not None
    assert again.labelled == first.labelled + 30


def test_alerts_and_changed_columns(desk: Desk, clock: FrozenClock) -> None:
    """Of all versions, until they are resolved; the latest day is named."""
    rows = iris_frame().with_columns(pl.col(FEATURES[0]) + 4)
    logged(desk, rows)
    desk.jobs.run()
    found = desk.health.model("iris")
    concerns = [reason.concern for reason in found.health.reasons]
    assert concerns == [Concern.ALERTS, Concern.CHANGE]
    known = desk.monitoring.alerts("iris")
    assert found.open_alerts == len(known)
    assert found.signs.drift is not None
    assert found.signs.drift.changed == (FEATURES[0],)
    assert found.signs.drift.day == NOW.date()
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    assert desk.health.model("iris", version=2).open_alerts == len(known)
    for alert in known:
        desk.monitoring.set_status(alert.alert_id, AlertStatus.RESOLVED)
    clock.advance(timedelta(minutes=1))
    assert desk.health.model("iris").health.grade is Grade.WATCH


def test_refused_rows_failures_and_what_waits(desk: Desk) -> None:
    """Counted over all versions; what waits to be profiled counts among the predictions."""
    logged(desk, iris_frame())
    before = desk.health.model("iris")
    assert (before.predictions, before.signs.waiting) == (150, 150)
    assert before.last_prediction_at == NOW
    desk.jobs.run()
    version_id = desk.registry.record("iris").version_id
    records = ModelRecords(desk.store)
    records.count_refused(version_id, 50)
    records.count_failed(version_id, 3, sentence="It broke.", at=NOW)
    found = desk.health.model("iris")
    assert (found.signs.refused, found.signs.predictions) == (50, 150)
    told = {reason.concern: reason.sentence for reason in found.health.reasons}
    assert "25.0% of all" in told[Concern.REFUSALS]
    assert "It broke. 3 rows" in told[Concern.FAILURES]


def test_traffic_of_long_ago_is_known(desk: Desk, clock: FrozenClock) -> None:
    """A range that reaches so far shows it; without one, it is still told when it was."""
    logged(desk, iris_frame())
    desk.jobs.run()
    clock.advance(timedelta(days=100))
    found = desk.health.model("iris")
    assert (found.volume, found.signs.days, found.signs.drift) == ((), (), None)
    assert found.last_prediction_at == NOW
    assert found.health.reasons[-1].concern is Concern.SILENCE
    far = desk.health.model("iris", start=NOW - timedelta(days=1))
    assert [day.rows for day in far.volume] == [150]
    assert far.health == found.health


def test_a_list_of_models_says_of_each_what_its_page_says(desk: Desk) -> None:
    """In alphabetical order, each judged by its champion."""
    for name in ("b", "a"):
        desk.registry.publish(iris_model(), name=name, reference=iris_frame(), target="class")
    logged(desk, iris_frame().with_columns(pl.col(FEATURES[1]) + 4))
    desk.jobs.run()
    found = desk.health.models()
    assert [model.name for model in found] == ["a", "b", "iris"]
    assert [desk.health.model(model.name) for model in found] == list(found)
    assert [model.health.grade for model in found] == [
        Grade.SILENT,
        Grade.SILENT,
        Grade.ATTENTION,
    ]


def test_estimates_without_labels(desk: Desk) -> None:
    """What the version probably is stands beside what labels said of the days learned from."""
    start = NOW - timedelta(days=20)
    ids, values = [], []
    for number in range(9):
        some, truth = _day(desk, start + timedelta(days=number), seed=number)
        ids += some
        values += truth
    label(desk, ids, values)
    desk.jobs.run()
    _day(desk, NOW - timedelta(days=1), seed=99)
    desk.jobs.run()
    found = desk.health.model("iris").estimate
    assert found is not None
    assert found.day == (NOW - timedelta(days=1)).date()
    assert found.low <= found.value <= found.high
    assert found.usual is not None
    report = desk.performance.report("iris", measures=(found.measure,))
    assert found.usual.value == pytest.approx(report.figures[0].value)


def _day(desk: Desk, at: datetime, *, seed: int) -> tuple[list[str], list[str]]:
    """Log a day of noisy flowers; return identifiers and classes."""
    rng = np.random.default_rng(seed)
    rows = iris_frame().sample(120, seed=seed)
    noisy = rows.with_columns(pl.col(FEATURES) + pl.Series(rng.normal(0, 0.4, 120)))
    return logged(desk, noisy, at=at), rows["class"].to_list()


def test_a_model_that_cannot_be_read_says_so_and_hides_no_other(desk: Desk) -> None:
    """In its place of the list, with what is wrong with it."""
    desk.registry.publish(
        iris_model(), name="broken", reference=iris_frame(), target="class", description="once fine"
    )
    whole = desk.health.model("iris")
    champion = desk.registry.record("broken").version_id
    with desk.store.writing() as connection:
        mine = versions.c.id == champion
        connection.execute(sa.update(versions).where(mine).values(signature=b"{nonsense"))
    broken, other = desk.health.models()
    assert other == whole
    assert (broken.name, broken.version, broken.versions) == ("broken", 1, 1)
    assert (broken.predictions, broken.description) == (0, "once fine")
    assert broken.health.grade is Grade.ATTENTION
    (reason,) = broken.health.reasons
    assert (reason.concern, reason.grave) == (Concern.DAMAGE, True)
    assert reason.sentence.startswith(
        "Version 1, the champion, cannot be read. The stored signature cannot be read:"
    )
