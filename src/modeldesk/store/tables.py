"""The tables, in SQLAlchemy Core; the migrations build the same schema."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    text,
)

from modeldesk.clock import instant, microseconds


class Timestamp(TypeDecorator[datetime]):
    """An aware UTC time, kept as microseconds since 1970: exact, sortable, same everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn an aware time into microseconds."""
        del dialect
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Turn microseconds into an aware time."""
        del dialect
        return None if value is None else instant(value)


_names = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=_names)

# SQLite gives 64-bit keys to INTEGER columns only.
Key = BigInteger().with_variant(Integer(), "sqlite")


def index_some(name: str, column: Column[int], *, where: str) -> None:
    """Index a column of a table in those rows alone that meet a condition.

    PostgreSQL is told in its own words: an `Index` with a condition for it would load SQLAlchemy's
    support for it, 2 MB, also where there is no PostgreSQL.
    """
    Index(name, column, sqlite_where=text(where)).ddl_if(dialect="sqlite")
    words = f"CREATE INDEX {name} ON {column.table.name} ({column.name}) WHERE {where}"
    ddl = DDL(words)  # type: ignore[no-untyped-call]  # SQLAlchemy does not annotate it
    event.listen(column.table, "after_create", ddl.execute_if(dialect="postgresql"))


