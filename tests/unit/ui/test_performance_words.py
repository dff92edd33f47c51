"""Figures in words, which days are immature, and the rows of the tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from modeldesk.schema import Window
from modeldesk.services.maturity import DelayQuantile, LabelDelay, WindowMaturity
from modeldesk.services.performance_views import FigureView
from modeldesk.ui.class_table import class_rows
from modeldesk.ui.measure_table import measure_rows
from modeldesk.ui.measured import interval_words, lasting, value_words
from modeldesk.ui.performance_data import immature
from modeldesk.ui.performance_figures import delay_words
from modeldesk.ui.performance_state import USUAL_DAYS, PerformanceState

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
FIGURE = FigureView(
    measure="accuracy",
    title="Accuracy",
    of=None,
    better="higher",
    value=0.94,
    low=0.9182,
    high=0.9581,
    rows=500,
    note="",
    because=None,
)
NONE = replace(
    FIGURE, measure="mcc", value=None, low=None, high=None, rows=0, because="all is of one class"
)


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.94, 0.9182, 0.9581, "0.940, 0.918 to 0.958"),
        (43.04, 40.8, 45.3, "43.0, 40.8 to 45.3"),
        (1234.5, 1100.0, 1400.0, "1,234, 1,100 to 1,400"),
        (-0.001, -2.0, 2.0, "0.0, -2.0 to 2.0"),
        (1e-17, -1e-17, 1e-17, "0, 0 to 0"),
        (1.0, None, None, "1, "),
    ],
)
def test_digits_follow_the_interval(
    value: float, low: float | None, high: float | None, words: str
) -> None:
    """Two digits of its length count; what comes from rounding is nothing; no minus before 0."""
    figure = replace(FIGURE, value=value, low=low, high=high)
    assert f"{value_words(figure)}, {interval_words(figure)}" == words


def test_what_is_not_defined_says_so() -> None:
    """And is no number; its row comes last."""
    assert (value_words(NONE), interval_words(NONE)) == ("not defined", "")
    rows = measure_rows([NONE, FIGURE])
    assert [row["measure"] for row in rows] == ["accuracy", "mcc"]
    assert rows[1]["because"] == "all is of one class"


def test_classes_are_rows_and_measures_columns() -> None:
    """A class without a figure of a measure has no cell for it."""
    recall = replace(FIGURE, measure="recall", title="Recall")
    columns, rows = class_rows(
        [replace(FIGURE, of="a"), replace(recall, of="a"), replace(NONE, of="b", title="MCC")]
    )
    assert [column["label"] for column in columns] == ["Class", "Accuracy", "Recall", "MCC"]
    assert [set(row) for row in rows] == [
        {"of", "trend", "accuracy", "recall"},
        {"of", "trend", "mcc"},
    ]
    assert rows[1]["mcc"] == {
        "value": "not defined",
        "interval": "",
        "note": "",
        "because": "not defined, because all is of one class",
        "bar": None,
    }


def day(ago: int, labelled: int, predictions: int = 100) -> WindowMaturity:
    """Return a day before the 30th."""
    start = FIRST + timedelta(days=29 - ago)
    share = labelled / predictions if predictions else None
    window = Window(start=start, end=start + timedelta(days=1))
    return WindowMaturity(window=window, predictions=predictions, labelled=labelled, share=share)


def delay(days: float) -> LabelDelay:
    """Return a delay of which nine in ten labels stay below."""
    seconds = days * 86_400
    quantiles = tuple(DelayQuantile(share=share, seconds=seconds * share) for share in (0.5, 0.9))
    return LabelDelay(model="m", labels=9, quantiles=quantiles, longest=seconds, waiting=0)


def test_days_whose_labels_are_to_come_are_immature() -> None:
    """They have less than older days; where all days are labelled in part, none is."""
    now = FIRST + timedelta(days=30)
    days = [day(9, 50), day(8, 52), day(1, 45), day(0, 5)]
    assert immature(days, delay(5), now) == {FIRST + timedelta(days=29)}
    assert immature(days[:3], delay(5), now) == set()


def test_without_older_days_all_predictions_are_expected_to_be_labelled() -> None:
    """A young model's days are immature until most of their labels are here."""
    now = FIRST + timedelta(days=30)
    days = [day(1, 70), day(0, 90), day(2, 0, 0)]
    assert immature(days, delay(10), now) == {FIRST + timedelta(days=28)}


def test_how_late_labels_are() -> None:
    """Half of them, and nine in ten; what waits is told; without labels nothing is."""
    assert delay_words(delay(2)) == ("within 1 day", "half of them; 9 in 10 within 1.8 days")
    waiting = replace(delay(2), waiting=1200)
    assert delay_words(waiting)[1].endswith("; 1,200 wait for predictions")
    assert delay_words(replace(waiting, quantiles=())) == ("—", "no label yet")
    assert lasting(59.6) == "60 seconds"


@pytest.mark.parametrize("days", [None, 0, 7])
def test_an_address_says_which_range_was_chosen(days: int | None) -> None:
    """All days are a choice like any other, and not the same as none."""
    state = PerformanceState(days=days)
    assert PerformanceState.read(dict(parse_qsl(state.query()[1:]))) == state


def test_the_usual_range_stands_in_no_address() -> None:
    """Nor does what is no range."""
    assert PerformanceState(days=USUAL_DAYS).query() == "?"
    assert PerformanceState.read({"days": "31"}).days is None


def test_an_address_says_what_it_was_made_of() -> None:
    """Also with names that need quoting."""
    state = PerformanceState(
        version=2, segment="a=b & c", days=30, measure="f1", of="x?y", curve="z"
    )
    pairs = dict(pair.split("=", 1) for pair in state.query()[1:].split("&"))
    assert set(pairs) == {"version", "segment", "days", "measure", "of", "curve"}
    assert PerformanceState.read(dict(parse_qsl(state.query()[1:]))) == state
