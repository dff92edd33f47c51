"""Rows that people look at: logged ones, and what is kept of what a version was published with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
import sqlalchemy as sa
from sklearn.linear_model import LinearRegression

from modeldesk.desk import Desk
from modeldesk.errors import InvalidExpression, NotFound
from modeldesk.schema import Kind, LogPolicy
from modeldesk.services.explored_rows import ColumnRole
from modeldesk.services.exploring import DataChoice, DataSource
from modeldesk.settings import Settings
from modeldesk.store.version_sample_tables import version_samples
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.labelled_iris import truth

if TYPE_CHECKING:
    from pathlib import Path

    from modeldesk.clock import FrozenClock

LOGGED = DataChoice(source=DataSource.LOGGED)
REFERENCE = DataChoice(source=DataSource.REFERENCE)
TEST = DataChoice(source=DataSource.TEST)


def test_logged_rows_come_with_outputs_and_labels(desk: Desk, day: list[str]) -> None:
    """Every logged row once, the label beside it, and what each column is for."""
    found = desk.exploring.rows("iris", LOGGED)
    assert (found.table.rows, found.total, found.exact) == (len(day), len(day), True)
    assert found.table.names[:5] == ("time", *FEATURES)
    assert found.target == "label"
    assert found.table.kinds["label"] is Kind.CATEGORICAL
    assert found.named(ColumnRole.PREDICTION) == ("class",)
    assert found.named(ColumnRole.LABEL) == ("label",)
    assert len(found.named(ColumnRole.SCORE)) == 3
    told = found.table.frame.select(*FEATURES, "label").sort(pl.all())
    labelled = iris_frame().select(*FEATURES, pl.Series("label", truth())).sort(pl.all())
    assert told.equals(labelled)


def test_a_range_of_time_and_a_number_of_rows(
    desk: Desk, day: list[str], clock: FrozenClock
) -> None:
    """Only rows of the range; of many the newest, and how many there are is said."""
    now = clock.now() + timedelta(minutes=10)
    rows = iris_frame().select(FEATURES).head(10).to_dicts()
    desk.predictor.predict("iris", rows, timestamps=[now] * 10)
    recent = DataChoice(source=DataSource.LOGGED, start=now - timedelta(minutes=1))
    assert desk.exploring.rows("iris", recent).table.rows == 10
    before = DataChoice(source=DataSource.LOGGED, end=now - timedelta(minutes=1))
    assert desk.exploring.rows("iris", before).table.rows == len(day)
    few = desk.exploring.rows("iris", DataChoice(source=DataSource.LOGGED, most=12))
    assert (few.table.rows, few.total, few.exact) == (12, len(day) + 10, False)
    assert few.table.frame["time"][0] == now
    none = DataChoice(source=DataSource.LOGGED, end=now - timedelta(days=900))
    assert desk.exploring.rows("iris", none).table.rows == 0


def test_conditions_take_rows_and_are_helped(desk: Desk, day: list[str]) -> None:
    """Features, labels, correctness and times; what is wrong is told with its place."""
    found = desk.exploring.rows("iris", LOGGED)
    frame = iris_frame()
    wide = frame.filter(pl.col("petal_width_cm") > 1)
    assert found.filtered("petal_width_cm > 1").table.rows == wide.height
    assert found.filtered('label == "Iris-setosa"').table.rows == truth().count("Iris-setosa")
    wrong = found.filtered("not correct").table.frame
    assert wrong.height == (found.table.frame["class"] != found.table.frame["label"]).sum() > 0
    assert found.filtered(" ").table.rows == len(day)
    with pytest.raises(InvalidExpression, match="no column 'petal'"):
        found.filtered("petal > 1")
    told = desk.exploring.check("iris", LOGGED, "petal_width_cm > 1 and ", cursor=22)
    assert told.error is not None
    assert told.completions is not None
    good = desk.exploring.check("iris", LOGGED, "petal_width_cm > 1")
    assert (good.rows, good.matching, good.error) == (len(day), wide.height, None)


def test_the_reference_is_kept_with_its_true_outcomes(desk: Desk) -> None:
    """All of a small table: inputs, what the model says of them, and the truth."""
    found = desk.exploring.rows("iris", REFERENCE)
    frame = iris_frame()
    assert (found.table.rows, found.total, found.target) == (150, 150, "label")
    assert found.table.frame.select(FEATURES).equals(frame.select(FEATURES))
    assert found.table.frame["label"].to_list() == frame["class"].to_list()
    predicted = iris_model().predict(frame.select(FEATURES))
    assert found.table.frame["class"].to_list() == list(predicted)
    assert desk.exploring.sources("iris") == (DataSource.LOGGED, DataSource.REFERENCE)
    with pytest.raises(NotFound, match="without a test set") as told:
        desk.exploring.rows("iris", TEST)
    assert "test=" in told.value.hint


def test_examples_are_rows_of_the_reference(desk: Desk) -> None:
    """Evenly over what the model says of them, with the truth; none where none are kept."""
    frame = iris_frame()
    predicted = list(iris_model().predict(frame.select(FEATURES)))
    rows = frame.select(FEATURES).rows()
    examples = desk.exploring.examples("iris")
    said = [str(example.said) for example in examples]
    assert said == sorted(said)
    assert {*said} == {*predicted}
    for example in examples:
        assert tuple(example.inputs) == FEATURES
        place = rows.index(tuple(example.inputs.values()))
        assert (example.said, example.label) == (predicted[place], frame["class"][place])
    assert len(examples) == 6
    assert len(desk.exploring.examples("iris", most=1000)) == 150
    desk.registry.set_policy("iris", LogPolicy(drop=(FEATURES[0],)))
    assert desk.exploring.examples("iris") == ()


def test_the_test_set_is_kept_as_well(desk: Desk) -> None:
    """With the labels that it was published with."""
    test = iris_frame().sample(40, seed=1)
    desk.registry.publish(
        iris_model(), name="iris", reference=iris_frame(), target="class", test=test
    )
    found = desk.exploring.rows("iris", DataChoice(source=DataSource.TEST, version=2))
    assert found.table.rows == 40
    assert found.table.frame["label"].to_list() == test["class"].to_list()
    kept = (DataSource.LOGGED, DataSource.REFERENCE, DataSource.TEST)
    assert desk.exploring.sources("iris", 2) == kept


def test_a_number_that_is_predicted_has_a_number_as_its_label(desk: Desk) -> None:
    """Labels are values again, of the prediction's type."""
    frame = iris_frame().select(FEATURES)
    names = FEATURES[:3]

    model = LinearRegression().fit(frame.select(names), frame[FEATURES[3]].to_numpy())
    desk.registry.publish(model, name="width", reference=frame, target=FEATURES[3])
    found = desk.exploring.rows("width", REFERENCE)
    assert found.table.frame["label"].to_list() == frame[FEATURES[3]].to_list()
    assert found.filtered("error > 0").table.rows > 0


