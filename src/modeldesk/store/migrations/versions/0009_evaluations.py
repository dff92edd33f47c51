"""Days are evaluated."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of what labels say of each day."""
    op.create_table(
        "evaluations",
        sa.Column("version_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=600), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("labelled", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_evaluations_version_id"),
        sa.PrimaryKeyConstraint("version_id", "day", "part", name="pk_evaluations"),
    )
    op.create_index("ix_evaluations_day", "evaluations", ["day"])
