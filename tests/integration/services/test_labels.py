"""Labels on each database: taken in, joined, corrected, waiting."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, InvalidData, InvalidRows, NotFound
from modeldesk.schema import FewColumns, FewRows, PackedRows
from modeldesk.services.label_reading import LabelColumns, LabelKey
from modeldesk.services.labelling import LabelChoices, Labelled, OnConflict
from modeldesk.store import TIME, Chunk, ChunkLog
from tests.support.iris import ROW, iris_frame
from tests.support.labelling import (
    DAY,
    NOW,
    SETOSA,
    VERSICOLOR,
    VIRGINICA,
    due,
    outcome,
    send,
    settle,
    values,
    written,
)


def test_labels_join_by_identifier_and_by_own_key(desk: Desk) -> None:
    """A label is found with its prediction, whichever of its names was given."""
    ids = send(desk, ["a", "b", None])
    frame = {"prediction_id": [ids[0], None, ids[2]], "row_id": ["b", "b", None]}
    done = desk.labelling.label(
        "iris",
        frame | {"label": [SETOSA, VIRGINICA, VERSICOLOR]},
        columns=LabelColumns(source="crm"),
    )
    assert (done.rows, done.matched, outcome(done)) == (3, 3, (3, 0, 0, 0))
    assert [values(desk, found) for found in ids] == [[SETOSA], [VIRGINICA], [VERSICOLOR]]
    (label,) = desk.reader.by_row_id("iris", "b")[0].labels
    assert (label.source, label.time, label.arrived_at) == ("crm", NOW, NOW)
    assert desk.check.run().findings == ()


def test_one_own_key_may_name_several_predictions(desk: Desk) -> None:
    """All predictions of that key that are in the log get the label."""
    ids = send(desk, ["a", "b", "a"])
    desk.rollup.run()
    ids += send(desk, ["a"])
    done = desk.labelling.label("iris", {"row_id": ["a"], "label": [SETOSA]})
    assert (done.rows, done.matched, done.new) == (1, 1, 3)
    assert [len(values(desk, found)) for found in ids] == [1, 0, 1, 1]


def test_a_correction_keeps_the_history(desk: Desk, clock: FrozenClock) -> None:
    """Every label stays; the one that arrived last counts, whatever its own time says."""
    (prediction,) = send(desk, ["a"])
    for value, known in ((SETOSA, NOW), (VIRGINICA, NOW - timedelta(days=9))):
        frame: dict[str, list[object]] = {
            "row_id": ["a"],
            "label": [value],
            "label_time": [known],
        }
        desk.labelling.label("iris", frame)
        clock.advance(timedelta(hours=-1))  # a clock that is set back changes nothing
    done = desk.labelling.label("iris", {"prediction_id": [prediction], "label": [VERSICOLOR]})
    assert outcome(done) == (0, 1, 0, 0)
    assert values(desk, prediction) == [VERSICOLOR, VIRGINICA, SETOSA]
    (window,) = desk.labels.maturity("iris").windows
    assert window.labelled == 1
    assert desk.labels.delay("iris").labels == 1
    assert desk.check.run().findings == ()


def test_the_same_label_once_more_changes_nothing(desk: Desk) -> None:
    """Nothing is written and no day is due; only another source's word is added."""
    (prediction,) = send(desk, ["a"])
    frame = {"row_id": ["a", "unknown"], "label": [SETOSA, SETOSA]}
    desk.labelling.label("iris", frame)
    settle(desk)
    before = written(desk)
    done = desk.labelling.label("iris", frame)
    assert outcome(done) == (0, 0, 1, 1)
    assert written(desk) == before
    assert due(desk) == set()
    desk.labelling.label("iris", frame, columns=LabelColumns(source="review"))
    assert values(desk, prediction) == [SETOSA, SETOSA]
    assert desk.labels.maturity("iris").windows[0].labelled == 1


def test_labels_wait_for_rows_that_are_put_together(desk: Desk) -> None:
    """Single rows that are filed as one chunk keep their names, and get what waits for them."""
    keys = [f"01k9z7c3f2w8e5t6r4q1m0n2b{letter}" for letter in "abc"]
    done = desk.labelling.label(
        "iris", {"prediction_id": [f"{keys[2]}-0", f"{keys[1]}-1"], "label": [SETOSA, VIRGINICA]}
    )
    assert outcome(done) == (0, 0, 0, 2)
    table = (
        iris_frame().head(2).with_columns(pl.lit(NOW).cast(pl.Datetime("us", "UTC")).alias(TIME))
    )
    columns = FewColumns.like(dict(table.schema))
    plain = table.with_columns(pl.col(TIME).dt.epoch("us"))
    assert columns is not None
    record, log = desk.registry.record("iris"), ChunkLog(desk.store, synced=False)
    for key in keys:
        chunk = Chunk(
            key=key,
            model_id=record.model_id,
            version_id=record.version_id,
            committed_at=NOW,
            rows=FewRows(columns=columns, values=[column.to_list() for column in plain]),
        )
        if not log.append_at_once(chunk):  # PostgreSQL writes no chunk at once
            log.append([chunk])
        log.prepare()
    desk.rollup.run()
    assert values(desk, f"{keys[2]}-0") == [SETOSA]
    assert values(desk, f"{keys[1]}-1") == [VIRGINICA]
    assert values(desk, f"{keys[1]}-0") == []
    assert desk.labels.delay("iris").waiting == 0


