"""The history of aliases, routing, shadow rows, and the failures of models."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Begin the history of each alias with where it points; no row so far is a shadow's."""
    op.create_table(
        "alias_moves",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("model_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("from_version_id", _KEY),
        sa.Column("to_version_id", _KEY),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("undoes", _KEY),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_alias_moves_model_id")),
        sa.ForeignKeyConstraint(
            ["from_version_id"], ["versions.id"], name=op.f("fk_alias_moves_from_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_version_id"], ["versions.id"], name=op.f("fk_alias_moves_to_version_id")
        ),
        sa.ForeignKeyConstraint(["undoes"], ["alias_moves.id"], name=op.f("fk_alias_moves_undoes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias_moves")),
        sa.UniqueConstraint("undoes", name=op.f("uq_alias_moves_undoes")),
    )
    op.create_index("ix_alias_moves_model_id_name", "alias_moves", ["model_id", "name", "id"])
    op.execute(
        sa.text(
            "insert into alias_moves (model_id, name, to_version_id, moved_at, reason, actor)"
            " select model_id, name, version_id, moved_at, '', 'modeldesk' from aliases order by id"
        )
    )
    op.add_column("models", sa.Column("routing", sa.Text(), nullable=False, server_default="{}"))
    with op.batch_alter_table("models") as models:
        models.alter_column("routing", server_default=None)
    op.add_column(
        "counters", sa.Column("failed", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("counters", sa.Column("last_failure", sa.Text()))
    op.add_column("counters", sa.Column("last_failed_at", sa.BigInteger()))
    with op.batch_alter_table("counters") as counters:
        counters.alter_column("failed", server_default=None)
    _mark("chunks", sa.Column("shadow", sa.Boolean(), nullable=False, server_default=sa.false()))
    _mark("profiles", sa.Column("shadow", sa.BigInteger(), nullable=False, server_default="0"))


def _mark(table: str, column: "sa.Column[object]") -> None:
    """Add a column before the payload, so that SQLite need not read through that to get at it."""
    damaged = f"ix_{table}_damaged"
    op.drop_index(damaged, table)
    op.add_column(table, column)
    with op.batch_alter_table(
        table,
        table_kwargs={"sqlite_autoincrement": True},
        partial_reordering=[("damaged", "shadow", "payload")],
    ) as changed:
        changed.alter_column("shadow", server_default=None)
    op.create_index(
        damaged,
        table,
        ["version_id"],
        sqlite_where=sa.text("damaged is not null"),
        postgresql_where=sa.text("damaged is not null"),
    )
