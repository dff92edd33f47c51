"""What is told of one version, as rows of small tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from modeldesk.schema import Column
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.performance_views import FigureView
from modeldesk.services.serving import ServedVersion
from modeldesk.services.version_figure_views import SliceTest
from modeldesk.ui.measured import interval_words, value_words
from modeldesk.ui.versions_data import VersionDetails
from modeldesk.ui.wording import NOTHING, count, number, share

Rows = list[tuple[str, ...]]
Facts = list[tuple[str, str | datetime]]

_STATES = {
    "not loaded": "not loaded in this process",
    "loading": "being loaded",
    "loaded": "loaded",
    "failed": "failed to load",
}


def size_words(size: int | None) -> str:
    """Write a number of bytes.

    >>> size_words(900), size_words(12_345), size_words(61_000_000), size_words(0)
    ('900 B', '12.3 kB', '61.0 MB', '—')
    """
    if not size:
        return NOTHING
    told = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if told < 1000:  # noqa: PLR2004 - what kilo means
            return f"{told:.0f} B" if unit == "B" else f"{told:.1f} {unit}"
        told /= 1000
    return f"{told:.1f} TB"


def fact_rows(details: VersionDetails, served: ServedVersion | None) -> Facts:
    """Return what is known of the version as a whole."""
    version = details.version
    rows: Facts = [
        ("Published", version.created_at),
        ("Flavor", version.flavor),
        ("Reference rows", count(version.reference_rows)),
        ("Size of its files", size_words(details.files.size)),
        ("SHA-256", version.sha256 or NOTHING),
    ]
    if version.flavor == EXTERNAL:
        rows.append(("Served", "elsewhere; here its predictions are logged"))
        return rows
    if served is not None:
        state = _STATES.get(served.state, served.state)
        rows.append(("State", f"{state}: {served.problem}" if served.problem else state))
        if served.failed:
            rows.append(("Failed rows", f"{count(served.failed)}, the last: {served.last_failure}"))
    return rows


def measured_rows(figures: Sequence[FigureView]) -> Rows:
    """Return the measures of all rows together that have a value."""
    return [
        (each.title, value_words(each), interval_words(each) or NOTHING, count(each.rows))
        for each in figures
        if each.of is None and each.value is not None
    ]


def class_rows(figures: Sequence[FigureView]) -> tuple[list[str], Rows]:
    """Return the measures that are of classes, quantiles or cutoffs, and a row for each of these.

    A row has a cell for each measure, in the order of the titles.
    """
    of = [each for each in figures if each.of is not None]
    titles = list(dict.fromkeys(each.title for each in of))
    cells: dict[str, dict[str, str]] = {}
    for each in of:
        told = NOTHING if each.value is None else value_words(each)
        cells.setdefault(str(each.of), {})[each.title] = told
    rows = [
        (name, *(found.get(title, NOTHING) for title in titles)) for name, found in cells.items()
    ]
    return titles, rows


def slice_rows(slices: Sequence[SliceTest]) -> tuple[list[str], Rows]:
    """Return the measures of slices, and a row for each slice with its share of the test set."""
    titles = list(dict.fromkeys(each.figure.title for part in slices for each in part.figures))
    rows: Rows = []
    for part in slices:
        told = {each.figure.title: each for each in part.figures}
        cells = []
        for title in titles:
            found = told.get(title)
            if found is None or found.figure.value is None:
                cells.append(NOTHING)
            else:
                mark = f" {found.outside}" if found.outside else ""
                cells.append(f"{value_words(found.figure)}{mark}")
        rows.append((part.name, f"{count(part.labelled)} ({share(part.share)})", *cells))
    return titles, rows


def column_rows(columns: Sequence[Column]) -> Rows:
    """Return what a signature says of its columns."""
    return [(each.name, each.role.value, each.expected()) for each in columns]


def told_rows(told: Mapping[str, object]) -> Rows:
    """Return parameters, metrics, tags or libraries, in order of name."""
    return [(name, _told(told[name])) for name in sorted(told)]


def _told(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return number(value) if isinstance(value, float) else str(value)
