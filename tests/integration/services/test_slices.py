"""Slices of a model on each database: kept, and evaluated beside all rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from modeldesk.errors import InvalidArgument, InvalidExpression, NotFound
from modeldesk.performance import Classification
from modeldesk.schema import Column, Kind, LogPolicy
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
from tests.support.labelled_iris import DAY, LONG, NOW, accuracy, label, logged, truth

if TYPE_CHECKING:
    from modeldesk.desk import Desk


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


def test_conditions_are_asked_for_by_name_or_as_they_are(desk: Desk) -> None:
    """A slice of the model first, else a condition, each once and under a name of its own."""
    desk.slices.define("iris", "long", LONG)
    named = desk.slices.named("iris", ["long", "petal_length_cm<2.0", "petal_length_cm < 2"])
    assert named == {"long": LONG, "petal_length_cm < 2": "petal_length_cm < 2"}
    first, second = (
        " or ".join(f"petal_length_cm == {number}" for number in range(start, start + 9))
        for start in (1, 2)
    )
    same = first.replace("== 9", "== 99")
    titles = [*desk.slices.named("iris", [first, second, same])]
    assert max(map(len, titles)) <= 100
    assert len({title[:40] for title in titles}) == 2
    assert len(set(titles)) == 3
    with pytest.raises(InvalidExpression, match="The slices of 'iris' are: long"):
        desk.slices.named("iris", ["petal_length_cm <"])
    with pytest.raises(NotFound):
        desk.slices.named("rose", ["long"])
    desk.slices.delete("iris", "long")
    with pytest.raises(InvalidExpression, match="'iris' has no slices"):
        desk.slices.named("iris", ["(("])
