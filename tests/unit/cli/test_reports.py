"""What `profile` and `compare` show on narrow and wide paper, keep in files, and never obey."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from rich.cells import cell_len
from rich.console import Console

from modeldesk import compare, profile
from modeldesk.cli.comparison_view import comparison_view
from modeldesk.cli.profile_view import profile_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import RenderableType
    from typer.testing import Result


@pytest.fixture
def later(tmp_path: Path, iris: pl.DataFrame) -> Path:
    """Offer flowers with wider sepals, some of them without a petal length."""
    path = tmp_path / "later.csv"
    rows = pl.int_range(pl.len())
    iris.with_columns(
        pl.col("sepal_width_cm") * 2,
        petal_length_cm=pl.when(rows % 3 > 0).then(pl.col("petal_length_cm")),
    ).write_csv(path)
    return path


def printed(view: Callable[[Console], RenderableType], *, width: int, terminal: bool) -> str:
    """Return what a view looks like on paper of some width."""
    console = Console(width=width, force_terminal=terminal, color_system=None, record=True)
    with console.capture() as captured:
        console.print(view(console))
    return captured.get()


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_no_line_is_longer_than_the_paper(
    run: Callable[..., Result],
    files: Path,
    later: Path,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
) -> None:
    """At every width each column has a line, and nothing is cut off in the middle."""
    monkeypatch.setenv("COLUMNS", str(width))
    for shown in (run("profile", later), run("compare", later, files / "iris.csv")):
        lines = shown.stdout.splitlines()
        assert max(cell_len(line) for line in lines) <= width
        for name in ("sepal_length_cm", "sepal_width_cm", "petal_length_cm"):
            assert any(line.startswith(name) for line in lines)


def test_on_narrow_paper_reasons_stand_below(
    run: Callable[..., Result], files: Path, later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers stay in one line per column; sentences follow for what is not stable."""
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("compare", later, files / "iris.csv").stdout.splitlines()
    assert sum(line.startswith("sepal_width_cm") for line in lines) == 2
    assert sum(line.startswith("petal_width_cm") for line in lines) == 1


def test_missing_values_are_told_for_both_sides(
    run: Callable[..., Result], files: Path, later: Path
) -> None:
    """First the reference, then the new data."""
    shown = run("compare", later, files / "iris.csv").stdout
    row = next(line for line in shown.splitlines() if line.startswith("petal_length_cm"))
    assert "0 % → 33.3 %" in row


def test_a_stored_profile_stands_for_its_table(
    run: Callable[..., Result], files: Path, later: Path, tmp_path: Path
) -> None:
    """Saved once, it is the reference or the new data, and can be shown again."""
    stored = tmp_path / "iris.mdpf"
    assert run("profile", files / "iris.csv", "--save", stored).exit_code == 0
    fresh = json.loads(run("compare", later, files / "iris.csv", "--json").stdout)
    assert json.loads(run("compare", later, stored, "--json").stdout) == fresh
    shown = run("profile", stored)
    assert "150 rows, 5 columns" in shown.stdout
    backwards = json.loads(run("compare", stored, later, "--json").stdout)
    assert backwards["reference_rows"] == 150
    assert set(backwards["changed"]) == set(fresh["changed"])


def test_a_profile_that_is_not_there_is_named(run: Callable[..., Result], tmp_path: Path) -> None:
    """Misspelt, it ends with 2."""
    found = run("compare", tmp_path / "new.mdpf", tmp_path / "old.mdpf")
    assert found.exit_code == 2
    assert "new.mdpf cannot be read: No such file" in found.stderr


def test_reports_are_files(
    run: Callable[..., Result], files: Path, later: Path, tmp_path: Path
) -> None:
    """`--html` writes a whole document beside what is printed."""
    report = tmp_path / "report.html"
    shown = run("compare", later, files / "iris.csv", "--html", report)
    assert "sepal_width_cm" in shown.stdout
    text = report.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "later.csv against iris.csv" in text
    assert run("profile", later, "--html", report, "--json").exit_code == 0
    assert "<h1><bdi>later.csv</bdi></h1>" in report.read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["--html", "--save"])
