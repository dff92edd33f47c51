"""The columns of a profile or a comparison as a list of lines that open."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.drift import ColumnComparison, Comparison, Status
from modeldesk.profiles import ColumnProfile
from modeldesk.reports.markup import Html, element, text
from modeldesk.reports.numbers import NOTHING, distinct, share
from modeldesk.reports.parts import chip, details, legend, line, name_cell, small_picture
from modeldesk.reports.ranking import ComparedColumn, compared_columns, distribution_of
from modeldesk.reports.sentences import pair_sentences, unbroken
from modeldesk.reports.statistics import typical, values_in_words

_BINS = 24
_PAIRS = 10
_MANY = 100
"""Lists longer than this are laid out as they come into sight."""
_NUMERIC = {3, 4}
"""Places of the cells whose numbers stand at the right."""
_OPENED = 12
"""Changed columns from here on come folded, so that a page of many can be looked over."""


def comparison_list(
    comparison: Comparison, columns: Sequence[ColumnComparison], *, opened: bool
) -> Html:
    """Return columns of a comparison as a list, in the order given.

    Parameters
    ----------
    comparison
        The whole.
    columns
        Those of its columns that are shown.
    opened
        Whether the first changed ones come with their details in sight.
    """
    titles = [
        text(""),
        text("column"),
        legend(),
        text("missing"),
        text("distance"),
        text("verdict"),
    ]
    lines = [
        _compared(column, opened=opened and place < _OPENED)
        for place, column in enumerate(compared_columns(comparison, columns, bins=_BINS))
    ]
    return _list(_titles(titles), lines)


def pair_list(comparison: Comparison) -> Html:
    """Return the columns that vary together otherwise as a list; nothing where there are none."""
    sentences = pair_sentences(comparison)[:_PAIRS]
    if not sentences:
        return Html("")
    title = element("b", text("Columns that vary together otherwise"))
    lines = [element("li", text(sentence)) for sentence in sentences]
    return element("section", title, element("ul", *lines), classes="mdr-pairs")


def profile_list(columns: Sequence[ColumnProfile]) -> Html:
    """Return columns of a profile as a list."""
    values = [element("span", text(name)) for name in ("minimum", "median", "maximum")]
    titles = [text(name) for name in ("", "column", "distribution", "missing", "distinct")]
    titles.append(element("span", *values, classes="mdr-values mdr-num"))
    lines = [_profiled(column) for column in columns]
    return _list(_titles(titles, variant=" mdr-line--profile"), lines)


def _list(titles: Html, lines: Sequence[Html]) -> Html:
    many = " mdr-many" if len(lines) > _MANY else ""
    return element("div", titles, *lines, classes=f"mdr-list{many}")


def _titles(titles: Sequence[Html], *, variant: str = "") -> Html:
    cells = [
        element("span", title, classes="mdr-num" if place in _NUMERIC else "")
        for place, title in enumerate(titles)
    ]
    return element("div", *cells, classes=f"mdr-line mdr-titles{variant}")


def _compared(column: ComparedColumn, *, opened: bool) -> Html:
    result = column.result
    distance = NOTHING if result.distance is None else f"{result.distance:.2f}"
    sentence = element("span", text(unbroken(result.verdict.sentence)))
    cells = [
        name_cell(result.name, result.kind),
        small_picture(column.overlay, alone=False),
        _missing(result),
        element("span", text(distance), classes="mdr-num mdr-distance"),
        element("span", chip(result.verdict.status), sentence, classes="mdr-why"),
    ]
    body = text("")
    if column.reference is not None or column.current is not None:
        body = details(column.overlay, {"reference": column.reference, "current": column.current})
    changed = result.verdict.status is Status.CHANGED
    return line(cells, body, opened=opened and changed)


def _missing(result: ColumnComparison) -> Html:
    now, before = share(result.missing_share), share(result.reference_missing_share)
    parts = [text(now)]
    if now != before:
        parts.append(element("small", text(f"was {before}")))
    return element("span", *parts, classes="mdr-num")


def _profiled(column: ColumnProfile) -> Html:
    distribution = distribution_of(column, bins=_BINS)
    cells = [
        name_cell(column.name, column.kind),
        small_picture(distribution, alone=True),
        element("span", text(share(column.missing_share)), classes="mdr-num"),
        element("span", text(distinct(column)), classes="mdr-num mdr-distinct"),
        _values(column),
    ]
    body = details(distribution, {"value": column})
    return line(cells, body, variant=" mdr-line--profile")


def _values(column: ColumnProfile) -> Html:
    """Return the smallest, middle and largest value, or the most frequent ones."""
    numbers = typical(column)
    if numbers is not None:
        shown = [element("span", text(value)) for value in numbers]
        return element("span", *shown, classes="mdr-values mdr-num mdr-cell")
    return element("span", text(values_in_words(column)), classes="mdr-values--listed mdr-cell")
