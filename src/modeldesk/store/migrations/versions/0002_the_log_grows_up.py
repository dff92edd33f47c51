"""Own keys, compaction, quarantine and a log policy per model."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Extend the log of the first release; every row in it stays."""
    op.add_column("models", sa.Column("policy", sa.Text(), nullable=False, server_default="{}"))
    op.add_column(
        "chunks", sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for name in ("first_key", "last_key"):
        op.add_column("chunks", sa.Column(name, sa.String(length=26)))
    op.execute(sa.text("update chunks set first_key = key, last_key = key"))
    with op.batch_alter_table("models") as models:
        models.alter_column("policy", server_default=None)
    op.add_column("chunks", sa.Column("damaged", sa.Text()))
    op.add_column("profiles", sa.Column("damaged", sa.Text()))
    # SQLite: a number is never used again, as on PostgreSQL; and whoever asks for a mark need
    # not read the pages of the payload before it.
    never_again = {"sqlite_autoincrement": True}
    with op.batch_alter_table(
        "chunks",
        table_kwargs=never_again,
        partial_reordering=[("rows", "profiled", "settled", "damaged", "payload")],
    ) as chunks:
        chunks.alter_column("settled", server_default=None)
        chunks.alter_column("first_key", nullable=False)
        chunks.alter_column("last_key", nullable=False)
        chunks.drop_column("segment")
    with op.batch_alter_table(
        "profiles",
        recreate="auto" if op.get_bind().dialect.name != "sqlite" else "always",
        table_kwargs=never_again,
        partial_reordering=[("revision", "damaged", "payload")],
    ):
        pass
    for table in ("chunks", "profiles"):
        op.create_index(
            f"ix_{table}_damaged",
            table,
            ["version_id"],
            sqlite_where=sa.text("damaged is not null"),
            postgresql_where=sa.text("damaged is not null"),
        )
    op.create_index("ix_chunks_last_time", "chunks", ["last_time"])
    op.create_index("ix_chunks_settled", "chunks", ["settled", "version_id", "id"])
    op.create_index("ix_chunks_version_id_last_key", "chunks", ["version_id", "last_key"])
    op.create_table(
        "moved_chunks",
        sa.Column("key", sa.String(length=26), nullable=False),
        sa.Column("chunk_id", _KEY, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chunk_id"],
            ["chunks.id"],
            name=op.f("fk_moved_chunks_chunk_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_moved_chunks")),
    )
    op.create_index(op.f("ix_moved_chunks_chunk_id"), "moved_chunks", ["chunk_id"])
    op.create_table(
        "row_keys",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("model_id", _KEY, nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("chunk_key", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_row_keys_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_keys")),
    )
    op.create_index("ix_row_keys_model_id_hash", "row_keys", ["model_id", "hash"])
    op.create_table(
        "quarantine",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_quarantine_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index("ix_quarantine_version_id", "quarantine", ["version_id", "id"])
    op.create_table(
        "balances",
        sa.Column("version_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.Column("uncounted", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_balances_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "day", name=op.f("pk_balances")),
    )
    op.create_table(
        "comparisons",
        sa.Column("profile_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profiles.id"],
            name=op.f("fk_comparisons_profile_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("profile_id", name=op.f("pk_comparisons")),
    )
