"""Whether a model is fine: each reason against it, which comes first, and what a good one says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from modeldesk.drift import Status
from modeldesk.services.change_ranges import TimeSpan
from modeldesk.services.estimated_level import EstimatedLevel
from modeldesk.services.health import (
    AlertSign,
    Concern,
    DaySign,
    DriftSign,
    FailureSign,
    Grade,
    Health,
    Reason,
    Signs,
    graded,
)
from modeldesk.services.health_reasons import RULES, judge
from modeldesk.services.performance_change import PerformanceChange
from modeldesk.services.performance_views import DifferenceView, FigureView

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


def days(*labelled: int, predictions: int = 100, last: date = TODAY) -> tuple[DaySign, ...]:
    """Return days in a row up to the last one, with so many labels each."""
    first = last - timedelta(days=len(labelled) - 1)
    return tuple(
        DaySign(day=first + timedelta(days=place), predictions=predictions, labelled=many)
        for place, many in enumerate(labelled)
    )


def drift(*changed: str, judged: int = 4, compared: int = 4) -> DriftSign:
    """Return the latest day's features."""
    return DriftSign(
        day=TODAY,
        rows=100,
        status=Status.CHANGED if changed else Status.STABLE,
        compared=compared,
        judged=judged,
        changed=changed,
    )


def figure(value: float, *, measure: str = "accuracy", title: str = "Accuracy") -> FigureView:
    """Return a figure with an interval of 0.02 to both sides."""
    return FigureView(
        measure=measure,
        title=title,
        of=None,
        better="higher",
        value=value,
        low=value - 0.02,
        high=value + 0.02,
        rows=700,
        note="",
        because=None,
    )


def difference(outcome: str | None, *, title: str = "Accuracy") -> DifferenceView:
    """Return what became of one measure."""
    return DifferenceView(
        measure=title.lower(),
        title=title,
        of=None,
        one=figure(0.8),
        other=figure(0.9),
        gap=figure(-0.1),
        outcome=outcome,
        sentence=f"{title} is 0.8 instead of 0.9.",
    )


def performance(*outcomes: str | None) -> PerformanceChange:
    """Return a week with measures that changed so."""
    titles = ("Accuracy", "F1, macro", "Log loss")
    start = NOW.replace(hour=0) - timedelta(days=6)
    return PerformanceChange(
        recent=TimeSpan(start=start, end=start + timedelta(days=7)),
        labelled=700,
        figure=figure(0.8),
        before=TimeSpan(start=start - timedelta(days=28), end=start),
        labelled_before=2800,
        differences=tuple(
            difference(outcome, title=title)
            for outcome, title in zip(outcomes, titles, strict=False)
        ),
    )


def level(value: float, *, day: date = TODAY, usual: float | None = 0.9) -> EstimatedLevel:
    """Return an estimate with an interval of 0.02 to both sides."""
    return EstimatedLevel(
        measure="accuracy",
        of=None,
        title="Accuracy",
        day=day,
        rows=100,
        value=value,
        low=value - 0.02,
        high=value + 0.02,
        usual=None if usual is None else figure(usual),
    )


FINE = Signs(
    now=NOW,
    days=days(*[90] * 30),
    last_prediction_at=NOW - timedelta(hours=1),
    drift=drift(),
    performance=performance("no difference shown", "better"),
)


def only(signs: Signs) -> Reason:
    """Return the one reason that there is."""
    (found,) = judge(signs).reasons
    return found


def test_a_healthy_model_says_so_in_one_sentence() -> None:
    """With what that rests on."""
    assert judge(FINE) == Health(
        grade=Grade.HEALTHY,
        sentence="On 2026-03-20 all 4 features are as in the reference, and accuracy shows no "
        "fall.",
        reasons=(),
    )
    some = replace(FINE, drift=drift(judged=3), performance=None, estimate=level(0.9))
    assert judge(some).sentence == (
        "On 2026-03-20 3 of 4 features are as in the reference, and estimated accuracy is as usual."
    )
    assert judge(replace(FINE, drift=None)).sentence == "Accuracy shows no fall."


