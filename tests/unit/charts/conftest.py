"""Results to draw: three days of two features and a prediction, the second day changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from modeldesk.drift import ColumnComparison, Comparison, Status, Verdict
from modeldesk.schema import Column, Granularity, Kind, Role, Signature, Window
from modeldesk.services.views import DriftReport, WindowComparison

FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def day(offset: int) -> Window:
    """Return a day, counted from the first."""
    start = FIRST + timedelta(days=offset)
    return Window(start=start, end=start + timedelta(days=1))


def compared(
    name: str, distance: float | None, status: Status = Status.STABLE, *, rows: int = 150
) -> ColumnComparison:
    """Return one column's comparison."""
    return ColumnComparison(
        name=name,
        kind=Kind.FLOAT,
        rows=rows,
        distance=distance,
        missing_share=0.0,
        reference_missing_share=0.0,
        verdict=Verdict(status=status, sentence=f"{name} is {status}."),
    )


def on_day(offset: int, *columns: ColumnComparison) -> WindowComparison:
    """Return one day's comparison."""
    comparison = Comparison(rows=columns[0].rows, reference_rows=150, columns=columns)
    return WindowComparison(window=day(offset), comparison=comparison)


@pytest.fixture
def report() -> DriftReport:
    """Offer days 0, 1 and 3; `width` changes on day 1, day 3 has too few rows."""
    few = Status.NOT_ENOUGH_DATA
    return DriftReport(
        model="iris",
        version=1,
        granularity=Granularity.DAY,
        segment="",
        signature=Signature(
            inputs=(Column(name="length", kind=Kind.FLOAT), Column(name="width", kind=Kind.FLOAT)),
            outputs=(Column(name="class", kind=Kind.CATEGORICAL, role=Role.PREDICTION),),
        ),
        windows=(
            on_day(0, compared("length", 0.01), compared("width", 0.04), compared("class", 0.0)),
            on_day(
                1,
                compared("length", 0.07),
                compared("width", 0.33, Status.CHANGED),
                compared("class", 0.15),
            ),
            on_day(
                3,
                compared("length", None, few, rows=2),
                compared("width", 0.8, few, rows=2),
                compared("class", 0.6, few, rows=2),
            ),
        ),
    )
