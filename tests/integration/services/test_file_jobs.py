"""Files are predicted as jobs: every row logged once, whatever happens, on both databases."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import Conflict, InvalidData, ModelFailed, NotFound
from modeldesk.schema import LogPolicy
from modeldesk.services.file_jobs import LEASE
from modeldesk.services.job_view import JobView
from modeldesk.services.row_files import RowFormat
from modeldesk.settings import Settings
from modeldesk.store import Claim, FileJobRecords, JobState, JobStep
from tests.integration.api import served
from tests.support.iris import FEATURES, iris_frame, iris_model
from tests.support.ledger import Ledger
from tests.support.patience import until

FLOWERS = iris_frame().select(FEATURES)
WRITERS: dict[RowFormat, Callable[[pl.DataFrame, Path], object]] = {
    RowFormat.CSV: lambda frame, path: frame.write_csv(path),
    RowFormat.PARQUET: lambda frame, path: frame.write_parquet(path, row_group_size=700),
    RowFormat.ARROW_STREAM: lambda frame, path: frame.write_ipc_stream(path),
    RowFormat.ARROW_FILE: lambda frame, path: frame.write_ipc(path),
    RowFormat.NDJSON: lambda frame, path: frame.write_ndjson(path),
}


def flowers(rows: int) -> pl.DataFrame:
    """Return that many flowers with keys."""
    many = pl.concat([FLOWERS] * (rows // FLOWERS.height + 1)).head(rows)
    return many.with_columns(pl.format("key-{}", pl.int_range(pl.len())).alias("row_id"))


def submitted(
    desk: Desk, frame: pl.DataFrame, kind: RowFormat = RowFormat.PARQUET, model: str = "iris"
) -> JobView:
    """Queue a table."""
    draft = desk.file_jobs.draft(model, kind, file="flowers")
    WRITERS[kind](frame, draft.path)
    return desk.file_jobs.submit(draft)


def done(desk: Desk, job: JobView) -> JobView:
    """Work on the one job that waits."""
    assert desk.file_jobs.work()
    assert not desk.file_jobs.work()
    return desk.file_jobs.get(job.job_id)


def folder(settings: Settings, job: JobView) -> Path:
    """Return where a job's files are."""
    return settings.job_files / job.job_id


@pytest.mark.parametrize("kind", list(RowFormat))
def test_each_row_is_predicted_and_logged_in_order(
    desk: Desk, settings: Settings, kind: RowFormat
) -> None:
    """Keys, times, outputs and identifiers of the result are those of the log, in any format."""
    times = [datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(minutes=n) for n in range(300)]
    frame = flowers(300).with_columns(
        pl.Series("timestamp", [moment.isoformat() for moment in times])
    )
    job = done(desk, submitted(desk, frame, kind))
    assert (job.state, job.rows_done, job.rows, job.refused) == (JobState.DONE, 300, 300, 0)
    assert job.share == 1.0
    assert job.rows_per_second
    result = pl.read_parquet(desk.file_jobs.result(job.job_id))
    assert result["row_id"].to_list() == frame["row_id"].to_list()
    assert result["time"].to_list() == times
    expected = [str(found) for found in iris_model().predict(FLOWERS.to_pandas())] * 2
    assert result["class"].to_list() == expected
    assert result["problem"].null_count() == 300
    for row in (0, 17, 299):
        found = desk.reader.prediction(result["prediction_id"][row])
        assert found.row_id == f"key-{row}"
        assert found.time == times[row]
        assert found.outputs["class"] == expected[row]
    assert [file.name for file in folder(settings, job).iterdir()] == ["result.parquet"]
    Ledger.of(desk).check(dict(zip(result["row_id"], result["prediction_id"], strict=True)))


