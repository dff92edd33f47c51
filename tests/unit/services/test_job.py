"""What stands beside the rows of jobs that are predicted together."""

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta

from modeldesk.services.job import Job, stamps_of
from modeldesk.store import ROW_ID, TIME

NOON = datetime(2026, 3, 1, 12, 0, 0, 7, tzinfo=UTC)


def job(*times: datetime, keys: list[str | None] | None = None) -> Job:
    """Return a job with a row for each time."""
    rows = [(1.0,)] * len(times)
    return Job(rows=rows, times=times, row_ids=keys or [None] * len(times), done=Future())


def test_each_row_has_its_own_time() -> None:
    """Whether all rows of its request have one time or each another, in the jobs' order."""
    late = [NOON + timedelta(days=day) for day in range(3)]
    jobs = [job(NOON, NOON, NOON), job(*late), job(NOON, late[2], NOON), job(late[1])]
    (times,) = stamps_of(jobs)
    assert times.name == TIME
    assert times.to_list() == [*[NOON] * 3, *late, NOON, late[2], NOON, late[1]]


def test_keys_are_kept_where_any_row_has_one() -> None:
    """One key among many rows without is enough; the others are missing."""
    jobs = [job(NOON, NOON), job(NOON, keys=["a"])]
    _, keys = stamps_of(jobs)
    assert keys.name == ROW_ID
    assert keys.to_list() == [None, None, "a"]
