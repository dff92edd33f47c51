"""The contract of judgements, alerts and flags, on each database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from modeldesk.errors import Conflict
from modeldesk.profiles import profile
from modeldesk.schema import Granularity
from modeldesk.store import (
    AlertRecords,
    ComparisonRecords,
    DueWindow,
    FlagRecords,
    ModelRecords,
    NewAlert,
    NewFlag,
    Past,
    Store,
    WindowKey,
    WindowPart,
    WindowRecords,
)
from tests.support.people import NOW, a_version

DAY = datetime(2026, 3, 1, tzinfo=UTC)
AGE = NewAlert(column="age", distance=0.4, sentence="age changed")


def add_rows(store: Store, version_id: int, *, start: datetime = DAY) -> None:
    """Merge one row into the profile of a day."""
    part = WindowPart(profile=profile({"age": [1.0], "class": ["a"]}), last_time=NOW)
    key = WindowKey(version_id=version_id, segment="", granularity=Granularity.DAY, start=start)
    WindowRecords(store).merge([], {key: part})


def past_of(store: Store, due: DueWindow, days: int = 0) -> Past:
    """Return the days before one, as many as it is judged by."""
    entry = WindowRecords(store).profile(due.profile_id)
    assert entry is not None
    start = entry.window.start - timedelta(days=days)
    records = ComparisonRecords(store)
    return records.past(due.version_id, Granularity.DAY, start=start, end=entry.window.start)


def judge(store: Store, *found: NewAlert) -> DueWindow:
    """Judge the one window that is due."""
    alerts = AlertRecords(store)
    (due,) = alerts.due(Granularity.DAY, 10)
    entry = WindowRecords(store).profile(due.profile_id)
    assert entry is not None
    past = past_of(store, due)
    assert alerts.record(due, revision=entry.revision, found=found, now=NOW, until=NOW, past=past)
    return due


def test_a_window_is_due_until_judged_and_again_when_it_grows(
    store: Store, version_id: int
) -> None:
    """Each new revision of a profile is judged once."""
    alerts = AlertRecords(store)
    assert alerts.due(Granularity.DAY, 10) == ()
    add_rows(store, version_id)
    judge(store)
    assert alerts.due(Granularity.DAY, 10) == ()
    add_rows(store, version_id)
    assert len(alerts.due(Granularity.DAY, 10)) == 1


def judge_all(store: Store, *, days: int) -> list[datetime]:
    """Judge all that is due, each day in the light of those before; return which days."""
    alerts, judged = AlertRecords(store), []
    while found := alerts.due(Granularity.DAY, 1):
        entry = WindowRecords(store).profile(found[0].profile_id)
        assert entry is not None
        until = entry.window.end + timedelta(days=days)
        past = past_of(store, found[0], days)
        assert alerts.record(
            found[0], revision=entry.revision, found=[], now=NOW, until=until, past=past
        )
        judged.append(entry.window.start)
    return judged


def test_a_late_row_makes_only_the_days_due_that_its_day_tells_about(
    store: Store, version_id: int
) -> None:
    """A day that is judged again without having changed does not make others due."""
    days = [DAY + timedelta(days=number) for number in range(6)]
    for day in days:
        add_rows(store, version_id, start=day)
    assert judge_all(store, days=2) == days
    for _ in range(2):
        add_rows(store, version_id, start=days[1])
        assert judge_all(store, days=2) == days[1:4]
    add_rows(store, version_id, start=days[2])
    add_rows(store, version_id, start=days[0])
    assert judge_all(store, days=2) == days[:5]


def test_servers_that_judge_neighbouring_days_do_not_wait_in_a_circle(
    store: Store, version_id: int
) -> None:
    """Each makes later days due again while others write what they found on those."""
    days = [DAY + timedelta(days=number) for number in range(4)]
    for day in days:
        add_rows(store, version_id, start=day)
    alerts = AlertRecords(store)
    due = alerts.due(Granularity.DAY, 10)
    judge_all(store, days=9)

    def record(entry: DueWindow) -> bool:
        past, until = past_of(store, entry, days=9), DAY + timedelta(days=9)
        return all(
            alerts.record(entry, revision=revision, found=[], now=NOW, until=until, past=past)
            for revision in range(2, 60)
        )

    with ThreadPoolExecutor(len(due)) as pool:
        assert list(pool.map(record, due)) == [True] * 4


@pytest.mark.parametrize("late", [0, 1])
def test_a_day_judged_by_a_past_that_changed_meanwhile_stays_due(
    store: Store, version_id: int, late: int
) -> None:
    """Late rows, or a late day, that came while it was judged count for it as well."""
    days = [DAY + timedelta(days=number) for number in range(3)]
    for day in days[late:]:
        add_rows(store, version_id, start=day)
    alerts = AlertRecords(store)
    due = alerts.due(Granularity.DAY, 10)[-1]
    past = past_of(store, due, days=2)
    add_rows(store, version_id, start=DAY)
    assert not alerts.record(due, revision=1, found=[AGE], now=NOW, until=NOW, past=past)
    assert alerts.list() == ()
    assert due in alerts.due(Granularity.DAY, 10)
    past = past_of(store, due, days=2)
    assert alerts.record(due, revision=1, found=[AGE], now=NOW, until=NOW, past=past)
    assert due not in alerts.due(Granularity.DAY, 10)


def test_a_finding_opens_one_alert_that_is_restated(store: Store, version_id: int) -> None:
    """The same finding on a grown window updates the alert and keeps what people did."""
    alerts = AlertRecords(store)
    add_rows(store, version_id)
    judge(store, AGE)
    (opened,) = alerts.list()
    assert (opened.column, opened.status, opened.window.start) == ("age", "open", DAY)
    assert alerts.count("people") == 1
    alerts.set_status(opened.alert_id, "acknowledged", NOW + timedelta(hours=1))
    add_rows(store, version_id)
    judge(store, NewAlert(column="age", distance=0.5, sentence="age changed more"))
    (restated,) = alerts.list(model="people")
    assert (restated.alert_id, restated.status) == (opened.alert_id, "acknowledged")
    assert (restated.distance, restated.sentence) == (0.5, "age changed more")
    assert restated.changed_at == NOW + timedelta(hours=1)
    assert alerts.list(status="open") == alerts.list(model="others") == ()
    assert alerts.count("people") == 0


def test_an_alert_whose_finding_is_gone_is_resolved_and_can_return(
    store: Store, version_id: int
) -> None:
    """Late rows may take a finding away, and bring it back."""
    alerts = AlertRecords(store)
    for found, status in (([AGE], "open"), ([], "resolved"), ([AGE], "open")):
        add_rows(store, version_id)
        judge(store, *found)
        (alert,) = alerts.list()
        assert alert.status == status


def test_an_alert_that_a_person_resolved_stays_resolved(store: Store, version_id: int) -> None:
    """The window growing does not open it again."""
    alerts = AlertRecords(store)
    add_rows(store, version_id)
    judge(store, AGE)
    alert_id = alerts.list()[0].alert_id
    alerts.set_status(alert_id, "resolved", NOW)
    add_rows(store, version_id)
    judge(store, AGE)
    found = alerts.find(alert_id)
    assert found is not None
    assert found.status == "resolved"
    assert alerts.find(alert_id + 1) is None


def test_the_first_version_is_champion_and_a_number_is_taken_once(
    store: Store, version_id: int
) -> None:
    """Aliases stay where they are when another version comes; a number cannot be reused."""
    records = ModelRecords(store)
    with pytest.raises(Conflict, match="published by somebody else"):
        records.add(a_version(), rule=("drift", "{}"))
    records.add(a_version(records.next_number("people")), rule=("drift", "{}"))
    first, second = records.versions("people")
    assert (first.version_id, first.aliases) == (version_id, ("champion",))
    assert (second.number, second.aliases) == (2, ())
    assert first.signature == a_version().signature
    assert (records.names(), records.versions("others")) == (("people",), ())
    reference = records.reference(version_id)
    assert reference is not None
    assert reference.rows == 2
    assert records.reference(999) is None
    assert records.version(999) is None


def test_refused_rows_add_up(store: Store, version_id: int) -> None:
    """The counter of a model sums over its versions."""
    records = ModelRecords(store)
    assert records.refused("people") == 0
    records.count_refused(version_id, 2)
    records.count_refused(version_id, 3)
    assert (records.refused("people"), records.refused("others")) == (5, 0)


def test_flags_are_listed_newest_first(store: Store, version_id: int) -> None:
    """Every field comes back; the list can be limited to a model and a length."""
    flags = FlagRecords(store)
    for comment in ("one", "two"):
        new = NewFlag(
            version_id=version_id,
            prediction_id="x-0",
            reason="unsure",
            comment=comment,
            proposed_label="b",
            created_at=NOW,
        )
        flags.add(new)
    newest, oldest = flags.list(model="people", limit=10)
    assert (newest.comment, oldest.comment) == ("two", "one")
    assert (newest.model, newest.version, newest.created_at) == ("people", 1, NOW)
    assert (newest.reason, newest.proposed_label) == ("unsure", "b")
    assert flags.list(model=None, limit=1) == (newest,)
    assert flags.list(model="others", limit=10) == ()


def test_open_alerts_come_before_those_that_somebody_has_seen(
    store: Store, version_id: int
) -> None:
    """Each kind newest first, as many as are asked for; what is resolved does not wait."""
    alerts = AlertRecords(store)
    days = [DAY + timedelta(days=number) for number in range(5)]
    for day in days:
        add_rows(store, version_id, start=day)
        judge(store, AGE)
    of_day = {alert.window.start: alert.alert_id for alert in alerts.list()}
    alerts.set_status(of_day[days[4]], "acknowledged", NOW)
    alerts.set_status(of_day[days[2]], "resolved", NOW)
    waiting = [alert.window.start for alert in alerts.waiting("people", limit=10)]
    assert waiting == [days[3], days[1], days[0], days[4]]
    assert len(alerts.waiting("people", limit=2)) == 2
    assert alerts.waiting("others", limit=2) == ()
    assert [alerts.count("people", each) for each in ("open", "acknowledged")] == [3, 1]


def test_the_latest_window_has_enough_rows_if_any_has(store: Store, version_id: int) -> None:
    """Where none has, it is the latest of all; where there is none, none."""
    windows = WindowRecords(store)
    latest = partial(windows.latest, version_id, Granularity.DAY)
    assert latest(least_rows=1) is None
    for number, rows in enumerate([3, 2, 1]):
        for _ in range(rows):
            add_rows(store, version_id, start=DAY + timedelta(days=number))
    starts = {
        least: window.start
        for least in (1, 2, 3, 4)
        if (window := latest(least_rows=least)) is not None
    }
    last = DAY + timedelta(days=2)
    assert starts == {1: last, 2: DAY + timedelta(days=1), 3: DAY, 4: last}