def test_without_anything_to_judge_by_it_says_what_there_is() -> None:
    """Nothing was asked, it waits, or it is too little."""
    nothing = Signs(now=NOW)
    assert (judge(nothing).grade, judge(nothing).sentence) == (
        Grade.SILENT,
        "Nothing was predicted yet.",
    )
    asked = replace(nothing, last_prediction_at=NOW, waiting=3)
    assert (judge(asked).grade, judge(asked).sentence) == (
        Grade.UNSURE,
        "3 rows wait to be profiled.",
    )
    few = replace(asked, waiting=0, drift=replace(drift(judged=0), rows=7))
    assert judge(few).sentence == "7 rows on 2026-03-20: too few for a verdict."
    alone = replace(few, drift=None, performance=replace(performance(), before=None))
    assert judge(alone).grade is Grade.UNSURE


def test_rows_that_cannot_be_read() -> None:
    """Somebody has to act."""
    found = only(replace(FINE, damaged=1))
    assert (found.concern, found.grave) == (Concern.DAMAGE, True)
    assert found.sentence.startswith("1 row of the log cannot be read")


@pytest.mark.parametrize(
    ("ago", "grave"),
    [
        (timedelta(hours=3), True),
        (timedelta(days=1), True),
        (timedelta(days=1, seconds=1), False),
        (timedelta(days=7), False),
        (timedelta(days=7, seconds=1), None),
    ],
)
def test_failures_are_forgotten_in_a_week(ago: timedelta, grave: bool | None) -> None:  # noqa: FBT001
    """Of the last day somebody has to act; older ones are worth a look."""
    failed = FailureSign(rows=12, at=NOW - ago, sentence="no such column.")
    reasons = judge(replace(FINE, failures=failed)).reasons
    assert [reason.grave for reason in reasons] == ([] if grave is None else [grave])
    if reasons:
        assert ": no such column. 12 rows had no answer" in reasons[0].sentence


def test_performance_that_fell() -> None:
    """Only what is a difference counts, and it says which days were compared."""
    fell = replace(FINE, performance=performance("worse", "no difference shown", "worse"))
    found = only(fell)
    assert (found.concern, found.grave) == (Concern.PERFORMANCE, True)
    assert found.sentence == (
        "Accuracy is 0.8 instead of 0.9, worse by 0.08 to 0.12 (2026-03-14 to 2026-03-20 against "
        "2026-02-14 to 2026-03-13). Also worse: Log loss."
    )
    for outcome in ("better", "different", "no difference shown", None):
        assert judge(replace(FINE, performance=performance(outcome))).reasons == ()


def test_open_alerts() -> None:
    """How many, what about, and of which day."""
    one = AlertSign(many=1, columns=("age",), day=TODAY)
    found = only(replace(FINE, alerts=one))
    assert found.grave
    assert found.sentence == "1 alert is open, about age, on 2026-03-20."
    many = AlertSign(many=7, columns=("age", "b", "c", "d", "e"), day=TODAY)
    found = only(replace(FINE, alerts=many))
    assert found.sentence == (
        "7 alerts are open, about age, b, c and 2 more, the latest on 2026-03-20."
    )
    assert (found.column, found.day) == ("age", TODAY)


def test_changed_columns() -> None:
    """Worth a look: where somebody has to act, an alert is open."""
    found = only(replace(FINE, drift=drift("age")))
    assert (found.concern, found.grave) == (Concern.CHANGE, False)
    assert found.sentence == "On 2026-03-20, age changed against the reference."
    found = only(replace(FINE, drift=drift("age", "income")))
    assert found.sentence == (
        "On 2026-03-20, 2 features changed: age and income against the reference."
    )


def test_an_estimate_that_fell() -> None:
    """Both intervals must lie apart, and labels must not tell better already."""
    without = replace(FINE, performance=None)
    found = only(replace(without, estimate=level(0.8)))
    assert (found.concern, found.grave) == (Concern.ESTIMATE, False)
    assert found.sentence == (
        "Accuracy of 2026-03-20 is estimated at 0.8 (0.78 to 0.82) instead of the usual 0.9."
    )
    for value, usual in ((0.87, 0.9), (0.95, 0.9), (0.8, None)):
        assert judge(replace(without, estimate=level(value, usual=usual))).reasons == ()
    assert judge(replace(FINE, estimate=level(0.8))).reasons == ()
    earlier = replace(
        performance("no difference shown"),
        recent=TimeSpan(start=NOW - timedelta(days=9), end=NOW.replace(hour=0) - timedelta(days=2)),
    )
    assert only(replace(FINE, performance=earlier, estimate=level(0.8))).grave is False


