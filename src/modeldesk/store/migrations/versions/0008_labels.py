"""Predictions get labels."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DUE = sa.text("evaluated < revision")


def upgrade() -> None:
    """Make the tables of labels, and of what is known about them per hour, day and model."""
    _batches()
    _labels()
    _waiting()
    _windows()


def _batches() -> None:
    op.create_table(
        "label_batches",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("model_id", _KEY, nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_label_batches_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_label_batches"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_label_batches_model_id", "label_batches", ["model_id", "id"])
    op.create_index("ix_label_batches_arrived_at", "label_batches", ["arrived_at"])


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("batch_id", _KEY, nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("chunk_key", sa.String(length=26), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("predicted_at", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["label_batches.id"], name="fk_labels_batch_id"),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_labels_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_labels_chunk_key_row", "labels", ["chunk_key", "row"])
    op.create_index("ix_labels_batch_id", "labels", ["batch_id"])


def _waiting() -> None:
    op.create_table(
        "waiting_labels",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("batch_id", _KEY, nullable=False),
        sa.Column("model_id", _KEY, nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["label_batches.id"], name="fk_waiting_labels_batch_id"
        ),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_waiting_labels_model_id"),
        sa.PrimaryKeyConstraint("id", name="pk_waiting_labels"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_waiting_labels_model_id_hash", "waiting_labels", ["model_id", "hash"])
    op.create_index("ix_waiting_labels_batch_id", "waiting_labels", ["batch_id"])


def _windows() -> None:
    op.create_table(
        "label_hours",
        sa.Column("version_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("labelled", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_label_hours_version_id"),
        sa.PrimaryKeyConstraint("version_id", "start", name="pk_label_hours"),
    )
    op.create_table(
        "label_days",
        sa.Column("version_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("evaluated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_label_days_version_id"),
        sa.PrimaryKeyConstraint("version_id", "day", name="pk_label_days"),
    )
    op.create_index(
        "ix_label_days_due",
        "label_days",
        ["version_id"],
        sqlite_where=_DUE,
        postgresql_where=_DUE,
    )
    op.create_table(
        "label_delays",
        sa.Column("model_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name="fk_label_delays_model_id"),
        sa.PrimaryKeyConstraint("model_id", name="pk_label_delays"),
    )
