"""Merging ahead of the transaction writes what merging inside it would, or nothing."""

from datetime import UTC, datetime

import polars as pl
import pytest
import sqlalchemy as sa

from modeldesk.profiles import profile
from modeldesk.schema import Granularity
from modeldesk.store import Store, WindowKey, WindowPart, WindowRecords
from modeldesk.store.merging import merge_ahead, merge_part, merged_ahead
from modeldesk.store.tables import profiles

HOUR = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def key(version_id: int) -> WindowKey:
    """Offer the key of an hour."""
    return WindowKey(version_id=version_id, segment="", granularity=Granularity.HOUR, start=HOUR)


def part(*ages: float, shadow: int = 0) -> WindowPart:
    """Return what some rows add."""
    found = profile(pl.DataFrame({"age": list(ages)}))
    return WindowPart(profile=found, last_time=HOUR, shadow=shadow)


def stored(store: Store) -> list[dict[str, object]]:
    """Return all window profiles as they are kept."""
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(sa.select(profiles)).mappings()]


def test_it_writes_the_same(store: Store, key: WindowKey) -> None:
    """Rows, revision, shadow rows and profile are those of merging in the transaction."""
    first, second = part(1.0, 2.0, shadow=1), part(3.0, shadow=1)
    with store.writing() as connection:
        merge_part(connection, key, first)
        ahead = merged_ahead(connection, {key: second})
        assert merge_ahead(connection, ahead[key])
    (found,) = stored(store)
    assert (found["rows"], found["revision"], found["shadow"]) == (3, 2, 2)
    with store.writing() as connection:
        connection.execute(sa.delete(profiles))
        merge_part(connection, key, first)
        merge_part(connection, key, second)
    assert stored(store)[0]["payload"] == found["payload"]


def test_a_profile_that_changed_meanwhile_is_left(store: Store, key: WindowKey) -> None:
    """What another roll-up added is not overwritten."""
    with store.writing() as connection:
        merge_part(connection, key, part(1.0))
        ahead = merged_ahead(connection, {key: part(2.0)})
    WindowRecords(store).merge([], {key: part(5.0)})
    with store.writing() as connection:
        assert not merge_ahead(connection, ahead[key])
    assert stored(store)[0]["rows"] == 2


def test_only_what_is_there_and_sound_is_merged_ahead(store: Store, key: WindowKey) -> None:
    """A new window, and a damaged profile, are left to the transaction."""
    with store.writing() as connection:
        assert merged_ahead(connection, {key: part(1.0)}) == {}
        merge_part(connection, key, part(1.0))
        connection.execute(sa.update(profiles).values(payload=b"damaged"))
        assert merged_ahead(connection, {key: part(1.0)}) == {}
