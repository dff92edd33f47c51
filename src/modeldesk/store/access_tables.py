"""Who may do what, and who did what: keys, users, sessions and the audit trail."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from modeldesk.store.tables import Key, Timestamp, metadata

# One row that counts every change of the tables below it, so that a server can tell by one
# number whether what it remembers of them still holds.
access_state = Table(
    "access_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    # The part of the key that may be shown, by which people tell keys apart.
    Column("prefix", String(20), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    # A JSON list of names, or nothing where the key is good for all models.
    Column("models", Text),
    Column("created_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp),
    Column("revoked_at", Timestamp),
    Column("last_used_at", Timestamp),
)

users = Table(
    "users",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    # Nothing where the user signs in elsewhere: then issuer and subject say who it is there.
    Column("password", Text),
    Column("issuer", String(500)),
    Column("subject", String(255)),
    Column("created_at", Timestamp, nullable=False),
    Column("signed_in_at", Timestamp),
    UniqueConstraint("issuer", "subject"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
)

# Browsers from which a user has signed in: guessing elsewhere does not lock them out.
browsers = Table(
    "browsers",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("user_id", Key, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("seen_at", Timestamp, nullable=False),
)

# Wrong passwords, by the hash of what they are counted for: a name, an address, a browser.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Timestamp, nullable=False, index=True),
    Column("blocked_until", Timestamp, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Key, primary_key=True),
    Column("time", Timestamp, nullable=False),
    Column("actor", String(300), nullable=False),
    Column("action", String(100), nullable=False),
    Column("object", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("request_id", String(128)),
    Index("ix_audit_actor_id", "actor", "id"),
    # A number is never used again: a page of the trail begins where the last one ended.
    sqlite_autoincrement=True,
)
