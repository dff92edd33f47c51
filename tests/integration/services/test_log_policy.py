"""What a model's log policy keeps, hides, cuts, refuses and splits."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument, InvalidRows, NotFound
from modeldesk.profiles import Profile
from modeldesk.schema import Granularity, KeepRows, LogPolicy, OddTimes
from modeldesk.services.keeping import written
from modeldesk.services.segments import MOST
from modeldesk.store import WindowRecords
from tests.support.iris import ROW

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def profiles(desk: Desk, segment: str = "") -> Profile:
    """Return the profile of the only day of a segment."""
    record = desk.registry.record("iris")
    (entry,) = WindowRecords(desk.store).profiles(
        record.version_id, Granularity.DAY, segment=segment
    )
    return entry.profile


def test_without_rows_only_the_profile_stays(desk: Desk) -> None:
    """Before the roll-up the row is there; after it, it is counted and gone."""
    desk.registry.set_policy("iris", LogPolicy(rows=KeepRows.NONE))
    (answer,) = desk.predictor.predict("iris", [ROW]).predictions
    assert desk.reader.prediction(answer.prediction_id).inputs == ROW
    desk.jobs.run()
    with pytest.raises(NotFound, match="may have expired"):
        desk.reader.prediction(answer.prediction_id)
    assert profiles(desk).rows == 1
    assert desk.overview.model("iris").predictions == 1


def test_of_a_sample_the_chosen_rows_stay(desk: Desk) -> None:
    """About the asked share is found again, with the right values; all are counted."""
    desk.registry.set_policy("iris", LogPolicy(rows=KeepRows.SAMPLE, sample=0.2))
    rows = [{**ROW, "sepal_width_cm": 2 + position / 500} for position in range(1000)]
    batch = desk.predictor.predict("iris", rows)
    desk.jobs.run()
    kept = 0
    for answer in batch.predictions:
        try:
            found = desk.reader.prediction(answer.prediction_id)
        except NotFound:
            continue
        assert found.inputs == answer.inputs
        kept += 1
    assert 150 < kept < 250
    assert profiles(desk).rows == 1000


def test_hidden_columns_are_never_written(desk: Desk) -> None:
    """A dropped column reads back as missing, a hashed one as its hash; neither is profiled."""
    policy = LogPolicy(drop=("sepal_length_cm",), hash=("petal_width_cm",))
    desk.registry.set_policy("iris", policy)
    (answer, same) = desk.predictor.predict("iris", [ROW, ROW]).predictions
    assert answer.inputs == ROW
    found = desk.reader.prediction(answer.prediction_id)
    assert found.inputs["sepal_length_cm"] is None
    assert found.inputs["sepal_width_cm"] == ROW["sepal_width_cm"]
    digest = found.inputs["petal_width_cm"]
    assert isinstance(digest, str)
    assert len(digest) == 32
    assert desk.reader.prediction(same.prediction_id).inputs["petal_width_cm"] == digest
    desk.jobs.run()
    names = {column.name for column in profiles(desk).columns}
    assert not names & {"sepal_length_cm", "petal_width_cm"}
    assert "sepal_width_cm" in names


def test_each_model_hashes_with_its_own_salt() -> None:
    """The same value gives another hash under another salt."""
    frame = pl.DataFrame({"name": ["anna", None]})
    one, two = (
        written(frame, LogPolicy(hash=("name",), salt=salt))["name"].to_list()
        for salt in ("a", "b")
    )
    assert one[0] != two[0]
    assert one[1] is two[1] is None


def test_long_texts_are_cut() -> None:
    """What is written has at most the policy's length; the rest of the row is untouched."""
    frame = pl.DataFrame({"text": ["x" * 50, None], "number": [1.0, 2.0]})
    kept = written(frame, LogPolicy(max_text_characters=10))
    assert kept["text"].to_list() == ["x" * 10, None]
    assert kept["number"].to_list() == [1.0, 2.0]


