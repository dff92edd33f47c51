"""Two sides on the same rows: which is better, by how much, and on which rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from modeldesk.errors import Incompatible
from modeldesk.performance.comparison import (
    Difference,
    Outcome,
    choices_of,
    outcome_of,
    sentence_of,
)
from modeldesk.performance.figures import CONFIDENCE, Figure, Result, Undefined, figure, listed
from modeldesk.performance.intervals import Limits
from modeldesk.performance.measures import known_measure, measure, task_of
from modeldesk.performance.paired.classes import Asked, ClassChange, PairedClasses
from modeldesk.performance.paired.numbers import PairedNumbers
from modeldesk.performance.paired.proportions import METHOD, McNemar, mcnemar, share_difference
from modeldesk.performance.paired.spread import FEWEST_DIFFERING, Spread

Pairs: TypeAlias = PairedClasses | PairedNumbers

_SHARES = {"accuracy", "recall_weighted"}
"""Measures that are shares of all rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedComparison:
    """Two sides on the same labelled rows."""

    rows: int
    """Rows with a label and both predictions."""
    left_out: int
    """The others."""
    agreement: float | None
    """Share of rows with the same prediction; ``None`` without rows."""
    improved: int
    """Rows that the first got right and the second wrong; of numbers, those it was nearer to."""
    regressed: int
    """The other way round."""
    mcnemar: McNemar | None
    """Of classes: whether one is right more often."""
    differences: tuple[Difference, ...]
    classes: tuple[ClassChange, ...]
    """Improvements and regressions by true class; of numbers empty."""
    confidence: float

    def sentence(self, one: str = "The first", other: str = "the second") -> str:
        """Say in one sentence which side is better; the names fit into a sentence.

        >>> pairs = PairedNumbers.of([1.0] * 40, [1.5, 1.4] * 20, [3.0] * 40)
        >>> compare_pairs(pairs, ["mae"]).sentence("Version 2", "version 1")
        'Version 2 is better than version 1 on the same 40 rows, by MAE.'
        """
        if not self.rows:
            return f"{one} and {other} cannot be compared: no row has a label and both predictions."
        rows = "the same row" if self.rows == 1 else f"the same {self.rows:,} rows"
        better, worse = self._titles(Outcome.BETTER), self._titles(Outcome.WORSE)
        if better and worse:
            return (
                f"{one} is better than {other} on {rows} by {listed(better)}, "
                f"and worse by {listed(worse)}."
            )
        if better or worse:
            word = "better" if better else "worse"
            return f"{one} is {word} than {other} on {rows}, by {listed(better or worse)}."
        if self.agreement == 1:
            return f"{one} predicts the same as {other} on {rows}."
        within = one[:1].lower() + one[1:]
        return f"No difference between {within} and {other} is shown on {rows}; it may be chance."

    def _titles(self, outcome: Outcome) -> list[str]:
        found = [each for each in self.differences if each.outcome is outcome]
        return list(
            dict.fromkeys(
                known_measure(each.measure).in_words + (f" of {each.of!r}" if each.of else "")
                for each in found
            )
        )


