"""Labels on each database: counted, due, paged, expired, backed up and checked."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument
from modeldesk.models import ArtefactStore
from modeldesk.schema import Granularity, KeepRows, LogPolicy, Routing, Shadow
from modeldesk.services.restore import Restore
from modeldesk.settings import Settings
from modeldesk.store import Compaction, EvaluationRecords, Expiry, LabelRecords, Store
from modeldesk.store.label_tables import label_hours
from tests.support.iris import iris_frame, iris_model
from tests.support.labelling import (
    DAY,
    NOW,
    SETOSA,
    VIRGINICA,
    due,
    outcome,
    send,
    settle,
    values,
    wait_for,
    written,
)


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
