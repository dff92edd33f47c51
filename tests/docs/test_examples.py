"""The programs in ``examples`` run, and print what the documents show."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from benchmarks.data.shared import shared_file

ROOT = Path(__file__).parents[2]


def printed(*arguments: object) -> str:
    """Run an example; return what it prints."""
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_tags_run_on_any_projects(tmp_path: Path) -> None:
    """With a few made-up projects: two versions, every class, both slices, a verdict."""
    words = {"mlops": "deploy monitor pipeline", "natural-language-processing": "bert tokens text"}
    table = pl.DataFrame(
        [
            {"title": f"{word} {number}", "description": f"{text} {number}", "tag": tag}
            for tag, text in words.items()
            for word in text.split()
            for number in range(20)
        ]
    )
    file = tmp_path / "projects.csv"
    table.write_csv(file)
    told = printed("examples/tags.py", file, file)
    assert told.count("labelled predictions") == 2
    assert all(told.count(f"  {tag}") == 2 for tag in words)
    assert told.count("short texts:") == told.count("language models:") == 2
    assert "Version" in told.splitlines()[-5]


def test_tags_print_what_the_document_shows() -> None:
    """The figures on the page are those of the real projects."""
    try:
        files = [shared_file(f"madewithml_{part}.csv") for part in ("dataset", "holdout")]
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    page = (ROOT / "docs" / "text.md").read_text(encoding="utf-8")
    shown = re.search(r"```text\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    assert printed("examples/tags.py", *files).strip() == shown[1].strip()
