"""Labels: written, joined to a million predictions, corrected by own keys, and read back.

Everything goes through the desk's public services, on an embedded SQLite and on a PostgreSQL
server of this run's own (which, as everywhere in the tests, leaves syncing to the operating
system). The predictions have five columns and an own key each; they are logged, profiled and
merged before the clock starts.

- *written*: labels whose predictions are found already, written with everything that follows
  from them: history, counts of hours, days that are due, delays.
- *by identifier*: `desk.labelling.label` of one table with a label for every prediction, from the
  table to the last commit. *Joined* is the part of it that finds the predictions.
- *sent again*: the same table once more, of which nothing is written.
- *by own key*: one table with another label for every prediction: all of them are corrections.
- *single*: one label a call, the median, its prediction among tens of thousands in its chunk.
- *a chunk's labels*: the present labels of 50,000 predictions.
- *bytes*: what the labels take in the database with their indexes, each.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from modeldesk.desk import Desk
from modeldesk.services.labelling import Labelled
from modeldesk.services.reading import IDENTIFIER, numbered
from modeldesk.settings import Settings
from modeldesk.store import ROW_ID, ChunkLog, LabelRecords, identified, size_of, vacuum

sys.path.insert(0, str(Path(__file__).parents[1]))  # where the script is run by its path

from benchmarks.measuring.report import heading, table
from tests.support.postgres import throwaway_database, throwaway_server

ROWS, QUICK_ROWS = 1_000_000, 100_000
DAYS = 30
SINGLES = 50
CHUNK = 50_000
AT_ONCE = 20_000
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured on one database: labels a second, and milliseconds."""

    written: float
    by_id: float
    joined: float
    again: float
    by_key: float
    single_ms: float
    chunk_ms: float
    bytes_each: float


