"""Fields of pages, used as a person does."""

import re

from playwright.sync_api import Page, expect

_MOVES_MS = 400
"""A list is gone a little before it gives the focus back: what is typed meanwhile goes there."""


def choose(page: Page, field: str, option: str | re.Pattern[str]) -> None:
    """Pick an option of a field, and go on as soon as a person would."""
    page.get_by_test_id(field).click()
    page.get_by_role("option", name=option, exact=isinstance(option, str)).click()
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.wait_for_timeout(_MOVES_MS)
