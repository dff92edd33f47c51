"""The prediction log: bulk logging, single commits, bytes per cell, and reads as it grows.

Everything goes through the desk's public services, on an embedded SQLite and on a PostgreSQL
server of this run's own (which, as everywhere in the tests, leaves syncing to the operating
system). The rows have 30 columns of random floats, which do not compress: 29 features and the
prediction.

- *bulk*: `desk.backfill.log` of tables of 250,000 rows, the best of three. Beside it is printed
  what remains where every row has an own key, which is indexed.
- *commits*: 32 threads, each of which waits for its row's commit before it sends the next. The
  model adds its features up, so that its own time is next to nothing; checking the row, batching
  and logging count. The best of three.
- *bytes per cell*: all that the log takes in the database, indexes included, over 30 cells a row.
- *day profile*: one day's profile of 30 columns read and decoded, with the reference beside it.
- *distances*: `desk.monitoring.drift` over the days, after the monitors have judged them. *Cold*
  is the first call of a desk that was just opened, *warm* the next. What comparing takes where
  nobody has judged the days yet is printed beside it.
- *growth*: the same two reads of a model with 10 times more rows on the same days, measured in
  turn with those of a model with fewer; the larger of two ratios.

Of the figures that have no database in their name, the worse of both is in the last line.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.desk import Desk
from modeldesk.schema import Granularity, Window
from modeldesk.settings import Settings
from modeldesk.store import TIME
from modeldesk.store.payload import encode_chunk

sys.path.insert(0, str(Path(__file__).parents[1]))  # where the script is run by its path

from tests.support.postgres import throwaway_database, throwaway_server
from tests.support.shop import total

FEATURES = 29
WRITERS = 32
FIRST_DAY = datetime(2022, 1, 1, tzinfo=UTC)
TABLE_ROWS = 250_000
REPEATS = 10
"""Of each read; the fastest counts, so that what else the machine does counts least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    bulk_rows: int
    commits: int
    """Of each writer."""
    days: int
    day_rows: int
    growth_days: int
    growth_rows: int
    """Rows a day before they become ten times more: enough for every sketch to be full."""


