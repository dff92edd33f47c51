"""The few measures that tell most about a task."""

from __future__ import annotations

from modeldesk.performance import Classification, State, Task, measures_for, task_of

_HEADLINES = {
    Task.CLASSIFICATION: ("accuracy", "f1_macro", "roc_auc_macro", "log_loss"),
    Task.MULTI_LABEL: ("exact_match", "f1_micro", "hamming_loss"),
    Task.REGRESSION: ("mae", "rmse", "r2", "bias"),
    Task.RANKING: ("mrr", "ndcg_at"),
}
"""Measures of each day, unless others are asked for."""


def headline_measures(state: State | None) -> tuple[str, ...]:
    """Return the measures that tell most about a task, as far as they apply."""
    if state is None:
        return ()
    wanted = _HEADLINES[task_of(state)]
    if isinstance(state, Classification) and len(state.scored) == 1:
        wanted = tuple(name.replace("roc_auc_macro", "roc_auc") for name in wanted)
    applying = {each.name for each in measures_for(state)}
    return tuple(name for name in wanted if name in applying)
