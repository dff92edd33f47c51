"""What tests found out about a column: evidence of a change, and signs of what changed."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.drift.combination import Evidence
from modeldesk.drift.verdict import Aspect, Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One way in which a column may have changed."""

    aspect: Aspect
    p_value: float
    """Chance of this sign if nothing changed; valid on its own."""
    size: float = 0.0
    """Size of a shift, a change of spread or of shape, in standard deviations of ranks."""
    direction: Direction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All tests of a column."""

    evidence: tuple[Evidence, ...] = ()
    """What decides whether anything changed."""
    signs: tuple[Sign, ...] = ()
    """What decides which change is told."""

    def __add__(self, other: Findings) -> Findings:
        return Findings(evidence=self.evidence + other.evidence, signs=self.signs + other.signs)


def single(
    aspect: Aspect, p_value: float, *, weight: float, direction: Direction | None = None
) -> Findings:
    """Return the finding of a test that can see one thing alone."""
    return Findings(
        evidence=(Evidence(p_value=p_value, weight=weight, aspects=(aspect,)),),
        signs=(Sign(aspect=aspect, p_value=p_value, direction=direction),),
    )
