"""Slices of a model on each database: kept, evaluated, read one call away, and found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, mean_absolute_error

from modeldesk.errors import Incompatible, InvalidArgument, InvalidExpression, NotFound
from modeldesk.performance import Classification
from modeldesk.performance.slices import Search
from modeldesk.schema import Column, Kind, LogPolicy, Routing, Shadow
from modeldesk.services.reading import Which
from modeldesk.services.slice_book import MOST_SLICES
from modeldesk.store import (
    Change,
    EvaluationRecords,
    Expiry,
    LabelRecords,
    PartState,
    SliceRecord,
    SliceRecords,
)
from tests.support.iris import FEATURES, iris_frame, iris_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modeldesk.desk import Desk
    from modeldesk.services.performance_views import FigureView

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
DAY = NOW.replace(hour=0)
LONG = "petal_length_cm > 4"


def logged(desk: Desk, frame: pl.DataFrame, *, at: datetime = NOW) -> list[str]:
    """Predict rows and return their identifiers."""
    rows = frame.select(FEATURES).to_dicts()
    answer = desk.predictor.predict("iris", rows, timestamps=[at] * len(rows))
    return [each.prediction_id for each in answer.predictions]


def label(desk: Desk, ids: Sequence[str], values: Sequence[object], name: str = "iris") -> None:
    """Say what the outcomes were."""
    desk.labelling.label(name, {"prediction_id": list(ids), "label": list(values)})


def truth() -> list[str]:
    """Return the classes of the Iris, a fifth of them wrong."""
    rng = np.random.default_rng(4)
    classes = iris_frame()["class"].to_numpy().copy()
    wrong = rng.random(len(classes)) < 0.2
    classes[wrong] = rng.permutation(classes)[wrong]
    return [str(value) for value in classes]


def accuracy(figures: Sequence[FigureView]) -> FigureView:
    """Return the accuracy."""
    (found,) = [each for each in figures if each.measure == "accuracy"]
    return found


@pytest.fixture
def day(desk: Desk) -> list[str]:
    """Offer the identifiers of a labelled day: the Iris, on each database."""
    ids = logged(desk, iris_frame())
    label(desk, ids, truth())
    desk.jobs.run()
    return ids


def test_a_slice_is_kept_as_it_is_always_written(desk: Desk) -> None:
    """Listed by name, replaced under its name, deleted, and each is in the audit trail."""
    made = desk.slices.define("iris", "long", "(petal_length_cm>4.0)")
    assert (made.name, made.expression, made.skipped) == ("long", LONG, ())
    desk.slices.define("iris", "a first", "confidence < 0.9")
    assert [each.name for each in desk.slices.of("iris")] == ["a first", "long"]
    assert desk.slices.of("iris")[1] == made
    assert desk.slices.define("iris", "long", LONG) == made
    changed = desk.slices.define("iris", "long", "petal_length_cm > 5")
    assert desk.slices.of("iris")[1] == changed
    assert desk.slices.delete("iris", "long") == changed
    assert [each.name for each in desk.slices.of("iris")] == ["a first"]
    with pytest.raises(NotFound, match="no slice 'long'") as caught:
        desk.slices.delete("iris", "long")
    assert caught.value.hint == "Known slices: a first."
    entries = [entry for entry in desk.audit.page(action="slice").entries if "long" in entry.object]
    assert [(entry.action, dict(entry.details)) for entry in entries] == [
        ("slice.deleted", {"before": "petal_length_cm > 5"}),
        ("slice.defined", {"before": LONG, "after": "petal_length_cm > 5"}),
        ("slice.defined", {"before": None, "after": LONG}),
    ]


def test_slices_belong_to_one_model(desk: Desk) -> None:
    """Another model may have one of the same name, and does not see this one."""
    desk.registry.publish(iris_model(), name="other", reference=iris_frame(), target="class")
    desk.slices.define("iris", "long", LONG)
    assert desk.slices.of("other") == ()
    desk.slices.define("other", "long", "label is null")
    desk.slices.delete("other", "long")
    assert [each.expression for each in desk.slices.of("iris")] == [LONG]
    with pytest.raises(NotFound, match="no model 'iirs'"):
        desk.slices.of("iirs")


@pytest.mark.parametrize("name", ["", " long", "a=b", "a/b", "..", "x" * 101, "a\nb", "a\0b"])
def test_names_that_could_be_something_else_are_refused(desk: Desk, name: str) -> None:
    """Segments have equals signs, paths have slashes, and nobody sees spaces at an end."""
    with pytest.raises(InvalidArgument, match="slice"):
        desk.slices.define("iris", name, LONG)
    assert desk.slices.of("iris") == ()


def test_a_wrong_condition_is_refused_with_its_place(desk: Desk) -> None:
    """What does not fit the model's rows is known before it is kept."""
    with pytest.raises(InvalidExpression) as caught:
        desk.slices.define("iris", "long", "petal_lenght_cm > 4")
    assert (caught.value.start, caught.value.end) == (0, 15)
    assert "petal_length_cm" in caught.value.hint
    with pytest.raises(InvalidExpression) as caught:
        desk.slices.define("iris", "long", "confidence = 4")
    assert caught.value.start == 11
    assert desk.slices.of("iris") == ()


