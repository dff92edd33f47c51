"""When the database fails: nothing is answered that is not kept, and work goes on after."""

import threading
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from modeldesk.desk import Desk
from modeldesk.errors import Corrupt, ModelFailed, StoreUnavailable
from modeldesk.settings import Settings
from modeldesk.store import Store
from tests.support.functions import leaves_above_ten
from tests.support.iris import ROW, iris_frame, iris_model


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Offer settings for an embedded database."""
    return Settings.load(home=tmp_path / "home", job_seconds=0.05)


def test_a_prediction_that_cannot_be_kept_is_not_answered(settings: Settings) -> None:
    """While the log is gone, requests fail; when it is back, they are answered again."""
    with Desk.open(settings) as desk, Store(settings.database) as other:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        rename(other, "chunks", "elsewhere")
        with pytest.raises(StoreUnavailable):
            desk.predictor.predict("iris", [ROW])
        rename(other, "elsewhere", "chunks")
        (answer,) = desk.predictor.predict("iris", [ROW]).predictions
        assert desk.reader.prediction(answer.prediction_id) == answer
        assert desk.overview.model("iris").predictions == 1


def test_a_model_that_asks_to_leave_is_a_model_that_fails(settings: Settings) -> None:
    """Its requests fail with the reason, and those after it are answered."""
    with Desk.open(settings) as desk:
        reference = pl.DataFrame({"a": [1.0, 2.0, 3.0] * 20})
        desk.registry.publish(leaves_above_ten, name="moody", reference=reference)
        with pytest.raises(ModelFailed, match="SystemExit: enough"):
            desk.predictor.predict("moody", [{"a": 11.0}])
        (answer,) = desk.predictor.predict("moody", [{"a": 1.0}]).predictions
        assert answer.outputs == {"prediction": 1.0}


def test_background_jobs_go_on_after_a_failure(settings: Settings) -> None:
    """A failed run is counted, and the next one does its work."""
    with Desk.open(settings) as desk, Store(settings.database) as other:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        desk.predictor.predict("iris", [ROW])
        rename(other, "profiles", "elsewhere")
        desk.start_jobs()
        wait = threading.Event()
        for _ in range(200):
            if desk.jobs.failures:
                break
            wait.wait(0.05)
        assert desk.jobs.failures
        rename(other, "elsewhere", "profiles")
        for _ in range(200):
            if desk.overview.model("iris").profiled:
                break
            wait.wait(0.05)
        assert desk.overview.model("iris").profiled == 1


def test_a_model_that_cannot_be_loaded_ahead_fails_its_requests_only(
    settings: Settings,
) -> None:
    """Warming up a damaged model says so in the log; requests are told why they fail."""
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        for file in (settings.home / "artefacts").rglob("*.skops"):
            file.write_bytes(b"damaged")
        with capture_logs() as logs:
            desk.predictor.warm()
            with pytest.raises(Corrupt, match="not those that were published"):
                desk.predictor.predict("iris", [ROW])
        assert [line["event"] for line in logs] == ["model not loaded", "model failed"]


def rename(store: Store, table: str, to: str) -> None:
    """Give a table another name, so that whoever uses it fails."""
    with store.writing() as connection:
        connection.execute(sa.text(f"alter table {table} rename to {to}"))
