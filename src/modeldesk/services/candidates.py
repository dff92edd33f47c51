"""Versions with their models loaded, and who says how good one is before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from modeldesk.errors import InvalidArgument
from modeldesk.models import Model
from modeldesk.profiles import Profile
from modeldesk.store import VersionRecord, VersionTest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A version that is about to be kept, or one that it is compared with."""

    record: VersionRecord
    """Of one that is not kept yet without a key."""
    model: Model
    reference: Profile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelledTable:
    """Rows with the true outcome of each."""

    rows: object
    """Any table: see `modeldesk.schema.to_frame`."""
    label: str
    """The column with the outcome."""

    @classmethod
    def told(cls, rows: object, *, label: str | None, target: str | None) -> LabelledTable | None:
        """Return the test set that somebody told of; ``None`` where there is none.

        Parameters
        ----------
        rows
            The table, or ``None``.
        label
            The column with the outcome; ``None``: it is called as in the reference.
        target
            What the reference calls it.

        Raises
        ------
        InvalidArgument
            When nobody says which column has the outcome, or of what.
        """
        if rows is None:
            if label is None:
                return None
            message = f"There is no test set for the label {label!r}."
            raise InvalidArgument(message, hint="Give the test set as well, or leave it out.")
        named = label or target
        if named is None:
            message = "Nobody says which column of the test set has the true outcome."
            raise InvalidArgument(message, hint="Name it as the label of the test set.")
        return cls(rows=rows, label=named)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examined:
    """What came of a test set."""

    test: VersionTest
    """What is kept of it."""
    rows: pl.DataFrame
    """Inputs, outputs and `LABEL` of every row."""


class Examiner(Protocol):
    """Says how good a version is that is about to be kept."""

    def examine(
        self,
        candidate: Candidate,
        test: LabelledTable,
        *,
        known: Sequence[VersionRecord],
        opened: Callable[[VersionRecord], Candidate],
    ) -> Examined:
        """Have a candidate predict a test set, and compare it with the champion.

        Parameters
        ----------
        candidate
            The version.
        test
            The rows.
        known
            The model's versions that there are already, oldest first.
        opened
            Loads one of them.

        Raises
        ------
        InvalidData
            When the test set does not fit the candidate.
        ModelFailed
            When the candidate fails on it.
        """
