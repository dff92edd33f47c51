"""Two independent sets of rows: whether a difference is one.

References
----------
Newcombe: Interval estimation for the difference between independent proportions, 1998.
Zou, Donner: Construction of confidence limits about effect measures, 2008.
Dunn: Multiple comparisons among means, 1961 (Bonferroni's correction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from modeldesk.errors import Incompatible
from modeldesk.performance.figures import CONFIDENCE, Figure, Result, Undefined, figure
from modeldesk.performance.intervals import square_and_add
from modeldesk.performance.measures import (
    Better,
    Measure,
    State,
    known_measure,
    measure,
    measures_for,
    task_of,
)

_SUREST = 1 - 1e-12
"""Confidence beyond which limits lose all meaning, and 1 less it all its digits."""

METHOD = "both intervals, squared and added"


class Outcome(StrEnum):
    """What a difference amounts to."""

    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"
    """Of measures that are neither better when higher nor when lower."""
    SAME = "no difference shown"
    """The difference may be chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One measure on two independent sets of rows."""

    measure: str
    of: str | None
    """Of which class, quantile or cutoff."""
    one: Result
    """The figure of the set that is judged."""
    other: Result
    """The figure of the set that it is compared with."""
    gap: Result
    """The first less the second, with an interval, or why there is none."""
    outcome: Outcome | None
    """``None`` where it cannot be told."""
    sentence: str
    """All of it in one plain sentence."""


def difference(
    one: State,
    other: State,
    name: str,
    *,
    of: str | None = None,
    confidence: float = CONFIDENCE,
    together: int = 1,
) -> Difference:
    r"""Compare one measure on two independent sets of rows: windows, segments, slices.

    The interval of the difference adds the squared distances of both figures' limits:

    .. math:: a - b - \sqrt{(a - l_a)^2 + (u_b - b)^2}, \quad
        a - b + \sqrt{(u_a - a)^2 + (b - l_b)^2}

    It is called a difference only when that interval does not hold 0. The same rows predicted
    by two versions are not independent: compare those in pairs.

    Parameters
    ----------
    one, other
        Summaries of rows of the same task, without rows in common.
    name, of
        Which measure, and of which class, quantile or cutoff.
    confidence
        The chance that no difference is called where there is none.
    together
        How many comparisons that chance is for: each is then made with more confidence
        (Bonferroni).

    Raises
    ------
    NotFound
        When there is no measure of that name.
    Incompatible
        When the states are of different tasks, or the measure does not apply to them.
    InvalidArgument
        When the confidence does not lie between 0 and 1.

    Examples
    --------
    >>> from modeldesk.performance import Classification
    >>> monday = Classification.of(["a"] * 90 + ["b"] * 10, ["a"] * 100)
    >>> friday = Classification.of(["a"] * 60 + ["b"] * 40, ["a"] * 100)
    >>> difference(friday, monday, "accuracy").sentence
    'Accuracy is 0.6 instead of 0.9: worse by 0.3 (0.1828 to 0.4077).'
    """
    chosen = known_measure(name)
    if task_of(one) is not task_of(other):
        message = f"One side is of {task_of(one).value}, the other of {task_of(other).value}."
        raise Incompatible(message, hint="Compare two sets of rows of one model.")
    level = min(1 - (1 - confidence) / max(together, 1), _SUREST)
    mine = measure(one, name, of=of, confidence=level)
    theirs = measure(other, name, of=of, confidence=level)
    gap = _gap(mine, theirs, level)
    outcome = outcome_of(chosen, mine, theirs, gap)
    return Difference(
        measure=name,
        of=of,
        one=mine,
        other=theirs,
        gap=gap,
        outcome=outcome,
        sentence=sentence_of(chosen, of, mine, theirs, gap, outcome),
    )


def differences(
    one: State,
    other: State,
    names: Sequence[str] | None = None,
    *,
    confidence: float = CONFIDENCE,
) -> tuple[Difference, ...]:
    """Compare two independent sets of rows on several measures, each class by itself.

    ``confidence`` holds for all of them together.

    Parameters
    ----------
    one, other
        Summaries of rows of the same task, without rows in common.
    names
        Which measures; all that apply to both unless told.
    confidence
        The chance that no difference at all is called where there is none.

    Examples
    --------
    >>> from modeldesk.performance import Regression
    >>> state = Regression.of([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
    >>> {each.outcome.value for each in differences(state, state, ["mae", "rmse", "bias"])}
    {'no difference shown'}
    """
    chosen = (
        [each for each in measures_for(one) if each in measures_for(other)]
        if names is None
        else [known_measure(name) for name in names]
    )
    pairs = [(each.name, of) for each in chosen for of in choices_of(each, (one, other))]
    return tuple(
        difference(one, other, name, of=of, confidence=confidence, together=len(pairs))
        for name, of in pairs
    )


def choices_of(chosen: Measure, states: Sequence[State]) -> list[str | None]:
    """Return of what a measure has figures in any of the states; ``[None]`` for one figure.

    >>> from modeldesk.performance import Classification
    >>> state = Classification.of(["a", "b"], ["a", "c"])
    >>> choices_of(known_measure("recall"), [state])
    ['a', 'b', 'c']
    """
    if chosen.choices is None:
        return [None]
    found = dict.fromkeys(name for state in states for name in chosen.choices(state))
    return list(found) or [None]


def _gap(mine: Result, theirs: Result, confidence: float) -> Result:
    if isinstance(mine, Undefined):
        return Undefined(because=f"of the first {mine.because}")
    if isinstance(theirs, Undefined):
        return Undefined(because=f"of the second {theirs.because}")
    value, rows = mine.value - theirs.value, min(mine.rows, theirs.rows)
    if mine.interval is None or theirs.interval is None:
        return Figure(value=value, interval=None, rows=rows, note="One side has too few rows.")
    limits = square_and_add(
        [mine.value, theirs.value],
        [1.0, -1.0],
        [(side.low, side.high) for side in (mine.interval, theirs.interval)],
    )
    return figure(value, limits, rows, confidence=confidence, method=METHOD)


def outcome_of(chosen: Measure, mine: Result, theirs: Result, gap: Result) -> Outcome | None:
    """Return what a difference amounts to; ``None`` where it has no interval."""
    if isinstance(gap, Undefined) or gap.interval is None:
        return None
    if gap.interval.holds(0.0):
        return Outcome.SAME
    if chosen.better is Better.NEITHER:
        return Outcome.DIFFERENT
    up = gap.value > 0
    if chosen.better is Better.NEARER_ZERO and isinstance(mine, Figure):
        other = theirs.value if isinstance(theirs, Figure) else 0.0
        return Outcome.BETTER if abs(mine.value) < abs(other) else Outcome.WORSE
    return Outcome.BETTER if up == (chosen.better is Better.HIGHER) else Outcome.WORSE


def sentence_of(
    chosen: Measure,
    of: str | None,
    mine: Result,
    theirs: Result,
    gap: Result,
    outcome: Outcome | None,
) -> str:
    """Say a difference in one plain sentence."""
    name = chosen.title if of is None else f"{chosen.title} of {of!r}"
    if isinstance(gap, Undefined) or isinstance(mine, Undefined) or isinstance(theirs, Undefined):
        return f"{name} cannot be compared: {gap}."
    begin = f"{name} is {mine.value:.4g} instead of {theirs.value:.4g}"
    if gap.interval is None or outcome is None:
        return f"{begin}; there are too few rows to tell whether that is chance."
    if outcome is Outcome.SAME:
        return f"{begin}, which may be chance."
    ends = sorted(map(abs, (gap.interval.low, gap.interval.high)))
    return f"{begin}: {outcome.value} by {abs(gap.value):.4g} ({ends[0]:.4g} to {ends[1]:.4g})."