models = Table(
    "models",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("created_at", Timestamp, nullable=False),
    Column("policy", Text, nullable=False),
    Column("routing", Text, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("model_id", Key, ForeignKey("models.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("flavor", String(50), nullable=False),
    Column("description", Text, nullable=False),
    Column("artefact", Text, nullable=False),
    Column("artefact_sha256", String(64), nullable=False),
    # Tags, metrics, parameters and library versions, as JSON.
    Column("notes", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("reference_rows", BigInteger, nullable=False),
    Column("reference_profile", LargeBinary, nullable=False),
    UniqueConstraint("model_id", "number"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("id", Key, primary_key=True),
    Column("model_id", Key, ForeignKey("models.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("version_id", Key, ForeignKey("versions.id"), nullable=False),
    Column("moved_at", Timestamp, nullable=False),
    UniqueConstraint("model_id", "name"),
)

# Where each alias pointed, one row per move; an undone move is named by the one that undid it.
alias_moves = Table(
    "alias_moves",
    metadata,
    Column("id", Key, primary_key=True),
    Column("model_id", Key, ForeignKey("models.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("from_version_id", Key, ForeignKey("versions.id")),
    Column("to_version_id", Key, ForeignKey("versions.id")),
    Column("moved_at", Timestamp, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("undoes", Key, ForeignKey("alias_moves.id"), unique=True),
    Index("ix_alias_moves_model_id_name", "model_id", "name", "id"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("id", Key, primary_key=True),
    Column("key", String(26), nullable=False, unique=True),
    # The keys of the first and last part in it; the same as its own where nothing was merged.
    Column("first_key", String(26), nullable=False),
    Column("last_key", String(26), nullable=False),
    Column("version_id", Key, ForeignKey("versions.id"), nullable=False),
    Column("committed_at", Timestamp, nullable=False),
    Column("first_time", Timestamp, nullable=False),
    Column("last_time", Timestamp, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("profiled", Boolean, nullable=False),
    # Whether it is large or old enough to stay as it is; the others are merged into larger ones.
    Column("settled", Boolean, nullable=False),
    # Why its payload cannot be read; such a chunk is left alone until it is repaired.
    Column("damaged", Text),
    # Whether a challenger was given the rows beside the champion, and answered nobody.
    Column("shadow", Boolean, nullable=False),
    # The last column: SQLite reads through the pages of a payload to get at what is behind it.
    Column("payload", LargeBinary, nullable=False),
    Index("ix_chunks_profiled", "profiled", "id"),
    Index("ix_chunks_settled", "settled", "version_id", "id"),
    Index("ix_chunks_version_id_last_key", "version_id", "last_key"),
    Index("ix_chunks_last_time", "last_time"),
    # A number is never used again: who read a chunk under it can tell that it is gone.
    sqlite_autoincrement=True,
)
index_some("ix_chunks_damaged", chunks.c.version_id, where="damaged is not null")

# Files beside an embedded database with rows that were committed a moment ago, and up to which
# byte of each they are filed among the chunks: see `journal`.
journals = Table(
    "journals",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("filed", BigInteger, nullable=False),
)

# Where the rows of a chunk went that was merged into a larger one.
moved_chunks = Table(
    "moved_chunks",
    metadata,
    Column("key", String(26), primary_key=True),
    Column(
        "chunk_id", Key, ForeignKey("chunks.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("start", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
)

# The callers' own keys, by hash: which chunks to look into.
row_keys = Table(
    "row_keys",
    metadata,
    Column("id", Key, primary_key=True),
    Column("model_id", Key, ForeignKey("models.id"), nullable=False),
    Column("hash", BigInteger, nullable=False),
    Column("chunk_key", String(26), nullable=False),
    Index("ix_row_keys_model_id_hash", "model_id", "hash"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Key, primary_key=True),
    Column("version_id", Key, ForeignKey("versions.id"), nullable=False),
    Column("received_at", Timestamp, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("row", Text, nullable=False),
    Index("ix_quarantine_version_id", "version_id", "id"),
)

counters = Table(
    "counters",
    metadata,
    Column("version_id", Key, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    Column("refused", BigInteger, nullable=False),
    # Rows for which the model failed, and how it failed last.
    Column("failed", BigInteger, nullable=False),
    Column("last_failure", Text),
    Column("last_failed_at", Timestamp),
)

profiles = Table(
    "profiles",
    metadata,
    Column("id", Key, primary_key=True),
    Column("version_id", Key, ForeignKey("versions.id"), nullable=False),
    Column("segment", String(500), nullable=False),
    Column("granularity", String(10), nullable=False),
    Column("start", Timestamp, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("last_time", Timestamp, nullable=False),
    Column("revision", Integer, nullable=False),
    # Why it had to begin anew without the rows before; until it is rebuilt from the log.
    Column("damaged", Text),
    # How many of the rows are shadow rows.
    Column("shadow", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    UniqueConstraint("version_id", "segment", "granularity", "start"),
    sqlite_autoincrement=True,
)
index_some("ix_profiles_damaged", profiles.c.version_id, where="damaged is not null")

# For each day, by how much its profile's count and the log's may differ, so that every row can
# be accounted for: count of the profile = rows in the log + gone - uncounted.
balances = Table(
    "balances",
    metadata,
    Column("version_id", Key, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    Column("day", Timestamp, primary_key=True, autoincrement=False),
    # Rows that were counted and then left the log: thinned out or expired.
    Column("gone", BigInteger, nullable=False),
    # Rows that were counted in a profile that expired or was damaged.
    Column("uncounted", BigInteger, nullable=False),
)

# What comparing a window with the reference said, so that nobody has to compare it again.
comparisons = Table(
    "comparisons",
    metadata,
    Column(
        "profile_id",
        Key,
        ForeignKey("profiles.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("revision", Integer, nullable=False),
    Column("basis", String(32), nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

monitors = Table(
    "monitors",
    metadata,
    Column("id", Key, primary_key=True),
    Column("model_id", Key, ForeignKey("models.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("rule", Text, nullable=False),
    UniqueConstraint("model_id", "name"),
)

judgements = Table(
    "judgements",
    metadata,
    Column("monitor_id", Key, ForeignKey("monitors.id"), primary_key=True, autoincrement=False),
    Column("profile_id", Key, ForeignKey("profiles.id"), primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("judged_at", Timestamp, nullable=False),
    Column("findings", Integer, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("monitor_id", Key, ForeignKey("monitors.id"), nullable=False),
    Column("version_id", Key, ForeignKey("versions.id"), nullable=False),
    Column("profile_id", Key, ForeignKey("profiles.id"), nullable=False),
    Column("column", Text, nullable=False),
    Column("distance", Float),
    Column("sentence", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("restated", Boolean, nullable=False),
    Column("opened_at", Timestamp, nullable=False),
    Column("changed_at", Timestamp, nullable=False),
    UniqueConstraint("monitor_id", "profile_id", "column"),
    Index("ix_alerts_status", "status", "version_id"),
)

flags = Table(
    "flags",
    metadata,
    Column("id", Key, primary_key=True),
    Column("version_id", Key, ForeignKey("versions.id"), nullable=False),
    Column("prediction_id", String(40), nullable=False, index=True),
    Column("reason", String(100), nullable=False),
    Column("comment", Text, nullable=False),
    Column("proposed_label", Text),
    Column("created_at", Timestamp, nullable=False),
)
