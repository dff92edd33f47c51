"""The fixtures that all tests share; what they do lies in `tests/support/`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import hypothesis
import pytest
import structlog

from tests.support.browser import BrowserRecord, guarded_page, launched_chromium
from tests.support.measuring import measured_servers
from tests.support.postgres import PostgresServer, throwaway_database, throwaway_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

# One thread for linear algebra, unless somebody says otherwise: tests run beside each other, and
# threads that wait for each other on a busy core made a fit of small matrices take five times as
# long. Libraries read it when they are loaded, which is after this file.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A shared machine may be slow at any moment: no deadline per example. In continuous integration
# the examples are the same in every run, elsewhere each run looks for new ones.
hypothesis.settings.register_profile(
    "modeldesk", deadline=None, derandomize=os.environ.get("CI") == "true"
)
hypothesis.settings.load_profile("modeldesk")


@pytest.fixture(autouse=True)
def fresh_log() -> Iterator[None]:
    """Undo what a command set up for logging: its streams are closed when it ends."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Offer a PostgreSQL server of this test run's own."""
    with throwaway_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """Offer the SQLAlchemy URL of that server's maintenance database."""
    return postgres_server.url("postgres")


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """Offer the SQLAlchemy URL of a new, empty database."""
    with throwaway_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Offer headless Chromium.

    One per module, not per session: while Playwright's synchronous interface is open, its event
    loop counts as running, and no asynchronous test can run in the same process.
    """
    with measured_servers(), launched_chromium() as browser:
        yield browser


@pytest.fixture
def browser_record() -> BrowserRecord:
    """Offer the record of what went wrong in `browser_page`."""
    return BrowserRecord()


@pytest.fixture
def browser_page(chromium: Browser, browser_record: BrowserRecord) -> Iterator[Page]:
    """Offer a fresh page; errors and requests that leave this machine fail the test."""
    with guarded_page(chromium, browser_record) as page:
        yield page
