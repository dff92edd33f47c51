"""What is wrong with estimates, in words: below the chart that shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import ui

from modeldesk.performance import MEASURES
from modeldesk.services.estimate_report import EstimatedDay, EstimateReport
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import plural

MOST_NOTICES = 4
"""So many are shown; the others are told by their number, and at their days in the chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that a person should know of the estimates."""

    when: str
    """Which days are meant."""
    sentence: str


def estimate_notices(report: EstimateReport, measure: str, days: Sequence[EstimatedDay]) -> None:
    """Add what is wrong with the estimates of a measure, or why there are none.

    Parameters
    ----------
    report
        All estimates.
    measure
        What is shown.
    days
        The days on which there is an estimate of it.
    """
    notices = estimate_warnings(report, days)
    with block("md-notices"):
        if not days:
            testable(text("p", _none(report, measure), "md-soft"), "no-estimate")
        for notice in notices[:MOST_NOTICES]:
            line = block("md-notice")
            testable(line, "estimate-warning")
            with line:
                ui.icon("warning_amber")
                with block("", tag="p"):
                    text("b", notice.when)
                    text("span", notice.sentence)
        if len(notices) > MOST_NOTICES:
            more = plural(len(notices) - MOST_NOTICES, "other warning")
            text("p", f"{more} at the days in the chart.", "md-soft")


def estimate_warnings(report: EstimateReport, days: Sequence[EstimatedDay]) -> list[Notice]:
    """Return the warnings of all days, then those of the days one by one, the latest first.

    Days that one kind of warning is about are told together, with the sentence of the latest.
    """
    whole = [Notice(when="Of late:", sentence=each.sentence) for each in report.warnings]
    by_kind: dict[str, list[tuple[EstimatedDay, str]]] = defaultdict(list)
    for day in days:
        for warning in day.warnings:
            by_kind[warning.kind].append((day, warning.sentence))
    told = sorted(by_kind.values(), key=lambda found: found[-1][0].window.start, reverse=True)
    return whole + [_of_days(found) for found in told]


def _of_days(found: Sequence[tuple[EstimatedDay, str]]) -> Notice:
    latest, sentence = found[-1]
    day = latest.window.start
    others = len(found) - 1
    more = f" and on {plural(others, 'day')} before" if others else ""
    return Notice(when=f"On {day.day} {day:%b}{more}:", sentence=sentence)


def _none(report: EstimateReport, measure: str) -> str:
    title = MEASURES[measure].title
    if report.because is not None:
        return f"Nothing is estimated: {report.because}."
    if not report.days:
        return "Nothing is estimated in this range."
    return f"{title} is not estimated; see the estimated measures below."