FULL = Size(
    bulk_rows=500_000,
    commits=300,
    days=1000,
    day_rows=300,
    growth_days=20,
    growth_rows=5_000,
)
QUICK = Size(
    bulk_rows=100_000, commits=30, days=100, day_rows=100, growth_days=5, growth_rows=5_000
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """How long reads take, in milliseconds."""

    day_profile: float = inf
    page: float = inf
    cold: float = inf
    warm: float = inf

    def fastest(self, other: Reads) -> Reads:
        """Return the shorter time of each read."""
        return Reads(
            day_profile=min(self.day_profile, other.day_profile),
            page=min(self.page, other.page),
            cold=min(self.cold, other.cold),
            warm=min(self.warm, other.warm),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured on one database."""

    bulk_rows_s: float
    keyed_rows_s: float
    """The same where every row has an own key."""
    commits_s: float
    commit_cpu_us: float
    bytes_per_cell: float
    rollup_rows_s: float
    unjudged: float
    """Milliseconds to compare all days where nobody has compared them before."""
    reads: Reads
    growth: float


def main() -> None:
    """Measure both databases, print the tables and the result."""
    size = QUICK if _arguments().quick else FULL
    found: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder, _postgres() as url:
        for name, database in (("SQLite", None), ("PostgreSQL", url)):
            settings = Settings.load(home=Path(folder) / name, database_url=database)
            found[name] = _measured(settings, size)
            _print(name, found[name], size)
    chunk = len(encode_chunk(_table(1, np.random.default_rng(0)).rename({"timestamp": TIME})))
    print(f"A chunk of one row of {FEATURES + 1} columns: {chunk} bytes.")
    worst = list(found.values())
    print(
        f"RESULT sqlite_bulk_rows_s={found['SQLite'].bulk_rows_s:.0f}"
        f" postgres_bulk_rows_s={found['PostgreSQL'].bulk_rows_s:.0f}"
        f" sqlite_commits_s={found['SQLite'].commits_s:.0f}"
        f" bytes_per_cell={max(f.bytes_per_cell for f in worst):.2f}"
        f" day_profile_ms={max(f.reads.day_profile for f in worst):.1f}"
        f" distances_1000d_cold_ms={max(f.reads.cold for f in worst):.0f}"
        f" growth_10x={max(f.growth for f in worst):.2f}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-log", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, as a check")
    return parser.parse_args()


@contextmanager
def _postgres() -> Iterator[str]:
    with throwaway_server() as server, throwaway_database(server) as url:
        yield url


def _measured(settings: Settings, size: Size) -> Figures:
    chance = np.random.default_rng(0)
    with Desk.open(settings) as desk:
        for name in ("bulk", "days", "small", "large"):
            desk.registry.publish(total, name=name, reference=_features(10_000, chance))
        # First, so that the disk is not still busy with what came before.
        commits, processor = max(_commits(desk, size.commits) for _ in range(3))
        before = _bytes(desk)
        bulk = max(_bulk(desk, size.bulk_rows, chance) for _ in range(3))
        stored = (_bytes(desk) - before) / (3 * size.bulk_rows * (FEATURES + 1))
        keyed = max(_bulk(desk, size.bulk_rows, chance, keyed=True) for _ in range(3))
        rolled = _rollup(desk)
    _fill(settings, "days", size.days, size.day_rows, chance)
    unjudged = _judge(settings, "days")
    for name, rows in (("small", size.growth_rows), ("large", 10 * size.growth_rows)):
        _fill(settings, name, size.growth_days, rows, chance)
        _judge(settings, name)
    reads = _reads(settings, "days", "small", "large")
    small, large = reads["small"], reads["large"]
    ratios = large.day_profile / small.day_profile, large.cold / small.cold
    return Figures(
        bulk_rows_s=bulk,
        keyed_rows_s=keyed,
        commits_s=commits,
        commit_cpu_us=processor,
        bytes_per_cell=stored,
        rollup_rows_s=rolled,
        unjudged=unjudged,
        reads=reads["days"],
        growth=max(ratios),
    )


def _bulk(desk: Desk, rows: int, chance: np.random.Generator, *, keyed: bool = False) -> float:
    seconds = 0.0
    for start in range(0, rows, TABLE_ROWS):
        table = _table(min(TABLE_ROWS, rows - start), chance)
        if keyed:
            keys = pl.format("order-{}", pl.int_range(start, start + table.height))
            table = table.with_columns(keys.alias("row_id"))
        seconds += _seconds(partial(desk.backfill.log, "bulk", table))
    return rows / seconds


def _commits(desk: Desk, each: int) -> tuple[float, float]:
    """Return rows a second, and microseconds of processor time a row."""
    row = {name: float(value[0]) for name, value in _features(1, np.random.default_rng(1)).items()}
    desk.predictor.predict("bulk", [row])

    def send() -> None:
        for _ in range(each):
            desk.predictor.predict("bulk", [row])

    threads = [threading.Thread(target=send) for _ in range(WRITERS)]
    processor = time.process_time()

    def run() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    rows = WRITERS * each
    seconds = _seconds(run)
    return rows / seconds, (time.process_time() - processor) / rows * 1e6


def _bytes(desk: Desk) -> int:
    """Return what the log's tables take, with their indexes."""
    with desk.store.reading() as connection:
        if desk.store.is_sqlite:
            pages = connection.exec_driver_sql(
                "select sum(pgsize) from dbstat"
                " where name like '%chunks%' or name like '%row_keys%'"
            )
            return int(pages.scalar_one())
        tables = ("chunks", "row_keys", "moved_chunks")
        sizes = [
            connection.exec_driver_sql(f"select pg_total_relation_size('{table}')").scalar_one()
            for table in tables
        ]
        return int(sum(sizes))


def _rollup(desk: Desk) -> float:
    rows = 0

    def run() -> None:
        nonlocal rows
        rows = desk.rollup.run()

    seconds = _seconds(run)
    return rows / seconds


def _fill(
    settings: Settings, name: str, days: int, day_rows: int, chance: np.random.Generator
) -> None:
    """Log rows on each day and profile them."""
    at_once = max(1, TABLE_ROWS // day_rows)
    with Desk.open(settings) as desk:
        for first in range(0, days, at_once):
            last = min(days, first + at_once)
            desk.backfill.log(name, _on_days(first, last, day_rows, chance))
        desk.rollup.run()


def _judge(settings: Settings, name: str) -> float:
    """Have the days judged; return how many milliseconds comparing them took before that."""
    with Desk.open(settings) as desk:
        unjudged = _seconds(lambda: desk.monitoring.drift(name))
        desk.monitoring.judge()
    return unjudged * 1e3


def _reads(settings: Settings, *names: str) -> dict[str, Reads]:
    """Measure models in turn; of each read the fastest counts."""
    found = {name: Reads() for name in names}
    window = Window.containing(FIRST_DAY, Granularity.DAY)
    for _ in range(REPEATS):
        for name, reads in found.items():
            with Desk.open(settings) as desk:
                drift = partial(desk.monitoring.drift, name)
                profiles = partial(desk.monitoring.column_profiles, name, "f_0", window=window)
                now = Reads(
                    cold=_seconds(drift) * 1e3,
                    warm=_seconds(drift) * 1e3,
                    day_profile=min(_seconds(profiles) for _ in range(3)) * 1e3,
                    page=_seconds(partial(desk.reader.page, name, limit=100)) * 1e3,
                )
            found[name] = reads.fastest(now)
    return found


def _on_days(first: int, last: int, day_rows: int, chance: np.random.Generator) -> pl.DataFrame:
    rows = _table((last - first) * day_rows, chance)
    day = pl.int_range(pl.len()) // day_rows + first
    within_an_hour = pl.int_range(pl.len()) * 7 % 3600
    since = pl.duration(days=day, hours=9, seconds=within_an_hour)
    return rows.with_columns((pl.lit(FIRST_DAY) + since).alias("timestamp"))


def _features(rows: int, chance: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    return {f"f_{number}": chance.normal(size=rows) for number in range(FEATURES)}


def _table(rows: int, chance: np.random.Generator) -> pl.DataFrame:
    now = pl.lit(datetime.now(UTC) - timedelta(hours=1))
    columns = _features(rows, chance) | {"prediction": chance.normal(size=rows)}
    return pl.DataFrame(columns).with_columns(now.alias("timestamp"))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _print(name: str, found: Figures, size: Size) -> None:
    reads = found.reads
    days = f"{size.days:,} days x {FEATURES + 1} columns"
    print(f"## {name}\n")
    print(f"- bulk: {found.bulk_rows_s:,.0f} rows/s, {found.bytes_per_cell:.2f} bytes a cell")
    print(f"- bulk with an own key for every row: {found.keyed_rows_s:,.0f} rows/s")
    print(
        f"- single rows of {WRITERS} writers: {found.commits_s:,.0f} rows/s,"
        f" {found.commit_cpu_us:.0f} us of processor time a row"
    )
    print(f"- roll-up: {found.rollup_rows_s:,.0f} rows/s")
    print(f"- a day's profile: {reads.day_profile:.1f} ms; a page of 100 rows: {reads.page:.1f} ms")
    print(
        f"- distances of {days}: cold {reads.cold:.0f} ms, warm {reads.warm:.0f} ms;"
        f" never compared before {found.unjudged:,.0f} ms"
    )
    print(f"- reads with 10 times more rows: x {found.growth:.2f}\n", flush=True)


if __name__ == "__main__":
    main()
