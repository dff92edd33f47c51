"""What a measure is: a name, a formula, and how it is computed from a state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from modeldesk.performance.classification import Classification
from modeldesk.performance.figures import Result
from modeldesk.performance.multilabel import MultiLabel
from modeldesk.performance.ranking import Ranking
from modeldesk.performance.regression import Regression

State: TypeAlias = Classification | MultiLabel | Regression | Ranking
"""What a model's rows are summarised in, by its task."""

_PEOPLE = ("Brier", "Cohen", "Hamming", "Matthews")

Choices: TypeAlias = Callable[[State], tuple[str, ...]]
Compute: TypeAlias = Callable[[State, str, float], Result]


class Task(StrEnum):
    """What a model does, as far as measures differ."""

    CLASSIFICATION = "classification"
    MULTI_LABEL = "multi-label"
    REGRESSION = "regression"
    RANKING = "ranking"


class Better(StrEnum):
    """Which way a measure improves."""

    HIGHER = "higher"
    LOWER = "lower"
    NEARER_ZERO = "nearer zero"
    NEITHER = "neither"
    """It describes the model, or is best at a value of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One way to say how good a model is."""

    name: str
    title: str
    """How it is called on pages."""
    formula: str
    """What is computed, in plain text; the docstring of what computes it says it in full."""
    low: float
    high: float
    """The range of values."""
    better: Better
    tasks: tuple[Task, ...]
    needs_scores: bool
    """Whether it needs the probabilities of classes."""
    choices: Choices | None
    """Of what there is one figure each, such as classes; ``None`` where there is one figure."""
    choices_are: str
    """What the choices are: ``class``, ``quantile``, ``cutoff``; empty where there are none."""
    compute: Compute
    """Takes the state, one of the choices (or an empty string) and the confidence."""

    @property
    def in_words(self) -> str:
        """The title as it stands within a sentence, such as ``macro F1`` and ``log loss``."""
        name, _, kind = self.title.partition(", ")
        plain = name[1:2].islower() and not name.startswith(_PEOPLE)
        first = name[:1].lower() + name[1:] if plain else name
        return f"{kind} {first}" if kind else first


def task_of(state: State) -> Task:
    """Return what the model of a state does.

    >>> task_of(Regression()).value
    'regression'
    """
    if isinstance(state, Classification):
        return Task.CLASSIFICATION
    if isinstance(state, MultiLabel):
        return Task.MULTI_LABEL
    return Task.REGRESSION if isinstance(state, Regression) else Task.RANKING
