"""Profiling a Parquet file without having it in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from modeldesk import Profile, profile, profiles
from modeldesk.schema import Kind


def profile_of_file(file: Path) -> Profile:
    """Return the profile of a file, by modeldesk's own reader of files where it has one."""
    reader = getattr(profiles, "profile_file", None)
    if callable(reader):
        found = reader(file)
        assert isinstance(found, Profile)
        return found
    return _merged(file)


def _merged(file: Path) -> Profile:
    """Return the profiles of all row groups merged; the first one tells the kinds of columns."""
    whole = Profile.empty()
    kinds: dict[str, Kind] | None = None
    for start, rows in _row_groups(file):
        # One row group after the other: Polars reads several ahead where it may.
        group = pl.scan_parquet(file).slice(start, rows).collect()
        whole = whole.merge(profile(group, kinds=kinds))
        kinds = {column.name: column.kind for column in whole.columns}
    return whole


def _row_groups(file: Path) -> Iterator[tuple[int, int]]:
    """Yield the first row and the number of rows of every row group."""
    start = 0
    metadata = pq.read_metadata(file)
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        yield start, rows
        start += rows