def test_a_model_has_a_bounded_number_of_slices(desk: Desk) -> None:
    """One more is refused; those there can be replaced."""
    for number in range(MOST_SLICES):
        desk.slices.define("iris", f"slice {number}", f"confidence < 0.{number + 1}")
    with pytest.raises(InvalidArgument, match="as many as one may have"):
        desk.slices.define("iris", "one more", LONG)
    assert desk.slices.define("iris", "slice 7", LONG).expression == LONG


def test_a_slice_has_figures_of_its_own(desk: Desk, day: list[str]) -> None:
    """Those of scikit-learn over its rows, as soon as the days were evaluated again."""
    del day
    desk.slices.define("iris", "long", LONG)
    assert desk.performance.report("iris", slice="long").labelled == 0
    desk.jobs.run()
    report = desk.performance.report("iris", slice="long")
    inside = iris_frame()["petal_length_cm"] > 4
    guess = iris_model().predict(iris_frame().select(FEATURES))[inside.to_numpy()]
    right = np.array(truth())[inside.to_numpy()]
    assert (report.slice, report.segment, report.labelled) == ("long", "", inside.sum())
    assert accuracy(report.figures).value == pytest.approx(accuracy_score(right, guess))
    (window,) = report.windows
    assert (window.window.start, window.labelled, window.maturity) == (DAY, inside.sum(), None)
    assert desk.performance.report("iris").labelled == 150
    assert desk.performance.segments("iris") == ()


def test_labels_can_be_spoken_of(desk: Desk, day: list[str]) -> None:
    """Rows without a label belong to no slice that asks for one, and are null."""
    logged(desk, iris_frame().head(10), at=NOW + timedelta(hours=1))
    desk.slices.define("iris", "wrong", "not correct")
    desk.slices.define("iris", "setosa", 'label == "Iris-setosa"')
    desk.slices.define("iris", "unlabelled", "label is null")
    desk.jobs.run()
    guess = iris_model().predict(iris_frame().select(FEATURES))
    wrong = desk.performance.report("iris", slice="wrong")
    assert wrong.labelled == sum(a != b for a, b in zip(guess, truth(), strict=True)) > 0
    assert accuracy(wrong.figures).value == 0
    assert desk.performance.report("iris", slice="setosa").labelled == truth().count("Iris-setosa")
    assert desk.performance.report("iris", slice="unlabelled").labelled == 0
    none = desk.reader.page("iris", only=desk.slices.rows("iris", slice_name="unlabelled"))
    assert none.frame.height == 10
    assert not set(none.frame["prediction_id"]) & set(day)


def test_another_definition_leaves_nothing_of_the_one_before(desk: Desk, day: list[str]) -> None:
    """Neither of days that can be evaluated anew nor of those whose rows have left the log."""
    old = logged(desk, iris_frame(), at=NOW - timedelta(days=30))
    label(desk, old, truth())
    desk.slices.define("iris", "long", LONG)
    desk.jobs.run()
    assert len(desk.performance.report("iris", slice="long").windows) == 2
    while Expiry(desk.store).rows(NOW - timedelta(days=10)).rows:
        pass
    desk.slices.define("iris", "long", "petal_length_cm > 6")
    assert desk.performance.report("iris", slice="long").windows == ()
    desk.jobs.run()
    (window,) = desk.performance.report("iris", slice="long").windows
    assert window.labelled == (iris_frame()["petal_length_cm"] > 6).sum()
    assert desk.performance.report("iris").labelled == 2 * len(day)
    desk.slices.delete("iris", "long")
    with pytest.raises(NotFound, match="no slice 'long'"):
        desk.performance.report("iris", slice="long")
    desk.jobs.run()
    desk.slices.define("iris", "long", LONG)
    assert desk.performance.report("iris", slice="long").windows == ()


