"""The database: tables, migrations and the repositories; the only code that knows SQL."""

from modeldesk.store.alert_search import AlertSearch, AlertsSought
from modeldesk.store.alerts import AlertRecord, AlertRecords, DueWindow, MonitorRecord, NewAlert
from modeldesk.store.aliases import CHAMPION, Alias, AliasMove, AliasRecords, NewMove
from modeldesk.store.appending import Chunk
from modeldesk.store.attempts import AttemptRecords
from modeldesk.store.audit import AuditEntry, AuditRecords, Change, Detail, note
from modeldesk.store.compaction import Compaction
from modeldesk.store.comparisons import ComparableWindow, ComparisonRecords, Past
from modeldesk.store.dump import Dump, Load, dumping, loading
from modeldesk.store.engine import Store, place_of
from modeldesk.store.estimates import (
    CondensedDay,
    DayToCondense,
    EstimateRecords,
    EstimatorRecord,
)
from modeldesk.store.evaluations import EvaluatedDay, EvaluationRecords, PartState
from modeldesk.store.expiry import Expiry, OldRows
from modeldesk.store.file_jobs import (
    MOST_KEPT_PROBLEMS,
    Claim,
    FileJob,
    FileJobRecords,
    JobState,
    JobStep,
    NewFileJob,
)
from modeldesk.store.findings import Finding, FindingKind
from modeldesk.store.flags import FlagRecord, FlagRecords, NewFlag
from modeldesk.store.fleet import (
    CondensedMark,
    EvaluatedMark,
    FleetRecords,
    KnownVersion,
    OpenAlert,
)
from modeldesk.store.foreign import ForeignRows, place_of_url, query_rows
from modeldesk.store.inspection import Inspected, Inspection
from modeldesk.store.keys import KeyRecord, KeyRecords, NewKey
from modeldesk.store.label_matching import Matches, identified, label_hash
from modeldesk.store.label_writing import LabelCounts
from modeldesk.store.labels import DueDay, LabelledHour, LabelRecord, LabelRecords
from modeldesk.store.log import ChunkLog, LoggedChunk, LoggedRow, WaitingRows
from modeldesk.store.merging import WindowKey, WindowPart
from modeldesk.store.migrate import Migration, has_desk, migrate
from modeldesk.store.notes import Notes, Parameter
from modeldesk.store.payload import ROW, ROW_ID, SHADOW_OF, TIME
from modeldesk.store.quarantine import Quarantine, QuarantinedRow, Rejected
from modeldesk.store.rebuilding import DayRecords, DayState
from modeldesk.store.registry import (
    Failures,
    ModelRecords,
    NewVersion,
    UnreadableVersion,
    VersionRecord,
)
from modeldesk.store.repair import Repair
from modeldesk.store.sessions import AccessState, SessionRecord, SessionRecords
from modeldesk.store.slices import SliceRecord, SliceRecords
from modeldesk.store.space import Held, SpaceRecords
from modeldesk.store.users import NewUser, UserRecord, UserRecords
from modeldesk.store.vacuum import Vacuumed, size_of, vacuum
from modeldesk.store.version_samples import VersionSample, VersionSampleRecords
from modeldesk.store.version_tests import (
    VersionTest,
    VersionTestNote,
    VersionTestPart,
    VersionTestRecords,
)
from modeldesk.store.windows import (
    ProfiledRows,
    WaitingChunk,
    WindowProfile,
    WindowRecords,
    WindowVolume,
)

__all__ = [
    "CHAMPION",
    "MOST_KEPT_PROBLEMS",
    "ROW",
    "ROW_ID",
    "SHADOW_OF",
    "TIME",
    "AccessState",
    "AlertRecord",
    "AlertRecords",
    "AlertSearch",
    "AlertsSought",
    "Alias",
    "AliasMove",
    "AliasRecords",
    "AttemptRecords",
    "AuditEntry",
    "AuditRecords",
    "Change",
    "Chunk",
    "ChunkLog",
    "Claim",
    "Compaction",
    "ComparableWindow",
    "ComparisonRecords",
    "CondensedDay",
    "CondensedMark",
    "DayRecords",
    "DayState",
    "DayToCondense",
    "Detail",
    "DueDay",
    "DueWindow",
    "Dump",
    "EstimateRecords",
    "EstimatorRecord",
    "EvaluatedDay",
    "EvaluatedMark",
    "EvaluationRecords",
    "Expiry",
    "Failures",
    "FileJob",
    "FileJobRecords",
    "Finding",
    "FindingKind",
    "FlagRecord",
    "FlagRecords",
    "FleetRecords",
    "ForeignRows",
    "Held",
    "Inspected",
    "Inspection",
    "JobState",
    "JobStep",
    "KeyRecord",
    "KeyRecords",
    "KnownVersion",
    "LabelCounts",
    "LabelRecord",
    "LabelRecords",
    "LabelledHour",
    "Load",
    "LoggedChunk",
    "LoggedRow",
    "Matches",
    "Migration",
    "ModelRecords",
    "MonitorRecord",
    "NewAlert",
    "NewFileJob",
    "NewFlag",
    "NewKey",
    "NewMove",
    "NewUser",
    "NewVersion",
    "Notes",
    "OldRows",
    "OpenAlert",
    "Parameter",
    "PartState",
    "Past",
    "ProfiledRows",
    "Quarantine",
    "QuarantinedRow",
    "Rejected",
    "Repair",
    "SessionRecord",
    "SessionRecords",
    "SliceRecord",
    "SliceRecords",
    "SpaceRecords",
    "Store",
    "UnreadableVersion",
    "UserRecord",
    "UserRecords",
    "Vacuumed",
    "VersionRecord",
    "VersionSample",
    "VersionSampleRecords",
    "VersionTest",
    "VersionTestNote",
    "VersionTestPart",
    "VersionTestRecords",
    "WaitingChunk",
    "WaitingRows",
    "WindowKey",
    "WindowPart",
    "WindowProfile",
    "WindowRecords",
    "WindowVolume",
    "dumping",
    "has_desk",
    "identified",
    "label_hash",
    "loading",
    "migrate",
    "note",
    "place_of",
    "place_of_url",
    "query_rows",
    "size_of",
    "vacuum",
]