def test_wrong_rows_cost_no_other_row(desk: Desk) -> None:
    """They are refused, counted, told by position, and have no outputs in the result."""
    lines = flowers(1000).write_csv().splitlines()
    lines[18] = "oops," + lines[18].partition(",")[2]
    lines[501] += ",one,too,many"
    lines[700] = "1.0,2.0"
    draft = desk.file_jobs.draft("iris", RowFormat.CSV)
    draft.path.write_text("\n".join(lines) + "\n")
    job = done(desk, desk.file_jobs.submit(draft))
    assert (job.state, job.rows_done, job.refused) == (JobState.DONE, 1000, 3)
    assert [problem.row for problem in job.problems] == [17, 500, 699]
    assert job.problems[0].field == "sepal_length_cm"
    assert "oops" in job.problems[0].problem
    result = pl.read_parquet(desk.file_jobs.result(job.job_id))
    refused = result.with_row_index().filter(pl.col("problem").is_not_null())
    assert refused["index"].to_list() == [17, 500, 699]
    assert refused["class"].null_count() == refused["prediction_id"].null_count() == 3
    assert refused["row_id"].to_list() == ["key-17", None, None]
    assert result["row_id"][998] == "key-998"
    overview = desk.overview.model("iris")
    assert (overview.predictions, overview.refused) == (997, 3)


def test_what_is_wrong_with_the_columns_is_told_at_once(desk: Desk, settings: Settings) -> None:
    """Nothing is left of such a file."""
    for frame, words in (
        (FLOWERS.with_columns(colour=pl.lit("red")), "does not know the columns colour"),
        (FLOWERS.drop("petal_width_cm"), "lacks the columns petal_width_cm"),
        (FLOWERS.clear(), "holds no rows"),
    ):
        with pytest.raises(InvalidData, match=words):
            submitted(desk, frame)
    draft = desk.file_jobs.draft("iris", RowFormat.PARQUET)
    draft.path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InvalidData, match="cannot be read as"):
        desk.file_jobs.submit(draft)
    assert desk.file_jobs.list() == ()
    assert list(settings.job_files.iterdir()) == []


def test_a_file_of_which_nothing_fits_fails(desk: Desk, settings: Settings) -> None:
    """The job says why, and nothing of it is logged or kept."""
    job = done(desk, submitted(desk, flowers(20).with_columns(sepal_width_cm=pl.lit("wide"))))
    assert job.state is JobState.FAILED
    assert "None of the 20 rows could be predicted" in (job.error or "")
    assert "row 0, sepal_width_cm" in (job.error or "")
    assert not folder(settings, job).exists()
    assert desk.overview.model("iris").predictions == 0


def test_a_file_that_breaks_off_fails_where_it_does(desk: Desk, settings: Settings) -> None:
    """The sentence says after how many rows; those before stay in the log, the files go."""
    draft = desk.file_jobs.draft("iris", RowFormat.ARROW_STREAM)
    one = flowers(60_000).write_ipc_stream(None).getvalue()
    end = b"\xff\xff\xff\xff\0\0\0\0"
    draft.path.write_bytes(one.removesuffix(end) + b"\0" * 64)
    job = done(desk, desk.file_jobs.submit(draft))
    assert job.state is JobState.FAILED
    assert (job.error or "").startswith("After ")
    assert "no Arrow stream" in (job.error or "")
    assert desk.overview.model("iris").predictions == job.rows_done >= 50_000
    assert not folder(settings, job).exists()


def test_a_file_that_ends_its_reader_fails_its_job_alone(desk: Desk, tmp_path: Path) -> None:
    """It would end the server again at each start: Polars aborts where a page's header is wrong."""
    path = tmp_path / "flowers.parquet"
    flowers(50).write_parquet(path)
    whole = path.read_bytes()
    reasons = []
    for place in range(4, 20):
        draft = desk.file_jobs.draft("iris", RowFormat.PARQUET, file="flowers")
        draft.path.write_bytes(whole[:place] + b"\x7f" + whole[place + 1 :])
        reasons.append(done(desk, desk.file_jobs.submit(draft)).error or "")
    assert any("untimely end" in reason for reason in reasons)
    assert done(desk, submitted(desk, flowers(50))).state is JobState.DONE


def test_one_version_predicts_all_of_a_file(desk: Desk) -> None:
    """It is the champion when the file came, whichever it is later."""
    job = submitted(desk, flowers(50))
    desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
    desk.aliases.move("iris", "champion", 2)
    job = done(desk, job)
    assert job.version == 1
    assert desk.registry.version("iris").number == 2


