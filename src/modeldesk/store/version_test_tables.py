"""What versions were on the test sets that they were published with."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from modeldesk.store.tables import Key, Timestamp, metadata

version_tests = Table(
    "version_tests",
    metadata,
    Column("version_id", Key, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    Column("tested_at", Timestamp, nullable=False),
    # Of the table, so that versions tell whether they were tested on the same rows.
    Column("sha256", String(64), nullable=False),
    Column("rows", BigInteger, nullable=False),
    # Number of the version that it was compared with, if there was one that took the rows.
    Column("against", Integer),
    Column("verdict", Text, nullable=False),
    # The comparison as JSON, with a format version; null where there is none.
    Column("comparison", Text),
)

version_test_parts = Table(
    "version_test_parts",
    metadata,
    Column(
        "version_id",
        Key,
        ForeignKey("version_tests.version_id"),
        primary_key=True,
        autoincrement=False,
    ),
    # Name of the slice; empty for all rows.
    Column("slice", String(100), primary_key=True),
    # What the slice was then; empty for all rows.
    Column("expression", Text, nullable=False),
    Column("labelled", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
)