def test_nothing_is_evaluated_again_for_the_same_definition(desk: Desk, day: list[str]) -> None:
    """Only a change makes days due."""
    del day
    desk.slices.define("iris", "long", LONG)
    desk.jobs.run()
    desk.slices.define("iris", "long", LONG)
    assert LabelRecords(desk.store).due() == ()
    desk.slices.define("iris", "long", "petal_length_cm > 5")
    assert [due.day for due in LabelRecords(desk.store).due()] == [DAY]


def test_a_slice_that_does_not_fit_a_version_stops_nothing(desk: Desk, day: list[str]) -> None:
    """The listing says why; the others are evaluated, on this version too."""
    del day
    small = iris_frame().select("petal_length_cm", "class")
    model = LogisticRegression(max_iter=500).fit(
        small.select("petal_length_cm").to_pandas(), small["class"].to_list()
    )
    desk.slices.define("iris", "wide", "sepal_width_cm > 3")
    desk.slices.define("iris", "long", LONG)
    desk.registry.publish(model, name="iris", reference=small, target="class")
    frame = small.with_columns(timestamp=pl.lit(NOW), row_id=pl.int_range(150).cast(pl.String))
    predictions = frame.rename({"class": desk.registry.record("iris", 2).signature.prediction.name})
    assert desk.backfill.log("iris", predictions, version=2).logged == 150
    desk.labelling.label("iris", {"row_id": frame["row_id"].to_list(), "label": truth()})
    desk.jobs.run()
    long, wide = desk.slices.of("iris")
    assert long.skipped == ()
    (skipped,) = wide.skipped
    assert skipped.version == 2
    assert "no column 'sepal_width_cm'" in skipped.because
    counts = [
        desk.performance.report("iris", version=version, slice=name).labelled
        for version in (1, 2)
        for name in ("long", "wide")
    ]
    inside = int((small["petal_length_cm"] > 4).sum())
    assert counts == [inside, int((iris_frame()["sepal_width_cm"] > 3).sum()), inside, 0]


def test_a_slice_that_nobody_can_read_stops_nothing(desk: Desk, day: list[str]) -> None:
    """Kept by a program whose language had more words: told in the listing, and passed over."""
    del day
    told = Change(time=NOW, actor="x", action="slice.defined", object="x", details={})
    strange = SliceRecord(name="new", expression="soundex(prediction) ==", created_at=NOW)
    model_id = desk.registry.record("iris").model_id
    SliceRecords(desk.store).put(model_id, strange, part="slice:new", change=told)
    desk.slices.define("iris", "long", LONG)
    desk.jobs.run()
    long, new = desk.slices.of("iris")
    assert long.skipped == ()
    assert "The condition is wrong" in new.skipped[0].because
    assert desk.performance.report("iris", slice="long").labelled > 0
    assert desk.performance.report("iris", slice="new").labelled == 0
    assert desk.slices.delete("iris", "new").expression == strange.expression


def test_rows_of_another_type_fail_only_the_slices_that_need_them(
    desk: Desk, day: list[str]
) -> None:
    """All rows, and slices of other columns, are evaluated all the same."""
    del day
    record = desk.registry.record("iris")
    inputs = tuple(
        Column(name=column.name, kind=Kind.BOOLEAN) if column.name == "petal_length_cm" else column
        for column in record.signature.inputs
    )
    changed = replace(record.signature, inputs=inputs)
    with desk.store.writing() as connection:
        connection.execute(
            sa.text("UPDATE versions SET signature = :signature"),
            {"signature": changed.encode()},
        )
    desk.registry.revision += 1
    desk.slices.define("iris", "strange", "petal_length_cm")
    desk.slices.define("iris", "wide", "sepal_width_cm > 3")
    desk.jobs.run()
    expected = (iris_frame()["sepal_width_cm"] > 3).sum()
    assert desk.performance.report("iris", slice="wide").labelled == expected
    assert desk.performance.report("iris", slice="strange").windows == ()
    assert desk.performance.report("iris").labelled == 150


