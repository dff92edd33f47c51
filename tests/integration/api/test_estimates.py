"""Estimates over HTTP: read by anybody who may see the model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

from modeldesk.client import Client
from modeldesk.desk import Desk
from modeldesk.errors import InvalidInput, NotFound
from modeldesk.server import running_server
from modeldesk.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = datetime(2026, 2, 1, 9, tzinfo=UTC)
ROWS = 1200


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Offer a server whose model has a day with labels."""
    home: Path = tmp_path_factory.mktemp("home")
    rng = np.random.default_rng(1)
    rows = pl.DataFrame({"age": rng.normal(size=ROWS)})
    bought = np.where(rng.random(ROWS) < 1 / (1 + np.exp(-2 * rows["age"].to_numpy())), "y", "n")
    settings = Settings.load(home=home, port=0, ui=False)
    with Desk.open(settings) as desk:
        model = LogisticRegression().fit(rows, bought)
        reference = rows.with_columns(pl.Series("bought", bought))
        for name in ("shop", "new"):
            desk.registry.publish(model, name=name, reference=reference, target="bought")
        answer = desk.predictor.predict("shop", rows.to_dicts(), timestamps=[DAY] * ROWS)
        ids = [each.prediction_id for each in answer.predictions]
        desk.labelling.label("shop", {"prediction_id": ids, "label": list(bought)})
        desk.jobs.run()
        with running_server(desk, settings) as address:
            yield address


def test_estimates_have_intervals_and_what_was_realised(url: str) -> None:
    """As the services say it, through the client."""
    with Client(url) as client:
        report = client.estimates("shop", start=DAY.replace(hour=0))
    assert report.learned is not None
    assert report.learned.rows == ROWS
    (day,) = report.days
    (accuracy,) = [each for each in day.estimates if each.measure == "accuracy"]
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert accuracy.realised is not None
    assert accuracy.low < accuracy.realised < accuracy.high


def test_what_cannot_be_estimated_has_a_reason(url: str) -> None:
    """A model without labels, an unknown one, and a level that is none."""
    with Client(url) as client:
        report = client.estimates("new")
        assert (report.learned, report.days) == (None, ())
        assert report.because is not None
        with pytest.raises(NotFound):
            client.estimates("nobody")
        with pytest.raises(InvalidInput):
            client.estimates("shop", level=2.0)
