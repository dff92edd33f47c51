"""Labels on each database: taken in, joined, corrected, waiting, counted, kept."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, InvalidData, InvalidRows, NotFound
from modeldesk.models import ArtefactStore
from modeldesk.schema import FewColumns, FewRows, Granularity, KeepRows, LogPolicy, Routing, Shadow
from modeldesk.services.label_reading import LabelColumns, LabelKey
from modeldesk.services.labelling import LabelChoices, Labelled, OnConflict
from modeldesk.services.restore import Restore
from modeldesk.settings import Settings
from modeldesk.store import (
    TIME,
    Chunk,
    ChunkLog,
    Compaction,
    EvaluationRecords,
    Expiry,
    LabelRecords,
    Store,
)
from modeldesk.store.label_tables import label_hours, labels, waiting_labels
from tests.support.iris import ROW, iris_frame, iris_model

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
    desk.rollup.run()
    assert values(desk, f"{keys[2]}-0") == [SETOSA]
    assert values(desk, f"{keys[1]}-1") == [VIRGINICA]
    assert values(desk, f"{keys[1]}-0") == []
    assert desk.labels.delay("iris").waiting == 0


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


def test_labels_survive_compaction_trimming_and_expiry(desk: Desk) -> None:
    """They lead to the same rows after these were merged, and stay when the rows are gone."""
    old, new = NOW - timedelta(days=3), NOW
    ids = [found for n in range(40) for found in send(desk, [f"k{n}"], at=old if n % 2 else new)]
    desk.rollup.run()
    frame = {"prediction_id": ids[:20], "label": [SETOSA] * 20}
    desk.labelling.label("iris", frame)
    assert Compaction(desk.store).run(fewest=2)
    assert [len(values(desk, found)) for found in ids] == [1] * 20 + [0] * 20
    desk.labelling.label("iris", {"row_id": [f"k{n}" for n in range(40)], "label": [SETOSA] * 40})
    assert [len(values(desk, found)) for found in ids] == [1] * 40
    assert Expiry(desk.store).trim(NOW - timedelta(days=1)).rows == 20
    assert [len(values(desk, found)) for found in ids[::2]] == [1] * 20
    assert len(desk.labels.page("iris").labels) == 40
    again = desk.labelling.label("iris", {"prediction_id": ids, "label": [SETOSA] * 40})
    assert (again.unchanged, again.waiting) == (20, 20)
    shares = [window.share for window in desk.labels.maturity("iris").windows]
    assert shares == [1.0, 1.0]
    assert desk.check.run().findings == ()


def test_labels_expire_by_their_own_setting(desk: Desk) -> None:
    """By the times of their predictions; those that wait by when they arrived."""
    old = NOW - timedelta(days=3)
    ids = send(desk, ["a"], at=old) + send(desk, ["b"])
    desk.rollup.run()
    frame = {"row_id": ["a", "b", "c"], "label": [SETOSA] * 3}
    desk.labelling.label("iris", frame)
    expiry = Expiry(desk.store)
    before = NOW - timedelta(days=1)
    assert (expiry.old_labels(before), expiry.labels(before), expiry.labels(before)) == (1, 1, 0)
    assert [values(desk, found) for found in ids] == [[], [SETOSA]]
    assert [window.labelled for window in desk.labels.maturity("iris").windows] == [0, 1]
    assert desk.labels.delay("iris").waiting == 1
    later = NOW + timedelta(days=1)
    assert (expiry.labels(later), expiry.labels(later)) == (2, 0)
    assert set(written(desk).values()) == {0}
    assert desk.check.run().findings == ()


def test_touched_days_are_due_until_they_are_evaluated(desk: Desk) -> None:
    """Also again, where labels arrive while a day is evaluated."""
    ids = send(desk, ["a", "b"]) + send(desk, ["c"], at=NOW - timedelta(days=1))
    desk.rollup.run()
    records = LabelRecords(desk.store)
    assert records.due() == ()
    desk.labelling.label("iris", {"prediction_id": ids[:1], "label": [SETOSA]})
    (found,) = records.due()
    assert found.day == DAY
    desk.labelling.label("iris", {"prediction_id": ids[1:2], "label": [SETOSA]})
    EvaluationRecords(desk.store).keep(found, {})
    (again,) = records.due()
    assert again.revision > found.revision
    settle(desk)
    desk.labelling.label("iris", {"prediction_id": ids[2:], "label": [SETOSA]})
    assert {day for _, day in due(desk)} == {DAY - timedelta(days=1)}


def test_rows_that_had_a_label_before_they_were_profiled_are_due(desk: Desk) -> None:
    """Whoever evaluates what is profiled did not see them before."""
    ids = send(desk, ["a"])
    desk.labelling.label("iris", {"prediction_id": ids, "label": [SETOSA]})
    settle(desk)
    desk.rollup.run()
    assert {day for _, day in due(desk)} == {DAY}


def test_shadows_share_the_labels_of_what_was_answered(desk: Desk) -> None:
    """A label for either is the answered one's; the challenger's day is due as well."""
    second = desk.registry.publish(
        iris_model(), name="iris", reference=iris_frame(), target="class"
    )
    desk.routes.set("iris", Routing(shadow=Shadow(version=second.number)))
    answered = send(desk, ["a"])[0]
    wait_for(lambda: desk.overview.model("iris").shadow == 1)
    desk.rollup.run()
    rows = desk.reader.by_row_id("iris", "a")
    shadow = next(row.prediction_id for row in rows if row.shadow_of == answered)
    settle(desk)
    done = desk.labelling.label("iris", {"prediction_id": [shadow], "label": [SETOSA]})
    assert outcome(done) == (1, 0, 0, 0)
    assert values(desk, answered) == values(desk, shadow) == [SETOSA]
    both = {desk.registry.record("iris", number).version_id for number in (1, 2)}
    assert {version_id for version_id, _ in due(desk)} == both


def test_rows_that_are_not_kept_get_no_label(desk: Desk) -> None:
    """A label that waited goes on waiting where the policy keeps no row."""
    desk.registry.set_policy("iris", LogPolicy(rows=KeepRows.NONE))
    desk.labelling.label("iris", {"row_id": ["a"], "label": [SETOSA]})
    send(desk, ["a"])
    desk.rollup.run()
    assert desk.labels.delay("iris").waiting == 1
    assert desk.check.run().findings == ()


def test_maturity_and_delay(desk: Desk, clock: FrozenClock) -> None:
    """Shares of hours and days, and how late the labels were, by the labels' own times."""
    ids = send(desk, [f"k{n}" for n in range(8)], at=NOW - timedelta(hours=1))
    ids += send(desk, ["x", "y"], at=NOW - timedelta(days=2))
    desk.rollup.run()
    clock.advance(timedelta(days=1))
    known = [NOW - timedelta(hours=1) + timedelta(minutes=n) for n in range(4)]
    desk.labelling.label(
        "iris", {"prediction_id": ids[:4], "label": [SETOSA] * 4, "label_time": known}
    )
    days = desk.labels.maturity("iris").windows
    assert [(day.predictions, day.labelled, day.share) for day in days] == [
        (2, 0, 0.0),
        (8, 4, 0.5),
    ]
    hours = desk.labels.maturity("iris", granularity=Granularity.HOUR, start=NOW - timedelta(1))
    assert [(hour.window.start, hour.share) for hour in hours.windows] == [
        (NOW - timedelta(hours=1), 0.5)
    ]
    delay = desk.labels.delay("iris")
    assert (delay.labels, delay.longest) == (4, 180.0)
    assert {found.share: found.seconds for found in delay.quantiles}[0.5] == 60.0


