"""Which of the newest rows are worth a label, and why: a queue for people who know the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from modeldesk.schema import Column, Kind, Signature
from modeldesk.services.feedback import Feedback
from modeldesk.services.labelled_rows import LABEL
from modeldesk.services.reading import IDENTIFIER
from modeldesk.services.registry import Registry
from modeldesk.services.row_states import predicts_numbers, probabilities, seconds_or_numbers
from modeldesk.services.views import FlagView
from modeldesk.services.worst_slices import NewestRows
from modeldesk.store import SHADOW_OF, TIME, VersionRecord

LOOKED_AT = 5_000
"""So many of the newest rows are looked at, unless they are very wide."""

MOST_CELLS = 1_000_000
"""Inputs that are looked at."""

_FEWEST = 200

MOST_QUEUED = 200
"""Rows of a queue at most."""

LOWEST = 0.05
"""The share of the rows, those with the lowest largest scores, that are uncertain in any case."""

SURE = 0.9
"""From above this largest score on an answer is never uncertain."""

APART = 0.1
"""Two numbers disagree from this share of the reference's range on."""

_MOST_FLAGS = 1_000
_COLUMNS_AT_ONCE = 100
_NAMED = 3
"""Columns that a reason names."""

_ID = "prediction_id"
_TOP = "modeldesk:top"
_OUTSIDE = "modeldesk:outside"
_OTHER = "modeldesk:other"
_RANKED = {Kind.INTEGER, Kind.FLOAT}


class Why(StrEnum):
    """Why a row is worth a label, what weighs most first."""

    FLAGGED = "flagged"
    """Somebody marked it."""
    DISAGREEMENT = "disagreement"
    """The shadow answered something else."""
    OUTSIDE = "outside"
    """It has values that the reference does not have."""
    UNCERTAIN = "uncertain"
    """Its largest score is low, or among the lowest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason why a row is worth a label."""

    why: Why
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A row that is worth a label."""

    prediction_id: str
    reasons: tuple[Reason, ...]
    said: str
    """What was predicted, in words."""
    top: float | None
    """Its largest score; ``None`` without scores."""
    outside: int
    """Of how many inputs it has values that the reference does not have."""
    proposed: str | None
    """The label that the newest flag proposes."""

    @property
    def whys(self) -> tuple[Why, ...]:
        """The sorts of its reasons."""
        return tuple(reason.why for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelQueue:
    """Rows that are worth a label, the one that tells most first."""

    model: str
    version: int
    signature: Signature
    candidates: tuple[Candidate, ...]
    """At most `MOST_QUEUED`."""
    counts: Mapping[Why, int]
    """How many unlabelled rows there are for each reason, among those looked at."""
    looked_at: int
    """The newest rows that were looked at."""
    labelled: int
    """Those of them that have a label."""


class WorthLabelling:
    """Finds rows that are worth a label.

    Parameters
    ----------
    registry
        Versions of the models.
    newest
        Reads the newest rows.
    feedback
        The flags.
    """

    def __init__(self, registry: Registry, newest: NewestRows, feedback: Feedback) -> None:
        self._registry = registry
        self._newest = newest
        self._feedback = feedback

    def queue(self, name: str, *, version: int | None = None, why: Why | None = None) -> LabelQueue:
        """Return the unlabelled rows among a version's newest ones that are worth a label.

        Parameters
        ----------
        name, version
            The model, and its version; ``None``: the champion.
        why
            Only rows with this reason.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        record = self._registry.record(name, version)
        rows = self._newest.any(record, most=_looked_at(record.signature), labels=True)
        if not rows.height:
            return _empty(record)
        answered = (
            rows if SHADOW_OF not in rows.columns else rows.filter(pl.col(SHADOW_OF).is_null())
        )
        newest_first = answered.sort(TIME, descending=True, maintain_order=True)
        open_rows = newest_first.filter(pl.col(LABEL).is_null()).with_columns(IDENTIFIER)
        flags = {
            flag.prediction_id: flag
            for flag in reversed(self._feedback.flags(name, limit=_MOST_FLAGS))
        }
        found = candidates(open_rows, record.signature, flags=flags, others=self._shadow(record))
        wanted = [each for each in found if why is None or why in each.whys]
        return LabelQueue(
            model=name,
            version=record.number,
            signature=record.signature,
            candidates=tuple(wanted[:MOST_QUEUED]),
            counts={each: sum(each in one.whys for one in found) for each in Why},
            looked_at=answered.height,
            labelled=answered.height - open_rows.height,
        )

    def _shadow(self, record: VersionRecord) -> pl.DataFrame | None:
        """Return what the shadow answered to the same rows, and whose rows these are."""
        shadow = record.routing.shadow
        if shadow is None or shadow.version == record.number:
            return None
        other = self._registry.record(record.model, shadow.version)
        rows = self._newest.any(other, most=LOOKED_AT, labels=False)
        name = other.signature.prediction.name
        if SHADOW_OF not in rows.columns or name not in rows.columns:
            return None
        return rows.select(pl.col(SHADOW_OF).alias(_ID), pl.col(name).alias(_OTHER)).drop_nulls()


