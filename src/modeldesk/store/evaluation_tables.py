"""Evaluations: how good a version was on a day, by its labels, and the slices of its rows."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

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

# Named conditions on a model's rows.
slices = Table(
    "slices",
    metadata,
    Column("id", Key, primary_key=True),
    Column("model_id", Key, ForeignKey("models.id"), nullable=False),
    Column("name", String(100), nullable=False),
    # In the language of slices, as it is always written.
    Column("expression", Text, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    UniqueConstraint("model_id", "name"),
)
