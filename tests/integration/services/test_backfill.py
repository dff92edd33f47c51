"""Predictions made elsewhere: logged, profiled, and what does not fit kept aside."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.desk import Desk
from modeldesk.errors import Conflict, InvalidData, NotFound, UnsupportedModel
from modeldesk.schema import LogPolicy, OddTimes
from modeldesk.store import Quarantine, Store
from tests.support.iris import ROW, iris_frame

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def table() -> pl.DataFrame:
    """Offer the reference rows with times over two days and keys."""
    times = [NOW - timedelta(minutes=10 * row) for row in range(150)]
    keys = [f"order-{row}" for row in range(150)]
    return iris_frame().with_columns(pl.Series("timestamp", times), pl.Series("row_id", keys))


def test_a_table_is_logged_with_its_times_and_keys(desk: Desk, table: pl.DataFrame) -> None:
    """Each row is found by its key, and counted in the window of its time."""
    done = desk.backfill.log("iris", table)
    assert (done.logged, done.quarantined, done.ignored) == (150, 0, ())
    (found,) = desk.reader.by_row_id("iris", "order-7")
    assert found.time == NOW - timedelta(minutes=70)
    assert found.outputs["class"] == table["class"][7]
    assert found.outputs["probability_Iris-setosa"] is None
    assert desk.jobs.run() == 150
    days = desk.monitoring.drift("iris").windows
    assert sum(day.comparison.rows for day in days) == 150
    assert len(days) == 2


def test_rows_that_do_not_fit_are_kept_with_the_reason(desk: Desk, table: pl.DataFrame) -> None:
    """The others are logged; the reasons are counted, and the rows can be looked at."""
    wrong = table.head(5).with_columns(
        pl.Series("sepal_width_cm", ["3.5", "wide", "", None, "inf"]),
        pl.Series("extra", range(5)),
    )
    done = desk.backfill.log("iris", wrong, source="orders.csv")
    assert (done.logged, done.quarantined, done.ignored) == (1, 4, ("extra",))
    (reason,) = done.reasons
    assert reason == "sepal_width_cm: expected a number, such as 2 to 4.4"
    assert done.reasons[reason] == 4
    quarantine = Quarantine(desk.store)
    assert quarantine.count("iris") == 4
    latest = quarantine.list("iris", limit=10)[0]
    assert (latest.source, latest.reason, latest.version) == ("orders.csv", reason, 1)
    assert '"sepal_width_cm":"inf"' in latest.row


def test_numbers_as_text_and_whole_numbers_as_floats_fit(desk: Desk, table: pl.DataFrame) -> None:
    """What a CSV file makes of a column does not matter."""
    texts = table.with_columns(pl.col(pl.Float64).cast(pl.String))
    assert desk.backfill.log("iris", texts).logged == 150


def test_rows_at_odd_times_follow_the_policy(desk: Desk, table: pl.DataFrame) -> None:
    """Refused rows go to quarantine; clamped ones are logged at the edge."""
    odd = table.head(3).with_columns(
        pl.Series("timestamp", ["2026-03-04T08:00:00Z", "2036-01-01T00:00:00Z", "soon"])
    )
    done = desk.backfill.log("iris", odd)
    assert (done.logged, done.quarantined) == (1, 2)
    assert list(done.reasons) == ["time: missing, unreadable or out of range"]
    desk.registry.set_policy("iris", LogPolicy(times=OddTimes.CLAMP))
    assert desk.backfill.log("iris", odd.head(2)).logged == 2
    desk.registry.set_policy("iris", LogPolicy(times=OddTimes.ACCEPT))
    assert desk.backfill.log("iris", odd).logged == 2


def test_times_without_a_zone_are_utc_and_without_times_it_is_now(
    desk: Desk, table: pl.DataFrame
) -> None:
    """Naive times are read as UTC; a table without times gets the clock's."""
    naive = table.head(1).with_columns(pl.col("timestamp").dt.replace_time_zone(None))
    desk.backfill.log("iris", naive)
    assert desk.reader.by_row_id("iris", "order-0")[0].time == NOW
    desk.backfill.log("iris", table.head(1).drop("timestamp").with_columns(row_id=pl.lit("x")))
    assert desk.reader.by_row_id("iris", "x")[0].time == NOW