def candidates(
    rows: pl.DataFrame,
    signature: Signature,
    *,
    flags: Mapping[str, FlagView] | None = None,
    others: pl.DataFrame | None = None,
) -> tuple[Candidate, ...]:
    """Return the rows that are worth a label, the one that tells most first.

    First come flagged rows, then those about which the shadow disagrees, then those with values
    outside the reference (the more of them, the earlier), then those whose largest score is low
    or among the lowest.
    Rows that are equal in what comes first are told apart by what comes next, and by their
    largest score in the end, the lowest first; equal ones stay as they came.

    Parameters
    ----------
    rows
        Unlabelled rows with ``prediction_id``, inputs and outputs.
    signature
        Of their version.
    flags
        The newest flag of each prediction that has one.
    others
        What another version answered: ``prediction_id`` and ``modeldesk:other``.
    """
    flags = flags or {}
    told = _told(rows, signature, others)
    limit = _doubtful_up_to([row[_TOP] for row in told], len(signature.scores))
    found = [_candidate(row, signature, flags.get(str(row[_ID])), limit) for row in told]
    order = list(Why)

    def weight(candidate: Candidate) -> tuple[float, ...]:
        ranks = [float(each not in candidate.whys) for each in order[:3]]
        top = 1.0 if candidate.top is None else candidate.top
        return (*ranks, -float(candidate.outside), top)

    # Sorting keeps the order of equal ones.
    return tuple(sorted((each for each in found if each.reasons), key=weight))


def _told(
    rows: pl.DataFrame, signature: Signature, others: pl.DataFrame | None
) -> list[dict[str, object]]:
    """Return for each row its answer, its largest score, what is outside, and another's answer."""
    scores = list(probabilities(rows, signature).values())
    top = pl.max_horizontal(scores) if scores else pl.lit(None, dtype=pl.Float64)
    name = signature.prediction.name
    said = rows[name] if name in rows.columns else pl.repeat(None, rows.height, eager=True)
    found = rows.select(_ID, said.alias("said"), top.alias(_TOP))
    found = found.with_columns(_all_outside(rows, signature).alias(_OUTSIDE))
    if others is not None:
        one = others.unique(_ID, keep="last")
        found = found.join(one, on=_ID, how="left", maintain_order="left")
    return found.to_dicts()


def _all_outside(rows: pl.DataFrame, signature: Signature) -> pl.Series:
    """Return for each row in words which values the reference does not have, shape ``(rows,)``.

    A hundred columns at a time: what Polars takes to plan one query grows faster than its length.
    """
    kept: list[pl.Series] = []
    there = frozenset(rows.columns)
    inputs = [column for column in signature.inputs if column.name in there]
    for first in range(0, len(inputs), _COLUMNS_AT_ONCE):
        some = inputs[first : first + _COLUMNS_AT_ONCE]
        parts = [part for column in some if (part := _outside(rows, column)) is not None]
        told = rows.select(part.alias(str(place)) for place, part in enumerate(parts))
        kept += [each for each in told.get_columns() if each.null_count() < len(each)]
    if not kept:
        return pl.repeat([], rows.height, dtype=pl.List(pl.String), eager=True)
    whole = pl.DataFrame([each.alias(str(place)) for place, each in enumerate(kept)])
    return whole.select(pl.concat_list(pl.all()).list.drop_nulls()).to_series()


