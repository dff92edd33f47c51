"""Files to predict: the jobs, and the parts of their results."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from modeldesk.store.tables import Key, Timestamp, metadata

file_jobs = Table(
    "file_jobs",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("version_id", Key, ForeignKey("versions.id"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("created_at", Timestamp, nullable=False),
    Column("started_at", Timestamp),
    Column("ended_at", Timestamp),
    Column("actor", String(300), nullable=False),
    # What the file is called where it comes from, and what it is.
    Column("file", Text, nullable=False),
    Column("format", String(10), nullable=False),
    # Columns with times and own keys, where they were named.
    Column("time_column", Text),
    Column("key_column", Text),
    Column("bytes", BigInteger, nullable=False),
    Column("rows", BigInteger),
    # How far it is: all of this changes in the transaction that logs the rows.
    Column("bytes_done", BigInteger, nullable=False),
    Column("rows_done", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    # The first problems of refused rows, as JSON.
    Column("problems", Text, nullable=False),
    Column("error", Text),
    # Who works on it, and until when that holds unless it is renewed.
    Column("claim", String(32)),
    Column("claimed_until", Timestamp),
    Index("ix_file_jobs_state", "state", "id"),
    Index("ix_file_jobs_version_id", "version_id", "id"),
)

file_job_parts = Table(
    "file_job_parts",
    metadata,
    Column("job_id", String(26), ForeignKey("file_jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # Names the file of the part; whoever lost the claim wrote others, which nobody reads.
    Column("key", String(26), nullable=False),
    Column("rows", Integer, nullable=False),
)
