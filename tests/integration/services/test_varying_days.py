"""Days that differ by nature: alerts and pages judge by the days before."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from modeldesk.desk import Desk
from modeldesk.drift import Status
from tests.support.iris import FEATURES, iris_frame

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
QUIET_FROM = 14
LAST = 20


def day_of(number: int) -> datetime:
    """Return when a day begins."""
    return FIRST + timedelta(days=number)


def rows(shift: float) -> Sequence[Mapping[str, object]]:
    """Return the 150 rows with every sepal a little wider."""
    found = iris_frame().select(FEATURES).to_dicts()
    for row in found:
        row["sepal_width_cm"] += shift
    return found


@pytest.fixture
def varying(desk: Desk) -> Desk:
    """Send twenty days on which sepals are wider or narrower, and one on which they are far."""
    shifts = np.random.default_rng(3).normal(0, 0.25, LAST)
    for number, shift in enumerate([*shifts, 3.0]):
        when = day_of(number) + timedelta(hours=9)
        desk.predictor.predict("iris", rows(float(shift)), timestamps=[when] * 150)
    desk.jobs.run()
    return desk


def test_alerts_and_report_agree(varying: Desk) -> None:
    """Every day the report says what the alerts say; both learn what is normal."""
    report = varying.monitoring.drift("iris")
    watched = {*FEATURES, "class"}
    changed = {
        (entry.window.start, column.name)
        for entry in report.windows
        for column in entry.comparison.changed
        if column.name in watched
    }
    alerts = varying.monitoring.alerts("iris")
    assert {(alert.window.start, alert.column) for alert in alerts} == changed
    widths = sorted(start for start, name in changed if name == "sepal_width_cm")
    assert [start for start in widths if start < day_of(QUIET_FROM)]
    assert [start for start in widths if start >= day_of(QUIET_FROM)] == [day_of(LAST)]


def test_a_part_of_the_report_and_the_overview_say_the_same(varying: Desk) -> None:
    """A window is judged by the windows before it, also where the report begins with it."""
    whole = varying.monitoring.drift("iris").windows
    part = varying.monitoring.drift("iris", start=day_of(16), end=day_of(19)).windows
    assert part == whole[16:19]
    model = varying.overview.model("iris")
    assert model.status is Status.CHANGED
    assert model.sentence.startswith("2026-01-21: sepal_width_cm")
