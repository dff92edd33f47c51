"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table of the first release."""
    op.create_table(
        "models",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("name", name=op.f("uq_models_name")),
    )
    op.create_table(
        "monitors",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("model_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_monitors_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitors")),
        sa.UniqueConstraint("model_id", "name", name=op.f("uq_monitors_model_id_name")),
    )
    op.create_table(
        "versions",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("model_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("flavor", sa.String(length=50), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("artefact", sa.Text(), nullable=False),
        sa.Column("artefact_sha256", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("reference_rows", sa.BigInteger(), nullable=False),
        sa.Column("reference_profile", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_versions_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
        sa.UniqueConstraint("model_id", "number", name=op.f("uq_versions_model_id_number")),
    )
    op.create_table(
        "aliases",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("model_id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_aliases_model_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_aliases_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aliases")),
        sa.UniqueConstraint("model_id", "name", name=op.f("uq_aliases_model_id_name")),
    )
    op.create_table(
        "chunks",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("key", sa.String(length=26), nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("segment", sa.String(length=500), nullable=False),
        sa.Column("committed_at", sa.BigInteger(), nullable=False),
        sa.Column("first_time", sa.BigInteger(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("profiled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_chunks_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chunks")),
        sa.UniqueConstraint("key", name=op.f("uq_chunks_key")),
    )
    op.create_index("ix_chunks_profiled", "chunks", ["profiled", "id"])

    op.create_table(
        "counters",
        sa.Column("version_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_counters_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_counters")),
    )
    op.create_table(
        "flags",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("prediction_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("proposed_label", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_flags_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
    )
    op.create_index(op.f("ix_flags_prediction_id"), "flags", ["prediction_id"])

    op.create_table(
        "profiles",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("segment", sa.String(length=500), nullable=False),
        sa.Column("granularity", sa.String(length=10), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("last_time", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_profiles_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        sa.UniqueConstraint(
            "version_id",
            "segment",
            "granularity",
            "start",
            name=op.f("uq_profiles_version_id_segment_granularity_start"),
        ),
    )
    op.create_table(
        "alerts",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("monitor_id", _KEY, nullable=False),
        sa.Column("version_id", _KEY, nullable=False),
        sa.Column("profile_id", _KEY, nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("distance", sa.Float(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("restated", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["monitor_id"], ["monitors.id"], name=op.f("fk_alerts_monitor_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_alerts_profile_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_alerts_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "monitor_id",
            "profile_id",
            "column",
            name=op.f("uq_alerts_monitor_id_profile_id_column"),
        ),
    )
    op.create_table(
        "judgements",
        sa.Column("monitor_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("profile_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["monitor_id"], ["monitors.id"], name=op.f("fk_judgements_monitor_id")
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_judgements_profile_id")
        ),
        sa.PrimaryKeyConstraint("monitor_id", "profile_id", name=op.f("pk_judgements")),
    )
