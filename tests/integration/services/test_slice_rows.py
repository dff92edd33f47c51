"""The rows of slices and conditions on each database: read one call away, tried, and found."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error

from modeldesk.errors import Incompatible, InvalidArgument, InvalidExpression, NotFound
from modeldesk.performance.slices import Search
from modeldesk.schema import Routing, Shadow
from modeldesk.services.reading import Which
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.labelled_iris import LONG, NOW, label, logged, truth

if TYPE_CHECKING:
    from modeldesk.desk import Desk


def test_the_rows_of_a_confusion_cell_are_one_call_away(desk: Desk, day: list[str]) -> None:
    """Page by page, over several parts of the log; none is told twice or left out."""
    column = desk.registry.record("iris").signature.prediction.name
    for hour in range(1, 4):
        more = logged(desk, iris_frame(), at=NOW + timedelta(hours=hour))
        label(desk, more, truth())
        day += more
    cell = f'label == "Iris-setosa" and prediction == "Iris-virginica" and `{column}` is not null'
    guess = iris_model().predict(iris_frame().select(FEATURES))
    inside = [
        place
        for place, pair in enumerate(zip(truth(), guess, strict=True))
        if pair == ("Iris-setosa", "Iris-virginica")
    ]
    expected = [day[150 * block + place] for block in range(4) for place in inside]
    assert expected
    only = desk.slices.rows("iris", condition=cell)
    found: list[str] = []
    cursor = None
    while True:
        page = desk.reader.page("iris", only=only, limit=3, cursor=cursor)
        assert page.frame.height <= 3
        found += page.frame["prediction_id"].to_list()
        cursor = page.cursor
        if cursor is None:
            break
    assert sorted(found) == sorted(expected)
    confusion = desk.performance.confusion("iris")
    desk.jobs.run()
    confusion = desk.performance.confusion("iris")
    places = [confusion.classes.index(each) for each in ("Iris-setosa", "Iris-virginica")]
    assert confusion.counts[places[0]][places[1]] == len(found)


def test_a_slice_and_a_condition_together(desk: Desk, day: list[str]) -> None:
    """Both must be true; unknown slices and wrong conditions are refused."""
    del day
    desk.slices.define("iris", "long", LONG)
    both = desk.slices.rows("iris", slice_name="long", condition="petal_length_cm < 5")
    page = desk.reader.page("iris", only=both, limit=1000)
    assert (
        page.frame.height == iris_frame()["petal_length_cm"].is_between(4, 5, closed="none").sum()
    )
    assert desk.slices.rows("iris") is None
    with pytest.raises(NotFound, match="no slice 'short'"):
        desk.slices.rows("iris", slice_name="short")
    with pytest.raises(InvalidExpression):
        desk.slices.rows("iris", condition="long > 4")


def test_shadows_have_the_labels_of_what_was_answered(desk: Desk) -> None:
    """A challenger's rows are found by conditions on labels, too."""
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    desk.routes.set("iris", Routing(shadow=Shadow(version=2)))
    ids = logged(desk, iris_frame().head(20))
    label(desk, ids[:5], ["Iris-virginica"] * 5)
    desk.predictor.close()
    only = desk.slices.rows("iris", condition="label is not null and not correct")
    for which, version in ((Which.ANSWERED, 1), (Which.SHADOW, 2)):
        frame = desk.reader.page("iris", only=only, which=which).frame
        assert (frame.height, set(frame["version"])) == (5, {version})


def test_numbers_and_truths_are_labels_of_their_kind(desk: Desk) -> None:
    """`error` is worked out of a regression's rows."""
    data = load_diabetes(as_frame=True)
    model = LinearRegression().fit(data.data, data.target)
    frame = pl.from_pandas(data.data).with_columns(y=pl.Series(data.target))
    desk.registry.publish(model, name="sugar", reference=frame, target="y")
    answer = desk.predictor.predict(
        "sugar", frame.drop("y").to_dicts(), timestamps=[NOW] * frame.height
    )
    ids = [each.prediction_id for each in answer.predictions]
    label(desk, ids, frame["y"].to_list(), name="sugar")
    desk.slices.define("sugar", "high", "label > 200")
    desk.slices.define("sugar", "over", "error > 50")
    desk.jobs.run()
    guess, right = model.predict(data.data), data.target.to_numpy()
    high = right > 200
    report = desk.performance.report("sugar", slice="high")
    (mae,) = [each for each in report.figures if each.measure == "mae"]
    assert mae.value == pytest.approx(mean_absolute_error(right[high], guess[high]))
    assert report.labelled == high.sum()
    over = desk.performance.report("sugar", slice="over")
    assert over.labelled == (guess - right > 50).sum()
    worst = desk.slices.find("sugar")
    assert (worst.loss, worst.rows) == ("absolute error", 442)
    assert worst.mean_loss == pytest.approx(mean_absolute_error(right, guess))
    squared = desk.slices.find("sugar", squared=True)
    assert squared.loss == "squared error"
    assert squared.mean_loss == pytest.approx(np.mean((guess - right) ** 2))


