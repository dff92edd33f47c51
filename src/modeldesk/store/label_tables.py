"""Labels: what was the true outcome, those that wait for their prediction, and what is due."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from modeldesk.store.tables import Key, Timestamp, index_some, metadata

# Labels that were written together; the numbers of one model's batches grow as they arrive.
label_batches = Table(
    "label_batches",
    metadata,
    Column("id", Key, primary_key=True),
    Column("model_id", Key, ForeignKey("models.id"), nullable=False),
    Column("arrived_at", Timestamp, nullable=False),
    Column("source", String(200), nullable=False),
    Index("ix_label_batches_model_id", "model_id", "id"),
    Index("ix_label_batches_arrived_at", "arrived_at"),
    sqlite_autoincrement=True,
)

# Every label that was given to a prediction; the newest is that of the highest batch.
labels = Table(
    "labels",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", Key, ForeignKey("label_batches.id"), nullable=False),
    Column("version_id", Key, ForeignKey("versions.id"), nullable=False),
    # The prediction: the part of the log in which it was committed, and its position there.
    Column("chunk_key", String(26), nullable=False),
    Column("row", Integer, nullable=False),
    Column("predicted_at", Timestamp, nullable=False),
    # When the outcome became known.
    Column("time", Timestamp, nullable=False),
    # As text: a class, a number, or a list in JSON.
    Column("value", Text, nullable=False),
    Index("ix_labels_chunk_key_row", "chunk_key", "row"),
    Index("ix_labels_batch_id", "batch_id"),
    sqlite_autoincrement=True,
)

# Labels for predictions that are not in the log yet.
waiting_labels = Table(
    "waiting_labels",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", Key, ForeignKey("label_batches.id"), nullable=False),
    Column("model_id", Key, ForeignKey("models.id"), nullable=False),
    # Of the own key, or of the key of the part that a prediction's identifier names.
    Column("hash", BigInteger, nullable=False),
    # Whether the name is the caller's own key; else it is a prediction's identifier.
    Column("own", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("time", Timestamp, nullable=False),
    Column("value", Text, nullable=False),
    Index("ix_waiting_labels_model_id_hash", "model_id", "hash"),
    Index("ix_waiting_labels_batch_id", "batch_id"),
    sqlite_autoincrement=True,
)

# How many predictions of an hour have a label.
label_hours = Table(
    "label_hours",
    metadata,
    Column("version_id", Key, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    Column("start", Timestamp, primary_key=True, autoincrement=False),
    Column("labelled", BigInteger, nullable=False),
)

# Days whose labels have changed: due where what was evaluated is not the present revision.
label_days = Table(
    "label_days",
    metadata,
    Column("version_id", Key, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    Column("day", Timestamp, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("evaluated", BigInteger, nullable=False),
)
index_some("ix_label_days_due", label_days.c.version_id, where="evaluated < revision")

# How long after their predictions the first labels of a model were known, in seconds.
label_delays = Table(
    "label_delays",
    metadata,
    Column("model_id", Key, ForeignKey("models.id"), primary_key=True, autoincrement=False),
    Column("payload", LargeBinary, nullable=False),
)
