"""What all acceptance tests share."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browser import PATIENCE_MS


@pytest.fixture(autouse=True, scope="session")
def _patient_expectations() -> None:
    """Wait as long for what a page must show as for what it must offer to click."""
    expect.set_options(timeout=PATIENCE_MS)
