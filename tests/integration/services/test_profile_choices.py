"""Any profiles side by side: what a choice stands for, and how the chosen ones compare."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from modeldesk import profile
from modeldesk.desk import Desk
from modeldesk.drift import Status, compare
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.schema import LogPolicy
from modeldesk.services.profile_choices import ProfileChoice
from tests.support.iris import iris_frame, iris_model

TODAY = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
COLUMN = "sepal_length_cm"
REFERENCE = ProfileChoice(version=1)


def log_day(
    desk: Desk, ago: int, *, shift: float = 0.0, flowers: pl.DataFrame | None = None
) -> None:
    """Log the flowers so many days ago, and profile them."""
    frame = (iris_frame() if flowers is None else flowers).with_columns(
        pl.col(COLUMN) + shift, pl.lit(TODAY - timedelta(days=ago)).alias("timestamp")
    )
    scores = {f"probability_{name}": 1.0 for name in iris_frame()["class"].unique()}
    desk.backfill.log("iris", frame.with_columns(**{n: pl.lit(v) for n, v in scores.items()}))
    desk.rollup.run()


def days(first: int, last: int | None = None, *, segment: str = "") -> ProfileChoice:
    """Return a choice of days of March."""
    end = date(2026, 3, last) if last else None
    return ProfileChoice(version=1, first=date(2026, 3, first), last=end, segment=segment)


def test_a_choice_is_a_reference_a_day_or_days_together(desk: Desk) -> None:
    """With the rows of all of them."""
    for ago in range(3):
        log_day(desk, ago, shift=float(ago))
    assert desk.profiles.chosen("iris", REFERENCE).profile.rows == 150
    assert desk.profiles.chosen("iris", REFERENCE).days == 0
    day = desk.profiles.chosen("iris", days(3))
    assert (day.profile.rows, day.days) == (150, 1)
    values = iris_frame()[COLUMN]
    moments = day.profile.column(COLUMN).moments
    assert moments is not None
    assert moments.mean == pytest.approx(values.mean() + 1)  # type: ignore[operator]
    together = desk.profiles.chosen("iris", days(2, 4))
    assert (together.profile.rows, together.days) == (450, 3)
    moments = together.profile.column(COLUMN).moments
    assert moments is not None
    assert moments.maximum == pytest.approx(values.max() + 2)  # type: ignore[operator]
    assert desk.profiles.days("iris", 1) == tuple(date(2026, 3, day) for day in (2, 3, 4))


def test_days_without_traffic_are_a_profile_without_rows(desk: Desk) -> None:
    """Absence is no error: the fields lead to other days."""
    chosen = desk.profiles.chosen("iris", days(1, 2))
    assert (chosen.profile.rows, chosen.days) == (0, 0)
    report = desk.profiles.compare("iris", [REFERENCE, days(1)])
    (pair,) = report.pairs
    assert {each.verdict.status for each in pair.comparison.columns} == {Status.NOT_ENOUGH_DATA}


def test_each_profile_is_compared_with_those_before_it(desk: Desk) -> None:
    """As comparing the tables themselves does; what differs most comes first."""
    log_day(desk, 0, shift=3.0)
    log_day(desk, 1)
    report = desk.profiles.compare("iris", [REFERENCE, days(3), days(4)])
    assert [(pair.one, pair.other) for pair in report.pairs] == [(0, 1), (0, 2), (1, 2)]
    assert next(name for name in report.names if not name.startswith("probability")) == COLUMN
    flowers = iris_frame().select(COLUMN)
    alone = compare(profile(flowers + 3.0), profile(flowers)).column(COLUMN)
    found = dict(zip((0, 1, 2), report.compared(COLUMN), strict=True))
    assert found[1][1].distance == pytest.approx(alone.distance)
    assert found[1][1].verdict.status is Status.CHANGED
    assert found[0][1].verdict.status is Status.STABLE
    assert found[2][1].distance == pytest.approx(found[1][1].distance)
    bins = report.bins(COLUMN)
    assert bins.shares[0] == pytest.approx(bins.shares[1])
    assert bins.shares[2] != pytest.approx(bins.shares[0])


def test_segments_and_versions_can_be_chosen(desk: Desk) -> None:
    """A segment's rows only; another version's reference."""
    desk.registry.set_policy("iris", LogPolicy(segment_by=("class",)))
    log_day(desk, 0)
    few = iris_frame().head(60)
    desk.registry.publish(iris_model(), name="iris", reference=few, target="class")
    segment = "class=Iris-setosa"
    assert segment in desk.monitoring.segments("iris", version=1)
    report = desk.profiles.compare(
        "iris", [ProfileChoice(version=2), days(4), days(4, segment=segment)]
    )
    assert [each.profile.rows for each in report.chosen] == [60, 150, 50]
    with pytest.raises(NotFound, match="no segment 'class=tulip'"):
        desk.profiles.chosen("iris", days(4, segment="class=tulip"))
    with pytest.raises(NotFound):
        desk.profiles.chosen("iris", ProfileChoice(version=7))


def test_rows_that_arrive_later_are_in_the_profile_that_was_remembered(desk: Desk) -> None:
    """A day that grows is put together anew."""
    log_day(desk, 0)
    assert desk.profiles.chosen("iris", days(4)).profile.rows == 150
    log_day(desk, 0, flowers=iris_frame().head(10))
    assert desk.profiles.chosen("iris", days(4)).profile.rows == 160
    last = ProfileChoice(version=1, first=date.max)
    choices = [REFERENCE, days(4), days(1, 4), last]
    assert desk.profiles.rows("iris", choices) == (150, 160, 160, 0)


def test_what_cannot_be_shown_is_refused(desk: Desk) -> None:
    """None or too many profiles, days in the wrong order, years of them."""
    for choices in ([], [REFERENCE] * 4):
        with pytest.raises(InvalidArgument, match="side by side"):
            desk.profiles.compare("iris", choices)
    with pytest.raises(InvalidArgument, match="before it begins"):
        desk.profiles.chosen("iris", days(4, 2))
    years = ProfileChoice(version=1, first=date(2020, 1, 1), last=date(2026, 1, 1))
    with pytest.raises(InvalidArgument, match="at most 366 days"):
        desk.profiles.chosen("iris", years)


def test_the_day_that_is_shown_first_has_enough_rows(desk: Desk) -> None:
    """A day that has hardly begun tells nothing; where no day has enough, it is the latest."""
    assert desk.profiles.telling_day("iris", 1) is None
    log_day(desk, 2, flowers=iris_frame().head(3))
    log_day(desk, 1, flowers=iris_frame().head(5))
    assert desk.profiles.telling_day("iris", 1) == date(2026, 3, 3)
    log_day(desk, 3)
    log_day(desk, 0, flowers=iris_frame().head(1))
    assert desk.profiles.telling_day("iris", 1) == date(2026, 3, 1)
