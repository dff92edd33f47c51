"""Performance is estimated where there are no labels."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of what was learned, and of the days that it condensed."""
    op.create_table(
        "estimators",
        sa.Column("version_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("learned_at", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("first_time", sa.BigInteger(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_estimators_version_id"),
        sa.PrimaryKeyConstraint("version_id", name="pk_estimators"),
    )
    op.create_table(
        "condensed_days",
        sa.Column("version_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("condensed_at", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name="fk_condensed_days_version_id"
        ),
        sa.PrimaryKeyConstraint("version_id", "day", name="pk_condensed_days"),
    )
