"""Tags, metrics, parameters and library versions of a version."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give every version notes; those of older versions are empty."""
    op.add_column("versions", sa.Column("notes", sa.Text(), nullable=False, server_default="{}"))
    # SQLite: before the large columns, through whose pages it would have to read.
    with op.batch_alter_table(
        "versions",
        recreate="auto" if op.get_bind().dialect.name != "sqlite" else "always",
        partial_reordering=[("artefact_sha256", "notes", "signature")],
    ) as versions:
        versions.alter_column("notes", server_default=None)
