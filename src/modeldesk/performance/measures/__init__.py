"""Measures: how good a model is, from states alone."""

from modeldesk.performance.measures.definition import Better, Measure, State, Task, task_of
from modeldesk.performance.measures.measuring import (
    Reading,
    measure,
    measure_all,
    measures_for,
)
from modeldesk.performance.measures.registry import MEASURES, known_measure

__all__ = [
    "MEASURES",
    "Better",
    "Measure",
    "Reading",
    "State",
    "Task",
    "known_measure",
    "measure",
    "measure_all",
    "measures_for",
    "task_of",
]