def test_a_file_that_cannot_be_written_is_named(
    run: Callable[..., Result], files: Path, tmp_path: Path, option: str
) -> None:
    """A folder that is not there ends with 2 and says so."""
    found = run("profile", files / "iris.csv", option, tmp_path / "nowhere" / "file")
    assert found.exit_code == 2
    assert "cannot be written" in found.stderr


def test_a_screen_is_not_flooded() -> None:
    """On a terminal sixty stable columns are shown, in a file all of them."""
    rng = np.random.default_rng(1)
    old = profile({f"c{i:03}": rng.normal(0, 1, 60) for i in range(100)})
    new = profile({f"c{i:03}": rng.normal(9 * (i == 77), 1, 60) for i in range(100)})
    found = compare(new, old)

    def compared(console: Console) -> RenderableType:
        return comparison_view(found, title="t", console=console)

    def profiled(console: Console) -> RenderableType:
        return profile_view(old, title="t", console=console)

    screen = printed(compared, width=80, terminal=True)
    lines = [line for line in screen.splitlines() if line.startswith("c")]
    assert lines[1].startswith("c077")
    assert "more stable columns: see --json or --html" in screen
    assert "and 40 more columns" in printed(profiled, width=80, terminal=True)
    for view in (compared, profiled):
        everything = printed(view, width=80, terminal=False)
        assert "more" not in everything.split("\n", 3)[-1]
        assert all(f"c{i:03}" in everything for i in range(100))


def test_changed_correlations_are_told(run: Callable[..., Result], tmp_path: Path) -> None:
    """Columns that vary together otherwise are a change, and each pair is named."""
    rng = np.random.default_rng(4)
    size, noise = rng.normal(size=500), rng.normal(size=(2, 500)) * 0.1
    old = {"size": size, "mass": size + noise[0], "cost": size + noise[1]}
    pl.DataFrame(old).write_parquet(tmp_path / "old.parquet")
    pl.DataFrame(old | {"size": -size}).write_parquet(tmp_path / "new.parquet")
    shown = run("compare", tmp_path / "new.parquet", tmp_path / "old.parquet", "--exit-code")
    assert shown.exit_code == 1
    assert "mass and size: correlation -0.99, was 0.99" in shown.stdout
    assert "cost and size: correlation -1.00, was 1.00" in shown.stdout


def test_control_characters_are_written_out(run: Callable[..., Result], tmp_path: Path) -> None:
    """A name cannot clear the screen, colour it, or break a line."""
    pl.DataFrame({"\x1b[2J[red]a\nb": ["\x1b]0;x\x07", "[bold]"] * 40}).write_parquet(
        tmp_path / "odd.parquet"
    )
    for shown in (
        run("profile", tmp_path / "odd.parquet"),
        run("compare", tmp_path / "odd.parquet", tmp_path / "odd.parquet"),
    ):
        assert shown.exit_code == 0
        assert "\x1b" not in shown.stdout
        assert "\x07" not in shown.stdout
        assert "[red]" in shown.stdout


def test_a_terminal_without_block_letters_gets_ascii(files: Path, later: Path) -> None:
    """Where only ASCII can be written, histograms and signs are made of it."""
    shown = subprocess.run(
        [sys.executable, "-m", "modeldesk", "compare", later, files / "iris.csv"],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "100"},
        capture_output=True,
        check=True,
    ).stdout.decode("ascii")
    assert "! changed" in shown
    assert "0 % -> 33.3 %" in shown
    assert "@" in shown


def test_vectors_and_texts_have_their_figures(run: Callable[..., Result], tmp_path: Path) -> None:
    """Embeddings are told by dimension and centroid, texts by lengths and words."""
    pl.DataFrame(
        {
            "embedding": [[1.0, 2.0]] * 60,
            "note": [f"a note with number {i}" for i in range(60)],
        }
    ).write_parquet(tmp_path / "odd.parquet")
    told = json.loads(run("profile", tmp_path / "odd.parquet", "--json").stdout)
    vector, note = told["columns"]
    assert vector["vector"]["dimension"] == 2
    assert vector["vector"]["centroid"] == [1.0, 2.0]
    assert note["lengths"]["words"]["mean"] == 5
    shown = run("profile", tmp_path / "odd.parquet").stdout
    assert "2 dimensions" in shown
