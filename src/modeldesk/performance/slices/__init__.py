"""Slices: named conditions on rows, and the worst of them found automatically."""

from modeldesk.performance.slices.canonical import identity_of, unparse
from modeldesk.performance.slices.checking import Warned, check
from modeldesk.performance.slices.completion import (
    Completion,
    CompletionKind,
    Completions,
    completions,
)
from modeldesk.performance.slices.fields import Field, SliceSchema
from modeldesk.performance.slices.finding import Search, find_slices
from modeldesk.performance.slices.found import FoundSlice, FoundSlices
from modeldesk.performance.slices.functions import FORMS, FUNCTIONS, Form, Function, ValueType
from modeldesk.performance.slices.matching import Matches, evaluate
from modeldesk.performance.slices.nodes import Node, SpecialName
from modeldesk.performance.slices.parser import parse
from modeldesk.performance.slices.row_tests import RowTest
from modeldesk.performance.slices.slice import LONGEST_NAME, Slice

__all__ = [
    "FORMS",
    "FUNCTIONS",
    "LONGEST_NAME",
    "Completion",
    "CompletionKind",
    "Completions",
    "Field",
    "Form",
    "FoundSlice",
    "FoundSlices",
    "Function",
    "Matches",
    "Node",
    "RowTest",
    "Search",
    "Slice",
    "SliceSchema",
    "SpecialName",
    "ValueType",
    "Warned",
    "check",
    "completions",
    "evaluate",
    "find_slices",
    "identity_of",
    "parse",
    "unparse",
]
