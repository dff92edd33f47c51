"""Wherever a journal ends, exactly its whole records are read."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.store import journal
from modeldesk.store.journal import Entry, Record, encode_record, read_part

records = st.builds(
    lambda key, rows, payload: Record(
        entry=Entry(
            key=key,
            version_id=rows,
            committed_at=rows * 10**9,
            first_time=-rows,
            last_time=rows,
            rows=rows,
            shadow=rows % 2 == 0,
        ),
        payload=payload,
    ),
    st.text(max_size=26),
    st.integers(1, 6000),
    st.binary(max_size=300),
)


def read_all(data: bytes) -> tuple[list[Record], int]:
    """Return the records of a file, and where they end."""
    found: list[Record] = []
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        end, full = 0, True
        while full:
            part = read_part(file.fileno(), end)
            assert part.end > end or not part.full
            found += part.records
            end, full = part.end, part.full
    return found, end


@given(written=st.lists(records, max_size=12), data=st.data(), block=st.integers(12, 500))
def test_whole_records_are_read(written: list[Record], data: st.DataObject, block: int) -> None:
    """In order, however many are read at once, and not one byte of the one that is cut off."""
    parts = [encode_record(each.entry, each.payload) for each in written]
    whole = b"".join(parts)
    cut = data.draw(st.integers(0, len(whole)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(journal, "_BYTES", block)
        patched.setattr(journal, "RECORDS", 5)
        found, end = read_all(whole[:cut])
    ends = [sum(map(len, parts[: many + 1])) for many in range(len(parts))]
    many = sum(place <= cut for place in ends)
    assert found == written[:many]
    assert end == ([0, *ends])[many]


@given(
    before=st.lists(records, max_size=3),
    damaged=records,
    after=st.lists(records, max_size=3),
    data=st.data(),
)
def test_nothing_is_made_up_of_a_damaged_head(
    before: list[Record], damaged: Record, after: list[Record], data: st.DataObject
) -> None:
    """Reading ends before it, whichever bit of it was changed."""
    start = b"".join(encode_record(each.entry, each.payload) for each in before)
    bad = bytearray(encode_record(damaged.entry, damaged.payload))
    place = data.draw(st.integers(0, len(bad) - len(damaged.payload) - 1))
    bad[place] ^= 1 << data.draw(st.integers(0, 7))
    end = b"".join(encode_record(each.entry, each.payload) for each in after)
    found, at = read_all(start + bytes(bad) + end)
    assert (found, at) == (before, len(start))


@given(garbage=st.binary(max_size=2000))
def test_garbage_is_no_record(garbage: bytes) -> None:
    """Nor do zeros make one, which a disk may have at the end after a power cut."""
    for data in (garbage, bytes(len(garbage))):
        found, at = read_all(data)
        assert at == sum(len(encode_record(each.entry, each.payload)) for each in found)
    assert read_all(os.urandom(50) + bytes(100))[1] == 0