def test_rows_that_no_label_wants_are_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Predictions wait for the transaction in which labels join, so it reads what it has to."""
    told = desk.predictor.predict("iris", [ROW] * 2).predictions
    asked = [told[0].prediction_id, "01k9z7c3f2w8e5t6r4q1m0n2bd-0"]
    done = desk.labelling.label("iris", {"prediction_id": asked, "label": [SETOSA, SETOSA]})
    assert outcome(done) == (1, 0, 0, 1)

    def fail(_: PackedRows) -> None:
        pytest.fail("Rows were read for labels that want none of them.")

    for _ in range(5):
        desk.predictor.predict("iris", [ROW])
    with monkeypatch.context() as patched:
        patched.setattr(PackedRows, "frame", fail)
        assert desk.rollup.run() == 7
    assert values(desk, told[0].prediction_id) == [SETOSA]
    assert desk.labels.delay("iris").waiting == 1


def test_a_row_of_this_moment_is_labelled_at_once(desk: Desk) -> None:
    """A label finds a prediction that was answered just now, before any background work."""
    (told,) = desk.predictor.predict("iris", [ROW]).predictions
    done = desk.labelling.label("iris", {"prediction_id": [told.prediction_id], "label": [SETOSA]})
    assert outcome(done) == (1, 0, 0, 0)
    assert values(desk, told.prediction_id) == [SETOSA]


@pytest.mark.parametrize("by", ["row_id", "prediction_id"])
def test_labels_of_unknown_predictions_wait_and_join(desk: Desk, by: str) -> None:
    """When the rows are rolled up they have their labels, and the day is due."""
    key = "a" if by == "row_id" else "01k9z7c3f2w8e5t6r4q1m0n2bd-1"
    for value in (SETOSA, VIRGINICA):
        done = desk.labelling.label("iris", {by: [key], "label": [value]})
        assert outcome(done) == (0, 0, 0, 1)
    assert desk.labels.delay("iris").waiting == 2
    if by == "row_id":
        prediction = send(desk, [None, "a", "a"])[1]
    else:
        record = desk.registry.record("iris")
        frame = (
            iris_frame()
            .head(3)
            .with_columns(pl.Series(TIME, [NOW] * 3, dtype=pl.Datetime("us", "UTC")))
        )
        chunk = Chunk(
            key=key[:26],
            model_id=record.model_id,
            version_id=record.version_id,
            committed_at=NOW,
            rows=frame,
        )
        ChunkLog(desk.store).append([chunk])
        prediction = key
    assert values(desk, prediction) == []
    desk.rollup.run()
    assert values(desk, prediction) == [VIRGINICA, SETOSA]
    assert desk.labels.delay("iris").waiting == 0
    assert {day for _, day in due(desk)} == {DAY}
    labelled = 2 if by == "row_id" else 1
    assert desk.labels.maturity("iris").windows[0].labelled == labelled
    assert desk.check.run().findings == ()


def test_many_waiting_labels_and_many_rows(desk: Desk) -> None:
    """Those that fit join, whichever are more; the others go on waiting."""
    frame = pl.DataFrame({"row_id": [f"late-{n}" for n in range(300)], "label": [SETOSA] * 300})
    desk.labelling.label("iris", frame)
    send(desk, ["late-7", "other"])
    desk.rollup.run()
    assert desk.labels.delay("iris").waiting == 299
    rows = iris_frame().with_columns(
        pl.Series("row_id", [f"late-{n + 5}" for n in range(150)]), pl.lit(NOW).alias("timestamp")
    )
    desk.backfill.log("iris", pl.concat([rows] * 4).with_row_index("n").drop("n"))
    desk.rollup.run()
    assert desk.labels.delay("iris").waiting == 299 - 149
    assert desk.labels.maturity("iris").windows[0].labelled == 1 + 4 * 149
    assert desk.check.run().findings == ()


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    """What it counts is what happens then."""
    ids = send(desk, [f"k{n}" for n in range(9)])
    desk.labelling.label("iris", {"prediction_id": ids[:3], "label": [SETOSA] * 3})
    before = written(desk)
    frame: dict[str, list[str | None]] = {
        "prediction_id": [*ids[:5], ids[4], "01k9z7c3f2w8e5t6r4q1m0n2bd-1", "nonsense", None],
        "label": [SETOSA, SETOSA, VIRGINICA, SETOSA, SETOSA, VIRGINICA, SETOSA, SETOSA, "cat"],
    }
    choices = LabelChoices(conflicts=OnConflict.FIRST, skip_invalid=True, dry_run=True)
    told = desk.labelling.label("iris", frame, choices=choices)
    assert written(desk) == before
    assert (outcome(told), told.conflicting, told.invalid) == ((2, 1, 2, 1), 1, 2)
    parts = told.matched + told.waiting + told.duplicates + told.conflicting + told.invalid
    assert parts == told.rows == 9
    done = desk.labelling.label("iris", frame, choices=replace(choices, dry_run=False))
    assert replace(done, dry_run=True) == told
    assert [problem.row for problem in told.problems] == [5, 7, 8]


def test_wrong_rows_refuse_the_whole_table(desk: Desk) -> None:
    """Every problem is named with its row, and nothing is written."""
    ids = send(desk, ["a", "b"])
    frame: dict[str, list[str | None]] = {
        "prediction_id": [ids[0], ids[1], "x", ids[1], None],
        "label": [SETOSA, "cat", SETOSA, None, SETOSA],
    }
    with pytest.raises(InvalidRows, match=r"unknown class 'cat'.*Iris-setosa") as refused:
        desk.labelling.label("iris", frame)
    assert [problem.row for problem in refused.value.problems] == [1, 2, 3, 4]
    assert refused.value.hint == "No label was written."
    assert written(desk)["labels"] == 0
    told = desk.labelling.label("iris", frame, choices=LabelChoices(dry_run=True))
    assert (told.refused, told.invalid, told.new) == (True, 4, 1)


@pytest.mark.parametrize(
    ("choice", "kept"), [(OnConflict.FIRST, SETOSA), (OnConflict.LAST, VIRGINICA)]
)
def test_contradictions_are_settled_as_chosen(desk: Desk, choice: OnConflict, kept: str) -> None:
    """Refused unless the first or the last is to count; an own key may contradict an identifier."""
    (prediction,) = send(desk, ["a"])
    both = {"prediction_id": [prediction, None], "row_id": [None, "a"]}
    for names in ({"row_id": ["a", "a"]}, both):
        frame = names | {"label": [SETOSA, VIRGINICA]}
        with pytest.raises(
            InvalidRows, match=r"'Iris-virginica' for .*, and 'Iris-setosa' in row 0"
        ):
            desk.labelling.label("iris", frame)
        done = desk.labelling.label("iris", frame, choices=LabelChoices(conflicts=choice))
        assert (done.conflicting, done.matched, done.rows) == (1, 1, 2)
        assert values(desk, prediction) == [kept]
    same = desk.labelling.label("iris", both | {"label": [kept, kept]})
    assert (same.duplicates, same.conflicting, same.unchanged) == (1, 0, 1)


def test_tables_that_are_none_of_labels(desk: Desk) -> None:
    """A missing column, model or name is told with what there is."""
    with pytest.raises(InvalidData, match="no column 'label'"):
        desk.labelling.label("iris", {"row_id": ["a"]})
    with pytest.raises(InvalidData, match="prediction_id or row_id"):
        desk.labelling.label("iris", {"label": [SETOSA]})
    with pytest.raises(InvalidData, match="cannot be read as times"):
        desk.labelling.label("iris", {"row_id": ["a"], "label": [SETOSA], "label_time": [7]})
    with pytest.raises(NotFound, match="no model"):
        desk.labelling.label("irs", {"row_id": ["a"], "label": [SETOSA]})
    columns = LabelColumns(source="s" * 201)
    with pytest.raises(InvalidArgument, match="source"):
        desk.labelling.label("iris", {"row_id": ["a"], "label": [SETOSA]}, columns=columns)
    frame = {"id": ["a"], "truth": [SETOSA], "note": ["x"]}
    columns = LabelColumns(key=LabelKey.OWN, key_column="id", label="truth")
    assert desk.labelling.label("iris", frame, columns=columns).ignored == ("note",)


def test_writers_at_the_same_time_count_each_prediction_once(desk: Desk) -> None:
    """Whoever labels the same predictions at once makes one new label and corrections of it."""
    ids = send(desk, [f"k{n}" for n in range(60)], batch=20)
    desk.rollup.run()

    def label(number: int) -> Labelled:
        value = (SETOSA, VERSICOLOR, VIRGINICA)[number % 3]
        return desk.labelling.label("iris", {"prediction_id": ids, "label": [value] * 60})

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(label, range(6)))
    assert sum(found.new for found in done) == 60
    assert sum(found.new + found.corrected + found.unchanged for found in done) == 6 * 60
    (window,) = desk.labels.maturity("iris").windows
    assert (window.labelled, desk.labels.delay("iris").labels) == (60, 60)
    assert desk.check.run().findings == ()


def test_no_label_misses_a_row_that_arrives_at_the_same_time(desk: Desk) -> None:
    """Labels that were sent while their rows were logged and rolled up have joined them."""
    keys = [f"k{n}" for n in range(120)]

    def log() -> None:
        for key in keys:
            send(desk, [key])
            desk.rollup.run()

    def label() -> None:
        for key in keys:
            desk.labelling.label("iris", {"row_id": [key], "label": [SETOSA]})

    with ThreadPoolExecutor(2) as pool:
        for task in [pool.submit(log), pool.submit(label)]:
            task.result()
    desk.rollup.run()
    assert desk.labels.delay("iris").waiting == 0
    labelled = [len(desk.reader.by_row_id("iris", key)[0].labels) for key in keys]
    assert labelled == [1] * len(keys)
    assert desk.check.run().findings == ()
