"""The drift rule: a finding for each watched column whose verdict is *changed*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from modeldesk.drift import Comparison, Status, Thresholds, Trace, compare
from modeldesk.errors import Corrupt, InvalidArgument
from modeldesk.profiles import Profile
from modeldesk.schema import Role, Signature

MOST_HISTORY = 366
"""A rule looks back on no more windows than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One column that a rule found to be different."""

    column: str
    distance: float | None
    """Hellinger distance, from 0 to 1; ``None`` where the column has no values."""
    sentence: str


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

    Raises
    ------
    InvalidArgument
        When `history` is negative or more than 366.
    """

    roles: tuple[Role, ...] = (Role.FEATURE, Role.PREDICTION)
    thresholds: Thresholds = field(default_factory=Thresholds)
    overrides: Mapping[str, Thresholds] = field(default_factory=dict)
    history: int = 28

    def __post_init__(self) -> None:
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
        roles = {column.name: column.role for column in signature.columns}
        return tuple(
            Finding(column=found.name, distance=found.distance, sentence=found.verdict.sentence)
            for found in comparison.changed
            if roles.get(found.name) in self.roles
        )

    def status(self, comparison: Comparison, signature: Signature) -> Status:
        """Return the one verdict over all columns that the rule watches."""
        roles = {column.name: column.role for column in signature.columns}
        found = {c.verdict.status for c in comparison.columns if roles.get(c.name) in self.roles}
        order = (Status.CHANGED, Status.STABLE, Status.NOT_ENOUGH_DATA)
        return next((status for status in order if status in found), Status.NOT_COMPARED)

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
