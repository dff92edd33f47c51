"""Fresh chunks lie in the order in which they were committed, by a number each."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = "key, version_id, committed_at, first_time, last_time, rows, shadow, payload"


def upgrade() -> None:
    """Make the table anew: what has not been filed yet is carried over."""
    op.rename_table("fresh_chunks", "fresh_chunks_before")
    if op.get_bind().dialect.name == "postgresql":
        # Names of constraints are those of a schema there, and stay when a table is renamed.
        op.execute("ALTER TABLE fresh_chunks_before DROP CONSTRAINT pk_fresh_chunks")
        op.execute("ALTER TABLE fresh_chunks_before DROP CONSTRAINT fk_fresh_chunks_version_id")
    op.create_table(
        "fresh_chunks",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("key", sa.String(length=26), nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("committed_at", sa.BigInteger(), nullable=False),
        sa.Column("first_time", sa.BigInteger(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_fresh_chunks_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_fresh_chunks"),
    )
    op.execute(
        f"INSERT INTO fresh_chunks ({_KEPT}) "  # noqa: S608 - our own names
        f"SELECT {_KEPT} FROM fresh_chunks_before ORDER BY key"
    )
    op.drop_table("fresh_chunks_before")