def test_what_is_evaluated_while_a_slice_is_deleted_leaves_nothing(
    desk: Desk, day: list[str]
) -> None:
    """An evaluation that began before is written after: the day is due, and is put right."""
    del day
    desk.slices.define("iris", "long", LONG)
    (due,) = LabelRecords(desk.store).due()
    records = EvaluationRecords(desk.store)
    desk.slices.delete("iris", "long")
    state = Classification.of(["a"] * 150, ["a"] * 150).encode()
    part = PartState(labelled=150, state=state)
    records.keep(due, {"": part, "slice:long": part})
    assert records.parts(due.version_id) == ("", "slice:long")
    desk.jobs.run()
    assert records.parts(due.version_id) == ("",)
    assert accuracy(desk.performance.report("iris").figures).value != 1


def test_what_the_log_hides_cannot_be_spoken_of(desk: Desk, day: list[str]) -> None:
    """A column that is hashed or dropped from now on is no column; hashes are missing values."""
    del day
    desk.slices.define("iris", "long", LONG)
    desk.registry.set_policy("iris", LogPolicy(hash=("petal_length_cm",)))
    logged(desk, iris_frame().head(3))
    (long,) = desk.slices.of("iris")
    assert long.skipped[0].because.endswith("The log keeps no values of: petal_length_cm.")
    with pytest.raises(InvalidExpression, match="no column 'petal_length_cm'"):
        desk.slices.define("iris", "short", "petal_length_cm < 2")
    desk.registry.set_policy("iris", LogPolicy())
    (long,) = desk.slices.of("iris")
    assert long.skipped == ()
    page = desk.reader.page(
        "iris", only=desk.slices.rows("iris", condition="petal_length_cm is null")
    )
    assert page.frame.height == 3
    desk.slices.define("iris", "longer", "petal_length_cm > 5")
    desk.jobs.run()
    expected = (iris_frame()["petal_length_cm"] > 5).sum()
    assert desk.performance.report("iris", slice="longer").labelled == expected


def test_the_parts_stand_beside_all_rows(desk: Desk) -> None:
    """Segments and slices with figures and support, and whether they are told apart."""
    column = desk.registry.record("iris").signature.prediction.name
    desk.registry.set_policy("iris", LogPolicy(segment_by=(column,)))
    ids = logged(desk, iris_frame())
    label(desk, ids, truth())
    desk.slices.define("iris", "wrong", "not correct")
    desk.slices.define("iris", "right", "correct")
    desk.slices.define("iris", "all", "confidence > 0")
    desk.slices.define("iris", "none", "confidence > 1")
    desk.jobs.run()
    table = desk.performance.parts_table("iris", measures=["accuracy"])
    assert table.labelled == 150
    whole = accuracy(table.overall)
    assert whole == accuracy(desk.performance.report("iris").figures)
    segments = [part for part in table.parts if part.segment]
    assert [part.segment for part in segments] == list(desk.performance.segments("iris"))
    assert sum(part.labelled for part in segments) == 150
    slices = {part.slice: part for part in table.parts if part.slice}
    assert [*slices] == ["all", "right", "wrong"]
    outside = {name: part.figures[0].outside for name, part in slices.items()}
    assert outside == {"all": "", "right": "better", "wrong": "worse"}
    assert slices["all"].figures[0].figure == whole
    assert slices["all"].share == 1
    assert slices["right"].labelled + slices["wrong"].labelled == 150
    assert slices["all"].days == ()
    daily = desk.performance.parts_table("iris", measures=["accuracy"], daily=["recall"])
    (told,) = next(part for part in daily.parts if part.slice == "wrong").days
    assert (told.window.start, told.labelled) == (DAY, slices["wrong"].labelled)
    assert {each.value for each in told.figures if each.because is None} == {0.0}
    assert {each.measure for each in told.figures} == {"recall"}
    with pytest.raises(NotFound, match="luck"):
        desk.performance.parts_table("iris", daily=["luck"])
    later = desk.performance.parts_table("iris", start=DAY + timedelta(days=1))
    assert (later.labelled, later.overall, later.parts) == (0, (), ())


def test_a_report_is_of_a_segment_or_a_slice(desk: Desk, day: list[str]) -> None:
    """Not of both, and a slice that is not there is said to be unknown."""
    del day
    desk.slices.define("iris", "long", LONG)
    with pytest.raises(InvalidArgument, match="Both a segment"):
        desk.performance.report("iris", segment="a=b", slice="long")
    with pytest.raises(NotFound, match="no slice 'short'") as caught:
        desk.performance.report("iris", slice="short")
    assert caught.value.hint == "Known slices: long."
    with pytest.raises(NotFound, match="segment 'a=b'"):
        desk.performance.report("iris", segment="a=b")


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
