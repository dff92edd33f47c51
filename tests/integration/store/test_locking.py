"""Rows are locked in one order, whatever language the database sorts texts by."""

from datetime import UTC, datetime

import sqlalchemy as sa

from modeldesk.profiles import Profile
from modeldesk.schema import Granularity
from modeldesk.store import (
    Store,
    WindowKey,
    WindowPart,
    WindowRecords,
)
from modeldesk.store.locking import window_order
from modeldesk.store.tables import profiles

DAY = datetime(2026, 3, 1, tzinfo=UTC)
SEGMENTS = ["", "Z=1", "a b=1", "a=1", "a=B", "a=b", "ab=1", "a-=1", "é=1"]


def test_profiles_are_locked_in_the_order_of_their_keys(store: Store, version_id: int) -> None:
    """Who merges goes by the order of `WindowKey`, who deletes by the database's: the same."""
    if not store.is_sqlite:
        collate = 'alter table profiles alter column segment type varchar(500) collate "en-x-icu"'
        with store.writing() as connection:
            connection.execute(sa.text(collate))
    keys = [
        WindowKey(version_id=version_id, segment=segment, granularity=granularity, start=DAY)
        for segment in SEGMENTS
        for granularity in Granularity
    ]
    part = WindowPart(profile=Profile.empty(), last_time=DAY)
    assert WindowRecords(store).merge([], dict.fromkeys(reversed(keys), part))
    with store.reading() as connection:
        query = sa.select(profiles.c.segment, profiles.c.granularity)
        found = connection.execute(query.order_by(*window_order(connection))).all()
    assert [tuple(row) for row in found] == [(key.segment, key.granularity) for key in sorted(keys)]
