"""A database as the first release left it: schema 0001, with rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from modeldesk.monitors import DriftRule
from modeldesk.profiles import profile
from modeldesk.schema import ChunkKeys, Column, Kind, Role, Signature
from modeldesk.store import TIME, Store
from modeldesk.store.migrate import upgrade
from modeldesk.store.payload import encode_chunk

if TYPE_CHECKING:
    from collections.abc import Mapping

PEOPLE = "people"
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
KEY = ChunkKeys().new(AT)
AGES = (31.0, 40.0, 58.0)

_AT = int(AT.timestamp()) * 1_000_000


def write(store: Store) -> None:
    """Fill an empty database: a model with a version, three logged rows, a flag, a profile."""
    with store.altering() as connection:
        upgrade(connection, "0001")
        for table, values in _rows().items():
            for row in values:
                names = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join(f":{name}" for name in row)
                statement = f"insert into {table} ({names}) values ({marks})"  # noqa: S608  # our own
                connection.execute(sa.text(statement), row)
            if not store.is_sqlite and "id" in values[0]:
                keys = f"pg_get_serial_sequence('{table}', 'id')"
                connection.execute(sa.text(f"select setval({keys}, {len(values)})"))


def _rows() -> dict[str, list[Mapping[str, object]]]:
    signature = Signature(
        inputs=(Column(name="age", kind=Kind.FLOAT),),
        outputs=(Column(name="class", kind=Kind.CATEGORICAL, role=Role.PREDICTION),),
    )
    rows = pl.DataFrame({"age": AGES, "class": ["a", "b", "a"]})
    frame = rows.with_columns(pl.Series(TIME, [AT] * 3, dtype=pl.Datetime("us", "UTC")))
    day = int((AT - timedelta(hours=9, minutes=30)).timestamp()) * 1_000_000
    window = {"version_id": 1, "segment": "", "last_time": _AT, "revision": 1}
    window |= {"rows": 3, "payload": profile(rows, kinds=signature.kinds).encode()}
    return {
        "models": [{"id": 1, "name": PEOPLE, "created_at": _AT}],
        "monitors": [{"id": 1, "model_id": 1, "name": "drift", "rule": DriftRule().encode()}],
        "versions": [
            {
                "id": 1,
                "model_id": 1,
                "number": 1,
                "created_at": _AT,
                "flavor": "external",
                "description": "",
                "artefact": "",
                "artefact_sha256": "",
                "signature": signature.encode(),
                "reference_rows": 3,
                "reference_profile": profile(rows, kinds=signature.kinds).encode(),
            }
        ],
        "aliases": [{"id": 1, "model_id": 1, "name": "champion", "version_id": 1, "moved_at": _AT}],
        "counters": [{"version_id": 1, "refused": 7}],
        "chunks": [
            {
                "id": 1,
                "key": KEY,
                "version_id": 1,
                "segment": "",
                "committed_at": _AT,
                "first_time": _AT,
                "last_time": _AT,
                "rows": 3,
                "payload": encode_chunk(frame),
                "profiled": True,
            }
        ],
        "profiles": [
            {"id": 1, "granularity": "day", "start": day, **window},
            {"id": 2, "granularity": "hour", "start": day + 9 * 3600 * 1_000_000, **window},
        ],
        "judgements": [
            {"monitor_id": 1, "profile_id": 1, "revision": 1, "judged_at": _AT, "findings": 1}
        ],
        "alerts": [
            {
                "id": 1,
                "monitor_id": 1,
                "version_id": 1,
                "profile_id": 1,
                "column": "age",
                "distance": 1.5,
                "sentence": "Older than before.",
                "status": "open",
                "restated": False,
                "opened_at": _AT,
                "changed_at": _AT,
            }
        ],
        "flags": [
            {
                "id": 1,
                "version_id": 1,
                "prediction_id": f"{KEY}-1",
                "reason": "wrong",
                "comment": "",
                "proposed_label": None,
                "created_at": _AT,
            }
        ],
    }
