"""Times as the server writes them, before a browser puts them into its zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from modeldesk.ui.moments import Precision, moment_fields, since_fields, written

KOLKATA = timezone(timedelta(hours=5, minutes=30))
AT = datetime(2026, 3, 9, 2, 5, 12, tzinfo=KOLKATA)


def test_a_moment_is_written_in_utc() -> None:
    """Whatever zone it comes in; as precisely as is asked for."""
    assert written(AT) == "2026-03-08 20:35"
    assert written(AT, Precision.SECOND) == "2026-03-08 20:35:12"
    assert written(AT, Precision.DAY) == "2026-03-08"


def test_a_row_of_a_table_says_which_moment_it_means() -> None:
    """In words, for machines, and in UTC on hover."""
    assert moment_fields(AT.astimezone(UTC)) == {
        "time": "2026-03-08 20:35",
        "iso": "2026-03-08T20:35:12.000Z",
        "utc": "2026-03-08 20:35:12 UTC",
    }


def test_how_long_ago_something_was_says_when() -> None:
    """And what never was has no moment."""
    at = AT.astimezone(UTC)
    assert since_fields(at, at + timedelta(hours=3)) == {
        "when": "3 hours ago",
        "iso": "2026-03-08T20:35:12.000Z",
        "utc": "2026-03-08 20:35:12 UTC",
    }
    assert since_fields(None, at) == {"when": "never", "iso": None, "utc": None}