def test_pages_give_every_label_once(desk: Desk) -> None:
    """Those that arrived last first, whatever comes meanwhile."""
    ids = send(desk, [f"k{n}" for n in range(30)])
    for first in range(0, 30, 10):
        part = ids[first : first + 10]
        desk.labelling.label("iris", {"prediction_id": part, "label": [SETOSA] * 10})
    page = desk.labels.page("iris", limit=7)
    desk.labelling.label("iris", {"prediction_id": ids[:1], "label": [VIRGINICA]})
    found = [label.prediction_id for label in page.labels]
    while page.cursor is not None:
        page = desk.labels.page("iris", cursor=page.cursor, limit=7)
        found += [label.prediction_id for label in page.labels]
    assert Counter(found) == Counter(ids)
    assert set(found[:10]) == set(ids[20:])
    with pytest.raises(InvalidArgument, match="no cursor"):
        desk.labels.page("iris", cursor="7")


def test_backups_carry_labels(desk: Desk, tmp_path: Path) -> None:
    """History, waiting labels and counts are there after a restore, and the next label too."""
    ids = send(desk, ["a", "b"])
    desk.labelling.label("iris", {"row_id": ["a", "z"], "label": [SETOSA, SETOSA]})
    desk.rollup.run()
    desk.backup.write(tmp_path / "desk.zip")
    home = tmp_path / "other"
    settings = Settings.load(home=home)
    with Store(settings.database) as store:
        Restore(store, ArtefactStore(settings.artefacts)).run(tmp_path / "desk.zip")
    with Desk.open(settings, clock=FrozenClock(NOW)) as other:
        assert values(other, ids[0]) == [SETOSA]
        assert other.labels.delay("iris").waiting == 1
        done = other.labelling.label("iris", {"row_id": ["a", "b"], "label": [VIRGINICA] * 2})
        assert outcome(done) == (1, 1, 0, 0)
        assert values(other, ids[0]) == [VIRGINICA, SETOSA]
        assert other.check.run().findings == ()


def test_an_export_has_the_present_label(desk: Desk, tmp_path: Path) -> None:
    """Beside each prediction; a column of the model's own keeps its name."""
    ids = send(desk, ["a", "b"])
    for value in (SETOSA, VIRGINICA):
        desk.labelling.label("iris", {"prediction_id": ids[:1], "label": [value]})
    desk.export.run(str(tmp_path / "out"))
    frame = pl.read_parquet(tmp_path / "out" / "**" / "*.parquet").sort("row_id")
    assert frame["label"].to_list() == [VIRGINICA, None]
    assert frame["label_time"].to_list() == [NOW, None]


def test_the_check_finds_and_mends_wrong_counts(desk: Desk) -> None:
    """An hour that miscounts its labels is counted anew."""
    ids = send(desk, ["a", "b"])
    desk.rollup.run()
    desk.labelling.label("iris", {"prediction_id": ids, "label": [SETOSA] * 2})
    with desk.store.writing() as connection:
        connection.execute(sa.update(label_hours).values(labelled=5))
    (found,) = desk.check.run(repair=True).findings
    assert (found.kind, found.repaired) == ("label count", True)
    assert desk.labels.maturity("iris").windows[0].labelled == 2
    assert desk.check.run().findings == ()


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
