"""Test sets at publish, on each database: figures, the champion on the same rows, refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error, recall_score

from modeldesk.errors import (
    Incompatible,
    InvalidArgument,
    InvalidData,
    ModeldeskError,
    ModelFailed,
    NotFound,
    UnsafeArtefact,
)
from modeldesk.services.kept_comparison import LONGEST_TEXT, MOST_CLASSES
from modeldesk.store.version_test_tables import version_test_parts, version_tests
from tests.support import functions
from tests.support.iris import FEATURES, iris_frame, iris_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modeldesk.clock import FrozenClock
    from modeldesk.desk import Desk
    from modeldesk.services.version_figure_views import VersionLine
    from modeldesk.services.views import VersionView

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
FLOWERS = iris_frame()
TEST = FLOWERS.sample(90, seed=3, shuffle=True)
TRUTH = TEST["class"].to_list()


def worse() -> LogisticRegression:
    """Return a classifier that takes many flowers for others."""
    model = LogisticRegression(C=0.0005, max_iter=500)
    return model.fit(FLOWERS.select(FEATURES), FLOWERS["class"].to_list())


def publish(desk: Desk, model: object, **told: Any) -> VersionView:  # noqa: ANN401  # keywords
    """Publish a version of the flowers' model."""
    told = {"reference": FLOWERS, "target": "class", **told}
    return desk.registry.publish(model, name="iris", **told)


def rows_of(desk: Desk) -> tuple[int, int]:
    """Return how many tests and parts of tests are kept."""
    with desk.store.reading() as connection:
        found = [
            connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (version_tests, version_test_parts)
        ]
    return int(found[0] or 0), int(found[1] or 0)


def files_of(desk: Desk) -> set[Path]:
    """Return the files of all artefacts."""
    return {path for path in Path(desk.settings.artefacts).rglob("*") if path.is_file()}


def value(figures: Sequence[Any], measure: str, of: str | None = None) -> float:
    """Return one figure."""
    (found,) = [each for each in figures if (each.measure, each.of) == (measure, of)]
    assert found.low <= found.value <= found.high
    return float(found.value)


def test_figures_are_those_of_scikit_learn(desk: Desk) -> None:
    """Overall, by class and by slice of the model; kept with the version, and read back."""
    desk.slices.define("iris", "short", "petal_length_cm < 2")
    desk.slices.define("iris", "missed", "label != prediction")
    desk.slices.define("iris", "late", 'time > date("2026-01-01")')
    desk.slices.define("iris", "none", "petal_length_cm > 100")
    model = worse()
    version = publish(desk, model, test=TEST)
    assert version.test is not None
    assert (version.test.rows, version.test.against, version.test.tested_at) == (90, 1, NOW)
    report = desk.version_figures.test("iris", version=2)
    said = model.predict(TEST.select(FEATURES))
    assert (report.rows, report.labelled, report.task) == (90, 90, "classification")
    assert value(report.figures, "accuracy") == pytest.approx(accuracy_score(TRUTH, said))
    assert value(report.figures, "f1_macro") == pytest.approx(
        f1_score(TRUTH, said, average="macro")
    )
    names = sorted(set(TRUTH))
    recalls = recall_score(TRUTH, said, average=None, labels=names)
    for name, recall in zip(names, recalls, strict=True):
        assert value(report.figures, "recall", name) == pytest.approx(recall)
    assert [part.name for part in report.slices] == ["missed", "short"]
    missed, short = report.slices
    assert (missed.labelled, missed.expression) == (
        int((said != TRUTH).sum()),
        "label != prediction",
    )
    assert value([each.figure for each in missed.figures], "accuracy") == 0
    assert missed.figures[0].outside == "worse"
    assert short.labelled == TEST.filter(pl.col("petal_length_cm") < 2).height
    assert short.share == pytest.approx(short.labelled / 90)
    few = desk.version_figures.test("iris", version=2, measures=["mcc"], confidence=0.5)
    assert [each.measure for each in few.figures] == ["mcc"]
    assert desk.registry.versions("iris")[1].test == version.test
    assert desk.registry.versions("iris")[0].test is None


