"""Estimates: what was learned from a version's labelled rows, and days condensed by it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table

from modeldesk.store.tables import Key, Timestamp, metadata

estimators = Table(
    "estimators",
    metadata,
    Column("version_id", Key, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    Column("learned_at", Timestamp, nullable=False),
    # The labelled rows that it was learned from: how many, and when they were predicted.
    Column("rows", Integer, nullable=False),
    Column("first_time", Timestamp, nullable=False),
    Column("last_time", Timestamp, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

condensed_days = Table(
    "condensed_days",
    metadata,
    Column("version_id", Key, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    Column("day", Timestamp, primary_key=True, autoincrement=False),
    # Of the day's profile, when it was condensed.
    Column("revision", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("condensed_at", Timestamp, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
