"""The log as Parquet folders that other tools read."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import fsspec
import polars as pl
import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import Conflict, InvalidArgument, NotFound, StoreUnavailable
from modeldesk.schema import LogPolicy
from modeldesk.services.export import Exported
from modeldesk.settings import Settings
from modeldesk.store import Compaction
from modeldesk.store.tables import chunks
from tests.support.iris import FEATURES, iris_frame
from tests.support.watcher import Watcher
from tests.support.wear import MODEL, NOON, flip, flowers, log_days, oldest_chunk, register


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    """Offer a desk with a registered model and rows on four days."""
    with Desk.open(settings, clock=FrozenClock(NOON)) as opened:
        register(opened)
        log_days(opened, 5, 0)
        yield opened


def test_rows_are_written_in_folders_of_days(desk: Desk, tmp_path: Path) -> None:
    """Each row is there once, under its day, with identifiers, time, inputs and outputs."""
    watcher = Watcher()
    done = desk.export.run(str(tmp_path / "out"), progress=watcher)
    assert done == Exported(url=str(tmp_path / "out"), rows=300, files=4, days=4, unreadable=0)
    assert watcher.steps == {"Exporting": (300, 300)}
    assert (tmp_path / "out/model=flowers/version=1/day=2026-03-04/part-00000.parquet").exists()
    frame = pl.read_parquet(tmp_path / "out/**/*.parquet", hive_partitioning=False)
    own = ["prediction_id", "version", "time", "row_id", "shadow_of", "label", "label_time"]
    assert frame.columns == [*own, *FEATURES, "class"]
    assert frame["prediction_id"].n_unique() == 300
    row = frame.row(by_predicate=pl.col("row_id") == "0304-7", named=True)
    found = desk.reader.prediction(row["prediction_id"])
    assert (found.time, found.row_id) == (row["time"], "0304-7")
    assert {**found.inputs, **found.outputs} == {name: row[name] for name in (*FEATURES, "class")}
    partitioned = pl.read_parquet(tmp_path / "out/**/*.parquet", hive_partitioning=True)
    assert partitioned.filter(pl.col("day") != pl.col("time").dt.date()).height == 0


def test_compacted_rows_keep_their_identifiers(desk: Desk, tmp_path: Path) -> None:
    """The same rows are written before and after chunks were merged."""
    desk.export.run(str(tmp_path / "before"))
    Compaction(desk.store).run(fewest=2)
    desk.export.run(str(tmp_path / "after"))
    one, two = (
        pl.read_parquet(tmp_path / name / "**/*.parquet").sort("prediction_id")
        for name in ("before", "after")
    )
    assert one.equals(two)


def test_a_range_of_a_model(desk: Desk, tmp_path: Path) -> None:
    """Only rows in the range, of the version asked for; other models are left out."""
    desk.registry.register("other", reference=iris_frame(), prediction="class")
    desk.backfill.log("other", flowers(NOON))
    start = NOON - timedelta(hours=1)
    url = str(tmp_path / "out")
    done = desk.export.run(url, name=MODEL, version=1, start=start, end=NOON)
    frame = pl.read_parquet(f"{url}/**/*.parquet")
    assert frame.height == done.rows == 6
    assert start <= frame["time"].min() <= frame["time"].max() < NOON  # type: ignore[operator]
    with pytest.raises(NotFound):
        desk.export.run(url, name="zebra")


def test_an_earlier_export_is_replaced_only_when_asked(desk: Desk, tmp_path: Path) -> None:
    """Otherwise a day could hold rows twice."""
    url = str(tmp_path / "out")
    desk.export.run(url)
    with pytest.raises(Conflict, match="already"):
        desk.export.run(url)
    assert desk.export.run(url, overwrite=True).rows == 300
    assert pl.read_parquet(f"{url}/**/*.parquet").height == 300


def test_any_file_system_will_do(desk: Desk, tmp_path: Path) -> None:
    """An object store works like a folder."""
    desk.export.run(f"memory://bucket{tmp_path}")
    files = fsspec.filesystem("memory").glob(f"/bucket{tmp_path}/**/*.parquet")
    assert len(files) == 4
    with pytest.raises(InvalidArgument, match="no place to write"):
        desk.export.run("nonsense://bucket")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        desk.export.run("/proc/predictions")


def test_hidden_columns_have_one_type(desk: Desk, tmp_path: Path) -> None:
    """Before and after the policy changed, a column's files fit together."""
    hidden = LogPolicy(hash=("sepal_width_cm",), drop=("petal_width_cm",))
    desk.registry.set_policy(MODEL, hidden)
    log_days(desk, 1)
    desk.export.run(str(tmp_path / "hidden"))
    frame = pl.read_parquet(tmp_path / "hidden/**/*.parquet")
    assert frame.schema["sepal_width_cm"] == pl.String
    assert frame["petal_width_cm"].null_count() == 150
    desk.registry.set_policy(MODEL, LogPolicy())
    desk.export.run(str(tmp_path / "shown"))
    frame = pl.read_parquet(tmp_path / "shown/**/*.parquet")
    assert frame.schema["sepal_width_cm"] == pl.Float64
    assert frame["sepal_width_cm"].null_count() == 150


def test_damaged_rows_are_left_out_and_told(desk: Desk, tmp_path: Path) -> None:
    """The others are written."""
    flip(desk.store, chunks, oldest_chunk(desk.store))
    done = desk.export.run(str(tmp_path / "out"))
    assert (done.rows, done.unreadable) == (150, 150)


@pytest.mark.parametrize(("seconds", "days", "files"), [(10, 15, 15), (2, 4, 6)])
def test_memory_stays_bounded(
    settings: Settings, tmp_path: Path, seconds: int, days: int, files: int
) -> None:
    """A file is written as soon as a day has enough rows, or all days together have."""
    times = (pl.int_range(120_000, eager=True) * seconds * 1_000_000).cast(pl.Duration("us"))
    frame = pl.DataFrame({"a": pl.int_range(120_000, eager=True) / 2, "class": ["x"] * 120_000})
    frame = frame.with_columns(timestamp=pl.lit(NOON - timedelta(days=20)) + times)
    with Desk.open(settings, clock=FrozenClock(NOON)) as desk:
        desk.registry.register(
            "wide", reference=frame.head(100).drop("timestamp"), prediction="class"
        )
        for _ in range(5):
            desk.backfill.log("wide", frame)
        done = desk.export.run(str(tmp_path / "out"), name="wide")
    assert done.rows == 600_000
    assert done.days == days
    assert done.files == files
