"""Versions on the same rows, on each database: in the shadow, replayed, and on a table."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, mean_absolute_error

from modeldesk.errors import (
    Incompatible,
    InvalidArgument,
    InvalidData,
    InvalidExpression,
    ModelFailed,
    NotFound,
)
from modeldesk.schema import LogPolicy, Routing, Shadow
from modeldesk.services.about import About
from modeldesk.services.reading import Which
from modeldesk.services.version_comparison import ComparisonChoices
from tests.support import functions
from tests.support.iris import FEATURES, iris_frame, iris_model

if TYPE_CHECKING:
    from modeldesk.desk import Desk

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
TRUTH = [str(value) for value in iris_frame()["class"]]


def guesser(desk: Desk) -> None:
    """Publish a second version that always says setosa, from other data."""
    desk.registry.publish(
        functions.guesses_setosa,
        name="iris",
        reference=iris_frame().with_columns(pl.col(FEATURES[0]) + 3),
        target="class",
        about=About(parameters={"depth": 3}, metrics={"accuracy": 0.3}),
    )


def predicted(desk: Desk, frame: pl.DataFrame, *, at: datetime = NOW) -> list[str]:
    """Predict rows; return their identifiers."""
    answer = desk.predictor.predict(
        "iris", frame.select(FEATURES).to_dicts(), timestamps=[at] * len(frame)
    )
    return [each.prediction_id for each in answer.predictions]


def shadowed(desk: Desk, rows: int) -> None:
    """Wait until the shadow has predicted so many rows."""
    until = time.monotonic() + 60
    while desk.reader.page("iris", which=Which.SHADOW, limit=500).frame.height < rows:
        assert time.monotonic() < until
        time.sleep(0.02)


def label(desk: Desk, ids: list[str]) -> None:
    """Say what the outcomes were."""
    desk.labelling.label("iris", {"prediction_id": ids, "label": TRUTH[: len(ids)]})


def test_a_shadow_is_compared_in_pairs_both_ways(desk: Desk) -> None:
    """What one answered and the other predicted beside it, whichever is asked first."""
    guesser(desk)
    desk.routes.set("iris", Routing(shadow=Shadow(version=2)))
    ids = predicted(desk, iris_frame())
    shadowed(desk, 150)
    label(desk, ids[:120])
    guess = iris_model().predict(iris_frame().select(FEATURES))
    right = guess == np.array(TRUTH)
    setosa = np.array(TRUTH) == "Iris-setosa"
    found = desk.version_comparison.shadow("iris", 2, 1)
    assert (found.rows, found.labelled, found.cut, found.source) == (150, 120, False, "shadow")
    assert found.agreement == pytest.approx((guess == "Iris-setosa").mean())
    assert found.improved == int((setosa & ~right)[:120].sum())
    assert found.regressed == int((right & ~setosa)[:120].sum())
    (accuracy,) = [each for each in found.differences if each.measure == "accuracy"]
    assert accuracy.gap.value == pytest.approx(setosa[:120].mean() - right[:120].mean())
    assert accuracy.outcome == "worse"
    assert found.verdict.startswith("Version 2 is worse than version 1 on the same 120 rows, by ")
    assert {each.change for each in found.disagreements} == {"regressed"}
    assert all(each.row in ids and each.one == "Iris-setosa" for each in found.disagreements)
    assert set(found.disagreements[0].inputs) == set(FEATURES)
    other = desk.version_comparison.shadow("iris", 1, 2)
    assert (other.improved, other.regressed) == (found.regressed, found.improved)
    assert other.verdict.startswith("Version 1 is better than version 2 on the same 120 rows, by ")


def test_what_was_told_and_the_data_are_compared(desk: Desk) -> None:
    """Parameters, metrics, libraries; and the columns of the reference that moved."""
    guesser(desk)
    found = desk.version_comparison.shadow("iris", 2, 1)
    notes = {(each.about, each.name): (each.one, each.other) for each in found.notes}
    assert notes["parameter", "depth"] == (3, None)
    assert notes["metric", "accuracy"] == (0.3, None)
    assert found.reference.columns[0].name == FEATURES[0]
    assert (found.reference.columns[0].distance or 0) > 0.5
    assert (found.rows, found.agreement) == (0, None)
    assert "there is no row that both predicted" in found.verdict


def test_a_shadow_of_many_rows_is_cut(desk: Desk) -> None:
    """The latest rows are taken, and the answer says that there are more."""
    guesser(desk)
    desk.routes.set("iris", Routing(shadow=Shadow(version=2)))
    predicted(desk, iris_frame())
    shadowed(desk, 150)
    found = desk.version_comparison.shadow("iris", 2, 1, choices=ComparisonChoices(rows=40))
    assert (found.rows, found.cut, found.labelled) == (40, True, 0)
    assert found.verdict.endswith("of 40 rows, none of which is labelled.")
    outside = desk.version_comparison.shadow("iris", 2, 1, start=NOW + timedelta(days=1))
    assert outside.rows == 0


def test_logged_requests_are_replayed_and_nothing_is_written(desk: Desk) -> None:
    """As the version would have answered them, compared with what was answered."""
    worse = LogisticRegression(C=0.0005, max_iter=500).fit(iris_frame().select(FEATURES), TRUTH)
    desk.registry.publish(worse, name="iris", reference=iris_frame(), target="class")
    ids = predicted(desk, iris_frame().head(100)) + predicted(
        desk, iris_frame().slice(100), at=NOW + timedelta(days=1)
    )
    label(desk, ids)
    before = desk.reader.page("iris", which=Which.ALL, limit=500).frame
    choices = ComparisonChoices(slices={"short": f"{FEATURES[2]} < 2"}, shown=5)
    found = desk.version_comparison.replay("iris", 2, choices=choices)
    mine = worse.predict(iris_frame().select(FEATURES))
    theirs = iris_model().predict(iris_frame().select(FEATURES))
    (accuracy,) = [each for each in found.differences if each.measure == "accuracy"]
    assert (found.rows, found.labelled, found.refused, found.other) == (150, 150, 0, 1)
    assert accuracy.one.value == pytest.approx(accuracy_score(TRUTH, mine))
    assert accuracy.other.value == pytest.approx(accuracy_score(TRUTH, theirs))
    assert found.agreement == pytest.approx((mine == theirs).mean())
    assert [each.measure for each in found.differences if each.gap.value is None] == []
    assert len(found.disagreements) == min(5, int((mine != theirs).sum()))
    short = (iris_frame()[FEATURES[2]] < 2).to_numpy()
    wrong_now = (mine != np.array(TRUTH)) & (theirs == np.array(TRUTH)) & short
    (part,) = found.slices
    assert (part.rows, part.regressed) == (int(short.sum()), int(wrong_now.sum()))
    one_day = desk.version_comparison.replay("iris", 2, end=NOW + timedelta(hours=1))
    assert one_day.rows == 100
    assert desk.reader.page("iris", which=Which.ALL, limit=500).frame.equals(before)


def test_a_version_replayed_against_itself_agrees(desk: Desk) -> None:
    """The log gives back what was answered, in pieces of any number of rows."""
    for start in range(0, 150, 50):
        predicted(desk, iris_frame().slice(start, 50))
    found = desk.version_comparison.replay("iris", 1, choices=ComparisonChoices(rows=70))
    assert (found.rows, found.agreement, found.cut) == (70, 1.0, True)
    whole = desk.version_comparison.replay("iris", 1, choices=ComparisonChoices(rows=150))
    assert (whole.rows, whole.cut, whole.disagreements) == (150, False, ())


def test_inputs_that_the_log_hides_cannot_be_replayed(desk: Desk) -> None:
    """Hashes are no inputs."""
    desk.registry.set_policy("iris", LogPolicy(drop=(FEATURES[0],)))
    predicted(desk, iris_frame().head(3))
    with pytest.raises(Incompatible, match=f"does not keep the inputs {FEATURES[0]}"):
        desk.version_comparison.replay("iris", 1)


def test_rows_of_which_a_model_cannot_make_anything_are_counted(desk: Desk) -> None:
    """One row that fails leaves the others; more than a hundred end the run."""
    for model in (functions.fails_above_ten, functions.double):
        reference = {"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 6.0]}
        desk.registry.publish(model, name="some", reference=reference)
    table = pl.DataFrame({"a": [1.0, 20.0, 3.0, None] * 10, "y": [2.0, 2.0, 6.0, 1.0] * 10})
    table = table.with_columns(b=pl.lit(1.0))
    found = desk.version_comparison.on("some", table, label="y", one=1, other=2)
    assert (found.rows, found.refused) == (20, 20)
    many = pl.concat([table] * 20)
    with pytest.raises(ModelFailed, match="failed for 101 rows"):
        desk.version_comparison.on("some", many, label="y", one=1, other=2)


def test_a_table_of_numbers_is_compared(desk: Desk) -> None:
    """With the figures of scikit-learn, and the rows that lie furthest apart."""
    inputs, target = load_diabetes(return_X_y=True)
    names = [f"x{place}" for place in range(inputs.shape[1])]
    reference = pl.DataFrame(inputs, schema=names)
    full = LinearRegression().fit(inputs, target)
    flat = LinearRegression().fit(np.zeros_like(inputs), target)
    for model in (full, flat):
        desk.registry.publish(model, name="sugar", reference=reference)
    table = reference.with_columns(pl.Series("sugar", target), pl.lit("x").alias("ignored"))
    found = desk.version_comparison.on("sugar", table, label="sugar", one=1, other=2)
    (mae,) = [each for each in found.differences if each.measure == "mae"]
    assert mae.one.value == pytest.approx(mean_absolute_error(target, full.predict(inputs)))
    assert mae.outcome == "better"
    assert found.verdict.startswith("Version 1 is better than version 2 on the same 442 rows, by ")
    gaps = [abs(float(str(each.one)) - float(str(each.other))) for each in found.disagreements]
    assert len(gaps) == 20
    assert max(gaps) == pytest.approx(np.abs(full.predict(inputs) - target.mean()).max())
    with pytest.raises(InvalidData, match="no column 'y'"):
        desk.version_comparison.on("sugar", table, label="y", one=1, other=2)


@pytest.mark.parametrize(
    "condition", ["label == prediction", 'time > date("2026-01-01")', "heigth > 1"]
)
def test_slices_of_pairs_speak_of_inputs(desk: Desk, condition: str) -> None:
    """Anything else is refused with the place, before a model is loaded or a row is read."""
    guesser(desk)
    choices = ComparisonChoices(slices={"part": condition})
    compare = desk.version_comparison
    said = "Of pairs, conditions speak of inputs alone"
    with pytest.raises(InvalidExpression, match=said):
        compare.shadow("iris", 2, 1, choices=choices)
    with pytest.raises(InvalidExpression, match=said):
        compare.replay("iris", 2, choices=choices)
    with pytest.raises(InvalidExpression, match=said):
        compare.on("iris", iris_frame(), label="class", one=2, choices=choices)
    many = ComparisonChoices(slices={f"s{place}": f"{FEATURES[0]} > 1" for place in range(201)})
    with pytest.raises(InvalidArgument, match="Up to 200 slices"):
        compare.replay("iris", 2, choices=many)


def test_a_shadow_is_compared_by_slice(desk: Desk) -> None:
    """Whichever of the two is judged."""
    guesser(desk)
    desk.routes.set("iris", Routing(shadow=Shadow(version=2)))
    ids = predicted(desk, iris_frame())
    shadowed(desk, 150)
    label(desk, ids)
    short = iris_frame()[FEATURES[2]] < 2
    choices = ComparisonChoices(slices=desk.slices.named("iris", [f"{FEATURES[2]} < 2"]))
    for one, other in ((2, 1), (1, 2)):
        (part,) = desk.version_comparison.shadow("iris", one, other, choices=choices).slices
        assert (part.name, part.rows) == (f"{FEATURES[2]} < 2", int(short.sum()))
        assert (part.improved, part.regressed) == (0, 0)


def test_wrong_questions_are_refused(desk: Desk) -> None:
    """A version against itself, versions of other things, wrong choices, wrong labels."""
    desk.registry.publish(functions.double, name="iris", reference={"a": [1.0, 2.0]})
    compare = desk.version_comparison
    assert compare.shadow("iris", 1, 1).rows == 0
    with pytest.raises(Incompatible, match="predicts numbers, version 1 classes"):
        compare.shadow("iris", 2, 1)
    with pytest.raises(NotFound, match="no version 9"):
        compare.replay("iris", 9)
    for choices in (ComparisonChoices(rows=0), ComparisonChoices(shown=1_000)):
        with pytest.raises(InvalidArgument):
            compare.replay("iris", 1, choices=choices)
    with pytest.raises(InvalidData, match="unknown class 'tulip'"):
        compare.on(
            "iris", iris_frame().with_columns(pl.lit("tulip").alias("class")), label="class", one=1
        )