def test_lower_is_better_for_errors() -> None:
    """An estimated error that rose is a fall of the model."""
    rose = replace(level(0.95), measure="mae")
    assert rose.fell
    assert not replace(level(0.8), measure="mae").fell
    assert not replace(level(0.8), measure="bias").fell


def test_labels_that_no_longer_come() -> None:
    """Of days that are old enough; young ones are waited for."""
    stopped = replace(FINE, days=days(*[90] * 20, *[10] * 7))
    found = only(stopped)
    assert found.concern is Concern.LABELS
    assert found.sentence == (
        "Labels are missing: 21% of the predictions from 2026-03-13 to 2026-03-19 have one, "
        "instead of 90%."
    )
    assert judge(replace(stopped, late=timedelta(days=7))).reasons == ()
    assert judge(replace(FINE, days=days(*[90] * 20, *[60] * 7))).reasons == ()
    never = replace(FINE, days=days(*[0] * 27))
    assert judge(never).reasons == ()
    few = replace(FINE, days=days(*[2] * 20, *[0] * 7, predictions=2))
    assert judge(few).reasons == ()


def test_predictions_that_no_longer_come() -> None:
    """A silence is one beside the pauses that are usual."""
    daily = days(*[0] * 20, last=TODAY - timedelta(days=3))
    quiet = replace(FINE, days=daily, last_prediction_at=NOW - timedelta(days=3))
    found = only(quiet)
    assert found.concern is Concern.SILENCE
    assert found.sentence == (
        "There was no prediction for 3 days; before that there was some every day."
    )
    weekly = tuple(replace(day, day=day.day) for day in daily[::7])
    assert judge(replace(quiet, days=weekly)).reasons == ()
    once = replace(quiet, days=daily[:1])
    assert judge(once).reasons == ()
    assert only(replace(once, last_prediction_at=NOW - timedelta(days=8))).sentence == (
        "There was no prediction for 8 days."
    )


def test_refused_rows() -> None:
    """From a hundredth of what was sent on."""
    found = only(replace(FINE, refused=20, predictions=980))
    assert (found.concern, found.grave) == (Concern.REFUSALS, False)
    assert found.sentence == (
        "20 rows did not fit the signature, 2.0% of all that were sent since it was published."
    )
    assert judge(replace(FINE, refused=9, predictions=991)).reasons == ()


def test_the_weightiest_reason_comes_first() -> None:
    """What somebody has to act on, then in the order of concerns; every rule is ranked."""
    everything = replace(
        FINE,
        days=days(*[90] * 20, *[0] * 7, last=TODAY - timedelta(days=8)),
        last_prediction_at=NOW - timedelta(days=8),
        drift=drift("age"),
        alerts=AlertSign(many=1, columns=("age",), day=TODAY),
        failures=FailureSign(rows=1, at=NOW - timedelta(days=3), sentence="no"),
        refused=50,
        predictions=50,
        damaged=3,
        performance=replace(
            performance("worse"),
            recent=TimeSpan(start=NOW - timedelta(days=9), end=NOW - timedelta(days=2)),
        ),
        estimate=level(0.5),
    )
    found = judge(everything)
    assert found.grade is Grade.ATTENTION
    assert [reason.concern for reason in found.reasons] == [
        Concern.DAMAGE,
        Concern.PERFORMANCE,
        Concern.ALERTS,
        Concern.FAILURES,
        Concern.CHANGE,
        Concern.ESTIMATE,
        Concern.LABELS,
        Concern.SILENCE,
        Concern.REFUSALS,
    ]
    assert found.sentence == found.reasons[0].sentence
    assert len(found.reasons) == len(RULES) == len(Concern)
    assert graded(everything, found.reasons[::-1]) == found
    watched = replace(everything, damaged=0, performance=None, alerts=None)
    assert judge(watched).grade is Grade.WATCH


def test_signs_of_another_moment_are_the_same() -> None:
    """A page that looks again must not take the time for a change."""
    assert replace(FINE, now=NOW + timedelta(minutes=1)) == FINE
