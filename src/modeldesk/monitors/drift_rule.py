"""The drift rule: a finding for each watched column whose verdict is *changed*."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from modeldesk.drift import Comparison, Thresholds
from modeldesk.errors import Corrupt
from modeldesk.schema import Role, Signature


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
    """

    roles: tuple[Role, ...] = (Role.FEATURE, Role.PREDICTION)
    thresholds: Thresholds = field(default_factory=Thresholds)

    def findings(self, comparison: Comparison, signature: Signature) -> tuple[Finding, ...]:
        """Return what is worth an alert, largest distance first.

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

    def encode(self) -> str:
        """Return the rule as JSON."""
        return msgspec.json.encode(self).decode()

    @staticmethod
    def decode(text: str) -> DriftRule:
        """Read a rule from its JSON; `Corrupt` when the text is something else."""
        try:
            return msgspec.json.decode(text, type=DriftRule)
        except msgspec.MsgspecError as error:
            message = f"The stored monitor cannot be read: {error}."
            raise Corrupt(message) from error
