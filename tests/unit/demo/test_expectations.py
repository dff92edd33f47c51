"""What the demo says when something does not come out as it should."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modeldesk.demo.expectations import Observed, OutputVerdict, alerted, output_verdicts, unmet
from modeldesk.demo.scenario import DRIFTED, FEATURES, TARGET, iris, traffic
from modeldesk.drift import ColumnComparison, Comparison, Status, Verdict
from modeldesk.schema import Column, Granularity, Kind, Role, Signature, Window
from modeldesk.services.views import AlertStatus, AlertView, DriftReport, WindowComparison

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)
SENT = traffic(iris(), now=NOW, seed=7)
SIGNATURE = Signature(
    inputs=tuple(Column(name=name, kind=Kind.FLOAT) for name in FEATURES),
    outputs=(Column(name=TARGET, kind=Kind.CATEGORICAL, role=Role.PREDICTION),),
)


def report(*changed: tuple[int, str], rows: int = 150, days: int = 3) -> DriftReport:
    """Make a report in which these columns changed on these days."""
    return DriftReport(
        model="iris",
        version=1,
        granularity=Granularity.DAY,
        segment="",
        signature=SIGNATURE,
        windows=tuple(
            WindowComparison(
                window=SENT.days[day],
                comparison=Comparison(
                    rows=rows,
                    reference_rows=150,
                    columns=tuple(
                        _column(column, changed=(day, column.name) in changed)
                        for column in SIGNATURE.columns
                    ),
                ),
            )
            for day in range(days)
        ),
    )


def _column(column: Column, *, changed: bool) -> ColumnComparison:
    status = Status.CHANGED if changed else Status.STABLE
    return ColumnComparison(
        name=column.name,
        kind=column.kind,
        rows=150,
        distance=0.3 if changed else 0.0,
        missing_share=0.0,
        reference_missing_share=0.0,
        verdict=Verdict(status=status, sentence=f"It is {status}."),
    )


def alert(window: Window, column: str) -> AlertView:
    """Make an open alert."""
    return AlertView(
        alert_id=1,
        model="iris",
        version=1,
        monitor="drift",
        column=column,
        window=window,
        distance=0.3,
        sentence="It changed.",
        status=AlertStatus.OPEN,
        opened_at=NOW,
        changed_at=NOW,
    )


GOOD = Observed(
    predictions=450,
    profiled=450,
    labelled=SENT.labelled,
    accuracy=0.9,
    report=report((1, DRIFTED)),
    alerts=(alert(SENT.drifted_day, DRIFTED),),
)


def test_nothing_is_said_when_all_is_well() -> None:
    """The planned outcome has no unmet expectation."""
    assert unmet(SENT, GOOD) == ()


def test_the_prediction_column_may_do_what_it_does() -> None:
    """An alert on the predicted class is neither expected nor complained about."""
    also = replace(
        GOOD,
        report=report((1, DRIFTED), (1, TARGET)),
        alerts=(*GOOD.alerts, alert(SENT.drifted_day, TARGET)),
    )
    assert unmet(SENT, also) == ()
    assert [found.column for found in alerted(also.alerts)] == [TARGET, DRIFTED]
    assert output_verdicts(also.report)[1] == OutputVerdict(
        column=TARGET, day=SENT.days[1].start.date(), distance=0.3, status=Status.CHANGED
    )


@pytest.mark.parametrize(
    ("observed", "sentences"),
    [
        (replace(GOOD, predictions=449), ["449 rows are in the log, 450 were sent."]),
        (replace(GOOD, profiled=0), ["0 rows are in the profiles, 450 were sent."]),
        (
            replace(GOOD, labelled=1),
            [f"1 labels are evaluated, {SENT.labelled} were sent."],
        ),
        (replace(GOOD, alerts=()), [f"There is no alert on {DRIFTED} on 2026-03-12."]),
        (
            replace(GOOD, alerts=(*GOOD.alerts, alert(SENT.days[0], "petal_width_cm"))),
            ["Nobody expected the alert on petal_width_cm on 2026-03-11."],
        ),
        (
            replace(GOOD, report=report((2, DRIFTED))),
            [
                f"There is no change of {DRIFTED} on 2026-03-12.",
                f"Nobody expected the change of {DRIFTED} on 2026-03-13.",
            ],
        ),
        (
            replace(GOOD, report=report((1, DRIFTED), days=2)),
            ["The profile of 2026-03-13 has 0 rows, 150 were sent."],
        ),
    ],
)
def test_every_unmet_expectation_is_a_sentence(observed: Observed, sentences: list[str]) -> None:
    """Whatever is missing or too much is named with its column and day."""
    assert list(unmet(SENT, observed)) == sentences
