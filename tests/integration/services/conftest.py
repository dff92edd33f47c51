"""A desk on each database, with the Iris classifier published."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.iris import iris_frame, iris_model
from tests.support.labelled_iris import label, logged, truth

TODAY = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    """Offer settings for a database without a model and a folder of its own."""
    return Settings.load(home=tmp_path / "home", database_url=migrated_url)


@pytest.fixture
def clock() -> FrozenClock:
    """Offer a clock that stands at `TODAY`."""
    return FrozenClock(TODAY)


@pytest.fixture
def desk(settings: Settings, clock: FrozenClock) -> Iterator[Desk]:
    """Offer a desk with the model ``iris``."""
    with Desk.open(settings, clock=clock) as opened:
        opened.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        yield opened


@pytest.fixture
def day(desk: Desk) -> list[str]:
    """Offer the identifiers of a labelled day: the Iris, on each database."""
    ids = logged(desk, iris_frame())
    label(desk, ids, truth())
    desk.jobs.run()
    return ids
