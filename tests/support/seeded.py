"""A home with models and three days of traffic, made without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from modeldesk.demo import scenario
from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.shop import (
    IDLE,
    MARKUP,
    SHOP,
    WIDE,
    customers,
    reference,
    spend,
    total,
    wide_reference,
)

if TYPE_CHECKING:
    from pathlib import Path


def seed_home(home: Path) -> None:
    """Publish iris, the shop in two versions, and two models without traffic; log three days.

    On the second day, iris gets outliers in `sepal_width_cm`, as in the demo.
    """
    with Desk.open(Settings.load(home=home)) as desk:
        _iris(desk)
        for description in (MARKUP, "the second version"):
            desk.registry.publish(spend, name=SHOP, reference=reference(), description=description)
        desk.registry.publish(spend, name=IDLE, reference=reference())
        desk.registry.publish(total, name=WIDE, reference=wide_reference())
        yesterday = datetime.now(UTC) - timedelta(days=1)
        desk.predictor.predict(SHOP, customers(60), timestamps=[yesterday] * 60)
        while desk.rollup.run():
            pass
        desk.monitoring.judge()


def _iris(desk: Desk) -> None:
    flowers = scenario.iris()
    desk.registry.publish(
        scenario.train(flowers, seed=7),
        name=scenario.MODEL,
        reference=flowers,
        target=scenario.TARGET,
        description="Tells three species of iris apart.",
    )
    requests = scenario.traffic(flowers, now=datetime.now(UTC), seed=7).requests
    desk.predictor.predict(
        scenario.MODEL,
        [request.row for request in requests],
        timestamps=[request.time for request in requests],
    )
