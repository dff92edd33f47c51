"""Rows that are kept of the tables that versions were published with."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from modeldesk.store.tables import Key, metadata

version_samples = Table(
    "version_samples",
    metadata,
    Column("version_id", Key, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    # Of which table: reference or test.
    Column("source", String(20), primary_key=True),
    # How many rows the table had.
    Column("total", BigInteger, nullable=False),
    # How many of them are kept.
    Column("rows", Integer, nullable=False),
    # They themselves, as Parquet.
    Column("payload", LargeBinary, nullable=False),
)
