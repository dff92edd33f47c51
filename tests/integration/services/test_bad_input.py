"""Hostile rows: times at the ends of the calendar, keys used twice, gigantic and odd strings."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, InvalidRows
from modeldesk.schema import LogPolicy, OddTimes
from tests.support.iris import ROW, iris_frame
from tests.support.ledger import Ledger

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
FIRST = datetime(1000, 1, 1, tzinfo=UTC)
LAST = datetime(8999, 12, 31, 23, 59, 59, tzinfo=UTC)
UTC_TIMES = pl.Datetime("us", "UTC")
BEYOND = 2**60
"""Microseconds since 1970: a time in the year 38,500, which polars can say and Python cannot."""
MODEL = "letters"


def write_to(desk: Desk) -> None:
    """Register a model with a text and a category, made elsewhere."""
    reference = pl.DataFrame(
        {
            "letter": [f"a letter of {number} words" for number in range(100)],
            "country": ["DE", "FR"] * 50,
            "answer": ["yes", "no"] * 50,
        }
    )
    desk.registry.register(MODEL, reference=reference, prediction="answer")


def counted_once(desk: Desk, model: str, rows: int) -> None:
    """Fail unless every count says so many rows, and the check is clean.

    Profiles of hours are not counted: those of long ago expire at once.
    """
    ledger = Ledger.of(desk, model)
    counts = (ledger.read, ledger.chunks, ledger.days, ledger.said)
    assert (counts, ledger.problems) == ((rows,) * 4, ())


def test_times_at_the_ends_of_the_calendar_are_logged_where_the_policy_accepts_them(
    desk: Desk,
) -> None:
    """They are counted, judged and read like any other."""
    desk.registry.set_policy("iris", LogPolicy(times=OddTimes.ACCEPT))
    times = [FIRST, NOW, LAST]
    batch = desk.predictor.predict("iris", [ROW] * 3, timestamps=times)
    table = iris_frame().head(3).with_columns(pl.Series("timestamp", times, dtype=UTC_TIMES))
    assert desk.backfill.log("iris", table).logged == 3
    counted_once(desk, "iris", 6)
    assert [desk.reader.prediction(p.prediction_id).time for p in batch.predictions] == times
    windows = desk.monitoring.drift("iris").windows
    assert [entry.window.start.year for entry in windows] == [1000, 2026, 8999]
    assert desk.reader.page("iris", start=NOW + timedelta(days=1)).frame.height == 2
    assert desk.overview.model("iris").predictions == 6


@pytest.mark.parametrize("when", [FIRST - timedelta(seconds=1), LAST + timedelta(seconds=1)])
def test_a_prediction_at_such_a_time_is_refused_under_every_policy(
    desk: Desk, when: datetime
) -> None:
    """Unless it is clamped; and what was refused does not hinder what comes after it."""
    for times in OddTimes:
        desk.registry.set_policy("iris", LogPolicy(times=times))
        if times is OddTimes.CLAMP:
            desk.predictor.predict("iris", [ROW], timestamps=[when])
        else:
            with pytest.raises(InvalidRows, match="out of range"):
                desk.predictor.predict("iris", [ROW], timestamps=[when])
    counted_once(desk, "iris", 1)


@pytest.mark.parametrize("times", OddTimes)
@pytest.mark.parametrize("far", [BEYOND, -BEYOND])
def test_times_beyond_the_calendar(desk: Desk, times: OddTimes, far: int) -> None:
    """Clamped they are logged, else they go to quarantine; the row beside them is logged."""
    desk.registry.set_policy("iris", LogPolicy(times=times))
    stamps = pl.Series("timestamp", [far, int(NOW.timestamp() * 1e6)]).cast(UTC_TIMES)
    done = desk.backfill.log("iris", iris_frame().head(2).with_columns(stamps))
    logged = 2 if times is OddTimes.CLAMP else 1
    assert (done.logged, done.quarantined) == (logged, 2 - logged)
    assert desk.backfill.quarantined("iris").count == 2 - logged
    counted_once(desk, "iris", logged)


@pytest.mark.parametrize("far", [BEYOND, -BEYOND])
def test_features_beyond_the_calendar_do_not_fit(desk: Desk, far: int) -> None:
    """They go to quarantine, so that the rows beside them can be read in every form."""
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 29)]
    reference = pl.DataFrame({"since": days, "day": days, "answer": ["yes", "no"] * 14})
    reference = reference.with_columns(pl.col("day").dt.date())
    desk.registry.register(MODEL, reference=reference, prediction="answer")
    odd = pl.DataFrame(
        {
            "since": pl.Series([far, 0, 0]).cast(UTC_TIMES),
            "day": pl.Series([0, far // 2**31, 0]).cast(pl.Int32).cast(pl.Date),
            "answer": ["no"] * 3,
        }
    )
    done = desk.backfill.log(MODEL, odd)
    assert (done.logged, done.quarantined) == (1, 2)
    assert sorted(reason.partition(":")[0] for reason in done.reasons) == ["day", "since"]
    (row,) = desk.reader.page(MODEL).frame.iter_rows(named=True)
    assert row["since"] == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_time_that_cannot_be_read_harms_no_other_row(desk: Desk) -> None:
    """Its row goes to quarantine; an odd time beside it is clamped all the same."""
    desk.registry.set_policy("iris", LogPolicy(times=OddTimes.CLAMP))
    stamps = ["soon", "2036-01-01T00:00:00Z", "2026-03-04T08:00:00Z", None]
    table = iris_frame().head(4).with_columns(pl.Series("timestamp", stamps))
    done = desk.backfill.log("iris", table)
    assert (done.logged, done.quarantined) == (2, 2)
    times = desk.reader.page("iris").frame["time"].to_list()
    assert sorted(times) == [NOW - timedelta(hours=1), NOW]


def test_a_key_that_is_used_twice_keeps_both_rows(desk: Desk) -> None:
    """In one table, in two, and beside a prediction made here: each row is counted once."""
    table = iris_frame().head(2).with_columns(pl.lit("order-1").alias("row_id"))
    for _ in range(2):
        desk.backfill.log("iris", table)
    (here,) = desk.predictor.predict("iris", [ROW], row_ids=["order-1"]).predictions
    found = desk.reader.by_row_id("iris", "order-1")
    assert len({row.prediction_id for row in found}) == 5
    assert found[-1] == here
    assert Ledger.of(desk).read == 5


def test_gigantic_strings_are_cut_and_the_rows_are_kept(desk: Desk) -> None:
    """In the log at the policy's length; as segment and as own key they are usable."""
    write_to(desk)
    desk.registry.set_policy(MODEL, LogPolicy(segment_by=("country",)))
    huge = "Ää😀" * 1_000_000
    table = pl.DataFrame(
        {"letter": [huge, "short"], "country": ["DE", huge], "answer": ["no", huge]}
    ).with_columns(pl.Series("row_id", ["1", huge[:100_000]]))
    assert desk.backfill.log(MODEL, table).logged == 2
    counted_once(desk, MODEL, 2)
    (first,) = desk.reader.by_row_id(MODEL, "1")
    assert first.inputs["letter"] == huge[:10_000]
    (second,) = desk.reader.by_row_id(MODEL, huge[:100_000])
    assert second.outputs["answer"] == huge[:10_000]
    names = desk.monitoring.segments(MODEL)
    assert sorted(map(len, names)) == [len("country=DE"), len("country=") + 100]
    for name in names:
        (entry,) = desk.monitoring.drift(MODEL, segment=name).windows
        assert entry.comparison.rows == 1


