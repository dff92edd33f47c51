"""Signatures, time windows, identifiers and how foreign tables become columns."""

from modeldesk.schema.columns import ColumnRows
from modeldesk.schema.datatypes import BYTES, datatype_of
from modeldesk.schema.few import FEW, FewColumns, FewRows
from modeldesk.schema.frames import ArrowStream, Frame, Table, read_table, to_frame
from modeldesk.schema.ids import LONGEST_KEY, ChunkKeys, parse_prediction_id, prediction_id
from modeldesk.schema.infer import infer_columns, infer_kind
from modeldesk.schema.names import absent, present, repeated
from modeldesk.schema.packed import PackedRows, packed_table, table_of
from modeldesk.schema.policy import CALENDAR_END, CALENDAR_START, KeepRows, LogPolicy, OddTimes
from modeldesk.schema.reading import Reading, type_name
from modeldesk.schema.routing import Canary, Routing, Shadow
from modeldesk.schema.rows import MOST_PROBLEMS, POLARS_TYPES, RowDecoder, Value, polars_type
from modeldesk.schema.signature import Column, Example, Kind, Role, Signature
from modeldesk.schema.windows import Granularity, Window

__all__ = [
    "BYTES",
    "CALENDAR_END",
    "CALENDAR_START",
    "FEW",
    "LONGEST_KEY",
    "MOST_PROBLEMS",
    "POLARS_TYPES",
    "ArrowStream",
    "Canary",
    "ChunkKeys",
    "Column",
    "ColumnRows",
    "Example",
    "FewColumns",
    "FewRows",
    "Frame",
    "Granularity",
    "KeepRows",
    "Kind",
    "LogPolicy",
    "OddTimes",
    "PackedRows",
    "Reading",
    "Role",
    "Routing",
    "RowDecoder",
    "Shadow",
    "Signature",
    "Table",
    "Value",
    "Window",
    "absent",
    "datatype_of",
    "infer_columns",
    "infer_kind",
    "packed_table",
    "parse_prediction_id",
    "polars_type",
    "prediction_id",
    "present",
    "read_table",
    "repeated",
    "table_of",
    "to_frame",
    "type_name",
]
