"""Predictions to label, and what the store says about their labels."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

from modeldesk.desk import Desk
from modeldesk.services.labelling import Labelled
from modeldesk.store import EvaluationRecords, LabelRecords
from modeldesk.store.label_tables import label_hours, labels, waiting_labels
from tests.support.iris import ROW

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
SETOSA, VERSICOLOR, VIRGINICA = "Iris-setosa", "Iris-versicolor", "Iris-virginica"


def send(desk: Desk, keys: list[str | None], *, at: datetime = NOW, batch: int = 4) -> list[str]:
    """Predict rows with own keys; return their identifiers."""
    ids: list[str] = []
    for first in range(0, len(keys), batch):
        part = keys[first : first + batch]
        answer = desk.predictor.predict(
            "iris", [ROW] * len(part), timestamps=[at] * len(part), row_ids=part
        )
        ids += [found.prediction_id for found in answer.predictions]
    return ids


def outcome(done: Labelled) -> tuple[int, int, int, int]:
    """Return how many are new, corrected, unchanged, and how many labels wait."""
    return done.new, done.corrected, done.unchanged, done.waiting


def written(desk: Desk) -> dict[str, int]:
    """Return how many rows the tables of labels have."""
    with desk.store.reading() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (labels, waiting_labels, label_hours)
        }


def values(desk: Desk, prediction_id: str) -> list[object]:
    """Return all labels of a prediction, the newest first."""
    return [label.value for label in desk.reader.prediction(prediction_id).labels]


def due(desk: Desk) -> set[tuple[int, datetime]]:
    """Return versions and days that are due."""
    return {(found.version_id, found.day) for found in LabelRecords(desk.store).due()}


def settle(desk: Desk) -> None:
    """Let everything count as evaluated."""
    records = EvaluationRecords(desk.store)
    for found in LabelRecords(desk.store).due():
        records.keep(found, {})
    assert due(desk) == set()


def wait_for(what: Callable[[], object], *, seconds: float = 20.0) -> None:
    """Return as soon as something holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


DAY = NOW.replace(hour=0)
