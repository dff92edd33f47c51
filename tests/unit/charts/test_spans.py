"""An axis of time has every place between the ends, and never more than fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from modeldesk.charts.spans import MOST_SPANS, place_of, spans_of
from modeldesk.schema import Granularity, Window

FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def day(offset: int) -> Window:
    """Return a day, counted from the first."""
    return Window.containing(FIRST + timedelta(days=offset), Granularity.DAY)


def hour(offset: int) -> Window:
    """Return an hour, counted from the first."""
    return Window.containing(FIRST + timedelta(hours=offset), Granularity.HOUR)


def test_days_without_traffic_have_a_place() -> None:
    """In any order, and each place follows the one before."""
    spans = spans_of([day(3), day(0)], Granularity.DAY)
    assert [span.label for span in spans] == ["1 Mar", "2 Mar", "3 Mar", "4 Mar"]
    assert all(one.end == two.start for one, two in pairwise(spans))
    assert spans[0].title == "Sun 2026-03-01"


def test_a_thousand_days_are_months() -> None:
    """Days that do not fit are weeks; weeks that do not are months."""
    for days, length in ((MOST_SPANS, 1), (MOST_SPANS + 1, 7), (600, 7), (1000, 31)):
        spans = spans_of([day(0), day(days - 1)], Granularity.DAY)
        assert len(spans) <= MOST_SPANS
        assert (spans[0].end - spans[0].start).days == length
        assert spans[0].start <= FIRST
        assert spans[-1].end > day(days - 1).start


def test_weeks_begin_on_mondays_and_months_on_their_first() -> None:
    """Wherever the range begins."""
    weeks = spans_of([day(0), day(200)], Granularity.DAY)
    assert {span.start.weekday() for span in weeks} == {0}
    months = spans_of([day(0), day(1200)], Granularity.DAY)
    assert {span.start.day for span in months} == {1}
    assert months[0].title == "March 2026"


def test_hours_are_hours_while_they_fit() -> None:
    """A month of hours is days."""
    assert len(spans_of([hour(0), hour(47)], Granularity.HOUR)) == 48
    assert spans_of([hour(5)], Granularity.HOUR)[0].label == "1 Mar 05h"
    assert len(spans_of([hour(0), hour(24 * 30 - 1)], Granularity.HOUR)) == 30


def test_of_more_months_than_fit_the_latest_are_kept() -> None:
    """A hundred years do not stop anybody."""
    spans = spans_of([day(0), day(36_500)], Granularity.DAY)
    assert len(spans) == MOST_SPANS
    assert place_of(spans, day(36_500).start) == MOST_SPANS - 1
    assert place_of(spans, FIRST) is None


def test_a_moment_has_the_place_that_it_lies_in() -> None:
    """The end belongs to the next."""
    spans = spans_of([day(0), day(2)], Granularity.DAY)
    assert place_of(spans, FIRST + timedelta(hours=23)) == 0
    assert place_of(spans, FIRST + timedelta(days=1)) == 1
    assert place_of(spans, FIRST + timedelta(days=3)) is None
    assert place_of(spans, FIRST - timedelta(seconds=1)) is None
    assert spans_of([], Granularity.DAY) == ()
