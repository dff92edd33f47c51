"""The rule that a model's settings try, as it stands in the address."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from modeldesk.errors import InvalidArgument
from modeldesk.monitors import DriftRule

SHARES = ("false_alarm_rate", "min_distance", "min_missing_change", "min_correlation_change")
COUNTS = ("min_rows", "history")
_LARGEST = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """What is to differ from the rule in force; ``None``: nothing."""

    false_alarm_rate: float | None = None
    min_distance: float | None = None
    min_missing_change: float | None = None
    min_correlation_change: float | None = None
    min_rows: int | None = None
    history: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> RuleState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> RuleState.read({"min_distance": "0.2", "min_rows": "many", "history": "0"}).query()
        '?min_distance=0.2&history=0'
        """
        shares = {name: _share(query.get(name, "")) for name in SHARES}
        counts = {name: _count(query.get(name, "")) for name in COUNTS}
        return cls(**shares, **counts)  # type: ignore[arg-type]  # by the fields' names

    @classmethod
    def between(cls, rule: DriftRule, wanted: Mapping[str, float]) -> RuleState:
        """Return in what wanted numbers differ from a rule.

        >>> RuleState.between(DriftRule(), {"min_distance": 0.1, "history": 7}).query()
        '?history=7'
        """
        known = numbers_of(rule)
        differing = {name: value for name, value in wanted.items() if value != known[name]}
        whole = {name: int(value) for name, value in differing.items() if name in COUNTS}
        return cls(**{**differing, **whole})  # type: ignore[arg-type]  # by the fields' names

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on."""
        given = {name: getattr(self, name) for name in (*SHARES, *COUNTS)}
        return "?" + urlencode({name: v for name, v in given.items() if v is not None})

    def applied(self, rule: DriftRule) -> DriftRule:
        """Return the rule that is tried.

        Raises
        ------
        InvalidArgument
            When a number is not one that a rule can have.
        """
        given = {name: getattr(self, name) for name in (*SHARES, "min_rows")}
        changed = {name: value for name, value in given.items() if value is not None}
        history = rule.history if self.history is None else self.history
        moved = rule.with_thresholds(replace(rule.thresholds, **changed))
        return replace(moved, history=history)

    def fits(self, rule: DriftRule) -> bool:
        """Whether a rule can have these numbers."""
        try:
            self.applied(rule)
        except InvalidArgument:
            return False
        return True


def numbers_of(rule: DriftRule) -> dict[str, float]:
    """Return the numbers of a rule that can be changed, by name."""
    thresholds = rule.thresholds
    found = {name: float(getattr(thresholds, name)) for name in SHARES}
    return found | {"min_rows": thresholds.min_rows, "history": rule.history}


def _share(given: str) -> float | None:
    try:
        value = float(given)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _count(given: str) -> int | None:
    if not (given.isascii() and given.isdigit()) or len(given) > 10:  # noqa: PLR2004 - of an address
        return None
    return min(int(given), _LARGEST)