def test_a_gigantic_row_that_does_not_fit_is_cut_in_quarantine(desk: Desk) -> None:
    """What is kept of it says what it was."""
    table = iris_frame().head(1).with_columns(pl.lit("wide" * 1_000_000).alias("sepal_width_cm"))
    assert desk.backfill.log("iris", table).quarantined == 1
    (kept,) = desk.backfill.quarantined("iris").rows
    assert len(kept.row) == 100_000
    assert '"sepal_width_cm":"widewide' in kept.row


def test_a_gigantic_string_in_a_prediction_is_refused(desk: Desk) -> None:
    """Which field is wrong is said; the message itself is short."""
    with pytest.raises(InvalidRows, match="sepal_width_cm: wrong type") as told:
        desk.predictor.predict("iris", [{**ROW, "sepal_width_cm": "wide" * 1_000_000}])
    assert len(str(told.value)) < 1_000


def test_strings_that_databases_do_not_like_are_kept_as_they_are(desk: Desk) -> None:
    """NUL, quotes, controls: as value, key, segment and in quarantine; a flag must do without."""
    write_to(desk)
    desk.registry.set_policy(MODEL, LogPolicy(segment_by=("country",)))
    odd = "a\x00b'\"\\;--\x1f\u2028\ufffe"
    table = pl.DataFrame({"letter": [odd], "country": [odd], "answer": [odd], "row_id": [odd]})
    assert desk.backfill.log(MODEL, table, source="x").logged == 1
    counted_once(desk, MODEL, 1)
    (found,) = desk.reader.by_row_id(MODEL, odd)
    assert (found.row_id, found.inputs, found.outputs["answer"]) == (
        odd,
        {"letter": odd, "country": odd},
        odd,
    )
    (segment,) = desk.monitoring.segments(MODEL)
    assert len(desk.monitoring.drift(MODEL, segment=segment).windows) == 1
    (here,) = desk.predictor.predict("iris", [ROW], row_ids=[odd]).predictions
    assert desk.reader.by_row_id("iris", odd) == (here,)
    with pytest.raises(InvalidArgument, match="NUL"):
        desk.feedback.flag(here.prediction_id, reason="other", comment=odd)
    wrong = iris_frame().head(1).with_columns(pl.lit(odd).alias("sepal_width_cm"))
    assert desk.backfill.log("iris", wrong).quarantined == 1
    assert desk.backfill.quarantined("iris").count == 1


def test_values_that_json_cannot_say_go_to_quarantine_too(desk: Desk) -> None:
    """Whatever the other columns hold, the row that does not fit is kept."""
    wrong = (
        iris_frame()
        .head(1)
        .with_columns(
            pl.lit("wide").alias("sepal_width_cm"),
            pl.lit(2**100, dtype=pl.Int128).alias("big"),
            pl.lit(b"\xff\x00").alias("bytes"),
            pl.lit(BEYOND).cast(pl.Datetime("us")).alias("later"),
            pl.lit(BEYOND).cast(pl.Duration("us")).alias("long"),
            pl.Series("list", [[float("nan"), None]]),
            pl.struct(pl.lit(1).alias("a")).alias("struct"),
        )
    )
    assert desk.backfill.log("iris", wrong).quarantined == 1
    (kept,) = desk.backfill.quarantined("iris").rows
    assert '"sepal_width_cm":"wide"' in kept.row
