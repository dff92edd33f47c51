"""The terms of an additive model: one column's cells, or those of a pair of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from modeldesk.performance.estimation.cells import Codes, Cut, Floats

_SLOPE = 1e-3
"""How much a straight line costs, against one bend of the same size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One summand: the places of its columns among the cuts, and how its cells are numbered."""

    columns: tuple[int, ...]
    shape: tuple[int, ...]

    @staticmethod
    def main(cuts: Sequence[Cut], column: int) -> Term:
        """Return the term of one column."""
        return Term(columns=(column,), shape=(cuts[column].cells,))

    @staticmethod
    def pair(cuts: Sequence[Cut], one: int, other: int) -> Term:
        """Return the term of two columns, by their larger cells."""
        shape = tuple(max(cuts[column].coarse) + 1 for column in (one, other))
        return Term(columns=(one, other), shape=shape)

    @property
    def size(self) -> int:
        """How many cells it has."""
        return prod(self.shape)

    def codes(self, cuts: Sequence[Cut], codes: Sequence[Codes]) -> Codes:
        """Return the cell of each row, shape ``(n,)``, from the cells of the columns."""
        if len(self.columns) == 1:
            return codes[self.columns[0]]
        one, other = self.columns
        first = np.asarray(cuts[one].coarse, dtype=np.intp) * self.shape[1]
        second = np.asarray(cuts[other].coarse, dtype=np.intp)
        found: Codes = first[codes[one]] + second[codes[other]]
        return found

    def penalty(self, cuts: Sequence[Cut]) -> Floats:
        """Return the matrix of what roughness costs, shape ``(size, size)``, of full rank.

        Of one ordered column bends cost, and slopes a little, so that where there are few rows
        the effect goes on as it did; of pairs and categories, every deviation from zero does.
        """
        if len(self.columns) == 1:
            return _bends(cuts[self.columns[0]])
        one, other = (_steps(size) for size in self.shape)
        mixed = np.kron(one, np.eye(self.shape[1])) + np.kron(np.eye(self.shape[0]), other)
        return mixed + 0.1 * np.eye(self.size)


def _bends(cut: Cut) -> Floats:
    penalty = np.eye(cut.cells)
    ordered = cut.ordered
    if ordered > 2:  # noqa: PLR2004 - fewer cells have no bend
        bends = np.diff(np.eye(ordered), n=2, axis=0)
        penalty[:ordered, :ordered] = bends.T @ bends + _SLOPE * np.eye(ordered)
    return penalty


def _steps(size: int) -> Floats:
    steps = np.diff(np.eye(size), axis=0)
    return steps.T @ steps
