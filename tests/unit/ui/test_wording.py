"""Times and verdicts in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from modeldesk.drift import Status
from modeldesk.ui.stylesheet import stylesheet
from modeldesk.ui.wording import ago, plain, utc, verdict_words

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=60), "60 days ago"),
        (timedelta(days=61), "2025-12-30"),
        (timedelta(days=-3), "2026-03-04"),
    ],
)
def test_how_long_ago_something_was(before: timedelta, words: str) -> None:
    """Old times and times in the future are named by their day."""
    assert ago(NOW - before, NOW) == words


def test_a_time_that_never_was() -> None:
    """No prediction yet: never, without a time."""
    assert ago(None, NOW) == "never"
    assert utc(None) == "—"


def test_a_moment_is_written_in_utc() -> None:
    """Values of datetime columns too."""
    assert plain(NOW) == "2026-03-01 12:00:00 UTC"


def test_what_needs_attention_is_most_urgent() -> None:
    """Changed, unsure, without traffic, stable, not compared; each with icon and word."""
    order = [Status.CHANGED, Status.NOT_ENOUGH_DATA, None, Status.STABLE, Status.NOT_COMPARED]
    found = [verdict_words(status) for status in order]
    assert [words.urgency for words in found] == [0, 1, 2, 3, 4]
    assert len({words.icon for words in found}) == 5
    assert len({words.word for words in found}) == 5
    assert {status for status in order if status is not None} == set(Status)


def test_the_style_sheet_needs_nothing_from_elsewhere() -> None:
    """No import, no font and no picture from another host."""
    style = stylesheet()
    assert "@import" not in style
    assert "url(" not in style
    assert "body.body--dark {--md-dark" not in style
