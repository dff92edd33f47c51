"""Verdicts in words: one plain sentence with numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from modeldesk.drift import wording
from modeldesk.drift.basis import Basis
from modeldesk.drift.findings import Finding
from modeldesk.drift.signs import Sign
from modeldesk.drift.split import Counts, Split
from modeldesk.drift.texts import unknown_share, vocabulary
from modeldesk.drift.vectors import centroid_distance
from modeldesk.drift.verdict import Aspect, Direction
from modeldesk.schema import Kind

_WORTH_TELLING = 0.01
"""Share of values outside the reference from which on each side of it is told."""
_MIDDLE = (0.1, 0.9)


def reasons(finding: Finding, signs: Sequence[Sign], p_value: float) -> str:
    """Say what changed, by how much, and how sure that is."""
    parts = list(dict.fromkeys(_TOLD[sign.aspect](finding, sign) for sign in signs))
    return _closed(" and ".join(parts), finding, p_value)


def calm(finding: Finding, p_value: float, *, certain: bool) -> str:
    """Say why there is no change: it may be chance, or it is too small."""
    said = "No change beyond chance"
    if certain:
        said = "More than chance, but too small to matter"
    elif finding.habitual:
        said = "No change beyond chance and what past windows vary by"
    return _closed(said, finding, p_value)


def _closed(said: str, finding: Finding, p_value: float) -> str:
    numbers = [wording.chance(p_value)]
    if finding.distance is not None and finding.basis is not Basis.TYPES:
        numbers.insert(0, f"Hellinger distance {finding.distance:.2f}")
    return f"{said[0].upper()}{said[1:]}; {', '.join(numbers)}."


def _outside(finding: Finding, _: Sign) -> str:
    """Tell where values lie outside the reference, the larger part first."""
    split = finding.split
    if split is None:
        return "values lie outside the reference"
    places = [*split.outside]
    if split.ordered:
        places.append(split.ordered)
    places.sort(key=lambda place: -float(split.current[place]))
    told = [place for place in places if _share(split.current, place) >= _WORTH_TELLING]
    return " and ".join(_bin(split, place) for place in told or places[:1])


def _shift(finding: Finding, sign: Sign) -> str:
    """Tell where the median moved to, or the mean, or else which bin changed most."""
    if finding.basis is Basis.VECTORS:
        return _vectors(finding, sign)
    up, kind = sign.direction is Direction.HIGHER, finding.reference.kind
    for name, (now, before) in _centres(finding).items():
        if now != before and (now > before) is up:
            told = wording.told_apart(now, before, kind)
            if told[0] != told[1]:
                said = wording.compared(kind, higher=up)
                return f"{said}: {name} {told[0]} instead of {told[1]}"
    return _shape(finding, sign)


def _spread(finding: Finding, sign: Sign) -> str:
    """Tell between which values the middle of both sides lies, else which bin changed most."""
    kind = finding.reference.kind
    wider = sign.direction is Direction.WIDER
    if finding.basis is Basis.VECTORS:
        return _vectors(finding, sign)
    here, there = finding.current.quantiles, finding.reference.quantiles
    if here is None or there is None:
        return _shape(finding, sign)
    now, before = here.quantiles(_MIDDLE), there.quantiles(_MIDDLE)
    if (now[1] - now[0] > before[1] - before[0]) is not wider or now == before:
        return _shape(finding, sign)
    told = [" and ".join(wording.told_apart(low, high, kind)) for low, high in (now, before)]
    apart = "farther apart" if wider else "closer together"
    return f"values lie {apart}: the middle 80 % between {told[0]} instead of {told[1]}"


def _shape(finding: Finding, sign: Sign) -> str:
    """Tell the bin that changed most."""
    if finding.basis is Basis.VECTORS or finding.split is None:
        return _vectors(finding, sign)
    now, before = (np.sqrt(side) for side in finding.split.shares)
    return _bin(finding.split, int(np.argmax(np.abs(now - before))))


def _words(finding: Finding, _: Sign) -> str:
    """Tell the word that gained or lost most, and how many words are new."""
    mine, theirs = finding.current.words, finding.reference.words
    if mine is None or theirs is None:
        return "texts use other words"
    new = unknown_share(mine, vocabulary(theirs))
    shares = [
        {word: count / words.total for word, count in words.counts().items()}
        for words in (mine, theirs)
    ]
    moved = {
        word: np.sqrt(shares[0].get(word, 0.0)) - np.sqrt(shares[1].get(word, 0.0))
        for word in shares[0].keys() | shares[1].keys()
    }
    most = max(sorted(moved), key=lambda word: abs(moved[word]))
    share = _of("words", shares[0].get(most, 0.0))
    before = wording.percent(shares[1].get(most, 0.0))
    told = f"{share} are {wording.quoted(most)} (reference: {before})"
    return f"{told}, and {wording.percent(new)} of words are unusual in the reference"


def _type(finding: Finding, _: Sign) -> str:
    """Tell of what type values are, or how many cannot be read."""
    split = finding.split
    if split is not None and split.unread is not None:
        return _bin(split, split.unread)
    here, there = finding.current, finding.reference
    now, before = (_described(side.kind, side.vector) for side in (here, there))
    return f"values are {now} instead of {before}"


def _missing(finding: Finding, _: Sign) -> str:
    now, before = finding.current.missing_share, finding.reference.missing_share
    return f"{_of('values', now)} are missing (reference: {wording.percent(before)})"


_TOLD: dict[Aspect, Callable[[Finding, Sign], str]] = {
    Aspect.RANGE: _outside,
    Aspect.NEW_CATEGORIES: _outside,
    Aspect.SHIFT: _shift,
    Aspect.SPREAD: _spread,
    Aspect.SHAPE: _shape,
    Aspect.SHARES: _shape,
    Aspect.WORDS: _words,
    Aspect.TYPE: _type,
    Aspect.MISSING: _missing,
}


def _centres(finding: Finding) -> dict[str, tuple[float, float]]:
    """Return median and mean on both sides, where there are any."""
    here, there = finding.current, finding.reference
    found: dict[str, tuple[float, float]] = {}
    if here.quantiles is not None and there.quantiles is not None:
        found["median"] = here.quantiles.quantiles([0.5])[0], there.quantiles.quantiles([0.5])[0]
    if here.moments is not None and there.moments is not None:
        found["mean"] = here.moments.mean, there.moments.mean
    return found


def _vectors(finding: Finding, sign: Sign) -> str:
    """Tell how far the centre moved, or how the norms changed."""
    here, there = finding.current.vector, finding.reference.vector
    if here is None or there is None or sign.aspect is Aspect.SHAPE:
        return "vectors lie in other places"
    if sign.aspect is Aspect.SHIFT:
        apart = centroid_distance(here, there)
        return f"the centre of the vectors moved by {wording.amount(apart)} of their spread"
    longer = "longer" if sign.direction is Direction.WIDER else "shorter"
    now, before = (wording.amount(side.norm.mean) for side in (here, there))
    return f"vectors are {longer}: mean norm {now} instead of {before}"


def _described(kind: Kind, vector: object) -> str:
    dimension = getattr(vector, "dimension", None)
    return wording.noun(kind) + (f" of length {dimension}" if dimension else "")


def _bin(split: Split, place: int) -> str:
    now, before = _share(split.current, place), _share(split.reference, place)
    return f"{_of('values', now)} {split.phrase(place)} (reference: {wording.percent(before)})"


def _of(what: str, share: float) -> str:
    return f"no {what}" if share <= 0 else f"{wording.percent(share)} of {what}"


def _share(counts: Counts, place: int) -> float:
    return float(counts[place] / counts.sum())
