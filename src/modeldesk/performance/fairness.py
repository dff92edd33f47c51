"""Groups of rows side by side: on which measures a model treats them differently.

References
----------
Hardt, Price, Srebro: Equality of opportunity in supervised learning, 2016 (recall and false
positive rate by group).
Calders, Verwer: Three naive Bayes approaches for discrimination-free classification, 2010
(predicted share by group).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.performance.comparison import Difference, Outcome, choices_of, difference
from modeldesk.performance.figures import CONFIDENCE, Result
from modeldesk.performance.measures import Measure, State, known_measure, measure
from modeldesk.performance.merging import merge

REST = "the rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigure:
    """One measure on one group, beside those that it is compared with."""

    group: str
    measure: str
    of: str | None
    """Of which class, quantile or cutoff."""
    result: Result
    """The group's figure, with an interval of its own."""
    difference: Difference | None
    """From the chosen group or from the rest; ``None`` of the chosen group itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessView:
    """Groups side by side on chosen measures."""

    groups: tuple[str, ...]
    against: str
    """The group that the others are compared with, or ``the rest``."""
    cells: tuple[GroupFigure, ...]
    """Measure by measure, within each class by class, within each group by group."""
    confidence: float
    """The chance that none of the differences is called one where there is none."""

    @property
    def unequal(self) -> tuple[GroupFigure, ...]:
        """Where a group differs by more than chance."""
        return tuple(
            each
            for each in self.cells
            if each.difference is not None and each.difference.outcome not in {None, Outcome.SAME}
        )


def fairness(
    groups: Mapping[str, State],
    names: Sequence[str],
    *,
    against: str | None = None,
    of: str | None = None,
    confidence: float = CONFIDENCE,
) -> FairnessView:
    """Put groups side by side on chosen measures.

    Usual are ``predicted_share`` (are they chosen as often), ``recall`` (are those who deserve
    it found as often) and ``false_positive_rate`` (are the others spared as often).

    Parameters
    ----------
    groups
        A summary of rows for each group, at least two, without rows in common.
    names
        Which measures.
    against
        The group that the others are compared with; each group with all others together unless
        told.
    of
        Of which class, quantile or cutoff; of all that there are unless told. Measures with one
        figure have that one in any case.
    confidence
        The chance that no difference at all is called where there is none: the differences'
        intervals are made with more confidence each (Bonferroni). Figures have intervals of
        this confidence each.

    Raises
    ------
    InvalidArgument
        When there are fewer than two groups, or no measure.
    NotFound
        When there is no group or measure of a name.
    Incompatible
        When the groups' states are not of one kind, or a measure does not apply to them.

    Examples
    --------
    >>> from modeldesk.performance import Classification
    >>> old = Classification.of(["y"] * 100, ["y"] * 60 + ["n"] * 40)
    >>> young = Classification.of(["y"] * 100, ["y"] * 90 + ["n"] * 10)
    >>> view = fairness({"old": old, "young": young}, ["recall"], against="young", of="y")
    >>> view.unequal[0].difference.sentence
    "Recall of 'y' is 0.6 instead of 0.9: worse by 0.3 (0.1828 to 0.4077)."
    """
    _check(groups, names, against)
    states = tuple(groups.values())
    rows = [(name, one) for name in names for one in _of(known_measure(name), of, states)]
    others = {group: _others(groups, group, against) for group in groups if group != against}
    together = len(rows) * len(others)
    cells = []
    for name, one in rows:
        for group, state in groups.items():
            told = None
            if group in others:
                told = difference(
                    state, others[group], name, of=one, confidence=confidence, together=together
                )
            figure = measure(state, name, of=one, confidence=confidence)
            cells.append(
                GroupFigure(group=group, measure=name, of=one, result=figure, difference=told)
            )
    return FairnessView(
        groups=tuple(groups), against=against or REST, cells=tuple(cells), confidence=confidence
    )


def _check(groups: Mapping[str, State], names: Sequence[str], against: str | None) -> None:
    if len(groups) < 2:  # noqa: PLR2004 - a pair
        message = f"Fairness compares groups; {len(groups)} was given."
        raise InvalidArgument(message, hint="Give at least two groups of rows.")
    if not names:
        message = "No measure was chosen."
        raise InvalidArgument(message, hint="Usual are predicted_share, recall and accuracy.")
    if against is not None and against not in groups:
        message = f"There is no group {against!r}."
        raise NotFound(message, hint=f"Groups: {', '.join(groups)}.")


def _of(chosen: Measure, of: str | None, states: Sequence[State]) -> list[str | None]:
    return choices_of(chosen, states) if of is None or chosen.choices is None else [of]


def _others(groups: Mapping[str, State], group: str, against: str | None) -> State:
    if against is not None:
        return groups[against]
    return reduce(merge, (state for name, state in groups.items() if name != group))
