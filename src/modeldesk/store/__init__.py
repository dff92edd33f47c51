"""The database: tables, migrations and the repositories; the only code that knows SQL."""

from modeldesk.store.alerts import AlertRecord, AlertRecords, DueWindow, MonitorRecord, NewAlert
from modeldesk.store.compaction import Compaction
from modeldesk.store.engine import Store
from modeldesk.store.flags import FlagRecord, FlagRecords, NewFlag
from modeldesk.store.log import Chunk, ChunkLog, LoggedChunk, LoggedRow, WaitingRows
from modeldesk.store.migrate import Migration, migrate
from modeldesk.store.payload import ROW, ROW_ID, TIME
from modeldesk.store.quarantine import Quarantine, QuarantinedRow, Rejected
from modeldesk.store.registry import CHAMPION, ModelRecords, NewVersion, VersionRecord
from modeldesk.store.windows import (
    WaitingChunk,
    WindowKey,
    WindowPart,
    WindowProfile,
    WindowRecords,
    WindowVolume,
)

__all__ = [
    "CHAMPION",
    "ROW",
    "ROW_ID",
    "TIME",
    "AlertRecord",
    "AlertRecords",
    "Chunk",
    "ChunkLog",
    "Compaction",
    "DueWindow",
    "FlagRecord",
    "FlagRecords",
    "LoggedChunk",
    "LoggedRow",
    "Migration",
    "ModelRecords",
    "MonitorRecord",
    "NewAlert",
    "NewFlag",
    "NewVersion",
    "Quarantine",
    "QuarantinedRow",
    "Rejected",
    "Store",
    "VersionRecord",
    "WaitingChunk",
    "WaitingRows",
    "WindowKey",
    "WindowPart",
    "WindowProfile",
    "WindowRecords",
    "WindowVolume",
    "migrate",
]
