"""Measuring a state with one measure, or with all that apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.errors import Incompatible, InvalidArgument
from modeldesk.performance.classification import Classification
from modeldesk.performance.figures import CONFIDENCE, Result, Undefined
from modeldesk.performance.measures.definition import Measure, State, task_of
from modeldesk.performance.measures.registry import MEASURES, known_measure
from modeldesk.performance.multilabel import MultiLabel
from modeldesk.performance.ranking import Ranking
from modeldesk.performance.regression import Regression

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one measure says of a state."""

    measure: str
    """The measure's name."""
    of: str | None
    """Of which class, quantile or cutoff; ``None`` where there is one figure."""
    result: Result


def measure(
    state: State, name: str, *, of: str | None = None, confidence: float = CONFIDENCE
) -> Result:
    """Return what one measure says of a state.

    Parameters
    ----------
    state
        A summary of rows, see `Classification`, `MultiLabel`, `Regression`, `Ranking`.
    name
        One of `MEASURES` that applies to such a state.
    of
        The class, quantile or cutoff that is meant, for measures that have one figure of each.
        Without it: the positive class, or the only choice.
    confidence
        How often the interval should hold the true value, between 0 and 1.

    Returns
    -------
    Figure or Undefined
        A number with its interval, or why there is none.

    Raises
    ------
    NotFound
        When there is no measure of that name; the hint lists them.
    Incompatible
        When the measure does not apply to what the model does.
    InvalidArgument
        When the confidence does not lie between 0 and 1, or something else than a state is
        given.

    Examples
    --------
    >>> state = Classification.of(["yes", "no", "yes"], ["yes", "no", "no"])
    >>> str(measure(state, "accuracy"))
    '0.6667 (0.2077 to 0.9385)'
    >>> str(measure(state, "recall", of="yes"))
    '0.5 (0.09453 to 0.9055)'
    >>> str(measure(Classification(), "accuracy"))
    'not defined, because there are no rows'
    """
    found = known_measure(name)
    _need_state(state)
    if not 0 < confidence < 1:
        message = f"A confidence lies between 0 and 1; {confidence} does not."
        raise InvalidArgument(message, hint="Usual are 0.9, 0.95 and 0.99.")
    task = task_of(state)
    if task not in found.tasks:
        message = f"{found.title} does not apply to {task.value}."
        names = ", ".join(each.name for each in MEASURES.values() if task in each.tasks)
        raise Incompatible(message, hint=f"These do: {names}.")
    missing = _nothing(state, found)
    if missing is not None:
        return missing
    chosen = of if found.choices is None else _chosen(state, found, of)
    return (
        chosen if isinstance(chosen, Undefined) else found.compute(state, chosen or "", confidence)
    )


def measures_for(state: State) -> tuple[Measure, ...]:
    """Return the measures that apply to a state, in a fixed order.

    Those that need probabilities are left out where there are none.

    >>> [each.name for each in measures_for(Regression())][:3]
    ['mae', 'rmse', 'mape']
    """
    task, scored = task_of(state), isinstance(state, Classification | MultiLabel) and state.scored
    return tuple(
        each
        for each in MEASURES.values()
        if task in each.tasks and (scored or not each.needs_scores)
    )


def measure_all(
    state: State, names: Sequence[str] | None = None, *, confidence: float = CONFIDENCE
) -> tuple[Reading, ...]:
    """Return what measures say of a state, of each class, quantile or cutoff there is.

    Parameters
    ----------
    state
        A summary of rows.
    names
        Which measures; all that apply unless told.
    confidence
        How often each interval should hold the true value.

    Examples
    --------
    >>> state = Classification.of(["yes", "no", "yes"], ["yes", "no", "no"])
    >>> for reading in measure_all(state, ["accuracy", "precision"]):
    ...     print(reading.measure, reading.of, round(reading.result.value, 2))
    accuracy None 0.67
    precision no 0.5
    precision yes 1.0
    """
    chosen = measures_for(state) if names is None else tuple(map(known_measure, names))
    readings = []
    for each in chosen:
        of: tuple[str | None, ...] = (None,) if each.choices is None else each.choices(state)
        for one in of or (None,):
            result = measure(state, each.name, of=one, confidence=confidence)
            readings.append(Reading(measure=each.name, of=one, result=result))
    return tuple(readings)


def _need_state(state: object) -> None:
    if not isinstance(state, Classification | MultiLabel | Regression | Ranking):
        message = f"A measure is of a state; this is a {type(state).__name__!r}."
        raise InvalidArgument(message, hint="Build one: Classification.of(labels, predictions).")


def _nothing(state: State, found: Measure) -> Undefined | None:
    """Return why nothing can be measured, if so."""
    because = ""
    if not state.rows:
        because = "there are no rows"
    elif state.unlabelled == state.rows:
        because = f"none of {state.rows:,} rows has a label"
    elif isinstance(state, Ranking) and not state.labelled:
        because = f"none of {state.queries:,} queries has a relevant document"
    elif not state.labelled:
        because = f"none of {state.rows:,} rows has both a label and a prediction"
    elif found.needs_scores and isinstance(state, Classification | MultiLabel):
        if not state.scored:
            because = "there are no probabilities, only predictions"
        elif state.unscored == state.labelled:
            because = "none of the rows with a label has probabilities"
    return Undefined(because=because) if because else None


def _chosen(state: State, found: Measure, of: str | None) -> str | Undefined:
    choices = found.choices(state) if found.choices is not None else ()
    if of is None and isinstance(state, Classification):
        of = state.positive
    if of is None and len(choices) == 1:
        of = choices[0]
    if of is None:
        shown = ", ".join(map(repr, choices[:_SHOWN])) + (", ..." if len(choices) > _SHOWN else "")
        kind = found.choices_are
        because = f"it is one figure per {kind}: name one of {shown}"
        return Undefined(because=because if choices else f"there is no {kind} to measure")
    if found.needs_scores and of not in choices:
        return Undefined(because=f"there are no probabilities of {of!r}")
    return of
