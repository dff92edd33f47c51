"""Days of a version's labelled rows as one state, and the measures that tell most about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from modeldesk.performance import Classification, State, Task, measures_for, merge, task_of

_HEADLINES = {
    Task.CLASSIFICATION: ("accuracy", "f1_macro", "roc_auc_macro", "log_loss"),
    Task.MULTI_LABEL: ("exact_match", "f1_micro", "hamming_loss"),
    Task.REGRESSION: ("mae", "rmse", "r2", "bias"),
    Task.RANKING: ("mrr", "ndcg_at"),
}
"""Measures of a day or a version, unless others are asked for."""


def together(states: Sequence[State]) -> State | None:
    """Return the state of all rows; ``None`` where there is none."""
    return reduce(merge, states) if states else None


def alike(days: Sequence[tuple[datetime, State]]) -> list[tuple[datetime, State]]:
    """Return the days that can be merged: those of the task of the latest one.

    A version whose predictions are text has days of lists of classes and of single ones if what
    it answers changed from one to the other.
    """
    return [(day, state) for day, state in days if task_of(state) is task_of(days[-1][1])]


def headlines(state: State | None) -> tuple[str, ...]:
    """Return the measures that tell most about a task, as far as they apply."""
    if state is None:
        return ()
    wanted = _HEADLINES[task_of(state)]
    if isinstance(state, Classification) and len(state.scored) == 1:
        wanted = tuple(name.replace("roc_auc_macro", "roc_auc") for name in wanted)
    applying = {each.name for each in measures_for(state)}
    return tuple(name for name in wanted if name in applying)
