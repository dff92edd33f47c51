"""What the performance page says of estimates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from modeldesk.schema import Window
from modeldesk.services.estimate_report import (
    CaveatView,
    EstimatedDay,
    EstimateReport,
    EstimateView,
    LearnedView,
    ScorecardView,
)
from modeldesk.ui.estimate_card import estimate_rows, learned_words
from modeldesk.ui.estimate_notices import estimate_warnings
from modeldesk.ui.performance_data import EstimatedMeasure, estimated

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
ACCURACY = EstimateView(
    measure="accuracy",
    value=0.8123,
    low=0.79,
    high=0.83,
    realised=None,
    because=None,
    same_as="accuracy",
)
RECALL = replace(ACCURACY, measure="recall", same_as="recall", of="yes")
NONE = replace(RECALL, value=None, low=None, high=None, because="no row is expected to be 'yes'")


def day(offset: int, *views: EstimateView, warnings: tuple[CaveatView, ...] = ()) -> EstimatedDay:
    """Return an estimated day, counted from the first."""
    start = FIRST + timedelta(days=offset)
    return EstimatedDay(
        window=Window(start=start, end=start + timedelta(days=1)),
        rows=500,
        missing=0,
        learned_from=False,
        labelled=0,
        estimates=views,
        warnings=warnings,
    )


def report(*days: EstimatedDay, cards: tuple[ScorecardView, ...] = ()) -> EstimateReport:
    """Return what is estimated of some days."""
    learned = LearnedView(
        learned_at=FIRST, rows=2_000, start=FIRST, end=FIRST, treatment="calibrated"
    )
    return EstimateReport(
        model="m",
        version=1,
        level=0.95,
        learned=learned,
        because=None,
        days=days,
        scorecards=cards,
        warnings=(),
    )


def card(within: int, windows: int) -> ScorecardView:
    """Return how right estimates of the accuracy were."""
    return ScorecardView(
        measure="accuracy",
        windows=windows,
        bias=-0.01234,
        mean_error=0.02,
        coverage=within / windows,
        level=0.95,
    )


def test_what_estimates_rest_on_is_told() -> None:
    """The rows, what is made of scores, and whether a day as a whole counts."""
    found = report(day(0, ACCURACY))
    assert "2,000 labelled rows of 2026-03-01" in learned_words(found)
    assert "scores are calibrated. No other day" in learned_words(found)
    assert found.learned is not None
    whole = replace(found, learned=replace(found.learned, contextual=True))
    assert "calibrated, and moved by what their day says as a whole." in learned_words(whole)
    assert learned_words(replace(found, learned=None)) == ""


def test_an_estimate_stands_for_the_measure_that_labels_tell() -> None:
    """Of a class for that class alone, of all for all, and for nothing else."""
    found = day(0, ACCURACY, RECALL)
    assert found.estimate_of("accuracy") is ACCURACY
    assert found.estimate_of("recall", "yes") is RECALL
    assert found.estimate_of("recall", "no") is None
    assert found.estimate_of("f1") is None
    assert [estimated(report(found, day(1, NONE))), estimated(None)] == [
        (
            EstimatedMeasure(measure="accuracy", of=None),
            EstimatedMeasure(measure="recall", of="yes"),
        ),
        (),
    ]


def test_the_table_has_the_latest_estimate_and_how_right_earlier_ones_were() -> None:
    """In as many digits as the interval lets count; what is not estimated says why."""
    rows = estimate_rows(
        report(day(0, replace(ACCURACY, value=0.1)), day(1, ACCURACY, NONE), cards=(card(9, 10),))
    )
    accuracy, recall = rows
    assert (accuracy["estimate"], accuracy["interval"]) == ("0.812", "0.790 to 0.830")
    assert (accuracy["days"], accuracy["bias"], accuracy["error"]) == ("10", "-0.012", "0.020")
    assert (accuracy["coverage"], accuracy["low"]) == ("9 of 10", "")
    assert recall["title"] == "Recall of yes"
    assert recall["because"] == "not estimated, because no row is expected to be 'yes'"
    assert (recall["days"], recall["coverage"]) == ("—", "—")
    assert estimate_rows(report()) == []


def test_a_coverage_is_called_low_when_chance_hardly_explains_it() -> None:
    """Seven of eight is usual where 95 in 100 should be, two of eight is not."""
    rows = [
        estimate_rows(report(day(0, ACCURACY), cards=(card(within, 8),)))[0] for within in (7, 2)
    ]
    assert [row["low"] for row in rows] == ["", "95% should be"]


def test_warnings_of_one_kind_are_told_together() -> None:
    """With the sentence of the latest day; warnings of all days come first."""
    few = CaveatView(kind="few rows", sentence="There are 40 rows.")
    fewer = replace(few, sentence="There are 30 rows.")
    far = CaveatView(kind="far inputs", sentence="Inputs lie far off.")
    drift = CaveatView(kind="concept drift", sentence="Labels follow otherwise.")
    days = [
        day(0, ACCURACY, warnings=(few,)),
        day(2, ACCURACY, warnings=(fewer,)),
        day(3, ACCURACY, warnings=(far,)),
    ]
    whole = replace(report(*days), warnings=(drift,))
    assert [(each.when, each.sentence) for each in estimate_warnings(whole, days)] == [
        ("Of late:", "Labels follow otherwise."),
        ("On 4 Mar:", "Inputs lie far off."),
        ("On 3 Mar and on 1 day before:", "There are 30 rows."),
    ]
    assert estimate_warnings(report(), []) == []