def test_the_champion_is_compared_on_the_same_rows(desk: Desk) -> None:
    """As a comparison on a table afterwards says it: kept without inputs, told in a sentence."""
    desk.slices.define("iris", "short", "petal_length_cm < 2")
    desk.slices.define("iris", "missed", "label != prediction")
    version = publish(desk, worse(), test=TEST)
    kept = desk.version_figures.test("iris", version=2).comparison
    assert kept is not None
    again = desk.version_comparison.on("iris", TEST, label="class", one=2, other=1)
    bare = tuple(replace(row, inputs={}) for row in again.disagreements)
    slices = kept.slices
    assert replace(kept, slices=()) == replace(again, source="test", disagreements=bare)
    assert [part.name for part in slices] == ["short"]
    assert version.test is not None
    assert version.test.verdict == again.verdict
    assert again.verdict.startswith("Version 2 is worse than version 1 on the same 90 rows, by ")
    row = kept.disagreements[0]
    assert row.label == TRUTH[int(row.row)]


def test_a_first_version_has_figures_and_nobody_to_be_compared_with(desk: Desk) -> None:
    """The verdict says so."""
    version = desk.registry.publish(
        iris_model(), name="new", reference=FLOWERS, target="class", test=TEST
    )
    assert version.test is not None
    assert (version.test.against, version.test.verdict) == (
        None,
        "Version 1 is the first of 'new'.",
    )
    report = desk.version_figures.test("new")
    assert (report.comparison, report.slices, report.against) == (None, (), None)
    assert value(report.figures, "accuracy") > 0.9


def test_numbers_are_tested_as_well(desk: Desk) -> None:
    """With the column that has the outcome named for itself."""
    inputs, target = load_diabetes(return_X_y=True)
    names = [f"x{place}" for place in range(inputs.shape[1])]
    reference = pl.DataFrame(inputs, schema=names)
    flat = LinearRegression().fit(np.zeros_like(inputs), target)
    full = LinearRegression().fit(inputs, target)
    table = reference.with_columns(pl.Series("progress", target))
    told: dict[str, Any] = {"name": "sugar", "reference": reference}
    for model in (flat, full):
        version = desk.registry.publish(model, test=table, test_label="progress", **told)
    report = desk.version_figures.test("sugar", version=2)
    expected = mean_absolute_error(target, full.predict(inputs))
    assert value(report.figures, "mae") == pytest.approx(expected)
    assert version.test is not None
    assert version.test.verdict.startswith("Version 2 is better than version 1 on the same 442")
    assert report.comparison is not None
    assert report.comparison.classes == ()


CLASS = pl.col("class")


@pytest.mark.parametrize(
    ("told", "error", "said"),
    [
        ({"test": TEST.drop("class")}, InvalidData, "no column 'class'"),
        ({"test": TEST, "test_label": "kind"}, InvalidData, "no column 'kind'"),
        ({"test": TEST.with_columns(pl.lit("tulip").alias("class"))}, InvalidData, "'tulip'"),
        (
            {"test": TEST.with_columns(pl.when(pl.int_range(pl.len()) != 7).then(CLASS))},
            InvalidData,
            "1 labels cannot be used; row 7: missing",
        ),
        ({"test": TEST.drop(FEATURES[1])}, InvalidData, f"lacks the columns {FEATURES[1]}"),
        (
            {"test": TEST.with_columns(pl.lit("wide").alias(FEATURES[1]))},
            InvalidData,
            f"{FEATURES[1]}: expected",
        ),
        (
            {"test": TEST.with_columns(pl.lit(float("nan")).alias(FEATURES[1]))},
            InvalidData,
            f"{FEATURES[1]}: expected",
        ),
        ({"test": TEST.clear()}, InvalidData, "0 rows"),
        ({"test": 7}, InvalidData, "int"),
        ({"test_label": "class"}, InvalidArgument, "no test set"),
        ({"test": TEST, "target": None}, InvalidArgument, "Nobody says which column"),
    ],
)
def test_a_test_set_that_does_not_fit_is_refused_before_anything_is_kept(
    desk: Desk, told: dict[str, Any], error: type[ModeldeskError], said: str
) -> None:
    """No version, no file, no row; and the reason names what is wrong."""
    before = files_of(desk)
    with pytest.raises(error) as caught:
        publish(desk, worse(), **told)
    assert said in str(caught.value)
    assert (len(desk.registry.versions("iris")), rows_of(desk)) == (1, (0, 0))
    assert files_of(desk) == before


