"""What versions were on the test sets that they were published with: small, and kept for good."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from modeldesk.store.engine import Store
from modeldesk.store.version_test_tables import version_test_parts, version_tests


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTestPart:
    """What the rows of a test set, or of a slice of it, say."""

    slice: str
    """Name of the slice; empty for all rows."""
    expression: str
    """What the slice was when the version was tested; empty for all rows."""
    labelled: int
    state: bytes
    """As `modeldesk.performance.decode` reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTestNote:
    """That a version was tested, and what came of it."""

    tested_at: datetime
    sha256: str
    """Of the table: versions with the same one were tested on the same rows."""
    rows: int
    against: int | None
    """Number of the version that it was compared with; ``None`` where it was with none."""
    verdict: str
    """What came of it, or why it was not compared, in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTest:
    """What a version was on a test set."""

    note: VersionTestNote
    comparison: str | None
    """The comparison as it is kept; ``None`` where there is none."""
    parts: tuple[VersionTestPart, ...]
    """All rows first, then the slices by their names."""


class VersionTestRecords:
    """Reads what versions were on test sets; it is written with the version."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, version_id: int) -> VersionTest | None:
        """Return what a version was on its test set; ``None`` where it had none."""
        mine = version_tests.c.version_id == version_id
        parts = sa.select(version_test_parts).where(version_test_parts.c.version_id == version_id)
        with self._store.reading() as connection:
            row = connection.execute(sa.select(version_tests).where(mine)).first()
            if row is None:
                return None
            found = connection.execute(parts).all()
        return VersionTest(
            note=note_of(row),
            comparison=row.comparison,
            parts=tuple(sorted(map(_part, found), key=lambda part: part.slice)),
        )

    def parts(self, version_ids: Collection[int], slice_name: str) -> dict[int, VersionTestPart]:
        """Return what some versions were on a slice of their test sets, by their keys.

        Parameters
        ----------
        version_ids
            Keys of versions; those without a test, or without a row of the slice, are left out.
        slice_name
            The slice; empty for all rows.
        """
        query = sa.select(version_test_parts).where(
            version_test_parts.c.version_id.in_(version_ids),
            version_test_parts.c.slice == slice_name,
        )
        with self._store.reading() as connection:
            return {row.version_id: _part(row) for row in connection.execute(query)}

    def comparisons(self, version_ids: Collection[int]) -> dict[int, str]:
        """Return the comparisons of some versions, by their keys, as they are kept."""
        query = sa.select(version_tests.c.version_id, version_tests.c.comparison).where(
            version_tests.c.version_id.in_(version_ids), version_tests.c.comparison.is_not(None)
        )
        with self._store.reading() as connection:
            return {row.version_id: row.comparison for row in connection.execute(query)}


def note_of(row: sa.Row[tuple[object, ...]]) -> VersionTestNote:
    """Return the note in a row that has the columns of `version_tests`."""
    return VersionTestNote(
        tested_at=row.tested_at,
        sha256=row.sha256,
        rows=row.rows,
        against=row.against,
        verdict=row.verdict,
    )


def keep_test(connection: sa.Connection, version_id: int, new: VersionTest) -> None:
    """Write what a version was on its test set, within the caller's transaction."""
    connection.execute(
        sa.insert(version_tests).values(
            version_id=version_id,
            tested_at=new.note.tested_at,
            sha256=new.note.sha256,
            rows=new.note.rows,
            against=new.note.against,
            verdict=new.note.verdict,
            comparison=new.comparison,
        )
    )
    rows = [
        {
            "version_id": version_id,
            "slice": part.slice,
            "expression": part.expression,
            "labelled": part.labelled,
            "state": part.state,
        }
        for part in new.parts
    ]
    if rows:
        connection.execute(sa.insert(version_test_parts), rows)


def _part(row: sa.Row[tuple[object, ...]]) -> VersionTestPart:
    return VersionTestPart(
        slice=row.slice, expression=row.expression, labelled=row.labelled, state=row.state
    )
