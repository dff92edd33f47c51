"""Which streams are estimated: their names, tasks, and how many seeds tell something new."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Task(StrEnum):
    """What the model of a stream tells."""

    BINARY = "binary"
    MANY = "many classes"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One stream."""

    name: str
    task: Task
    seeds: int | None = None
    """The most that tell something new; all of them by default."""


ELECTRICITY = Planned(name="electricity", task=Task.BINARY, seeds=4)
TWO_TREES = Planned(name="two classes, boosted trees", task=Task.BINARY)
TWO_BAYES = Planned(name="two classes, naive Bayes", task=Task.BINARY)
MANY_TREES = Planned(name="many classes, boosted trees", task=Task.MANY)
MANY_LOGISTIC = Planned(name="many classes, logistic regression", task=Task.MANY)
REGRESSION_TREES = Planned(name="regression, boosted trees", task=Task.REGRESSION)
REGRESSION_LINEAR = Planned(name="regression, linear", task=Task.REGRESSION)

PLAN = (
    ELECTRICITY,
    TWO_TREES,
    TWO_BAYES,
    MANY_TREES,
    MANY_LOGISTIC,
    REGRESSION_TREES,
    REGRESSION_LINEAR,
)
