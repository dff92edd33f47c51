"""An API over a real desk with the Iris classifier."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from modeldesk.api import create_api
from modeldesk.desk import Desk
from modeldesk.settings import Settings
from tests.support.iris import iris_frame, iris_model


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Offer settings for an empty SQLite database, small limits and a free port."""
    return Settings.load(
        home=tmp_path / "home",
        port=0,
        ui=False,
        max_body_bytes=200_000,
        max_rows=500,
        max_log_rows=1_000,
        keep_hourly_days=0,  # some rows carry fixed dates
    )


@pytest.fixture
def empty_desk(settings: Settings) -> Iterator[Desk]:
    """Offer a desk without a model."""
    with Desk.open(settings) as opened:
        yield opened


@pytest.fixture
def desk(empty_desk: Desk) -> Desk:
    """Offer a desk with the model ``iris``."""
    empty_desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    return empty_desk


@pytest.fixture
def api(empty_desk: Desk, settings: Settings) -> FastAPI:
    """Offer the API of that desk, whatever it has."""
    return create_api(empty_desk, settings)


@pytest.fixture
async def client(api: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Offer a client in this process; an exception that gets out fails the test."""
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8080/api/v1"
    ) as opened:
        yield opened