def main() -> None:
    """Measure both databases, print the table and the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a tenth of the rows")
    rows = QUICK_ROWS if arguments.parse_args().quick else ROWS
    heading("Labels", "polars", "sqlalchemy")
    found: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder, _postgres() as url:
        for name, database in (("SQLite", None), ("PostgreSQL", url)):
            settings = Settings.load(home=Path(folder) / name, database_url=database)
            with Desk.open(settings) as desk:
                found[name] = _measured(desk, rows)
    _tell(found, rows)


def _measured(desk: Desk, rows: int) -> Figures:
    ids = _logged(desk, "people", rows)
    before = _size(desk)
    chance = np.random.default_rng(1)
    order = chance.permutation(rows)
    first = pl.DataFrame({"prediction_id": ids[order], "label": chance.normal(size=rows)})
    seconds = _seconds(lambda: _checked(desk.labelling.label("people", first), new=rows))
    bytes_each = (_size(desk) - before) / rows
    model_id = desk.registry.record("people").model_id
    records = LabelRecords(desk.store)
    asked = _asked(first)
    joined = _seconds(lambda: records.match(model_id, asked))
    again = _seconds(lambda: _checked(desk.labelling.label("people", first), unchanged=rows))
    keys = [f"order-{number}" for number in order]
    other = pl.DataFrame({"row_id": keys, "label": chance.normal(size=rows)})
    by_key = _seconds(lambda: _checked(desk.labelling.label("people", other), corrected=rows))
    singles = [
        _seconds(partial(desk.labelling.label, "people", _one(ids[int(number)])))
        for number in chance.integers(rows, size=SINGLES)
    ]
    places = pl.DataFrame(list(identified(ids[:CHUNK])))
    return Figures(
        written=_written(desk, rows),
        by_id=rows / seconds,
        joined=rows / joined,
        again=rows / again,
        by_key=rows / by_key,
        single_ms=median(singles) * 1e3,
        chunk_ms=min(_seconds(lambda: records.present(places)) for _ in range(3)) * 1e3,
        bytes_each=bytes_each,
    )


def _written(desk: Desk, rows: int) -> float:
    """Return labels a second that are written where their predictions are found already."""
    ids = _logged(desk, "others", rows)
    record = desk.registry.record("others")
    records = LabelRecords(desk.store)
    labels = pl.DataFrame({"prediction_id": ids, "label": np.arange(rows, dtype=np.float64)})
    some = _asked(labels).with_columns(
        pl.lit(int(NOW.timestamp() * 1e6)).alias("time"),
        pl.lit("benchmark").alias("source"),
        labels["label"].cast(pl.String).alias("value"),
    )
    matches = records.match(record.model_id, some)
    parts = [
        (part, type(matches)(frame=about, looked_into=looked))
        for part, about, looked in zip(
            some.iter_slices(AT_ONCE),
            matches.frame.sort("position").iter_slices(AT_ONCE),
            matches.looked_into.sort("position").iter_slices(AT_ONCE),
            strict=True,
        )
    ]

    def write() -> None:
        for part, about in parts:
            records.write(record.model_id, part, about, now=NOW)

    return rows / _seconds(write)


def _logged(desk: Desk, name: str, rows: int) -> pl.Series:
    """Log predictions of a new model; return their identifiers in the order of their keys."""
    chance = np.random.default_rng(7)
    span = timedelta(days=DAYS) / rows
    frame = pl.DataFrame(
        {f"f_{number}": chance.normal(size=rows) for number in range(4)}
        | {"prediction": chance.normal(size=rows)}
        | {"row_id": [f"order-{number}" for number in range(rows)]}
    ).with_columns(
        (pl.lit(NOW - timedelta(days=DAYS)) + span * pl.int_range(pl.len())).alias("timestamp")
    )
    reference = frame.drop("row_id", "timestamp").head(1_000)
    desk.registry.register(name, reference=reference, prediction="prediction")
    for part in frame.iter_slices(250_000):
        desk.backfill.log(name, part)
    desk.rollup.run()
    number = pl.col(ROW_ID).str.strip_prefix("order-").cast(pl.Int64)
    version_id = desk.registry.record(name).version_id
    return pl.concat(
        numbered(chunk, 1).select(IDENTIFIER, number.alias("number"))
        for chunk in ChunkLog(desk.store).latest([version_id])
    ).sort("number")["prediction_id"]


def _asked(labels: pl.DataFrame) -> pl.DataFrame:
    ids = labels["prediction_id"]
    return pl.DataFrame(
        {
            "position": pl.int_range(len(ids), eager=True),
            "own": pl.repeat(value=False, n=len(ids), eager=True),
            "name": ids,
            "hash": pl.repeat(0, len(ids), dtype=pl.Int64, eager=True),
        }
    ).with_columns(identified(ids))


def _one(prediction_id: str) -> pl.DataFrame:
    return pl.DataFrame({"prediction_id": [prediction_id], "label": [0.5]})


def _checked(done: Labelled, *, new: int = 0, corrected: int = 0, unchanged: int = 0) -> None:
    found = (done.new, done.corrected, done.unchanged)
    if found != (new, corrected, unchanged):
        message = f"Expected {(new, corrected, unchanged)} labels, found {found}."
        raise AssertionError(message)


def _size(desk: Desk) -> int:
    vacuum(desk.store)
    return size_of(desk.store)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def _postgres() -> Iterator[str]:
    with throwaway_server() as server, throwaway_database(server) as url:
        yield url


def _tell(found: dict[str, Figures], rows: int) -> None:
    lines: tuple[tuple[str, Callable[[Figures], str]], ...] = (
        ("written, labels/s", lambda it: f"{it.written:,.0f}"),
        ("by identifier, labels/s", lambda it: f"{it.by_id:,.0f}"),
        ("of it joined, labels/s", lambda it: f"{it.joined:,.0f}"),
        ("sent again, labels/s", lambda it: f"{it.again:,.0f}"),
        ("corrections by own key, labels/s", lambda it: f"{it.by_key:,.0f}"),
        ("a single label, ms", lambda it: f"{it.single_ms:.1f}"),
        (f"labels of {CHUNK:,} predictions, ms", lambda it: f"{it.chunk_ms:.0f}"),
        ("bytes a label", lambda it: f"{it.bytes_each:.0f}"),
    )
    told = [(what, *(show(figures) for figures in found.values())) for what, show in lines]
    table(f"{rows:,} labels of as many predictions", ["", *found], told)
    sqlite, postgres = found["SQLite"], found["PostgreSQL"]
    print(
        f"RESULT sqlite_written_s={sqlite.written:.0f} postgres_written_s={postgres.written:.0f}"
        f" sqlite_labels_s={sqlite.by_id:.0f} postgres_labels_s={postgres.by_id:.0f}"
        f" sqlite_join_s={rows / sqlite.joined:.2f} postgres_join_s={rows / postgres.joined:.2f}"
        f" sqlite_single_ms={sqlite.single_ms:.1f} postgres_single_ms={postgres.single_ms:.1f}"
    )


if __name__ == "__main__":
    main()
