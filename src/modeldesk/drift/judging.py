"""From what was found about a column to one verdict."""

from __future__ import annotations

from modeldesk.drift.basis import Basis
from modeldesk.drift.findings import Finding
from modeldesk.drift.signs import Sign
from modeldesk.drift.telling import calm, reasons
from modeldesk.drift.thresholds import Thresholds
from modeldesk.drift.verdict import Aspect, Status, Verdict

_MOVES = frozenset({Aspect.SHIFT, Aspect.SPREAD, Aspect.SHAPE, Aspect.SHARES})
_OUTSIDE = frozenset({Aspect.RANGE, Aspect.NEW_CATEGORIES})
_ALIEN = _OUTSIDE | {Aspect.TYPE}
_ORDER = tuple(Aspect)
_MOSTLY = 0.5
"""From this part of what moved on, values outside the reference are all that is told."""
_SLIGHTLY = 0.1
"""Below it they are not told where something else is."""
_MINOR = 0.5
"""A shift, a change of spread or of shape of less than this part of the largest is not told."""


def judge(finding: Finding, p_value: float | None, thresholds: Thresholds) -> Verdict:
    """Return the verdict about one column.

    Parameters
    ----------
    finding
        What was found about the column.
    p_value
        Its p-value, corrected for the number of columns; ``None`` where nothing was tested.
    thresholds
        How sure and how large a change must be.
    """
    told = _changed(finding, p_value, thresholds)
    if told and p_value is not None:
        return Verdict(
            status=Status.CHANGED,
            sentence=reasons(finding, told, p_value),
            aspects=tuple(sign.aspect for sign in told),
            direction=told[0].direction,
            distance=finding.distance,
            p_value=p_value,
        )
    if finding.basis is Basis.IDENTIFIERS:
        return Verdict(status=Status.NOT_COMPARED, sentence="Not compared: identifier.")
    if finding.obstacle is not None or p_value is None:
        why = finding.obstacle or "one side has no values"
        return Verdict(
            status=Status.NOT_ENOUGH_DATA,
            sentence=f"Not enough data: {why}.",
            distance=finding.distance,
        )
    return Verdict(
        status=Status.STABLE,
        sentence=calm(finding, p_value, certain=p_value <= thresholds.false_alarm_rate),
        distance=finding.distance,
        p_value=p_value,
    )


def absent(sentence: str) -> Verdict:
    """Return the verdict about a column that only one side has."""
    return Verdict(status=Status.NOT_COMPARED, sentence=f"Not compared: {sentence}.")


def _changed(finding: Finding, p_value: float | None, thresholds: Thresholds) -> tuple[Sign, ...]:
    """Return the signs that are more than chance, large enough and worth telling."""
    rate = thresholds.false_alarm_rate
    if p_value is None or finding.p_value is None or not finding.signs or p_value > rate:
        return ()
    columns = max(p_value / finding.p_value, 1.0) if finding.p_value else 1.0
    certain = [sign for sign in finding.signs if sign.p_value * columns <= rate]
    certain = certain or [min(finding.signs, key=lambda sign: sign.p_value)]
    large = [sign for sign in certain if _matters(finding, sign, thresholds)]
    found = _worth_telling(finding, large)
    moved = {sign.aspect for sign in found if sign.aspect in _MOVES}
    outside_first = not moved or _outside_part(finding) >= _MOSTLY
    return tuple(sorted(found, key=lambda sign: _rank(sign, outside_first=outside_first)))


def _matters(finding: Finding, sign: Sign, thresholds: Thresholds) -> bool:
    if sign.aspect is Aspect.MISSING:
        change = finding.current.missing_share - finding.reference.missing_share
        return abs(change) >= thresholds.min_missing_change
    if sign.aspect is Aspect.WORDS:
        return finding.words is not None and finding.words >= thresholds.min_distance
    return finding.values is not None and finding.values >= thresholds.min_distance


def _worth_telling(finding: Finding, signs: list[Sign]) -> list[Sign]:
    """Leave out what another sign explains."""
    moves = [sign for sign in signs if sign.aspect in _MOVES]
    alien = any(sign.aspect in _ALIEN for sign in signs)
    part = _outside_part(finding)
    left: set[Aspect] = set()
    if alien and part >= _MOSTLY:
        left |= _MOVES
    elif moves and part < _SLIGHTLY:
        left |= _OUTSIDE
    largest = max((sign.size for sign in moves), default=0.0)
    return [
        sign
        for sign in signs
        if sign.aspect not in left and not (sign in moves and sign.size < _MINOR * largest)
    ]


def _outside_part(finding: Finding) -> float:
    return 0.0 if finding.split is None else finding.split.outside_part


def _rank(sign: Sign, *, outside_first: bool) -> tuple[bool, float, int]:
    later = sign.aspect is Aspect.MISSING or (sign.aspect in _OUTSIDE and not outside_first)
    return later, -sign.size, _ORDER.index(sign.aspect)
