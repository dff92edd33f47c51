"""Signatures, time windows, identifiers and how foreign tables become columns."""

from modeldesk.schema.frames import Frame, to_frame
from modeldesk.schema.ids import ChunkKeys, parse_prediction_id, prediction_id
from modeldesk.schema.infer import infer_columns, infer_kind
from modeldesk.schema.policy import KeepRows, LogPolicy, OddTimes
from modeldesk.schema.rows import POLARS_TYPES, RowDecoder, Value
from modeldesk.schema.signature import Column, Kind, Role, Signature
from modeldesk.schema.windows import Granularity, Window

__all__ = [
    "POLARS_TYPES",
    "ChunkKeys",
    "Column",
    "Frame",
    "Granularity",
    "KeepRows",
    "Kind",
    "LogPolicy",
    "OddTimes",
    "Role",
    "RowDecoder",
    "Signature",
    "Value",
    "Window",
    "infer_columns",
    "infer_kind",
    "parse_prediction_id",
    "prediction_id",
    "to_frame",
]