def test_segments_have_profiles_of_their_own(desk: Desk) -> None:
    """Each value of the column counts its rows; together they are all rows."""
    desk.registry.set_policy("iris", LogPolicy(segment_by=("petal_width_cm",)))
    rows = [{**ROW, "petal_width_cm": width} for width in (0.5, 0.5, 2.5)]
    desk.predictor.predict("iris", rows)
    desk.jobs.run()
    record = desk.registry.record("iris")
    segments = WindowRecords(desk.store).segments(record.version_id)
    assert segments == ("petal_width_cm=0.5", "petal_width_cm=2.5")
    assert [profiles(desk, segment).rows for segment in ("", *segments)] == [3, 2, 1]


def test_odd_times_are_refused_by_default(desk: Desk) -> None:
    """The row is named, counted as refused, and not logged."""
    far = datetime(2031, 1, 1, tzinfo=UTC)
    with pytest.raises(InvalidRows, match="row 1, timestamp: out of range"):
        desk.predictor.predict("iris", [ROW, ROW], timestamps=[None, far])
    with pytest.raises(InvalidRows, match="out of range"):
        desk.predictor.predict("iris", [ROW], timestamps=[datetime(1960, 1, 1, tzinfo=UTC)])


def test_odd_times_can_be_accepted_or_clamped(desk: Desk) -> None:
    """Accepted, they keep their time; clamped, they get the nearest that is in range."""
    far = datetime(2031, 1, 1, tzinfo=UTC)
    old = NOW - timedelta(days=30)
    desk.registry.set_policy("iris", LogPolicy(times=OddTimes.ACCEPT))
    (answer,) = desk.predictor.predict("iris", [ROW], timestamps=[far]).predictions
    assert answer.time == far
    desk.registry.set_policy("iris", LogPolicy(times=OddTimes.CLAMP, oldest_days=7))
    batch = desk.predictor.predict("iris", [ROW, ROW], timestamps=[far, old])
    assert [a.time for a in batch.predictions] == [NOW, NOW - timedelta(days=7)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sample": 0.0},
        {"sample": 2.0},
        {"max_text_characters": 0},
        {"future_minutes": -1},
        {"future_minutes": 10**12},
        {"oldest_days": -1},
        {"oldest_days": 10**9},
        {"drop": ("a",), "hash": ("a",)},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    """The error says what is wrong."""
    with pytest.raises(InvalidArgument):
        LogPolicy(**wrong)  # type: ignore[arg-type]


def test_a_policy_names_columns_of_the_model(desk: Desk) -> None:
    """An unknown column is refused, with the known ones."""
    with pytest.raises(NotFound, match="Known columns: sepal_length_cm"):
        desk.registry.set_policy("iris", LogPolicy(drop=("colour",)))
    with pytest.raises(InvalidArgument, match="prediction"):
        desk.registry.set_policy("iris", LogPolicy(drop=("class",)))


def test_segments_do_not_grow_without_bound(desk: Desk) -> None:
    """New values are counted together once there are many; known ones stay, also if rebuilt."""
    desk.registry.set_policy("iris", LogPolicy(segment_by=("petal_width_cm", "class")))

    def send(*widths: int) -> None:
        desk.predictor.predict("iris", [{**ROW, "petal_width_cm": width} for width in widths])
        desk.jobs.run()

    send(*range(MOST - 10))
    send(*range(MOST, MOST + 9), *range(MOST, MOST + 9))
    send(*range(200, 240), 201, 201)
    send(3, 300, 201)
    names = desk.monitoring.segments("iris")
    widths = [name for name in names if name.startswith("petal_width_cm=")]
    assert len(widths) == MOST + 1
    assert "petal_width_cm=201.0" in widths
    assert profiles(desk, "petal_width_cm=(other)").rows == 40
    assert profiles(desk, "petal_width_cm=3.0").rows == 2
    assert profiles(desk, "petal_width_cm=201.0").rows == 4
    before = {name: profiles(desk, name).rows for name in names}
    assert desk.rebuild.run("iris").left == ()
    assert desk.monitoring.segments("iris") == names
    assert {name: profiles(desk, name).rows for name in names} == before