def compare_pairs(
    pairs: Pairs,
    names: Sequence[str] | None = None,
    *,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> PairedComparison:
    r"""Compare two sides that predicted the same rows.

    Pairs see much smaller differences than two independent sets of rows, since what is hard
    about a row is so for both sides. Differences are those of the first less the second. Shares
    of right rows have Newcombe's interval for pairs, and are called a difference only where
    McNemar's test agrees; mean losses and errors have Student's, areas under ROC curves
    DeLong's, and everything else the bootstrap's standard error.

    Where fewer than ten rows tell the sides apart there is no interval, but for shares.

    Parameters
    ----------
    pairs
        The rows: `PairedClasses.of` or `PairedNumbers.of`.
    names
        Which measures; all with one figure that can be compared in pairs unless told. Of
        measures with a figure per class, each class is compared.
    confidence
        The chance that no difference at all is called where there is none (Bonferroni).
    seed
        Of the bootstrap: the same one gives the same answer.

    Raises
    ------
    NotFound
        When there is no measure of a name.
    Incompatible
        When a measure does not apply to what is predicted.
    InvalidArgument
        When the confidence does not lie between 0 and 1.

    Examples
    --------
    >>> labels = ["a", "b"] * 100
    >>> one = ["a", "b"] * 90 + ["b", "b"] * 10
    >>> other = ["a", "b"] * 70 + ["b", "b"] * 30
    >>> found = compare_pairs(PairedClasses.of(labels, one, other), ["accuracy"])
    >>> found.differences[0].sentence
    'Accuracy is 0.95 instead of 0.85: better by 0.1 (0.05926 to 0.1485).'
    >>> found.improved, found.regressed, found.agreement
    (20, 0, 0.9)
    """
    chosen = [known_measure(name) for name in (pairs.measures() if names is None else names)]
    task = task_of(pairs.states[0])
    for each in chosen:
        if task not in each.tasks:
            message = f"{each.title} does not apply to {task.value}."
            raise Incompatible(message, hint=f"These do: {', '.join(pairs.measures())}.")
    asked = [(one.name, of) for one in chosen for of in choices_of(one, pairs.sides(one.name))]
    level = 1 - (1 - confidence) / max(len(asked), 1)
    spreads = pairs.spreads(asked, seed=seed)
    test = _test(pairs)
    return PairedComparison(
        rows=pairs.rows,
        left_out=pairs.left_out,
        agreement=pairs.agreeing / pairs.rows if pairs.rows else None,
        improved=pairs.improved,
        regressed=pairs.regressed,
        mcnemar=test,
        differences=tuple(
            _difference(pairs, each, spreads.get(each), level, test) for each in asked
        ),
        classes=pairs.changes,
        confidence=confidence,
    )


def _test(pairs: Pairs) -> McNemar | None:
    return mcnemar(pairs.improved, pairs.regressed) if isinstance(pairs, PairedClasses) else None


def _difference(
    pairs: Pairs, asked: Asked, spread: Spread | None, level: float, test: McNemar | None
) -> Difference:
    name, of = asked
    about, sides = known_measure(name), pairs.sides(name)
    mine, theirs = (measure(side, name, of=of, confidence=level) for side in sides)
    gap = _gap(pairs, name, spread, level, (mine, theirs))
    outcome = outcome_of(about, mine, theirs, gap)
    if outcome is None and isinstance(gap, Figure) and not gap.value and pairs.rows:
        outcome = Outcome.SAME
    doubted = name in _SHARES and test is not None and test.p_value > 1 - level
    if doubted and outcome is not None:
        outcome = Outcome.SAME
    return Difference(
        measure=name,
        of=of,
        one=mine,
        other=theirs,
        gap=gap,
        outcome=outcome,
        sentence=sentence_of(about, of, mine, theirs, gap, outcome),
    )


def _gap(
    pairs: Pairs, name: str, spread: Spread | None, level: float, sides: tuple[Result, Result]
) -> Result:
    for side, which in zip(sides, ("first", "second"), strict=True):
        if isinstance(side, Undefined):
            return Undefined(because=f"of the {which} {side.because}")
    mine, theirs = sides
    assert isinstance(mine, Figure)  # noqa: S101 - or it is returned above
    assert isinstance(theirs, Figure)  # noqa: S101
    value, rows = mine.value - theirs.value, min(mine.rows, theirs.rows)
    if isinstance(pairs, PairedClasses) and name in _SHARES:
        return figure(value, _shares(pairs, level), rows, confidence=level, method=METHOD)
    if spread is None:
        return Undefined(because="this measure is not compared in pairs")
    limits = spread.limits(value, level)
    if limits is None:
        few = f"Fewer than {FEWEST_DIFFERING} rows tell them apart."
        note = few if spread.few else "Too few rows for an interval."
        return Figure(value=value, interval=None, rows=rows, note=note)
    return figure(value, limits, rows, confidence=level, method=spread.method)


def _shares(pairs: PairedClasses, level: float) -> Limits:
    return share_difference(
        pairs.right(one=True, other=True),
        pairs.improved,
        pairs.regressed,
        pairs.right(one=False, other=False),
        level,
    )