def test_the_log_policy_holds(desk: Desk) -> None:
    """What is dropped or hashed for requests is for files; the result is complete."""
    policy = LogPolicy(drop=("petal_width_cm",), hash=("sepal_length_cm",))
    desk.registry.set_policy("iris", policy)
    job = done(desk, submitted(desk, flowers(30)))
    result = pl.read_parquet(desk.file_jobs.result(job.job_id))
    inputs = desk.reader.prediction(result["prediction_id"][0]).inputs
    assert inputs["petal_width_cm"] is None
    assert isinstance(inputs["sepal_length_cm"], str)
    assert result["class"].null_count() == 0


def test_rows_that_the_model_fails_for_are_refused(desk: Desk) -> None:
    """They are found among the others; too many of them fail the job."""
    reference = pl.DataFrame({"mood": [0.0, 1.0]})
    desk.registry.publish(served.moody, name="moody", reference=reference)
    moods = pl.DataFrame({"mood": [-1.0 if n in {3, 400} else 1.0 for n in range(1000)]})
    job = done(desk, submitted(desk, moods, model="moody"))
    assert (job.state, job.refused) == (JobState.DONE, 2)
    assert [problem.row for problem in job.problems] == [3, 400]
    assert "not today" in job.problems[0].problem
    job = done(desk, submitted(desk, moods.select(-pl.col("mood").abs()), model="moody"))
    assert job.state is JobState.FAILED
    assert "failed for 101 rows" in (job.error or "")


def test_a_job_is_gone_on_with_where_it_was_left(settings: Settings) -> None:
    """A desk that closes in the middle gives the job back; the next one does the rest."""
    frame = flowers(160_000)
    with Desk.open(settings) as desk:
        desk.registry.publish(iris_model(), name="iris", reference=iris_frame(), target="class")
        job = submitted(desk, frame)
        desk.file_jobs.start()
        until(lambda: desk.file_jobs.get(job.job_id).rows_done > 0)
        desk.file_jobs.close()
        left = desk.file_jobs.get(job.job_id)
        assert left.state is JobState.QUEUED
        assert 0 < left.rows_done < frame.height
    with Desk.open(settings) as desk:
        assert done(desk, job).state is JobState.DONE
        result = pl.read_parquet(desk.file_jobs.result(job.job_id))
        assert result["row_id"].to_list() == frame["row_id"].to_list()
        assert result["prediction_id"].n_unique() == frame.height
        with desk.store.reading() as connection:
            rows = connection.exec_driver_sql("select sum(rows) from chunks").scalar_one()
            keys = connection.exec_driver_sql("select count(*) from row_keys").scalar_one()
        assert int(rows) == keys == frame.height


def test_one_process_works_on_a_job_and_who_lost_it_writes_nothing(
    desk: Desk, clock: FrozenClock
) -> None:
    """A claim that lapses can be taken; what the former holder commits then is refused."""
    job = submitted(desk, flowers(10))
    records = FileJobRecords(desk.store)

    def claim(token: str) -> Claim:
        return Claim(token=token, now=clock.now(), until=clock.now() + LEASE)

    first = records.claim(job.job_id, claim("first"))
    assert first is not None
    assert records.claim(job.job_id, claim("second")) is None
    assert not desk.file_jobs.work()
    clock.advance(LEASE + timedelta(seconds=1))
    assert records.claim(job.job_id, claim("second")) is not None
    step = JobStep(
        key="0" * 26, rows=10, refused=0, bytes_done=1, seconds=1.0, problems=(), chunk=None
    )
    assert not records.renew(job.job_id, claim("first"))
    assert not records.advance(first, claim("first"), step)
    assert not records.finish(job.job_id, claim("first"), JobState.DONE)
    assert records.get(job.job_id) is not None
    assert desk.file_jobs.get(job.job_id).rows_done == 0
    clock.advance(LEASE + timedelta(seconds=1))
    assert done(desk, job).state is JobState.DONE
    assert desk.overview.model("iris").predictions == 10


