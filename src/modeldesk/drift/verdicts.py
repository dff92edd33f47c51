"""From what was found about a column to one verdict in one sentence."""

from __future__ import annotations

import numpy as np

from modeldesk.drift import wording
from modeldesk.drift.findings import Finding
from modeldesk.drift.results import Aspect, Status, Verdict
from modeldesk.drift.split import Counts, Split
from modeldesk.drift.thresholds import Thresholds

_NOTABLE = 0.1
"""From this difference of shares below the reference's median on, the median is worth telling."""
_WORTH_TELLING = 0.01
"""Share of values outside the reference from which on each side of it is told."""


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
    changed = _changed(finding, p_value, thresholds)
    if changed:
        sentence = _reasons(finding, changed, p_value or 0.0)
        return Verdict(status=Status.CHANGED, sentence=sentence, aspects=changed, p_value=p_value)
    if finding.obstacle is not None or p_value is None:
        why = finding.obstacle or "one side has no values"
        return Verdict(status=Status.NOT_ENOUGH_DATA, sentence=f"not enough data: {why}")
    sentence = _calm(finding, p_value, thresholds)
    return Verdict(status=Status.STABLE, sentence=sentence, p_value=p_value)


def _changed(finding: Finding, p_value: float | None, thresholds: Thresholds) -> tuple[Aspect, ...]:
    """Return the aspects that are both more than chance and large enough."""
    if p_value is None or finding.p_value is None:
        return ()
    columns = p_value / finding.p_value if finding.p_value else 1.0
    correction = len(finding.chances) * max(columns, 1.0)
    return tuple(
        aspect
        for aspect, chance in sorted(finding.chances.items())
        if chance * correction <= thresholds.false_alarm_rate
        and _matters(finding, aspect, thresholds)
    )


def _matters(finding: Finding, aspect: Aspect, thresholds: Thresholds) -> bool:
    if aspect is Aspect.MISSING:
        change = finding.current.missing_share - finding.reference.missing_share
        return abs(change) >= thresholds.min_missing_change
    return finding.distance is not None and finding.distance >= thresholds.min_distance


def _reasons(finding: Finding, aspects: tuple[Aspect, ...], p_value: float) -> str:
    parts: list[str] = []
    split = finding.split
    if split is not None and aspects != (Aspect.MISSING,):
        outside = {Aspect.RANGE, Aspect.CATEGORIES}.intersection(aspects)
        parts.append(_outside(split) if outside else _shift(finding, split))
    if Aspect.MISSING in aspects:
        parts.append(_missing(finding))
    sentence = " and ".join(parts)
    sentence = sentence[0].upper() + sentence[1:]
    if finding.distance is not None:
        sentence += f"; Hellinger distance {finding.distance:.2f}"
    return f"{sentence}, {wording.chance(p_value)}"


def _missing(finding: Finding) -> str:
    now, before = finding.current.missing_share, finding.reference.missing_share
    share = "no values" if now == 0 else f"{wording.percent(now)} of values"
    return f"{share} are missing (reference: {wording.percent(before)})"


def _outside(split: Split) -> str:
    """Tell where values lie outside the reference, the larger part first."""
    places = sorted(split.outside, key=lambda place: -float(split.current[place]))
    told = [place for place in places if _share(split.current, place) >= _WORTH_TELLING]
    return " and ".join(_bin(split, place) for place in told or places[:1])


def _shift(finding: Finding, split: Split) -> str:
    """Tell a bin that swelled, else the median where it moved, else the bin that lost most."""
    now, before = (np.sqrt(side / side.sum()) for side in (split.current, split.reference))
    place = int(np.argmax(np.abs(now - before)))
    ends = {0, 1, len(now) - 3, len(now) - 2}
    swelled = place not in ends and now[place] > before[place]
    moved = None if swelled else _median(finding)
    return moved or _bin(split, place)


def _median(finding: Finding) -> str | None:
    """Say where the median moved to, if it moved notably among the reference's values."""
    kind, here, there = (
        finding.reference.kind,
        finding.current.quantiles,
        finding.reference.quantiles,
    )
    if not kind.numeric or here is None or there is None:
        return None
    now, before = here.quantiles([0.5])[0], there.quantiles([0.5])[0]
    low, high = (here.shares_up_to([before], inclusive=flag)[0] for flag in (False, True))
    if now == before or low - _NOTABLE <= 1 / 2 <= high + _NOTABLE:
        return None
    direction = "higher" if now > before else "lower"
    return (
        f"values are {direction}: median {wording.amount(now, kind)} "
        f"instead of {wording.amount(before, kind)}"
    )


def _bin(split: Split, place: int) -> str:
    now, before = _share(split.current, place), _share(split.reference, place)
    share = "no values" if now == 0 else f"{wording.percent(now)} of values"
    return f"{share} {split.phrases[place]} (reference: {wording.percent(before)})"


def _share(counts: Counts, place: int) -> float:
    return float(counts[place] / counts.sum())


def _calm(finding: Finding, p_value: float, thresholds: Thresholds) -> str:
    distance = "" if finding.distance is None else f"Hellinger distance {finding.distance:.2f}, "
    told = f"{distance}{wording.chance(p_value)}"
    if p_value > thresholds.false_alarm_rate:
        return f"No change beyond chance; {told}"
    return f"More than chance, but too small to matter; {told}"