def test_columns_can_be_named(desk: Desk, table: pl.DataFrame) -> None:
    """Time and key may have any name; a wrong one is said so."""
    renamed = table.rename({"timestamp": "sold_at", "row_id": "order"})
    done = desk.backfill.log("iris", renamed, time="sold_at", row_id="order")
    assert (done.logged, done.ignored) == (150, ())
    for wrong in ({"time": "when"}, {"row_id": "who"}):
        with pytest.raises(InvalidData, match="which was named as"):
            desk.backfill.log("iris", table, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidData, match="cannot be read as times"):
        desk.backfill.log("iris", table, time="sepal_width_cm")


def test_a_table_without_a_needed_column_is_refused(desk: Desk, table: pl.DataFrame) -> None:
    """All missing columns are named, and nothing is logged."""
    with pytest.raises(InvalidData, match="lacks the columns sepal_width_cm, class"):
        desk.backfill.log("iris", table.drop("sepal_width_cm", "class"))
    assert desk.overview.model("iris").predictions == 0


def test_a_model_that_is_served_elsewhere_is_registered_and_logged(desk: Desk) -> None:
    """Its traffic is profiled and judged like any other's; it cannot be asked here."""
    frame = iris_frame().with_columns(pl.lit(0.9).alias("p_setosa"))
    version = desk.registry.register(
        "elsewhere", reference=frame, prediction="class", scores={"p_setosa": "Iris-setosa"}
    )
    assert version.flavor == "external"
    assert version.signature.prediction.name == "class"
    assert [score.label for score in version.signature.scores] == ["Iris-setosa"]
    done = desk.backfill.log("elsewhere", frame.with_columns(pl.col("sepal_width_cm") * 3))
    assert done.logged == 150
    desk.jobs.run()
    assert [alert.column for alert in desk.monitoring.alerts("elsewhere")] == ["sepal_width_cm"]
    with pytest.raises(UnsupportedModel, match="served elsewhere"):
        desk.predictor.predict("elsewhere", [ROW])
    with pytest.raises(InvalidData, match="no column 'species'"):
        desk.registry.register("x", reference=frame, prediction="species")
    with pytest.raises(InvalidData, match="no rows"):
        desk.registry.register("x", reference=frame.clear(), prediction="class")


def test_logging_for_an_unknown_model_is_refused(desk: Desk, table: pl.DataFrame) -> None:
    """The error names the known ones."""
    with pytest.raises(NotFound, match="Known models"):
        desk.backfill.log("zebra", table)


@contextmanager
def refused(store: Store, condition: str) -> Iterator[None]:
    """Have the database refuse chunks, for a while."""
    if store.is_sqlite:
        begin = (
            f"create trigger refused before insert on chunks when new.{condition} "
            "begin select raise(abort, 'refused'); end"
        )
        end = "drop trigger refused"
    else:
        begin = f"alter table chunks add constraint refused check (not {condition}) not valid"
        end = "alter table chunks drop constraint refused"
    with store.writing() as connection:
        connection.execute(sa.text(begin))
    yield
    with store.writing() as connection:
        connection.execute(sa.text(end))


def test_a_part_that_fails_says_how_many_rows_came_before(desk: Desk, table: pl.DataFrame) -> None:
    """Those stay; rows that did not fit are kept aside only by the attempt that succeeds."""
    texts = table.drop("row_id").cast({"sepal_width_cm": pl.String})
    wrong = texts.head(2).with_columns(pl.lit("wide").alias("sepal_width_cm"))
    large = pl.concat([*[texts] * 400, wrong])
    with refused(desk.store, "rows > 10000"), pytest.raises(Conflict) as nothing:
        desk.backfill.log("iris", large)
    assert "logged before" not in nothing.value.message
    assert desk.overview.model("iris").predictions == 0
    with (
        refused(desk.store, "rows = 10000"),
        pytest.raises(Conflict, match=r"50,000 rows were logged before that; they stay\."),
    ):
        desk.backfill.log("iris", large)
    assert desk.overview.model("iris").predictions == 50_000
    assert desk.backfill.quarantined("iris").count == 0
    done = desk.backfill.log("iris", large)
    assert (done.logged, done.quarantined) == (60_000, 2)
    assert desk.backfill.quarantined("iris").count == 2
