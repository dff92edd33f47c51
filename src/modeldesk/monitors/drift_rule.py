"""The drift rule: a finding for each watched column whose verdict is *changed*."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

import msgspec

from modeldesk.drift import Comparison, Status, Thresholds, Trace, compare
from modeldesk.errors import Corrupt, InvalidArgument
from modeldesk.profiles import Profile
from modeldesk.schema import Role, Signature

_V = TypeVar("_V")

_NOT_KEPT = re.compile("[\x00\ud800-\udfff]")
"""What not every database keeps: NUL, and halves of surrogate pairs."""

MOST_HISTORY = 366
"""A rule looks back on no more windows than this."""

LONGEST_REASON = 300
"""Characters of the reason for which a column is muted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One column that a rule found to be different."""

    column: str
    distance: float | None
    """Hellinger distance, from 0 to 1; ``None`` where the column has no values."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """What a rule says of one column alone.

    Parameters
    ----------
    min_distance
        Smallest Hellinger distance that matters; ``None``: as for all columns.
    min_missing_change
        Smallest change of the share of missing values that matters, likewise.
    muted
        Why changes of the column open no alerts; ``None``: they do.

    Raises
    ------
    InvalidArgument
        When a column is muted without a reason, or with one that is too long.
    """

    min_distance: float | None = None
    min_missing_change: float | None = None
    muted: str | None = None

    def __post_init__(self) -> None:
        if self.muted is not None:
            _need_reason(self.muted)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRule:
    """Watches columns of chosen roles for change against the reference.

    Score columns are not watched by default: a class's score moves with the prediction, and
    one cause should not ring once per class.

    Parameters
    ----------
    roles
        Which columns may give a finding.
    thresholds
        How sure and how large a change must be.
    overrides
        Other thresholds for single columns, by name.
    history
        How many windows back the normal variation between windows is learned from; with fewer
        than 14 that have rows nothing is learned. 0 turns learning off. The default are four
        weeks of days, so that each day of the week is seen four times.
    muted
        Columns whose changes open no alerts, by name, each with the reason. Their verdicts are
        told all the same.

    Raises
    ------
    InvalidArgument
        When `history` is negative or more than 366, or a column is muted without a reason.
    """

    roles: tuple[Role, ...] = (Role.FEATURE, Role.PREDICTION)
    thresholds: Thresholds = field(default_factory=Thresholds)
    overrides: Mapping[str, Thresholds] = field(default_factory=dict)
    history: int = 28
    muted: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for reason in self.muted.values():
            _need_reason(reason)
        if not 0 <= self.history <= MOST_HISTORY:
            message = f"A rule cannot look back on {self.history} windows."
            raise InvalidArgument(message, hint=f"Give a number from 0 to {MOST_HISTORY}.")

    def compare(
        self, current: Profile, reference: Profile, history: Sequence[Profile | Trace] = ()
    ) -> Comparison:
        """Compare a window with the reference by this rule's thresholds and history.

        Parameters
        ----------
        current
            Profile of the window.
        reference
            Profile to compare with.
        history
            Windows before it, oldest first; of more than the rule looks back on the last count.
        """
        known = {*current.names, *reference.names}
        return compare(
            current,
            reference,
            thresholds=self.thresholds,
            overrides={name: own for name, own in self.overrides.items() if name in known},
            history=history[-self.history :] if self.history else (),
            keep_profiles=False,
        )

    def findings(self, comparison: Comparison, signature: Signature) -> tuple[Finding, ...]:
        """Return what is worth an alert, largest change first.

        Parameters
        ----------
        comparison
            A window against the reference, judged with this rule's thresholds.
        signature
            Tells each column's role.
        """
        watched = self._watched(signature)
        return tuple(
            Finding(column=found.name, distance=found.distance, sentence=found.verdict.sentence)
            for found in comparison.changed
            if found.name in watched
        )

    def status(self, comparison: Comparison, signature: Signature) -> Status:
        """Return the one verdict over all columns that the rule watches."""
        watched = self._watched(signature)
        found = {c.verdict.status for c in comparison.columns if c.name in watched}
        order = (Status.CHANGED, Status.STABLE, Status.NOT_ENOUGH_DATA)
        return next((status for status in order if status in found), Status.NOT_COMPARED)

    def _watched(self, signature: Signature) -> frozenset[str]:
        names = (column.name for column in signature.columns if column.role in self.roles)
        return frozenset(name for name in names if name not in self.muted)

    def thresholds_of(self, column: str) -> Thresholds:
        """Return by what a column is judged."""
        return self.overrides.get(column, self.thresholds)

    def column(self, name: str) -> ColumnRule:
        """Return what the rule says of one column alone: where it differs from all others."""
        own, common = self.thresholds_of(name), self.thresholds
        return ColumnRule(
            min_distance=_differing(own.min_distance, common.min_distance),
            min_missing_change=_differing(own.min_missing_change, common.min_missing_change),
            muted=self.muted.get(name),
        )

    def with_column(self, name: str, own: ColumnRule) -> DriftRule:
        """Return the same rule with something else for one column.

        Parameters
        ----------
        name
            The column.
        own
            What holds for it; what is left out is as for all columns.

        Raises
        ------
        InvalidArgument
            When a number is not one that a threshold can be.
        """
        common = self.thresholds
        thresholds = replace(
            self.thresholds_of(name),
            min_distance=_told(own.min_distance, common.min_distance),
            min_missing_change=_told(own.min_missing_change, common.min_missing_change),
        )
        return replace(
            self,
            overrides=_with(self.overrides, name, None if thresholds == common else thresholds),
            muted=_with(self.muted, name, own.muted),
        )

    def with_thresholds(self, thresholds: Thresholds) -> DriftRule:
        """Return the same rule with other thresholds.

        Columns with thresholds of their own follow where theirs did not differ.
        """
        before = self.thresholds
        if thresholds == before:
            return self
        moved = {name: _following(own, before, thresholds) for name, own in self.overrides.items()}
        return replace(
            self,
            thresholds=thresholds,
            overrides={name: own for name, own in moved.items() if own != thresholds},
        )

    def basis(self) -> str:
        """Return as JSON what verdicts depend on; which of them open alerts is left out."""
        overrides = dict(sorted(self.overrides.items()))
        return replace(self, roles=DriftRule().roles, muted={}, overrides=overrides).encode()

    def encode(self) -> str:
        """Return the rule as JSON."""
        return msgspec.json.encode(self).decode()

    @staticmethod
    def decode(text: str) -> DriftRule:
        """Read a rule from its JSON; `Corrupt` when the text is something else."""
        try:
            return msgspec.json.decode(text, type=DriftRule)
        except (msgspec.MsgspecError, InvalidArgument) as error:
            message = f"The stored monitor cannot be read: {error}."
            raise Corrupt(message) from error


def _need_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON or _NOT_KEPT.search(reason):
        message = "A column is muted for a reason."
        raise InvalidArgument(message, hint=f"Give one of 1 to {LONGEST_REASON} characters.")


def _differing(own: float, common: float) -> float | None:
    return None if own == common else own


def _told(own: float | None, common: float) -> float:
    return common if own is None else own


def _with(known: Mapping[str, _V], name: str, value: _V | None) -> dict[str, _V]:
    """Return the same mapping with another value, or without it."""
    rest = {key: found for key, found in known.items() if key != name}
    return rest if value is None else rest | {name: value}


def _following(own: Thresholds, before: Thresholds, now: Thresholds) -> Thresholds:
    moved = {
        each.name: getattr(now, each.name)
        for each in fields(Thresholds)
        if getattr(own, each.name) == getattr(before, each.name)
    }
    return replace(own, **moved)
