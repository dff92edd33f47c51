"""Versions keep what they were on a test set."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of tests, and of their parts."""
    op.create_table(
        "version_tests",
        sa.Column("version_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("tested_at", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("comparison", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name="fk_version_tests_version_id"
        ),
        sa.PrimaryKeyConstraint("version_id", name="pk_version_tests"),
    )
    op.create_table(
        "version_test_parts",
        sa.Column("version_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("slice", sa.String(length=100), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("labelled", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["version_tests.version_id"],
            name="fk_version_test_parts_version_id",
        ),
        sa.PrimaryKeyConstraint("version_id", "slice", name="pk_version_test_parts"),
    )