def test_large_references_are_sampled(settings: Settings) -> None:
    """As many rows as the setting says, always the same, and how many there were."""
    told = settings.model_copy(update={"keep_reference_rows": 60})
    with Desk.open(told) as desk:
        for _ in range(2):
            desk.registry.publish(
                iris_model(), name="small", reference=iris_frame(), target="class"
            )
        one, two = (
            desk.exploring.rows("small", DataChoice(source=DataSource.REFERENCE, version=n))
            for n in (1, 2)
        )
        assert (one.table.rows, one.total) == (60, 150)
        assert one.table.frame.equals(two.table.frame)
    none = settings.model_copy(update={"keep_reference_rows": 0})
    with Desk.open(none) as desk:
        desk.registry.publish(iris_model(), name="none", reference=iris_frame(), target="class")
        with pytest.raises(NotFound, match="No rows of the reference") as lost:
            desk.exploring.rows("none", REFERENCE)
        assert "keep_reference_rows" in lost.value.hint
        with desk.store.reading() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(version_samples)) == 2


@pytest.mark.usefixtures("day")
def test_what_the_policy_hides_is_neither_kept_nor_shown(desk: Desk) -> None:
    """Hidden before: it is not in the kept rows. Hidden later: it is not shown."""
    desk.registry.set_policy("iris", LogPolicy(drop=(FEATURES[0],), hash=(FEATURES[1],)))
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    hidden = set(FEATURES[:2])
    for version in (1, 2):
        choice = DataChoice(source=DataSource.REFERENCE, version=version)
        assert not hidden & set(desk.exploring.rows("iris", choice).table.names)
    assert not hidden & set(desk.exploring.rows("iris", LOGGED).table.names)
    with desk.store.reading() as connection:
        payload = connection.scalar(
            sa.select(version_samples.c.payload).where(
                version_samples.c.version_id == desk.registry.record("iris", 2).version_id
            )
        )
    assert payload is not None
    assert FEATURES[0].encode() not in payload
    assert FEATURES[2].encode() in payload


def test_backups_hold_the_kept_rows(desk: Desk, tmp_path: Path) -> None:
    """The table is in the archive with its rows."""
    manifest = desk.backup.write(tmp_path / "desk.backup")
    (entry,) = [table for table in manifest.tables if table.name == "version_samples"]
    assert entry.rows == 1
