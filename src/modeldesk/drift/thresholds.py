"""How sure a verdict must be, and how large a change must be to matter."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.errors import InvalidArgument

_FARTHEST = 2
"""Correlations go from -1 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a column counts as changed: more than chance *and* large enough to matter.

    Parameters
    ----------
    false_alarm_rate
        Chance that a comparison in which nothing changed reports anything, over all columns
        together; among the columns reported, the expected share of false ones.
    min_distance
        Smallest Hellinger distance that matters: 0.1 is a normal distribution shifted by 0.28
        standard deviations, or 2 % of values in a place that had none.
    min_missing_change
        Smallest change of the share of missing values that matters.
    min_correlation_change
        Smallest change of the correlation of two columns that matters: below 0.3, what one
        column tells about the other changes by less than a tenth of its variance.
    min_rows
        Fewer rows than this, on either side, are not judged.

    Raises
    ------
    InvalidArgument
        When a share is outside its range.

    Examples
    --------
    >>> Thresholds(false_alarm_rate=0.001).min_distance
    0.1
    """

    false_alarm_rate: float = 0.01
    min_distance: float = 0.1
    min_missing_change: float = 0.05
    min_correlation_change: float = 0.3
    min_rows: int = 30

    def __post_init__(self) -> None:
        _need("false_alarm_rate", self.false_alarm_rate, within=0 < self.false_alarm_rate < 1)
        _need("min_distance", self.min_distance, within=0 <= self.min_distance <= 1)
        _need("min_missing_change", self.min_missing_change, within=self._share_is_sane())
        if not 0 <= self.min_correlation_change <= _FARTHEST:
            message = f"The threshold min_correlation_change is {self.min_correlation_change}."
            raise InvalidArgument(message, hint="Give a number between 0 and 2.")
        if self.min_rows < 1:
            message = f"The threshold min_rows is {self.min_rows}."
            raise InvalidArgument(message, hint="Give a whole number from 1 on.")

    def _share_is_sane(self) -> bool:
        return 0 <= self.min_missing_change <= 1


def _need(name: str, value: float, *, within: bool) -> None:
    if not within:
        message = f"The threshold {name} is {value}."
        raise InvalidArgument(message, hint="Give a share between 0 and 1.")
