"""Chunks are committed to a table without indexes first."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "fresh_chunks",
        sa.Column("key", sa.String(length=26), nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("committed_at", sa.BigInteger(), nullable=False),
        sa.Column("first_time", sa.BigInteger(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_fresh_chunks_version_id"),
        sa.PrimaryKeyConstraint("key", name="pk_fresh_chunks"),
        sqlite_with_rowid=False,
    )
