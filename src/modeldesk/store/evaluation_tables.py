"""Evaluations: how good a version was on a day, as far as its labels tell."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from modeldesk.store.tables import Key, Timestamp, metadata

evaluations = Table(
    "evaluations",
    metadata,
    Column("version_id", Key, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    Column("day", Timestamp, primary_key=True, autoincrement=False),
    # Which rows of the day: empty for all, a segment's name, or "slice:" and a slice's name.
    Column("part", String(600), primary_key=True),
    # The revision of the day's labels that was read.
    Column("revision", BigInteger, nullable=False),
    Column("labelled", Integer, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Index("ix_evaluations_day", "day"),
)