def test_missing_numbers_are_no_labels(desk: Desk) -> None:
    """NaN is refused like a gap, and so is what is no number."""
    for label, said in ((float("nan"), "missing"), ("many", "wrong value ('many')")):
        table = {"a": [1.0, 2.0], "y": [2.0, label]}
        with pytest.raises(InvalidData) as caught:
            desk.registry.publish(
                functions.double,
                name="doubles",
                reference={"a": [1.0, 2.0]},
                test=table,
                test_label="y",
            )
        assert said in str(caught.value)
    assert "doubles" not in desk.registry.names()


def test_a_model_that_fails_on_its_test_set_is_not_published(desk: Desk) -> None:
    """Nor one that cannot be kept, nor one that answers nothing."""
    told: dict[str, Any] = {"name": "some", "test_label": "y"}
    table = {"a": [1.0, 20.0], "y": [1.0, 20.0]}
    with pytest.raises(ModelFailed):
        desk.registry.publish(functions.fails_above_ten, reference={"a": [1.0]}, test=table, **told)
    for value in (2.0, "x"):
        with pytest.raises(InvalidData, match="nothing that can be measured"):
            desk.registry.publish(
                answers_small_ones,
                reference={"a": [1.0], "b": [value]},
                test=table | {"a": [20.0, 30.0], "b": [value] * 2, "y": [value] * 2},
                **told,
            )
    with pytest.raises(UnsafeArtefact):
        publish(desk, Unsafe(max_iter=500).fit(TEST.select(FEATURES), TRUTH), test=TEST)
    assert desk.registry.names() == ("iris",)
    assert rows_of(desk) == (0, 0)


def answers_small_ones(frame: pl.DataFrame) -> list[object]:
    """Answer the column ``b`` where ``a`` is at most ten, and nothing elsewhere."""
    return [b if a <= 10 else None for a, b in frame.select("a", "b").iter_rows()]


class Unsafe(LogisticRegression):  # type: ignore[misc]  # untyped library
    """A classifier of a type that nobody vouches for."""