def test_the_worst_slice_is_found(desk: Desk) -> None:
    """Where the model is wrong in half of the rows, over the newest labelled rows."""
    rng = np.random.default_rng(7)
    frame = iris_frame().sample(3000, with_replacement=True, seed=1)
    column = desk.registry.record("iris").signature.prediction.name
    wide = (frame["sepal_width_cm"] >= 3.4).to_numpy()
    wrong = rng.random(3000) < np.where(wide, 0.6, 0.05)
    right = frame["class"].to_numpy()
    other = np.where(right == "Iris-setosa", "Iris-virginica", "Iris-setosa")
    keys = [f"{number}" for number in range(3000)]
    logged_rows = frame.drop("class").with_columns(
        pl.Series(column, right), pl.Series("row_id", keys), timestamp=pl.lit(NOW)
    )
    assert desk.backfill.log("iris", logged_rows).logged == 3000
    assert desk.slices.find("iris").sentence == "No row is labelled."
    desk.labelling.label("iris", {"row_id": keys, "label": np.where(wrong, other, right)})
    found = desk.slices.find("iris")
    assert (found.loss, found.rows, found.most_rows) == ("error", 3000, 100_000)
    assert found.first_time == NOW
    assert found.mean_loss == pytest.approx(wrong.mean())
    worst = found.slices[0]
    kept = desk.slices.define("iris", "worst", worst.expression)
    assert "sepal_width_cm" in kept.expression
    assert worst.mean_loss > 0.5
    assert worst.rest_mean_loss < 0.2
    assert worst.low is not None
    assert worst.low > 0
    desk.jobs.run()
    assert desk.performance.report("iris", slice="worst").labelled == worst.rows
    few = desk.slices.find("iris", most_rows=500, search=Search(min_rows=10))
    assert (few.rows, few.most_rows) == (500, 500)
    assert desk.slices.find("iris", start=NOW + timedelta(days=1)).rows == 0
    with pytest.raises(InvalidArgument, match="1 to 1,000,000 rows"):
        desk.slices.find("iris", most_rows=0)


def test_a_condition_is_tried_before_it_is_kept(desk: Desk, day: list[str]) -> None:
    """How it is written, how many of the newest rows it takes, what may come next."""
    assert desk.slices.check("iris", "(confidence>0)").matching == 150
    found = desk.slices.check("iris", 'label=="Iris-setosa"')
    assert found.expression == 'label == "Iris-setosa"'
    assert (found.rows, found.matching) == (150, truth().count("Iris-setosa"))
    assert (found.error, found.completions) == (None, None)
    warned = desk.slices.check("iris", 'label == "iris-setosa"')
    assert "Iris-setosa" in warned.warnings[0].message
    wrong = desk.slices.check("iris", "confidence > 'x'", cursor=4)
    assert (wrong.expression, wrong.rows, wrong.matching) == (None, 0, 0)
    assert wrong.error is not None
    assert (wrong.error.start, wrong.error.line, wrong.error.column) == (13, 1, 14)
    assert wrong.completions is not None
    assert [each.text for each in wrong.completions.items] == ["confidence"]
    del day


def test_a_condition_is_tried_without_a_row(desk: Desk) -> None:
    """Nothing was predicted yet: it is right, and takes none of no rows."""
    found = desk.slices.check("iris", "label is null and confidence > 0.5")
    assert (found.error, found.rows, found.matching) == (None, 0, 0)


def test_what_cannot_be_wrong_by_a_number_has_no_worst_slice(desk: Desk) -> None:
    """A model that is served elsewhere and answers with times: evaluated without a failure."""
    logged_rows = pl.DataFrame({"a": [1, 2], "due": [NOW, NOW], "timestamp": [NOW, NOW]})
    reference = logged_rows.select("a", "due")
    desk.registry.register("days", reference=reference, prediction="due")
    desk.backfill.log("days", logged_rows.with_columns(row_id=pl.Series(["x", "y"])))
    later = NOW + timedelta(hours=5)
    desk.labelling.label("days", {"row_id": ["x", "y"], "label": [NOW, later]})
    desk.slices.define("days", "late", "label > prediction or hour(label) > 23")
    desk.jobs.run()
    assert desk.performance.report("days", slice="late").labelled == 0
    page = desk.reader.page("days", only=desk.slices.rows("days", slice_name="late"))
    assert page.frame["a"].to_list() == [2]
    with pytest.raises(Incompatible, match="How wrong version 1"):
        desk.slices.find("days")
