"""Fresh rows lie in journals beside an embedded database, no longer in a table."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KEPT = "version_id, committed_at, first_time, last_time, rows, shadow, payload"


def upgrade() -> None:
    """File the rows that are in the table, drop it, and note the journals."""
    op.execute(
        f"INSERT INTO chunks (key, first_key, last_key, profiled, settled, {_KEPT}) "  # noqa: S608
        f"SELECT key, key, key, false, false, {_KEPT} FROM fresh_chunks ORDER BY key"
    )
    op.drop_table("fresh_chunks")
    op.create_table(
        "journals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("filed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journals"),
        sa.UniqueConstraint("name", name="uq_journals_name"),
    )
