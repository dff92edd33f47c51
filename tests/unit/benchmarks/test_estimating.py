"""What the benchmark of estimates rests on: its streams, its realised measures, its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.data.shared import VARIABLE, shared_file
from benchmarks.estimate import Errors
from benchmarks.estimating.plan import PLAN, TWO_BAYES, Task
from benchmarks.estimating.realised import realised
from benchmarks.estimating.streams import STREAMS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small stream of two classes."""
    path = tmp_path_factory.mktemp("stream")
    assert STREAMS[TWO_BAYES.name].write(path, 3, quick=True) == 1000
    return path


def test_every_planned_stream_has_a_law() -> None:
    """What is planned can be written."""
    assert [stream.name for stream in PLAN] == list(STREAMS)


def test_a_stream_is_the_same_each_time_and_its_inputs_move(folder: Path, tmp_path: Path) -> None:
    """The seed decides; the analysis is unlike the reference, and in whole chunks."""
    STREAMS[TWO_BAYES.name].write(tmp_path, 3, quick=True)
    reference, analysis = (
        pl.read_parquet(folder / f"{name}.parquet") for name in ("reference", "analysis")
    )
    assert analysis.equals(pl.read_parquet(tmp_path / "analysis.parquet"))
    assert (reference.height, analysis.height) == (5_000, 20_000)
    moved = [
        float(np.abs(part["x0"].to_numpy().mean() - reference["x0"].to_numpy().mean()))
        for part in analysis.iter_slices(1000)
    ]
    assert max(moved) > 0.5


def test_what_was_realised_is_told_chunk_by_chunk(folder: Path) -> None:
    """The accuracy of each chunk is its share of right answers."""
    found = realised(folder, Task.BINARY, 1000)
    analysis = pl.read_parquet(folder / "analysis.parquet")
    right = (analysis["label"] == analysis["predicted"]).to_numpy().reshape(20, 1000).mean(axis=1)
    assert found["accuracy"] == pytest.approx(right.tolist())
    assert set(found) == {"roc_auc", "f1", "accuracy", "precision", "recall"}


def test_errors_are_compared_on_the_chunks_that_both_estimate() -> None:
    """A chunk without a value on either side counts for neither, and is told."""
    errors = Errors()
    nan = float("nan")
    ours, theirs = (
        {
            "estimates": np.array(values),
            "lower": np.array(values) - 0.1,
            "upper": np.array(values) + 0.1,
        }
        for values in ([0.5, nan, 0.7], [0.6, 0.5, 0.9])
    )
    errors.add(ours, theirs, np.array([0.55, 0.5, 0.6]))
    assert errors.ratio == pytest.approx((0.05 + 0.1) / (0.05 + 0.3))
    assert (errors.chunks, errors.undefined) == (3, 1)
    assert errors.inside[0] == (True, True)
    assert errors.inside[1][1] is False


def test_shared_data_that_is_missing_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says where it was looked for, and how to say otherwise."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(FileNotFoundError, match=f"set {VARIABLE}"):
        shared_file("elec.csv")
