"""Alerts are found by their status: every open page counts the open ones."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_alerts_status", "alerts", ["status", "version_id"])
