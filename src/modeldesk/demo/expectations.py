"""What the demo must show, and what is said when it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from modeldesk.demo.scenario import DRIFTED, Traffic
from modeldesk.drift import Status
from modeldesk.schema import Role
from modeldesk.services.views import AlertView, DriftReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One column that changed on one day."""

    column: str
    day: date
    distance: float | None
    """Hellinger distance from the reference, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputVerdict:
    """What one column of the answers did on one day."""

    column: str
    day: date
    distance: float | None
    """Hellinger distance from the answers to the reference, from 0 to 1."""
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What came out of the traffic, as the server tells it."""

    predictions: int
    profiled: int
    labelled: int
    accuracy: float | None
    report: DriftReport
    alerts: tuple[AlertView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the demo did and found."""

    url: str
    predictions: int
    """Rows that were predicted over HTTP in the three days of traffic."""
    profiled: int
    """Rows of these that are in the daily profiles."""
    labelled: int
    """Rows of these whose true class is known by now."""
    accuracy: float | None
    """Share of these that were predicted right."""
    alerts: tuple[Finding, ...]
    """Open alerts, oldest day first."""
    outputs: tuple[OutputVerdict, ...]
    """Every prediction and score column on every day, reported as found."""
    flag_id: int
    seconds: float
    """From the start until everything was found."""
    unmet: tuple[str, ...]
    """Every expectation that did not come true, one sentence each."""


def alerted(alerts: Iterable[AlertView]) -> tuple[Finding, ...]:
    """Return the alerts as findings, oldest day first."""
    found = (
        Finding(column=alert.column, day=alert.window.start.date(), distance=alert.distance)
        for alert in alerts
    )
    return tuple(sorted(found, key=lambda finding: (finding.day, finding.column)))


def changed(report: DriftReport, *roles: Role) -> tuple[Finding, ...]:
    """Return which columns of some roles changed on which day, oldest day first."""
    columns = {column.name for column in report.signature.columns if column.role in roles}
    return tuple(
        Finding(column=column.name, day=entry.window.start.date(), distance=column.distance)
        for entry in report.windows
        for column in entry.comparison.changed
        if column.name in columns
    )


def output_verdicts(report: DriftReport) -> tuple[OutputVerdict, ...]:
    """Return what the output columns did, oldest day first."""
    names = tuple(column.name for column in report.signature.outputs)
    return tuple(
        OutputVerdict(
            column=column.name,
            day=entry.window.start.date(),
            distance=column.distance,
            status=column.verdict.status,
        )
        for entry in report.windows
        for column in map(entry.comparison.column, names)
    )


def unmet(traffic: Traffic, observed: Observed) -> tuple[str, ...]:
    """Return a sentence for every expectation that did not come true.

    Parameters
    ----------
    traffic
        What was sent.
    observed
        What the server tells afterwards.
    """
    sent = len(traffic.requests)
    said = list[str]()
    if observed.predictions != sent:
        said.append(f"{observed.predictions} rows are in the log, {sent} were sent.")
    if observed.profiled != sent:
        said.append(f"{observed.profiled} rows are in the profiles, {sent} were sent.")
    if observed.labelled != traffic.labelled:
        said.append(f"{observed.labelled} labels are evaluated, {traffic.labelled} were sent.")
    said.extend(_wrong_days(traffic, observed.report))
    features = {column.name for column in observed.report.signature.inputs}
    expected = {(traffic.drifted_day.start.date(), DRIFTED)}
    alerts = {(f.day, f.column) for f in alerted(observed.alerts) if f.column in features}
    verdicts = {(f.day, f.column) for f in changed(observed.report, Role.FEATURE)}
    said.extend(_differences("alert on", alerts, expected))
    said.extend(_differences("change of", verdicts, expected))
    return tuple(said)


def _wrong_days(traffic: Traffic, report: DriftReport) -> list[str]:
    per_day = {
        day: sum(day.start <= request.time < day.end for request in traffic.requests)
        for day in traffic.days
    }
    found = {entry.window: entry.comparison.rows for entry in report.windows}
    return [
        f"The profile of {day.start:%Y-%m-%d} has {found.get(day, 0)} rows, "
        f"{per_day.get(day, 0)} were sent."
        for day in sorted(per_day.keys() | found.keys())
        if found.get(day, 0) != per_day.get(day, 0)
    ]


def _differences(
    what: str, found: set[tuple[date, str]], expected: set[tuple[date, str]]
) -> list[str]:
    missing = [f"There is no {what} {name} on {day}." for day, name in sorted(expected - found)]
    unexpected = [
        f"Nobody expected the {what} {name} on {day}." for day, name in sorted(found - expected)
    ]
    return missing + unexpected
