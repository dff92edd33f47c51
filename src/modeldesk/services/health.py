"""Is a model fine? One verdict, and the reasons for it, the weightiest first.

All of it is judged from what is known of the model at one moment, `Signs`, without looking
anything up, so that a list of models and a model's own page say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from modeldesk.drift import Status
from modeldesk.services.estimated_level import EstimatedLevel
from modeldesk.services.performance_change import PerformanceChange

LOOKED_BACK = timedelta(days=35)
"""How far back days of a model say whether it is fine: a week, and four weeks before it."""


class Grade(StrEnum):
    """How a model is, in a word."""

    ATTENTION = "needs attention"
    """Somebody has to act."""
    WATCH = "worth a look"
    HEALTHY = "healthy"
    UNSURE = "too early to tell"
    """There is traffic, but nothing that could be judged."""
    SILENT = "no traffic yet"


class Concern(StrEnum):
    """What a reason is about; the weightiest comes first."""

    DAMAGE = "damage"
    """Logged rows that cannot be read."""
    FAILURES = "failures"
    """Rows for which the model failed."""
    PERFORMANCE = "performance"
    """Labels say that it has become worse."""
    ALERTS = "alerts"
    CHANGE = "change"
    """Columns that differ from the reference on the latest day."""
    ESTIMATE = "estimate"
    """It has probably become worse, without labels to tell."""
    LABELS = "labels"
    """Labels that no longer come."""
    SILENCE = "silence"
    """Predictions that no longer come."""
    REFUSALS = "refusals"
    """Rows that did not fit the signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a model is not simply fine."""

    concern: Concern
    grave: bool
    """Whether somebody has to act."""
    sentence: str
    column: str = ""
    """The column that it is about first; empty where it is about none."""
    day: date | None = None
    """The day that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a model is, and why."""

    grade: Grade
    sentence: str
    """The weightiest reason; of a model that is fine, what that rests on."""
    reasons: tuple[Reason, ...]
    """The weightiest first; empty where there is nothing to say against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSign:
    """How the features of the latest day compare with the reference."""

    day: date
    rows: int
    status: Status
    compared: int
    judged: int
    """How many of them have enough values for a verdict."""
    changed: tuple[str, ...]
    """Those that changed, the largest distance first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSign:
    """The alerts that are open."""

    many: int
    columns: tuple[str, ...]
    """What they are about, each column once, that of the newest day first."""
    day: date
    """The newest day that one is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureSign:
    """How often the model failed, and how it failed last."""

    rows: int
    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySign:
    """One day of traffic."""

    day: date
    predictions: int
    """Answered ones, of the version that is judged."""
    labelled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What is known of a model when it is judged."""

    now: datetime = field(compare=False)
    """Two that differ in nothing else are the same."""
    days: tuple[DaySign, ...] = ()
    """The days with predictions of the last `LOOKED_BACK`, oldest first."""
    waiting: int = 0
    """Answered predictions that are in no profile yet."""
    last_prediction_at: datetime | None = None
    """Of all versions; ``None`` where nothing was ever predicted."""
    drift: DriftSign | None = None
    """``None`` where no day of the last `LOOKED_BACK` was compared."""
    alerts: AlertSign | None = None
    """Of all versions; ``None`` where none is open."""
    failures: FailureSign | None = None
    """Of all versions; ``None`` where it never failed."""
    refused: int = 0
    """Rows that did not fit, of all versions, since each was published."""
    predictions: int = 0
    """Answered predictions of all versions; looked up where rows were refused, else 0."""
    damaged: int = 0
    """Logged rows that cannot be read."""
    performance: PerformanceChange | None = None
    """``None`` where no day of the last `LOOKED_BACK` has evaluated labels."""
    estimate: EstimatedLevel | None = None
    """``None`` where nothing is estimated."""
    late: timedelta = timedelta(0)
    """How long nine in ten labels take."""


def graded(signs: Signs, reasons: Sequence[Reason]) -> Health:
    """Return the verdict that reasons amount to.

    Parameters
    ----------
    signs
        What the reasons were found in.
    reasons
        In any order.
    """
    order = list(Concern)
    ranked = sorted(reasons, key=lambda one: (not one.grave, order.index(one.concern)))
    if ranked:
        grade = Grade.ATTENTION if ranked[0].grave else Grade.WATCH
        return Health(grade=grade, sentence=ranked[0].sentence, reasons=tuple(ranked))
    if signs.last_prediction_at is None:
        return Health(grade=Grade.SILENT, sentence="Nothing was predicted yet.", reasons=())
    known = _known(signs)
    if known:
        return Health(grade=Grade.HEALTHY, sentence=known, reasons=())
    return Health(grade=Grade.UNSURE, sentence=_too_little(signs), reasons=())


def _known(signs: Signs) -> str:
    """Say what a good verdict rests on; empty where on nothing."""
    parts = []
    drift, performance, estimate = signs.drift, signs.performance, signs.estimate
    if drift is not None and drift.judged:
        of = "" if drift.judged == drift.compared else f" of {drift.compared}"
        every = "all " if drift.judged > 1 and not of else ""
        word = "feature is" if drift.judged == 1 and not of else "features are"
        parts.append(f"On {drift.day} {every}{drift.judged}{of} {word} as in the reference")
    if performance is not None and performance.compared:
        name = performance.figure.title
        parts.append(f"{name if not parts else name[:1].lower() + name[1:]} shows no fall")
    elif estimate is not None and estimate.usual is not None:
        words = f"estimated {estimate.title.lower()} is as usual"
        parts.append(words if parts else words.capitalize())
    return f"{', and '.join(parts)}." if parts else ""


def _too_little(signs: Signs) -> str:
    if signs.drift is not None:
        rows = signs.drift.rows
        words = f"{rows:,} row{'' if rows == 1 else 's'}"
        return f"{words} on {signs.drift.day}: too few for a verdict."
    if signs.waiting:
        words = "row waits" if signs.waiting == 1 else "rows wait"
        return f"{signs.waiting:,} {words} to be profiled."
    return "No day of traffic was compared yet."
