"""What columns of explored tables hold, in words."""

from __future__ import annotations

from datetime import date, datetime

from modeldesk.explore import ColumnFacts, Distribution, NumberSummary
from modeldesk.services.explored_rows import ColumnRole
from modeldesk.ui.wording import NOTHING, brief, count, number, plural

ROLE_WORDS = {
    ColumnRole.FEATURE: "",
    ColumnRole.PREDICTION: "prediction",
    ColumnRole.SCORE: "score",
    ColumnRole.LABEL: "label",
    ColumnRole.TIME: "time",
    ColumnRole.OTHER: "",
}
"""What is said beside a column's name; features need no word."""

_NAMED = 3


def summary_words(facts: ColumnFacts) -> tuple[str, str]:
    """Return two lines on what a column holds; the second may be empty."""
    if facts.numbers is not None:
        return _of_numbers(facts.numbers)
    if facts.values:
        told = [f"{brief(each.value, 40)} ({count(each.rows)})" for each in facts.values[:_NAMED]]
        more = (facts.distinct or 0) - _NAMED
        return ", ".join(told), f"and {plural(more, 'other')}" if more > 0 else ""
    if facts.times is not None:
        return f"{_moment(facts.times.first)} to {_moment(facts.times.last)}", "UTC"
    if facts.lengths is not None:
        found = facts.lengths
        words = f"{count(found.shortest)} to {count(found.longest)} characters"
        return words, f"{number(found.mean)} on average"
    return facts.example or NOTHING, "first value" if facts.example else ""


def number_lines(found: NumberSummary) -> tuple[tuple[str, str], ...]:
    """Return the summary of numbers as names and values."""
    lines = [
        ("Mean", number(found.mean)),
        ("Standard deviation", number(found.deviation)),
        ("Smallest", number(found.low)),
        ("First quartile", number(found.quarter)),
        ("Median", number(found.median)),
        ("Third quartile", number(found.three_quarters)),
        ("Largest", number(found.high)),
        ("Zeros", count(found.zeros)),
        ("Negative", count(found.negative)),
    ]
    return (*lines, *([("Infinite", count(found.infinite))] if found.infinite else []))


def distribution_words(found: Distribution) -> str:
    """Return what a small picture of a distribution shows."""
    if not found.bars:
        return "no values to draw"
    largest = max(found.bars, key=lambda bar: bar.rows)
    most = f"most rows ({count(largest.rows)}) at {brief(largest.words, 60)}"
    if found.listed:
        rest = f", {plural(found.rest, 'row')} with other values" if found.rest else ""
        return f"{plural(len(found.bars), 'value')}, the most frequent first; {most}{rest}"
    first, last = found.bars[0].words, found.bars[-1].words
    ends = f"{first.partition(' to ')[0]} to {last.rpartition(' to ')[2]}"
    return f"{plural(len(found.bars), 'bin')} from {ends}; {most}"


def _of_numbers(found: NumberSummary) -> tuple[str, str]:
    spread = "" if found.deviation is None else f" ± {number(found.deviation)}"
    first = f"{number(found.mean)}{spread}"
    return first, f"{number(found.low)} to {number(found.high)}, median {number(found.median)}"


def _moment(moment: date) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else f"{moment:%Y-%m-%d}"
