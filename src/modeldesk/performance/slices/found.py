"""Slices that were found, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.performance.figures import Figure
from modeldesk.performance.slices.canonical import unparse
from modeldesk.performance.slices.nodes import Node
from modeldesk.performance.slices.slice import LONGEST_NAME, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSlice:
    """Rows with higher losses than the others, described by a condition.

    Rows, share and impact count all rows with a loss. Means, difference, interval and p-value
    come only from rows that took no part in finding the slice, so they are not flattered by the
    choice of the worst.
    """

    condition: Node
    rows: int
    share: float
    mean_loss: float
    rest_mean_loss: float
    difference: Figure
    """How much higher the mean loss is than in the rest, with an interval above 0; its
    confidence is 1 less the rate of false alarms that was asked for."""
    p_value: float
    """The chance of such a difference if there is none, corrected for all slices tested."""
    judged_rows: int
    """How many rows of the slice the means rest on."""

    @property
    def expression(self) -> str:
        """The condition, in the language of slices."""
        return unparse(self.condition)

    @property
    def impact(self) -> float:
        """How much loss there would be less if the slice were as good as the rest."""
        return self.difference.value * self.rows

    @property
    def sentence(self) -> str:
        """Say where, how much worse, and for how many rows."""
        sure = "p < 0.001" if self.p_value < 0.001 else f"p = {self.p_value:.2g}"  # noqa: PLR2004
        condition = self.expression
        if len(condition) > LONGEST_NAME:
            condition = f"{condition[: LONGEST_NAME - 1]}…"
        known = self.difference.interval
        more = f" ({known.low:.3g} to {known.high:.3g} more, {sure})" if known else f" ({sure})"
        return (
            f"Where {condition}, the mean loss is {self.mean_loss:.3g} instead of "
            f"{self.rest_mean_loss:.3g}{more}: "
            f"{self.rows:,} rows, {self.share:.1%}."
        )

    def named(self, name: str) -> Slice:
        """Return it as a slice to keep."""
        return Slice.of(name, self.condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSlices:
    """What a search for the worst slices found."""

    slices: tuple[FoundSlice, ...]
    """The slice with the largest impact first; empty where none is worse beyond chance."""
    rows: int
    """How many rows have a loss."""
    searched_rows: int
    """How many of them were searched; the others judged what was found."""
    mean_loss: float | None
    """Over all rows with a loss; ``None`` where there is none."""
    conditions: int
    """How many conditions, and pairs of them, were looked at."""
    tested: int
    """How many slices were tested, and the p-values corrected for."""
    passed_over: tuple[str, ...] = ()
    """Columns that were asked for, or are there, and suggest no condition."""

    @property
    def sentence(self) -> str:
        """Say what came out."""
        if self.slices:
            others = len(self.slices) - 1
            more = f" {others} more found." if others else ""
            return f"{self.slices[0].sentence}{more}"
        if not self.searched_rows:
            return f"{self.rows:,} rows are too few to look for slices."
        return (
            f"No slice of {self.rows:,} rows is worse than chance explains; "
            f"{self.conditions:,} conditions were looked at."
        )