def _outside(rows: pl.DataFrame, column: Column) -> pl.Expr | None:
    """Return in words which values of a column the reference does not have; null elsewhere."""
    value, dtype = pl.col(column.name), rows[column.name].dtype
    name, nothing = pl.lit(column.name), pl.lit(None, dtype=pl.String)
    if column.kind in _RANKED and dtype.is_numeric():
        if column.low is None or column.high is None:
            return None
        number = value.cast(pl.Float64)
        above, below = number > column.high, number < column.low
        return (
            pl.when(above)
            .then(pl.format("{} is {}, above {}", name, value, pl.lit(column.high)))
            .when(below)
            .then(pl.format("{} is {}, below {}", name, value, pl.lit(column.low)))
            .otherwise(nothing)
        )
    if column.kind is Kind.CATEGORICAL and column.categories and dtype == pl.String:
        known = pl.Series(column.categories, dtype=pl.String)
        shown = value.str.slice(0, 40)
        return (
            pl.when(value.is_not_null() & ~value.is_in(known.implode()))
            .then(pl.format("{} is new: {}", name, shown))
            .otherwise(nothing)
        )
    return None


def _candidate(
    row: Mapping[str, object], signature: Signature, flag: FlagView | None, limit: float
) -> Candidate:
    reasons: list[Reason] = []
    if flag is not None:
        words = f"Flagged: {flag.reason}"
        if flag.proposed_label is not None:
            words += f"; proposed: {flag.proposed_label}"
        reasons.append(Reason(why=Why.FLAGGED, sentence=words))
    said, other = row["said"], row.get(_OTHER)
    if other is not None and said is not None and _disagree(said, other, signature):
        sentence = f"The shadow says {_written(other)}"
        reasons.append(Reason(why=Why.DISAGREEMENT, sentence=sentence))
    outside = row[_OUTSIDE]
    outside = outside if isinstance(outside, list) else []
    if outside:
        reasons.append(Reason(why=Why.OUTSIDE, sentence=_few(outside)))
    top = row[_TOP]
    top = top if isinstance(top, float) else None
    if top is not None and top <= limit:
        sentence = f"The largest score is only {top:.2f}"
        reasons.append(Reason(why=Why.UNCERTAIN, sentence=sentence))
    return Candidate(
        prediction_id=str(row[_ID]),
        reasons=tuple(reasons),
        said="" if said is None else _written(said),
        top=top,
        outside=len(outside),
        proposed=None if flag is None else flag.proposed_label,
    )


def _doubtful_up_to(tops: Sequence[object], classes: int) -> float:
    """Return up to which largest score an answer is uncertain.

    Halfway between a guess among the classes and certainty; where a model is surer than that, up
    to the score that a twentieth of the rows do not exceed, as long as that is not nearly sure.
    """
    known = pl.Series([top for top in tops if isinstance(top, float)], dtype=pl.Float64)
    halfway = (1 + 1 / max(classes, 2)) / 2
    lowest = known.quantile(LOWEST, interpolation="lower")
    return halfway if lowest is None else max(halfway, min(SURE, lowest))


def _disagree(said: object, other: object, signature: Signature) -> bool:
    if not predicts_numbers(signature):
        return str(said) != str(other)
    numbers = [seconds_or_numbers(pl.Series([each])).cast(pl.Float64)[0] for each in (said, other)]
    low, high = signature.prediction.low, signature.prediction.high
    gap = abs(float(numbers[0]) - float(numbers[1]))
    if low is None or high is None or high <= low:
        return gap > 0
    return gap >= APART * (high - low)


def _few(sentences: Sequence[str]) -> str:
    more = len(sentences) - _NAMED
    return "; ".join(sentences[:_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _written(value: object) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)[:40]


def _looked_at(signature: Signature) -> int:
    """Return how many rows are looked at: of very wide ones fewer."""
    return min(LOOKED_AT, max(_FEWEST, MOST_CELLS // len(signature.inputs)))


def _empty(record: VersionRecord) -> LabelQueue:
    return LabelQueue(
        model=record.model,
        version=record.number,
        signature=record.signature,
        candidates=(),
        counts=dict.fromkeys(Why, 0),
        looked_at=0,
        labelled=0,
    )
