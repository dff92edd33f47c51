"""`demo`: what is shown of an outcome, and the status that it ends with."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from modeldesk.cli.demonstrating import conclude
from modeldesk.cli.exits import ExitCode
from modeldesk.demo import Finding, Outcome
from modeldesk.demo.expectations import OutputVerdict
from modeldesk.drift import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result


def outcome(*unmet: str) -> Outcome:
    """Make an outcome with these unmet expectations."""
    day = date(2026, 3, 12)
    return Outcome(
        url="http://127.0.0.1:8080",
        predictions=450,
        profiled=450,
        labelled=400,
        accuracy=0.9225,
        alerts=(Finding(column="sepal_width_cm", day=day, distance=0.33),),
        outputs=(
            OutputVerdict(column="class", day=day, distance=None, status=Status.STABLE),
            OutputVerdict(column="probability_a", day=day, distance=0.2, status=Status.CHANGED),
            OutputVerdict(column="probability_b", day=day, distance=0.1, status=Status.STABLE),
        ),
        flag_id=1,
        seconds=5.0,
        unmet=unmet,
    )


def test_the_outcome_is_told() -> None:
    """The alert and what the answers did are shown."""
    text = StringIO()
    assert conclude(Console(file=text, width=100), outcome()) is ExitCode.OK
    shown = text.getvalue()
    assert "Alert: sepal_width_cm on 2026-03-12, distance 0.33." in shown
    assert "Performance: 92.2% of 400 with a label are right." in shown
    assert "Answers: class on 2026-03-12 stable." in shown
    assert "probability_a on 2026-03-12 changed" in shown
    assert "probability_b" not in shown


def test_unmet_expectations_are_named_and_fail(capsys: pytest.CaptureFixture[str]) -> None:
    """What did not come true is named on standard error, and the status says that it failed."""
    status = conclude(Console(file=StringIO()), outcome("Nobody came.", "It rained."))
    assert status is ExitCode.FAILED
    assert capsys.readouterr().err.splitlines() == [
        "Not as expected: Nobody came.",
        "Not as expected: It rained.",
    ]


def test_a_foreign_folder_is_refused(run: Callable[..., Result], tmp_path: Path) -> None:
    """A folder with somebody's files in it ends the demo before it began."""
    (tmp_path / "thesis.txt").write_text("years of work")
    found = run("demo", "--exit", "--home", tmp_path, "--port", 0)
    assert found.exit_code == 1
    assert "was not made by the demo" in found.stderr
    assert found.stdout == ""