@pytest.mark.parametrize("case", ["other inputs", "other task", "fails", "elsewhere"])
def test_a_champion_that_cannot_be_compared_stops_nothing(desk: Desk, case: str) -> None:
    """The version is published with its figures, and the verdict says why there is no more."""
    reference = pl.DataFrame({"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 6.0]})
    table = pl.DataFrame({"a": [float(a % 9) for a in range(300)]}).with_columns(y=pl.col("a") * 2)
    said = {
        "other inputs": "Version 1 cannot predict these rows. The table lacks the columns b.",
        "other task": "Version 2 of 'some' predicts numbers, version 1 classes.",
        "fails": "The model failed for 101 rows.",
        "elsewhere": "'some' is served elsewhere",
    }[case]
    if case == "elsewhere":
        desk.registry.register("some", reference=reference, prediction="b")
    elif case == "other inputs":
        desk.registry.publish(functions.double, name="some", reference=reference)
    elif case == "other task":
        desk.registry.publish(functions.guesses_setosa, name="some", reference=reference)
    else:
        table = table.with_columns(a=pl.col("a") + 20, y=pl.col("a") * 2 + 40)
        desk.registry.publish(
            functions.fails_above_ten, name="some", reference=reference.select("a")
        )
    version = desk.registry.publish(
        functions.double, name="some", reference=reference.select("a"), test=table, test_label="y"
    )
    assert version.test is not None
    assert version.test.against is None
    assert version.test.verdict.startswith(f"It could not be compared with version 1: {said}")
    report = desk.version_figures.test("some", version=2)
    assert (report.comparison, value(report.figures, "mae")) == (None, 0)


def test_rows_that_the_champion_does_not_take_are_left_out_of_the_comparison(desk: Desk) -> None:
    """The figures are still of all rows."""
    desk.registry.publish(functions.fails_above_ten, name="some", reference={"a": [1.0, 2.0]})
    version = desk.registry.publish(
        functions.double,
        name="some",
        reference={"a": [1.0, 2.0]},
        test={"a": [1.0, 20.0, 3.0], "y": [2.0, 40.0, 6.0]},
        test_label="y",
    )
    report = desk.version_figures.test("some", version=version.number)
    assert report.comparison is not None
    assert (report.labelled, report.comparison.rows, report.comparison.refused) == (3, 2, 1)


def test_classes_that_only_an_earlier_version_knows_are_labels_as_well(desk: Desk) -> None:
    """A version that forgot a class is wrong about its rows, and not the test set."""
    some = FLOWERS.filter(pl.col("class") != "Iris-virginica")
    model = LogisticRegression(max_iter=500).fit(some.select(FEATURES), some["class"].to_list())
    publish(desk, model, reference=some, test=TEST)
    report = desk.version_figures.test("iris", version=2)
    assert value(report.figures, "recall", "Iris-virginica") == 0


def test_what_is_kept_does_not_grow_with_the_rows(desk: Desk) -> None:
    """Classes, texts and shown rows are few, however many and long they are in the table."""
    words = [f"{place:04}" + "x" * 5_000 for place in range(600)]
    table = {"a": [float(place) for place in range(600)], "y": words}
    for model in (says_words, says_other_words):
        version = desk.registry.publish(
            model, name="words", reference=table, test=table, test_label="y"
        )
    report = desk.version_figures.test("words", version=version.number)
    kept = report.comparison
    assert kept is not None
    assert (kept.rows, kept.regressed, len(kept.classes)) == (600, 300, MOST_CLASSES)
    assert {len(change.name) for change in kept.classes} == {LONGEST_TEXT}
    assert {len(str(row.one)) for row in kept.disagreements} == {LONGEST_TEXT}
    assert len(kept.disagreements) == 20
    with desk.store.reading() as connection:
        text = connection.scalar(sa.select(sa.func.max(sa.func.length(version_tests.c.comparison))))
    assert (text or 0) < 200_000


def says_words(frame: pl.DataFrame) -> list[str]:
    """Answer a long word for each number."""
    return [f"{int(a):04}" + "x" * 5_000 for a in frame["a"]]


def says_other_words(frame: pl.DataFrame) -> list[str]:
    """Answer the word of the even number below."""
    return [f"{int(a) // 2 * 2:04}" + "x" * 5_000 for a in frame["a"]]


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    """A version without a test set, a version or a measure that there is not."""
    figures = desk.version_figures
    with pytest.raises(NotFound, match="Version 1 of 'iris' has no test set"):
        figures.test("iris")
    publish(desk, iris_model(), test=TEST)
    for wrong, error in (
        ({"version": 9}, NotFound),
        ({"version": 2, "measures": ["f2"]}, NotFound),
        ({"version": 2, "measures": ["mae"]}, Incompatible),
        ({"version": 2, "confidence": 1.0}, InvalidArgument),
    ):
        told: dict[str, Any] = wrong
        with pytest.raises(error):
            figures.test("iris", **told)


def step(line: VersionLine, version: int) -> Any:  # noqa: ANN401  # a version in the line
    """Return a version in a line."""
    (found,) = [each for each in line.versions if each.version == version]
    return found


def test_versions_stand_in_a_line(desk: Desk, clock: FrozenClock) -> None:
    """In their order, on test sets and on live labels, each against the one before it."""
    publish(desk, worse(), test=TEST)  # 2, against 1, which has no test
    clock.advance(timedelta(days=1))
    publish(desk, iris_model(), test=TEST)  # 3, against 1 in pairs, and 2 in the line
    desk.aliases.move("iris", "champion", 3)
    publish(desk, worse(), test=TEST)  # 4, against 3
    publish(desk, iris_model(), test=FLOWERS)  # 5, other rows
    line = desk.version_figures.line("iris")
    assert [each.version for each in line.versions] == [1, 2, 3, 4, 5]
    assert [each.published_at for each in line.versions] == [NOW] * 2 + [
        NOW + timedelta(days=1)
    ] * 3
    assert line.measures == ("accuracy", "f1_macro", "roc_auc_macro", "log_loss")
    assert step(line, 3).aliases == ("champion",)
    assert step(line, 1).test.because == "it was published without a test set"
    tests = {each.version: each.test for each in line.versions}
    told = {number: (p.before, p.same_rows, p.paired) for number, p in tests.items()}
    assert told == {
        1: (None, None, False),
        2: (None, None, False),
        3: (2, True, False),
        4: (3, True, True),
        5: (4, False, False),
    }
    assert tests[4].differences[0].outcome == "worse"
    assert str(tests[4].verdict).startswith("Version 4 is worse than version 3 by accuracy")
    kept = desk.version_figures.test("iris", version=4).comparison
    assert kept is not None
    assert tests[4].differences[0] in kept.differences
    assert [each.measure for each in tests[3].figures] == list(line.measures)
    # Measures that are not compared in pairs, or another confidence: as if rows were others.
    by_class = desk.version_figures.line("iris", measures=["recall"])
    assert not step(by_class, 4).test.paired
    assert {each.of for each in step(by_class, 4).test.differences} == set(TRUTH)
    assert not step(desk.version_figures.line("iris", confidence=0.9), 4).test.paired
    newest = desk.version_figures.line("iris", limit=2)
    assert ([each.version for each in newest.versions], newest.more, line.more) == (
        [4, 5],
        True,
        False,
    )


def test_live_labels_stand_in_the_line_beside(desk: Desk) -> None:
    """Over the days that are asked for; a version without labels is passed over."""
    publish(desk, worse())
    publish(desk, worse())
    for version, day in ((1, NOW - timedelta(days=1)), (3, NOW)):
        answer = desk.predictor.predict(
            "iris",
            FLOWERS.select(FEATURES).to_dicts(),
            version=version,
            timestamps=[day] * 150,
        )
        ids = [each.prediction_id for each in answer.predictions]
        desk.labelling.label("iris", {"prediction_id": ids, "label": FLOWERS["class"].to_list()})
    desk.jobs.run()
    line = desk.version_figures.line("iris", measures=["accuracy", "mcc"])
    live = {each.version: each.live for each in line.versions}
    assert [live[number].labelled for number in (1, 2, 3)] == [150, 0, 150]
    assert (live[2].before, live[2].because) == (
        None,
        "no such row is labelled, or its labels are not evaluated yet",
    )
    assert (live[3].before, live[3].same_rows, live[3].paired) == (1, None, False)
    assert (
        live[3].verdict == "Version 3 is worse than version 1 by accuracy and Matthews correlation."
    )
    report = desk.performance.report("iris", version=3, measures=["accuracy", "mcc"])
    assert live[3].figures == report.figures
    compared = desk.performance.compare("iris", 3, 1, measures=["accuracy", "mcc"])
    assert live[3].differences == compared.differences
    later = desk.version_figures.line("iris", start=datetime(2026, 3, 4, tzinfo=UTC))
    assert [each.live.labelled for each in later.versions] == [0, 0, 150]
    assert later.versions[2].live.verdict is None


def test_a_slice_stands_in_the_line_as_it_is_now(desk: Desk) -> None:
    """Tests made when the slice was another one, or none, say so instead of a figure."""
    publish(desk, iris_model(), test=TEST)
    desk.slices.define("iris", "short", "petal_length_cm < 2")
    publish(desk, worse(), test=TEST)
    rows = TEST.filter(pl.col("petal_length_cm") < 2).height
    line = desk.version_figures.line("iris", slice="short")
    assert [each.test.labelled for each in line.versions] == [0, 0, rows]
    assert "or the slice is newer" in str(line.versions[1].test.because)
    desk.slices.define("iris", "short", "petal_length_cm < 3")
    moved = desk.version_figures.line("iris", slice="short")
    assert moved.versions[2].test.because == (
        "when it was tested the slice was: petal_length_cm < 2"
    )
    assert desk.version_figures.test("iris", version=3).slices[0].expression == (
        "petal_length_cm < 2"
    )
    with pytest.raises(NotFound, match="no slice 'long'"):
        desk.version_figures.line("iris", slice="long")


def test_versions_that_do_other_things_stand_in_one_line(desk: Desk) -> None:
    """A measure is shown where it applies, and refused where it applies to none."""
    desk.registry.publish(
        functions.guesses_setosa,
        name="some",
        reference={"a": [1.0, 2.0]},
        test={"a": [1.0], "y": ["Iris-setosa"]},
        test_label="y",
    )
    desk.registry.publish(
        functions.double,
        name="some",
        reference={"a": [1.0, 2.0]},
        test={"a": [1.0, 2.0], "y": [2.0, 4.0]},
        test_label="y",
    )
    first, second = desk.version_figures.line("some", measures=["mae"]).versions
    assert first.test.because == "none of the measures applies to classification"
    assert second.test.figures[0].value == 0
    assert second.test.verdict == "Versions 2 and 1 do different things."
    with pytest.raises(Incompatible, match="does not apply to regression"):
        desk.version_figures.line("some", measures=["mrr"])
    for wrong in ({"limit": 0}, {"limit": 1_001}, {"confidence": 0.0}):
        told: dict[str, Any] = wrong
        with pytest.raises(InvalidArgument):
            desk.version_figures.line("some", **told)
    with pytest.raises(NotFound):
        desk.version_figures.line("none")
