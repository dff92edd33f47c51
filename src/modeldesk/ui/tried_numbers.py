"""The numbers that are tried on one column, as they stand in the address."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from modeldesk.drift import Thresholds
from modeldesk.monitors import ColumnRule
from modeldesk.services.column_rules import ColumnRuleView

NUMBERS = ("min_distance", "min_missing_change")


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedNumbers:
    """In what the column is to be judged otherwise than it is; ``None``: not in this."""

    min_distance: float | None = None
    min_missing_change: float | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> TriedNumbers:
        """Return what an address asks for; what no threshold can be is as if it were not there.

        >>> TriedNumbers.read({"min_distance": "0.2", "min_missing_change": "7"}).given()
        {'min_distance': '0.2'}
        """
        return cls(**{name: _share(query.get(name, "")) for name in NUMBERS})

    @classmethod
    def between(cls, view: ColumnRuleView, wanted: Mapping[str, float]) -> TriedNumbers:
        """Return in what wanted numbers differ from those in force."""
        differing = {
            name: value for name, value in wanted.items() if value != getattr(view.thresholds, name)
        }
        return cls(**differing)

    def given(self) -> dict[str, str]:
        """Return what the address says of it."""
        values = {name: getattr(self, name) for name in NUMBERS}
        return {name: f"{value:.15g}" for name, value in values.items() if value is not None}

    def thresholds(self, view: ColumnRuleView) -> Thresholds:
        """Return by what the column would be judged.

        Raises
        ------
        InvalidArgument
            When a number is not one that a threshold can be.
        """
        values = {name: getattr(self, name) for name in NUMBERS}
        told = {name: value for name, value in values.items() if value is not None}
        return replace(view.thresholds, **told)

    def rule(self, view: ColumnRuleView) -> ColumnRule:
        """Return what would hold for the column; whether it is muted stays."""
        thresholds = self.thresholds(view)
        return ColumnRule(
            min_distance=thresholds.min_distance,
            min_missing_change=thresholds.min_missing_change,
            muted=view.own.muted,
        )


def _share(given: str) -> float | None:
    try:
        value = float(given)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= 1 else None
