"""Reading the log back: by own key and page by page, while it changes."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.drift import Status
from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.schema import LogPolicy
from modeldesk.services.reading import PredictionPage
from modeldesk.store import Compaction
from tests.support.iris import ROW, iris_frame, iris_model

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def send(desk: Desk, numbers: range, *, batch: int = 7) -> list[str]:
    """Log rows in batches, each with its number as own key; return the identifiers."""
    ids: list[str] = []
    for first in range(numbers.start, numbers.stop, batch):
        part = range(first, min(first + batch, numbers.stop))
        answer = desk.predictor.predict(
            "iris",
            [{**ROW, "sepal_width_cm": 2 + number / 1000} for number in part],
            timestamps=[NOW - timedelta(minutes=number) for number in part],
            row_ids=[f"order-{number}" for number in part],
        )
        ids += [found.prediction_id for found in answer.predictions]
    return ids


def all_pages(desk: Desk, limit: int) -> list[PredictionPage]:
    """Read the log to its end."""
    pages = [desk.reader.page("iris", limit=limit)]
    while pages[-1].cursor is not None:
        pages.append(desk.reader.page("iris", cursor=pages[-1].cursor, limit=limit))
    return pages


def test_pages_together_give_every_row_once(desk: Desk) -> None:
    """In the reverse order of logging, before and after compaction."""
    ids = send(desk, range(200))
    for _ in range(2):
        pages = all_pages(desk, limit=33)
        found = [found for page in pages for found in page.frame["prediction_id"]]
        assert sorted(found) == sorted(ids)
        assert [page.frame.height for page in pages] == [33] * 6 + [2]
        desk.jobs.run()
        Compaction(desk.store).run(fewest=2)


def test_pages_stay_when_rows_are_added_and_merged_meanwhile(desk: Desk) -> None:
    """What follows a cursor is the same, whatever happened since."""
    ids = send(desk, range(100))
    first = desk.reader.page("iris", limit=40)
    send(desk, range(100, 150))
    desk.jobs.run()
    Compaction(desk.store).run(fewest=2)
    rest = desk.reader.page("iris", cursor=first.cursor, limit=100)
    assert rest.cursor is None
    found = [*first.frame["prediction_id"], *rest.frame["prediction_id"]]
    assert sorted(found) == sorted(ids)


def test_a_page_has_the_columns_of_the_signature(desk: Desk) -> None:
    """Identifier, version, time, own key and whose shadow, then inputs and outputs, typed."""
    send(desk, range(3))
    signature = desk.registry.version("iris").signature
    frame = desk.reader.page("iris").frame
    assert frame.columns[:5] == ["prediction_id", "version", "time", "row_id", "shadow_of"]
    assert frame.columns[5:] == [column.name for column in signature.columns]
    assert frame.schema["sepal_width_cm"] == pl.Float64
    empty = desk.reader.page("iris", start=NOW + timedelta(days=1))
    assert (empty.frame.schema, empty.frame.height) == (frame.schema, 0)


def test_rows_are_chosen_by_time_version_and_value(desk: Desk) -> None:
    """Filters combine; a column that was hidden matches nothing."""
    send(desk, range(10))
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    desk.predictor.predict("iris", [ROW], version=2)
    assert desk.reader.page("iris", version=2).frame.height == 1
    assert desk.reader.page("iris", version=1).frame.height == 10
    within = desk.reader.page("iris", start=NOW - timedelta(minutes=4), end=NOW)
    assert within.frame["row_id"].to_list() == [f"order-{n}" for n in (4, 3, 2, 1)]
    chosen = desk.reader.page("iris", where={"sepal_width_cm": "2.003"})
    assert chosen.frame["row_id"].to_list() == ["order-3"]
    desk.registry.set_policy("iris", LogPolicy(drop=("sepal_width_cm",)))
    (hidden,) = desk.predictor.predict("iris", [ROW]).predictions
    assert desk.reader.page("iris", limit=1).frame["sepal_width_cm"].to_list() == [None]
    matching = desk.reader.page("iris", where={"sepal_width_cm": "3.3"}).frame
    assert hidden.prediction_id not in matching["prediction_id"]


def test_rows_are_chosen_by_the_verdict_of_their_day(desk: Desk) -> None:
    """The rows of a changed day are one call away; the other days' are left out."""
    scores = {f"probability_{name}": 1.0 for name in iris_frame()["class"].unique()}
    # The constant scores are far from the reference's, but scores are not watched.
    for day, shift in enumerate((0.0, 3.0, 0.0)):
        rows = iris_frame().with_columns(
            pl.col("sepal_width_cm") + shift,
            pl.lit(NOW - timedelta(days=day)).alias("timestamp"),
            **{name: pl.lit(score) for name, score in scores.items()},
        )
        desk.backfill.log("iris", rows)
    desk.rollup.run()
    changed = desk.reader.page("iris", verdict=Status.CHANGED, limit=1000).frame
    assert changed["time"].unique().to_list() == [NOW - timedelta(days=1)]
    assert changed.height == 150
    assert desk.reader.page("iris", verdict=Status.STABLE, limit=1000).frame.height == 300
    nothing = desk.reader.page("iris", verdict=Status.NOT_ENOUGH_DATA)
    assert (nothing.frame.height, nothing.cursor) == (0, None)
    stable_then = desk.reader.page(
        "iris", verdict=Status.STABLE, start=NOW - timedelta(days=1, hours=1), limit=1000
    )
    assert stable_then.frame.height == 150


def test_rows_are_found_by_the_callers_own_key(desk: Desk) -> None:
    """All that were logged with it, oldest first."""
    ids = send(desk, range(20))
    again = send(desk, range(5, 6))
    found = desk.reader.by_row_id("iris", "order-5")
    assert [row.prediction_id for row in found] == [ids[5], *again]
    assert found[0].inputs["sepal_width_cm"] == 2.005
    assert desk.reader.by_row_id("iris", "order-99") == ()


def test_what_is_asked_wrongly_is_refused(desk: Desk) -> None:
    """Limit, cursor and column are checked."""
    with pytest.raises(InvalidArgument, match="1 to 10000 rows"):
        desk.reader.page("iris", limit=0)
    with pytest.raises(InvalidArgument, match="no cursor"):
        desk.reader.page("iris", cursor="next")
    with pytest.raises(NotFound, match="Known columns"):
        desk.reader.page("iris", where={"colour": "red"})
