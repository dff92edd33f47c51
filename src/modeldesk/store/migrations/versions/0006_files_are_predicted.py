"""Files are predicted as jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of jobs and of the parts of their results."""
    op.create_table(
        "file_jobs",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("actor", sa.String(length=300), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("time_column", sa.Text()),
        sa.Column("key_column", sa.Text()),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger()),
        sa.Column("bytes_done", sa.BigInteger(), nullable=False),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("claim", sa.String(length=32)),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name="fk_file_jobs_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_file_jobs"),
    )
    op.create_index("ix_file_jobs_state", "file_jobs", ["state", "id"])
    op.create_index("ix_file_jobs_version_id", "file_jobs", ["version_id", "id"])
    op.create_table(
        "file_job_parts",
        sa.Column("job_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=26), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["file_jobs.id"], name="fk_file_job_parts_job_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_file_job_parts"),
    )
