"""What a verdict on a model rests on: the latest day, the latest estimate, the model's time."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from modeldesk.drift import ColumnComparison, Comparison, Status, Verdict
from modeldesk.schema import Column, Kind, Role, Signature, Window
from modeldesk.services.drift_sign import drift_sign
from modeldesk.services.estimate_report import CaveatView, EstimatedDay, EstimateView
from modeldesk.services.estimated_level import estimated_level, latest_estimate
from modeldesk.services.measures import Measures

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
SIGNATURE = Signature(
    inputs=(
        Column(name="age", kind=Kind.FLOAT),
        Column(name="city", kind=Kind.CATEGORICAL),
        Column(name="note", kind=Kind.TEXT),
    ),
    outputs=(Column(name="class", kind=Kind.CATEGORICAL, role=Role.PREDICTION),),
)


def window(offset: int) -> Window:
    """Return a day, counted from the first."""
    start = FIRST + timedelta(days=offset)
    return Window(start=start, end=start + timedelta(days=1))


def column(name: str, status: Status, distance: float | None = 0.1) -> ColumnComparison:
    """Return a column of the latest day."""
    return ColumnComparison(
        name=name,
        kind=Kind.FLOAT,
        rows=100,
        distance=distance,
        missing_share=0.0,
        reference_missing_share=0.0,
        verdict=Verdict(status=status, sentence=""),
    )


def compared(*columns: ColumnComparison) -> Comparison:
    """Return the latest day."""
    return Comparison(rows=100, reference_rows=500, columns=columns)


def test_features_count_and_the_largest_distance_comes_first() -> None:
    """An output that changed is the model's answer, no change of what it is asked."""
    day = compared(
        column("age", Status.CHANGED, 0.2),
        column("city", Status.CHANGED, 0.5),
        column("note", Status.NOT_COMPARED, None),
        column("class", Status.CHANGED, 0.9),
    )
    found = drift_sign(window(0), day, SIGNATURE)
    assert found.changed == ("city", "age")
    assert (found.status, found.compared, found.judged) == (Status.CHANGED, 3, 2)
    assert (found.day, found.rows) == (FIRST.date(), 100)


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ((Status.STABLE, Status.NOT_ENOUGH_DATA), Status.STABLE),
        ((Status.NOT_ENOUGH_DATA, Status.NOT_COMPARED), Status.NOT_ENOUGH_DATA),
    ],
)
def test_without_a_change_it_is_stable_or_too_little(
    statuses: tuple[Status, Status], status: Status
) -> None:
    """One column that was judged is enough."""
    columns = [column(name, one) for name, one in zip(("age", "city"), statuses, strict=True)]
    assert drift_sign(window(0), compared(*columns), SIGNATURE).status is status


def estimated(
    offset: int,
    *values: tuple[str | None, float | None],
    learned: bool = False,
    doubt: bool = False,
) -> EstimatedDay:
    """Return a day with estimates of measures, which mean the same as those of labels or not."""
    return EstimatedDay(
        window=window(offset),
        rows=50,
        missing=0,
        learned_from=learned,
        labelled=0,
        estimates=tuple(
            EstimateView(
                measure="accuracy",
                value=value,
                low=None if value is None else value - 0.1,
                high=None if value is None else value + 0.1,
                realised=None,
                because=None if value is not None else "nothing is known",
                same_as=same_as,
            )
            for same_as, value in values
        ),
        warnings=(CaveatView(kind="few rows", sentence="Few."),) if doubt else (),
    )


def test_the_latest_day_that_can_be_relied_on_tells() -> None:
    """Not those that were learned from, those that are doubted, or that say nothing."""
    days = [
        estimated(0, ("accuracy", 0.5)),
        estimated(1, (None, 0.4), ("brier", None), ("accuracy", 0.8)),
        estimated(2, ("accuracy", 0.6), doubt=True),
        estimated(3, ("accuracy", 0.7), learned=True),
        estimated(4, ("accuracy", None)),
    ]
    found = latest_estimate(days)
    assert found is not None
    assert found.day is days[1]
    level = estimated_level(found, None)
    assert level is not None
    assert (level.measure, level.value) == ("accuracy", 0.8)
    assert (level.low, level.high) == pytest.approx((0.7, 0.9))
    assert level.day == (FIRST + timedelta(days=1)).date()
    assert latest_estimate(days[2:]) is None
    assert latest_estimate([]) is None


def test_the_models_time_is_that_of_its_own_batches() -> None:
    """Half and nearly all of them, of one version; nothing where it was never asked."""
    measures = Measures()
    assert measures.model_time("iris", 1) is None
    of = measures.of("iris", 1)
    assert measures.model_time("iris", 1) is None
    for seconds in [0.002] * 60 + [0.04] * 39 + [99.0]:
        of.batch(rows=1, seconds=seconds)
    measures.of("iris", 11).batch(rows=1, seconds=99.0)
    found = measures.model_time("iris", 1)
    assert found is not None
    assert (found.batches, found.half, found.most) == (100, 0.0025, 0.05)
    slow = measures.model_time("iris", 11)
    assert slow is not None
    assert math.isinf(slow.half)
