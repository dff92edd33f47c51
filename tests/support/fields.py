"""Fields of pages, used as a person does."""

import re

from playwright.sync_api import Page, expect


def choose(page: Page, field: str, option: str | re.Pattern[str]) -> None:
    """Pick an option of a field, and wait until its list is gone: it gives the focus back then."""
    page.get_by_test_id(field).click()
    page.get_by_role("option", name=option, exact=isinstance(option, str)).click()
    expect(page.get_by_role("listbox")).to_have_count(0)