def test_a_job_is_left_to_the_server_that_has_its_file(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    """Two home folders may share a database."""
    job = submitted(desk, flowers(10))
    elsewhere = settings.model_copy(update={"home": tmp_path / "elsewhere"})
    with Desk.open(elsewhere) as other:
        assert not other.file_jobs.work()
        assert done(desk, job).state is JobState.DONE
        with pytest.raises(NotFound, match="not in this server's home folder"):
            other.file_jobs.result(job.job_id)


def test_cancelling_ends_a_job_and_removing_forgets_it(desk: Desk, settings: Settings) -> None:
    """A queued job is not begun, one under way ends soon; a cancelled one has no result."""
    job = submitted(desk, flowers(10))
    assert desk.file_jobs.cancel(job.job_id).state is JobState.CANCELLED
    assert not desk.file_jobs.work()
    assert not folder(settings, job).exists()
    with pytest.raises(Conflict, match="it is cancelled"):
        desk.file_jobs.result(job.job_id)

    job = submitted(desk, flowers(400_000))
    with pytest.raises(Conflict, match="Ask again when it is done"):
        desk.file_jobs.result(job.job_id)
    desk.file_jobs.start()
    until(lambda: desk.file_jobs.get(job.job_id).rows_done > 0)
    assert desk.file_jobs.cancel(job.job_id).state is JobState.CANCELLED
    until(lambda: not folder(settings, job).exists())
    rows = desk.file_jobs.get(job.job_id).rows_done
    assert 0 < rows < 400_000
    assert desk.overview.model("iris").predictions == rows
    desk.file_jobs.cancel(job.job_id)
    with pytest.raises(NotFound, match="There is no job"):
        desk.file_jobs.get(job.job_id)
    actions = [entry.action for entry in desk.audit.page().entries]
    assert actions[:3] == ["job.removed", "job.cancelled", "job.cancelled"]


def test_jobs_and_forgotten_folders_go_in_time(
    desk: Desk, settings: Settings, clock: FrozenClock
) -> None:
    """Results are kept as long as the setting says; what never became a job for a day."""
    job = done(desk, submitted(desk, flowers(10)))
    draft = desk.file_jobs.draft("iris", RowFormat.CSV)
    assert desk.file_jobs.tidy() == 0
    assert folder(settings, job).exists()
    clock.advance(timedelta(days=settings.keep_jobs_days, seconds=1))
    assert desk.file_jobs.tidy() == 1
    assert not folder(settings, job).exists()
    assert desk.file_jobs.list() == ()
    now = clock.now()
    clock.advance(datetime.now(UTC) + timedelta(days=2) - now)
    desk.file_jobs.tidy()
    assert not draft.path.parent.exists()


def test_requests_are_answered_between_slices(desk: Desk) -> None:
    """Who asks the same model while a file is predicted waits for a slice, not for the file."""
    reference = pl.DataFrame({"seconds": [0.0, 0.1]})
    desk.registry.publish(served.patient, name="patient", reference=reference)
    job = submitted(desk, pl.DataFrame({"seconds": [0.1] * 60}), model="patient")
    working = threading.Thread(target=desk.file_jobs.work)
    working.start()
    until(lambda: desk.file_jobs.get(job.job_id).state is JobState.RUNNING)
    waits: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        desk.predictor.predict("patient", [{"seconds": 0.0}])
        waits.append(time.perf_counter() - began)
        assert desk.file_jobs.get(job.job_id).state is JobState.RUNNING
    working.join()
    assert sorted(waits)[2] < 1.0
    assert desk.file_jobs.get(job.job_id).state is JobState.DONE


def test_a_job_run_at_once_tells_its_failure(desk: Desk, settings: Settings) -> None:
    """Nothing is left of it but the rows that were predicted, whose number is told."""
    reference = pl.DataFrame({"mood": [0.0, 1.0]})
    desk.registry.publish(served.moody, name="moody", reference=reference)
    moods = pl.DataFrame({"mood": [1.0] * 60_000 + [-1.0] * 500})
    draft = desk.file_jobs.draft("moody", RowFormat.PARQUET)
    moods.write_parquet(draft.path)
    with pytest.raises(ModelFailed, match="50,000 rows were predicted before that; they stay"):
        desk.file_jobs.run(draft)
    assert desk.file_jobs.list() == ()
    assert list(settings.job_files.iterdir()) == []
    assert desk.overview.model("moody").predictions == 50_000
