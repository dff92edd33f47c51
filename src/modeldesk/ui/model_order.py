"""Which models are shown, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from modeldesk.services.model_health import ModelSummary
from modeldesk.ui.health_words import grade_words
from modeldesk.ui.models_state import ModelsState, Sort

# Keys of one order are alike; what they are differs from order to order.
_Key = Callable[[ModelSummary], Any]


def found_models(models: Sequence[ModelSummary], state: ModelsState) -> list[ModelSummary]:
    """Return the models that a search finds, in the order that is asked for.

    Parameters
    ----------
    models
        All of them.
    state
        What is searched for, and the order.
    """
    words = state.q.casefold().split()
    found = [model for model in models if all(word in _text(model) for word in words)]
    found.sort(key=lambda model: model.name)
    found.sort(key=_KEYS[state.sort], reverse=state.down)
    return found


def _text(model: ModelSummary) -> str:
    """Return what is searched in: names, tags, the description and the verdict."""
    tags = [part for pair in model.tags.items() for part in pair]
    words = (model.name, model.description, grade_words(model.health.grade).word, *tags)
    return "\n".join(words).casefold()


def _attention(model: ModelSummary) -> tuple[int, int, int]:
    """Order by the verdict, then by how many reasons there are, then by alerts."""
    grave = sum(reason.grave for reason in model.health.reasons)
    return grade_words(model.health.grade).urgency, -grave, -model.open_alerts


def _last(model: ModelSummary) -> float:
    return -model.last_prediction_at.timestamp() if model.last_prediction_at else math.inf


def _measure(model: ModelSummary) -> tuple[int, float]:
    """Order by what became worse, then by the figure; models without one come last."""
    change = model.performance
    if change is None:
        return (2, 0.0) if model.estimate is None else (1, -model.estimate.value)
    return (-1 if change.worse else 0), -(change.figure.value or 0.0)


_KEYS: dict[Sort, _Key] = {
    Sort.ATTENTION: _attention,
    Sort.NAME: lambda model: model.name.casefold(),
    Sort.LAST: _last,
    Sort.PREDICTIONS: lambda model: -model.predictions,
    Sort.ALERTS: lambda model: -model.open_alerts,
    Sort.MEASURE: _measure,
    Sort.VERSION: lambda model: -model.published_at.timestamp(),
}
