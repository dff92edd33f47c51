"""Estimates at the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

from modeldesk.desk import Desk
from modeldesk.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

DAY = datetime(2026, 2, 1, 9, tzinfo=UTC)
ROWS = 1100


def fill(settings: Settings) -> None:
    """Publish two models, and give one of them a day with labels."""
    rng = np.random.default_rng(1)
    rows = pl.DataFrame({"age": rng.normal(size=ROWS)})
    bought = np.where(rng.random(ROWS) < 1 / (1 + np.exp(-2 * rows["age"].to_numpy())), "y", "n")
    with Desk.open(settings) as desk:
        model = LogisticRegression().fit(rows, bought)
        reference = rows.with_columns(pl.Series("bought", bought))
        for name in ("shop", "new"):
            desk.registry.publish(model, name=name, reference=reference, target="bought")
        answer = desk.predictor.predict("shop", rows.to_dicts(), timestamps=[DAY] * ROWS)
        ids = [each.prediction_id for each in answer.predictions]
        desk.labelling.label("shop", {"prediction_id": ids, "label": list(bought)})
        desk.jobs.run()


def test_each_day_is_shown_beside_what_was_realised(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    """As a table, as JSON, and as a reason where there is nothing to show."""
    fill(Settings.load(home=tmp_path))
    shown = run("estimates", "shop", "--home", tmp_path)
    assert shown.exit_code == 0, shown.output
    assert f"learned from {ROWS:,} labelled predictions of 2026-02-01" in shown.stdout
    (line,) = [line for line in shown.stdout.splitlines() if "accuracy" in line]
    assert "2026-02-01" in line
    assert " to " in line
    only = run("estimates", "shop", "--home", tmp_path, "--measure", "brier")
    assert "brier" in only.stdout
    assert "accuracy" not in only.stdout
    report = json.loads(run("estimates", "shop", "--home", tmp_path, "--json").stdout)
    assert report["learned"]["rows"] == ROWS
    again = run("estimates", "shop", "--home", tmp_path, "--learn", "--json")
    assert json.loads(again.stdout)["days"] == report["days"]
    assert run("estimates", "new", "--home", tmp_path, "--learn").exit_code == 2
    far = run("estimates", "shop", "--learn", "--url", "http://127.0.0.1:9")
    assert far.exit_code == 2
    assert "not over --url" in far.stderr
    nothing = run("estimates", "new", "--home", tmp_path)
    assert nothing.stdout.startswith("There are no estimates of new yet, because")
    later = json.loads(
        run("estimates", "shop", "--home", tmp_path, "--from", "2026-02-02", "--json").stdout
    )
    assert later["days"] == []
