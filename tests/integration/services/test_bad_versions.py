"""A version that cannot be profiled or judged keeps nobody else from it."""

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.settings import Settings
from modeldesk.store import Store
from modeldesk.store.tables import models, monitors, versions
from tests.support.iris import iris_frame

BAD = "bad"
GOOD = "good"
NOT_PROFILED = "version not profiled"
NOT_JUDGED = "version not judged"


@pytest.fixture
def filled(settings: Settings, clock: FrozenClock) -> Settings:
    """Offer settings of a desk with a day of changed rows of two models, in no profile yet."""
    with Desk.open(settings, clock=clock) as desk:
        for name in (BAD, GOOD):
            desk.registry.register(name, reference=iris_frame(), prediction="class")
            desk.backfill.log(name, iris_frame().with_columns(pl.col("sepal_width_cm") * 3))
    return settings


@contextmanager
def damaged(store: Store, column: sa.Column[object], value: object) -> Iterator[None]:
    """Put something else where the first row's value was, for a while."""
    first = column.table.c.id == 1
    with store.writing() as connection:
        before = connection.scalar(sa.select(column).where(first))
        connection.execute(sa.update(column.table).where(first).values({column.name: value}))
    yield
    with store.writing() as connection:
        connection.execute(sa.update(column.table).where(first).values({column.name: before}))


@pytest.mark.parametrize(
    ("column", "value", "event"),
    [
        (versions.c.signature, b"not a signature", NOT_PROFILED),
        (models.c.policy, "{not a policy", NOT_PROFILED),
        (versions.c.reference_profile, b"not a profile", NOT_JUDGED),
        (monitors.c.rule, "{not a rule", NOT_JUDGED),
    ],
    ids=lambda value: value.name if isinstance(value, sa.Column) else "",
)
def test_a_bad_version_is_logged_and_the_others_go_on(
    filled: Settings,
    clock: FrozenClock,
    column: sa.Column[object],
    value: object,
    event: str,
) -> None:
    """The other model is profiled and judged in the same run; the bad one once it is mended."""
    with Desk.open(filled, clock=clock) as desk:
        with damaged(desk.store, column, value), capture_logs() as logs:
            assert desk.rollup.run() == (150 if event == NOT_PROFILED else 300)
            assert desk.monitoring.judge() == 1
        told = [(line["event"], line["version_id"], line["log_level"]) for line in logs]
        assert told == [(event, 1, "error")]
        assert [(alert.model, alert.column) for alert in desk.monitoring.alerts()] == [
            (GOOD, "sepal_width_cm")
        ]
        assert desk.rollup.run() == (150 if event == NOT_PROFILED else 0)
        assert desk.monitoring.judge() == 1
        assert {alert.model for alert in desk.monitoring.alerts()} == {BAD, GOOD}
