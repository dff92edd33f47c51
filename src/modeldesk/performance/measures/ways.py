"""How a measure's own function becomes one that takes any state.

A measure is written for one kind of state and says so by its type; the registry asks all of
them alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from modeldesk.errors import Incompatible
from modeldesk.performance.classification import Classification
from modeldesk.performance.figures import Result
from modeldesk.performance.measures.definition import (
    Better,
    Choices,
    Compute,
    Measure,
    State,
    Task,
)
from modeldesk.performance.measures.shares import Labelled
from modeldesk.performance.multilabel import MultiLabel
from modeldesk.performance.ranking import Ranking
from modeldesk.performance.regression import Regression

Kind = TypeVar("Kind", Classification, MultiLabel, Regression, Ranking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A function of any state, and the tasks whose states it takes."""

    compute: Compute
    tasks: tuple[Task, ...]


def whole(kind: type[Kind], task: Task, compute: Callable[[Kind, float], Result]) -> Way:
    """Return the way of a measure with one figure for a state of a kind."""

    def measured(state: State, _: str, confidence: float) -> Result:
        return compute(_as(kind, state), confidence)

    return Way(compute=measured, tasks=(task,))


def each(kind: type[Kind], task: Task, compute: Callable[[Kind, str, float], Result]) -> Way:
    """Return the way of a measure with one figure for each of several choices."""

    def measured(state: State, of: str, confidence: float) -> Result:
        return compute(_as(kind, state), of, confidence)

    return Way(compute=measured, tasks=(task,))


def of_class(compute: Callable[[Labelled, str, float], Result]) -> Way:
    """Return the way of a measure of one class or one label."""

    def measured(state: State, of: str, confidence: float) -> Result:
        return compute(_labelled(state), of, confidence)

    return Way(compute=measured, tasks=(Task.CLASSIFICATION, Task.MULTI_LABEL))


def over_classes(compute: Callable[[Labelled, float], Result]) -> Way:
    """Return the way of a measure over all classes or all labels."""

    def measured(state: State, _: str, confidence: float) -> Result:
        return compute(_labelled(state), confidence)

    return Way(compute=measured, tasks=(Task.CLASSIFICATION, Task.MULTI_LABEL))


def either(
    single: Callable[[Classification, float], Result], many: Callable[[MultiLabel, float], Result]
) -> Way:
    """Return the way of a measure that is computed otherwise for sets of labels."""

    def measured(state: State, _: str, confidence: float) -> Result:
        if isinstance(state, MultiLabel):
            return many(state, confidence)
        return single(_as(Classification, state), confidence)

    return Way(compute=measured, tasks=(Task.CLASSIFICATION, Task.MULTI_LABEL))


def entry(
    name: str,
    title: str,
    formula: str,
    way: Way,
    *,
    better: Better = Better.HIGHER,
    span: tuple[float, float] = (0.0, 1.0),
    scores: bool = False,
    choices: tuple[str, Choices] | None = None,
) -> Measure:
    """Return a measure; ``choices`` are what there is one figure of, and how to find them."""
    return Measure(
        name=name,
        title=title,
        formula=formula,
        low=span[0],
        high=span[1],
        better=better,
        tasks=way.tasks,
        needs_scores=scores,
        choices=choices[1] if choices else None,
        choices_are=choices[0] if choices else "",
        compute=way.compute,
    )


def classes(state: State) -> tuple[str, ...]:
    """Return the classes or labels that occur."""
    if isinstance(state, Classification):
        return state.confusion.classes
    return state.labels if isinstance(state, MultiLabel) else ()


def scored(state: State) -> tuple[str, ...]:
    """Return the classes or labels with probabilities."""
    return state.scored if isinstance(state, Classification | MultiLabel) else ()


def _as(kind: type[Kind], state: State) -> Kind:
    if not isinstance(state, kind):
        message = f"This measure is of a {kind.__name__}, not of a {type(state).__name__}."
        raise Incompatible(message, hint="Take a measure that applies to the state.")
    return state


def _labelled(state: State) -> Labelled:
    return state if isinstance(state, MultiLabel) else _as(Classification, state)
