"""The measuring of time, memory and accuracy that the benchmarks share."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.data.tables import CHANGED, COLUMNS, LEVELS, Side, table_file
from benchmarks.measuring import report
from benchmarks.measuring.runs import Run, run
from benchmarks.measuring.stages import MARK, Stages
from benchmarks.peers.environments import Peer
from benchmarks.profiling.accuracy import errors, rank_error, with_hard_columns

ROWS = 4000


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small benchmark table."""
    return table_file(ROWS, cache=tmp_path)


def test_a_step_is_told_by_its_own_time_and_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """Memory of an earlier step is not counted, waiting costs wall time but no processor time."""
    stages = Stages()
    with stages.measured("large"):
        np.ones(20_000_000)
    with stages.measured("small"):
        np.ones(1_000_000)
        time.sleep(0.2)
    assert stages.figures["large"]["extra_mb"] == pytest.approx(160, abs=30)
    assert stages.figures["small"]["extra_mb"] < 40
    assert stages.figures["small"]["wall_s"] >= 0.2
    assert stages.figures["small"]["cpu_s"] < 0.15
    stages.report(answer=42)
    line = capsys.readouterr().out.removeprefix(MARK)
    assert json.loads(line)["facts"] == {"answer": 42}


def test_of_a_repeated_step_the_fastest_counts() -> None:
    """A step that was slow once is told by the time when it was not."""
    stages = Stages()
    for seconds in (0.2, 0.01):
        with stages.measured("wait"):
            time.sleep(seconds)
    assert stages.figures["wait"]["wall_s"] < 0.1


def test_a_program_runs_on_its_own_and_answers(table: Path) -> None:
    """The figures of a program come from its own process, its facts from its last line."""
    done = run("benchmarks.profiling.describe_table", table)
    assert done.number("cells") == ROWS * COLUMNS
    assert done.peak_mb >= max(step.peak_mb for step in done.steps.values())
    assert 0 < done.steps["profile"].cpu_s < done.cpu_s
    named = Run(wall_s=1, cpu_s=1, peak_mb=1, steps={}, facts={"name": "x"})
    with pytest.raises(TypeError, match="not a number"):
        named.number("name")


def test_a_program_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    """A measured program that cannot read its table stops the benchmark with the reason."""
    with pytest.raises(SystemExit, match=r"describe_table failed .*\n"):
        run("benchmarks.profiling.describe_table", tmp_path / "none.parquet")


def test_tables_are_the_same_each_time_and_kept(table: Path, tmp_path: Path) -> None:
    """A table is written once; written elsewhere it holds the same."""
    stamp = table.stat().st_mtime_ns
    assert table_file(ROWS, cache=tmp_path).stat().st_mtime_ns == stamp
    again = table_file(ROWS, cache=tmp_path / "elsewhere")
    assert pl.read_parquet(again).equals(pl.read_parquet(table))


def test_tables_have_the_columns_that_the_benchmarks_promise(table: Path) -> None:
    """20 columns of numbers, 10 of strings with their levels, some values missing."""
    frame = pl.read_parquet(table)
    assert frame.shape == (ROWS, COLUMNS) == (ROWS, 30)
    numbers = [name for name, dtype in frame.schema.items() if dtype == pl.Float64]
    strings = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    assert (len(numbers), len(strings)) == (20, len(LEVELS))
    assert frame["string_0010"].drop_nulls().n_unique() == 10
    assert 0.01 < sum(frame.null_count().row(0)) / (ROWS * COLUMNS) < 0.03


def test_the_current_table_differs_where_it_says(table: Path, tmp_path: Path) -> None:
    """The five changed columns have changed in the five ways."""
    before = pl.read_parquet(table)
    now = pl.read_parquet(table_file(ROWS, Side.CURRENT, cache=tmp_path))
    moved, wider, missing, newer, swapped = CHANGED
    assert now[moved].to_numpy().mean() - before[moved].to_numpy().mean() == pytest.approx(
        2.5, abs=1
    )
    logs = [np.log(frame[wider].drop_nulls().to_numpy()).mean() for frame in (before, now)]
    assert logs[1] - logs[0] == pytest.approx(np.log(1.25), abs=0.1)
    assert now[missing].null_count() / ROWS == pytest.approx(0.33, abs=0.05)
    assert (now[newer] == "a new level").mean() == pytest.approx(0.02, abs=0.01)
    assert now[swapped].value_counts(sort=True)[swapped][0] == "level 0001"


def test_rank_errors_are_those_of_the_shares_that_quantiles_really_have() -> None:
    """A median of 60 instead of 50 of 1 to 100 is off by 0.1; a value that repeats covers more."""
    ordered = np.arange(1.0, 101.0)
    assert rank_error(ordered, [50.0], [0.5]) == 0.0
    assert rank_error(ordered, [60.0], [0.5]) == pytest.approx(0.09)
    assert rank_error(ordered, [40.0], [0.5]) == pytest.approx(0.1)
    assert rank_error(np.zeros(10), [0.0, 0.0], [0.1, 0.9]) == 0.0


def test_a_small_table_is_summarised_almost_without_error(table: Path) -> None:
    """The accuracy is measured on all statistics, the two hard columns included."""
    frame = with_hard_columns(pl.read_parquet(table))
    assert {"offset", "vocabulary"} < set(frame.columns)
    for parts in (1, 4):
        found = errors(frame, parts)
        assert found.rank < 0.02
        assert found.distinct < 0.08
        assert found.mean < 1e-9
        assert found.variance < 1e-9


def test_tables_and_results_are_printed_for_reading_and_for_parsing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Tables are Markdown; the result is one line of keys and numbers."""
    report.table("Speed", ("program", "seconds"), [("ours", 1), ("theirs", "20.5")])
    report.result(cells_per_s=12345678.9, ratio=0.12345)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "## Speed"
    assert lines[2:6] == [
        "| program | seconds |",
        "| ------- | ------: |",
        "| ours    |       1 |",
        "| theirs  |    20.5 |",
    ]
    assert lines[-1] == "RESULT cells_per_s=12345679 ratio=0.1235"


@pytest.mark.parametrize("peer", Peer)
def test_the_version_of_every_peer_is_pinned(peer: Peer) -> None:
    """The first line of a peer's requirements names its exact version."""
    assert peer.requirements.read_text(encoding="utf-8").startswith(f"{peer.value}==")
    assert peer.version.count(".") == 2
