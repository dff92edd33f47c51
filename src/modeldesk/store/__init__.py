"""The database: tables, migrations and the repositories; the only code that knows SQL."""

from modeldesk.store.alerts import AlertRecord, AlertRecords, DueWindow, MonitorRecord, NewAlert
from modeldesk.store.engine import Store
from modeldesk.store.flags import FlagRecord, FlagRecords, NewFlag
from modeldesk.store.log import Chunk, ChunkLog, WaitingRows
from modeldesk.store.migrate import Migration, migrate
from modeldesk.store.payload import ROW_ID, TIME
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
    "ROW_ID",
    "TIME",
    "AlertRecord",
    "AlertRecords",
    "Chunk",
    "ChunkLog",
    "DueWindow",
    "FlagRecord",
    "FlagRecords",
    "Migration",
    "ModelRecords",
    "MonitorRecord",
    "NewAlert",
    "NewFlag",
    "NewVersion",
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
