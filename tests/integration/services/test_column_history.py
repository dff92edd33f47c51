"""One column over time: every window of a range, and several together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.drift import Status, Thresholds
from modeldesk.errors import NotFound
from modeldesk.schema import Granularity, LogPolicy
from tests.support.iris import iris_frame

TODAY = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
COLUMN = "sepal_length_cm"


def log_days(desk: Desk, days: int, *, shift: float = 0.0) -> None:
    """Log the flowers on each of the last days, each day shifted, and profile them."""
    for ago in range(days):
        flowers = iris_frame().with_columns(
            pl.col(COLUMN) + shift * ago, pl.lit(TODAY - timedelta(days=ago)).alias("timestamp")
        )
        scores = {f"probability_{name}": 1.0 for name in flowers["class"].unique()}
        desk.backfill.log("iris", flowers.with_columns(**{n: pl.lit(v) for n, v in scores.items()}))
    desk.rollup.run()


def test_each_window_has_the_columns_own_numbers(desk: Desk) -> None:
    """Oldest first; the median is that of the day's values."""
    log_days(desk, 3, shift=1.0)
    history = desk.columns.of("iris", COLUMN)
    assert [each.window.start.day for each in history.windows] == [2, 3, 4]
    values = iris_frame()[COLUMN].to_numpy()
    for ago, each in zip((2, 1, 0), history.windows, strict=True):
        assert each.profile is not None
        assert each.profile.quantiles is not None
        median = np.quantile(values + ago, 0.5, method="inverted_cdf")
        assert each.profile.quantiles.quantiles([0.5])[0] == pytest.approx(median)
    assert history.reference.rows == len(values)
    assert history.thresholds == Thresholds()


def test_only_windows_of_the_range_are_read(desk: Desk) -> None:
    """A range has a beginning, an end, and a granularity."""
    log_days(desk, 4)
    first = datetime(2026, 3, 2, tzinfo=UTC)
    last = datetime(2026, 3, 4, tzinfo=UTC)
    found = desk.columns.of("iris", COLUMN, start=first, end=last).windows
    assert [each.window.start.day for each in found] == [2, 3]
    hours = desk.columns.of("iris", COLUMN, granularity=Granularity.HOUR, start=first).windows
    assert [each.window.start.hour for each in hours] == [9, 9, 9]
    assert desk.columns.of("iris", COLUMN, start=TODAY + timedelta(days=1)).windows == ()


def test_more_windows_than_are_read_at_once_are_all_there(desk: Desk) -> None:
    """Each once, in order."""
    log_days(desk, 105)
    found = desk.columns.of("iris", COLUMN).windows
    starts = [each.window.start for each in found]
    assert len(starts) == 105
    assert starts == sorted(set(starts))


def test_windows_together_are_the_profile_of_all_their_rows(desk: Desk) -> None:
    """And are judged like one window, by themselves."""
    log_days(desk, 3, shift=2.0)
    history = desk.columns.of("iris", COLUMN)
    start = datetime(2026, 3, 2, tzinfo=UTC)
    together = history.together(start, start + timedelta(days=2))
    assert together is not None
    assert together.rows == 300
    values = iris_frame()[COLUMN].to_numpy()
    both = np.concatenate([values + 4, values + 2])
    assert together.moments is not None
    assert together.moments.mean == pytest.approx(both.mean())
    verdict = desk.columns.compared(history, together).verdict
    assert verdict.status is Status.CHANGED
    same = desk.columns.compared(history, history.reference).verdict
    assert same.status is Status.STABLE
    assert history.together(start - timedelta(days=9), start) is None


def test_distributions_are_on_common_bins(desk: Desk) -> None:
    """Without rows only the reference is drawn."""
    log_days(desk, 1, shift=0.0)
    history = desk.columns.of("iris", COLUMN)
    drawn = history.overlay(history.windows[0].profile)
    assert drawn.current == pytest.approx(drawn.reference)
    assert sum(history.overlay(None).current) == 0


def test_different_values_are_told_of_the_columns_that_are_asked_for(desk: Desk) -> None:
    """About as many as there are."""
    log_days(desk, 2)
    found = desk.columns.distinct("iris", [COLUMN, "class"])
    assert [each.window.start.day for each in found] == [3, 4]
    flowers = iris_frame()
    for each in found:
        assert set(each.distinct) == {COLUMN, "class"}
        assert each.distinct[COLUMN] == pytest.approx(flowers[COLUMN].n_unique(), rel=0.02)
        assert each.distinct["class"] == pytest.approx(3, rel=0.01)


def test_a_segment_has_a_history_of_its_own(desk: Desk) -> None:
    """Of its rows only."""
    desk.registry.set_policy("iris", LogPolicy(segment_by=("class",)))
    log_days(desk, 1)
    (name, *_) = desk.monitoring.segments("iris")
    (window,) = desk.columns.of("iris", COLUMN, segment=name).windows
    assert window.profile is not None
    assert window.profile.rows == 50


def test_an_unknown_column_is_refused(desk: Desk) -> None:
    """The error names the known ones."""
    with pytest.raises(NotFound, match="no column 'height'") as caught:
        desk.columns.of("iris", "height")
    assert COLUMN in caught.value.hint
