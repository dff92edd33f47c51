"""Two versions on the same rows, as rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from modeldesk.performance import Outcome
from modeldesk.performance.paired import McNemar
from modeldesk.services.comparison_sources import Source
from modeldesk.services.paired_views import Disagreement, NoteChange, PairedReport, Shown
from modeldesk.services.performance_views import DifferenceView
from modeldesk.store import Parameter
from modeldesk.ui.compare_state import Change
from modeldesk.ui.measured import interval_words, value_words
from modeldesk.ui.places import PERFORMANCE
from modeldesk.ui.plain_table import cut
from modeldesk.ui.wording import NOTHING, count, number, share

MOST_INPUTS = 40
"""Inputs of a row that are shown; the row by itself has all."""

_MOST_PARTS = 100
_FULL = 100

_MARKS = {
    Outcome.BETTER.value: ("better", "arrow_upward", "md-mark md-mark--better"),
    Outcome.WORSE.value: ("worse", "arrow_downward", "md-mark md-mark--worse"),
    Outcome.DIFFERENT.value: ("different", "swap_vert", "md-mark"),
    Outcome.SAME.value: ("no difference shown", "drag_handle", "md-mark"),
}
_CHANGES = {
    Change.IMPROVED.value: ("improved", "arrow_upward", "md-mark md-mark--better"),
    Change.REGRESSED.value: ("regressed", "arrow_downward", "md-mark md-mark--worse"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPart:
    """What changed for a class or a slice."""

    name: str
    kind: str
    rows: int
    improved: int
    regressed: int


def changed_parts(report: PairedReport) -> tuple[ChangedPart, ...]:
    """Return classes and slices, those that lost most first."""
    classes = [
        ChangedPart(
            name=each.name,
            kind="class",
            rows=each.rows,
            improved=each.improved,
            regressed=each.regressed,
        )
        for each in report.classes
    ]
    slices = [
        ChangedPart(
            name=each.name,
            kind="slice",
            rows=each.rows,
            improved=each.improved,
            regressed=each.regressed,
        )
        for each in report.slices
    ]
    found = sorted([*classes, *slices], key=lambda each: each.improved - each.regressed)
    return tuple(found[:_MOST_PARTS])


def part_table_rows(parts: Sequence[ChangedPart]) -> list[dict[str, object]]:
    """Return a row for each class and slice, with bars on one scale."""
    most = max((max(each.improved, each.regressed) for each in parts), default=0) or 1
    return [
        {
            "key": f"{each.kind} {each.name}",
            "name": cut(each.name),
            "kind": each.kind,
            "rows": count(each.rows),
            "improved": count(each.improved),
            "regressed": count(each.regressed),
            "up": round(_FULL * each.improved / most, 1),
            "down": round(_FULL * each.regressed / most, 1),
            "net": _net(each),
        }
        for each in parts
    ]


def _net(part: ChangedPart) -> str:
    net = part.improved - part.regressed
    return f"{net:+,}" if net else "0"


def difference_rows(differences: Sequence[DifferenceView]) -> list[dict[str, object]]:
    """Return a row for each measure: both values, the gap with its interval, what it amounts to."""
    rows: list[dict[str, object]] = []
    for each in differences:
        words, icon, style = _MARKS.get(each.outcome or "", ("", "", ""))
        because = each.gap.because or each.one.because or each.other.because
        rows.append(
            {
                "key": f"{each.measure} {each.of or ''}",
                "title": each.title if each.of is None else f"{each.title} of {cut(each.of)}",
                "one": value_words(each.one),
                "other": value_words(each.other),
                "gap": _signed(each),
                "interval": interval_words(each.gap),
                "mark": words,
                "icon": icon,
                "style": style,
                "sentence": each.sentence,
                "because": "" if words or because is None else f"not told: {because}",
            }
        )
    return rows


def _signed(found: DifferenceView) -> str:
    if found.gap.value is None:
        return NOTHING
    words = value_words(found.gap)
    return words if found.gap.value <= 0 else f"+{words}"


def mcnemar_words(found: McNemar, one: int, other: int) -> str:
    """Say whether one version is right more often, by the rows that only one got right.

    >>> mcnemar_words(McNemar(only_one=40, only_other=20, p_value=0.0099, method="mid-p"), 2, 1)
    'Only v2 is right on 40 rows, only v1 on 20: chance alone splits them so in 1.0 % of cases.'
    """
    start = (
        f"Only v{one} is right on {count(found.only_one)} rows, only v{other} on "
        f"{count(found.only_other)}"
    )
    if not found.only_one + found.only_other:
        return f"{start}: both are right on the same rows."
    return f"{start}: chance alone splits them so in {share(found.p_value)} of cases."


def disagreement_rows(report: PairedReport, change: Change) -> list[dict[str, object]]:
    """Return a row for each disagreement that is wanted, with a link to the prediction."""
    names = input_names(report)
    return [
        _disagreement(each, names, report)
        for each in report.disagreements
        if change is Change.ALL or each.change == change
    ]


def input_names(report: PairedReport) -> list[str]:
    """Return the inputs of which some disagreement has a value, as many as are shown."""
    found = dict.fromkeys(name for each in report.disagreements for name in each.inputs)
    return list(found)[:MOST_INPUTS]


def _disagreement(
    each: Disagreement, names: Sequence[str], report: PairedReport
) -> dict[str, object]:
    words, icon, style = _CHANGES.get(each.change or "", ("", "", ""))
    logged = report.source in {Source.SHADOW.value, Source.REPLAY.value}
    return {
        "id": each.row,
        "row": each.row if logged else f"row {each.row}",
        # Relative, so that it holds behind a proxy that serves the pages below a path.
        "href": f"{PERFORMANCE.place}?row={quote(each.row, safe='')}" if logged else "",
        "label": "not known" if each.label is None else cut(each.label),
        "one": shown_words(each.one),
        "other": shown_words(each.other),
        "mark": words,
        "icon": icon,
        "style": style,
        **{f"c{n}": shown_words(each.inputs.get(name)) for n, name in enumerate(names)},
    }


def shown_words(value: Shown | Parameter) -> str:
    """Write a value as a cell has it.

    >>> shown_words(True), shown_words(None), shown_words(0.1234567), shown_words((1.0, 2.5))
    ('true', '—', '0.12346', '1, 2.5')
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return number(value)
    if isinstance(value, tuple):
        return cut(", ".join(shown_words(part) for part in value[:50]), 80)
    return cut(str(value), 80)


def note_rows(notes: Sequence[NoteChange]) -> list[tuple[str, ...]]:
    """Return parameters, metrics, tags and libraries that differ."""
    return [
        (each.about, each.name, shown_words(each.one), shown_words(each.other)) for each in notes
    ]
