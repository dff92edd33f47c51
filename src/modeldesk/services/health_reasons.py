"""What speaks against a model being fine: one rule for each concern."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from modeldesk.services.health import Concern, DaySign, Health, Reason, Signs, graded
from modeldesk.services.performance_views import DifferenceView

FAILED_NOW = timedelta(days=1)
"""A failure that is younger needs somebody to act."""
FAILED_LATELY = timedelta(days=7)
"""An older one is forgotten."""
REFUSED_SHARE = 0.01
"""Of all rows that were sent, from which share on refused ones are worth a look."""
LEAST_SILENCE = timedelta(days=2)
"""No shorter silence is one, however busy the model was."""
FEW_DAYS = 3
"""Days of traffic from which on it is known how long its pauses are."""
UNKNOWN_SILENCE = timedelta(days=7)
"""What counts as silence of a model that was asked on fewer days."""
SETTLED_DAYS = 7
"""Days that are old enough for labels, of which it is told whether they have them."""
MISSING_LABELS = 0.5
"""Of the share that is labelled as a rule, below which part labels are missing."""
LEAST_EXPECTED = 20
"""Labels that must have been expected before they are missed."""

_NAMED = 3
_LONGEST = 160


def judge(signs: Signs) -> Health:
    """Say how a model is, and why.

    Parameters
    ----------
    signs
        What is known of it.

    Examples
    --------
    >>> judge(Signs(now=datetime(2026, 3, 1, tzinfo=UTC))).grade.value
    'no traffic yet'
    """
    found = (rule(signs) for rule in RULES)
    return graded(signs, [reason for reason in found if reason is not None])


def damage(signs: Signs) -> Reason | None:
    """Find logged rows that cannot be read."""
    if not signs.damaged:
        return None
    rows = _rows(signs.damaged)
    sentence = f"{rows} of the log cannot be read; modeldesk check tells more."
    return Reason(concern=Concern.DAMAGE, grave=True, sentence=sentence)


def failures(signs: Signs) -> Reason | None:
    """Find that the model failed lately."""
    found = signs.failures
    if found is None or signs.now - found.at > FAILED_LATELY:
        return None
    told = found.sentence.rstrip(".")
    told = f"{told[:_LONGEST]}..." if len(told) > _LONGEST else told
    sentence = (
        f"The model failed {_ago(signs.now - found.at)}: {told}. "
        f"{_rows(found.rows)} had no answer since it was published."
    )
    grave = signs.now - found.at <= FAILED_NOW
    return Reason(concern=Concern.FAILURES, grave=grave, sentence=sentence)


def performance(signs: Signs) -> Reason | None:
    """Find that labels say it has become worse, by more than chance."""
    found = signs.performance
    if found is None or not found.worse:
        return None
    first, *others = found.worse
    also = f" Also worse: {_listed([each.title for each in others])}." if others else ""
    sentence = f"{_fall(first)} ({found.words}).{also}"
    return Reason(
        concern=Concern.PERFORMANCE, grave=True, sentence=sentence, day=found.recent.start.date()
    )


def alerts(signs: Signs) -> Reason | None:
    """Find open alerts."""
    found = signs.alerts
    if found is None:
        return None
    words = "1 alert is" if found.many == 1 else f"{found.many:,} alerts are"
    on = f"on {found.day}" if found.many == 1 else f"the latest on {found.day}"
    return Reason(
        concern=Concern.ALERTS,
        grave=True,
        sentence=f"{words} open, about {_listed(found.columns)}, {on}.",
        column=found.columns[0],
        day=found.day,
    )


def change(signs: Signs) -> Reason | None:
    """Find features of the latest day that differ from the reference."""
    found = signs.drift
    if found is None or not found.changed:
        return None
    many = "" if len(found.changed) == 1 else f"{len(found.changed)} features changed: "
    verb = " changed" if not many else ""
    return Reason(
        concern=Concern.CHANGE,
        grave=False,
        sentence=f"On {found.day}, {many}{_listed(found.changed)}{verb} against the reference.",
        column=found.changed[0],
        day=found.day,
    )


def estimate(signs: Signs) -> Reason | None:
    """Find that it has probably become worse, on a day that labels say little of."""
    found = signs.estimate
    if found is None or not found.fell or found.usual is None or found.usual.value is None:
        return None
    told = signs.performance
    if told is not None and told.recent.end.date() > found.day:
        return None
    sentence = (
        f"{found.title} of {found.day} is estimated at {found.value:.4g} "
        f"({found.low:.4g} to {found.high:.4g}) instead of the usual {found.usual.value:.4g}."
    )
    return Reason(concern=Concern.ESTIMATE, grave=False, sentence=sentence, day=found.day)


def labels(signs: Signs) -> Reason | None:
    """Find that of days old enough far fewer predictions are labelled than before."""
    settled = [day for day in signs.days if _end(day) + signs.late <= signs.now]
    recent, before = settled[-SETTLED_DAYS:], settled[:-SETTLED_DAYS]
    usual, now = _share([day for day in before if day.labelled]), _share(recent)
    if usual is None or now is None or now >= MISSING_LABELS * usual:
        return None
    if usual * sum(day.predictions for day in recent) < LEAST_EXPECTED:
        return None
    sentence = (
        f"Labels are missing: {now:.0%} of the predictions from {recent[0].day} to "
        f"{recent[-1].day} have one, instead of {usual:.0%}."
    )
    return Reason(concern=Concern.LABELS, grave=False, sentence=sentence, day=recent[0].day)


def silence(signs: Signs) -> Reason | None:
    """Find that nothing was predicted for longer than is usual."""
    last = signs.last_prediction_at
    if last is None:
        return None
    usual = _longest_pause(signs.days)
    allowed = UNKNOWN_SILENCE if usual is None else max(LEAST_SILENCE, 2 * usual)
    quiet = signs.now - last
    if quiet <= allowed:
        return None
    known = ""
    if usual is not None:
        many = usual.days
        known = f"; before that there was some every {'day' if many == 1 else f'{many} days'}"
    sentence = f"There was no prediction for {quiet.days} days{known}."
    return Reason(concern=Concern.SILENCE, grave=False, sentence=sentence, day=last.date())


def refusals(signs: Signs) -> Reason | None:
    """Find that many rows did not fit the signature."""
    sent = signs.refused + signs.predictions
    if not signs.refused or signs.refused < REFUSED_SHARE * sent:
        return None
    sentence = (
        f"{_rows(signs.refused)} did not fit the signature, {signs.refused / sent:.1%} of all "
        "that were sent since it was published."
    )
    return Reason(concern=Concern.REFUSALS, grave=False, sentence=sentence)


RULES: tuple[Callable[[Signs], Reason | None], ...] = (
    damage,
    failures,
    performance,
    alerts,
    change,
    estimate,
    labels,
    silence,
    refusals,
)
"""Every rule; what each finds is ranked by `graded`."""


def _fall(change: DifferenceView) -> str:
    """Say by how much a measure is worse, with as many digits as anybody reads."""
    now, before, gap = change.one.value, change.other.value, change.gap
    name = change.title if change.of is None else f"{change.title} of {change.of!r}"
    if now is None or before is None or gap.low is None or gap.high is None:
        return f"{name} is worse"
    low, high = sorted((abs(gap.low), abs(gap.high)))
    return f"{name} is {now:.3g} instead of {before:.3g}, worse by {low:.2g} to {high:.2g}"


def _longest_pause(days: Sequence[DaySign]) -> timedelta | None:
    """Return the longest time between two days with traffic; ``None`` of too few days."""
    asked = [day.day for day in days if day.predictions]
    if len(asked) < FEW_DAYS:
        return None
    return max(later - earlier for earlier, later in pairwise(asked))


def _share(days: Sequence[DaySign]) -> float | None:
    predictions = sum(day.predictions for day in days)
    return sum(day.labelled for day in days) / predictions if predictions else None


def _end(day: DaySign) -> datetime:
    return datetime.combine(day.day, time(), tzinfo=UTC) + timedelta(days=1)


def _rows(many: int) -> str:
    return f"{many:,} row{'' if many == 1 else 's'}"


def _ago(span: timedelta) -> str:
    hours = int(span / timedelta(hours=1))
    if hours < 1:
        return "less than an hour ago"
    many, unit = (hours, "hour") if hours < 48 else (hours // 24, "day")  # noqa: PLR2004
    return f"{many} {unit}{'' if many == 1 else 's'} ago"


def _listed(names: Sequence[str]) -> str:
    """Name a few things; of more, how many there are.

    >>> _listed(["a"]), _listed(["a", "b"]), _listed(["a", "b", "c", "d", "e"])
    ('a', 'a and b', 'a, b, c and 2 more')
    """
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
