"""What the lines of both reports are made of."""

from __future__ import annotations

from modeldesk.charts.histogram import histogram, histogram_with_axes
from modeldesk.drift import Overlay, Status
from modeldesk.profiles import ColumnProfile
from modeldesk.reports.markup import Html, drawing, element, joined, named, text
from modeldesk.reports.numbers import NOTHING, share
from modeldesk.reports.statistics import statistics
from modeldesk.schema import Kind

_CHIPS = {
    Status.CHANGED: ("changed", "▲", "changed"),
    Status.STABLE: ("stable", "✓", "stable"),
    Status.NOT_ENOUGH_DATA: ("unsure", "…", "too few rows"),
    Status.NOT_COMPARED: ("unsure", "·", "not compared"),
}
_SHARES_SHOWN = 12


def chip(status: Status) -> Html:
    """Return a verdict as a chip: colour, sign and word say the same."""
    tone, sign, word = _CHIPS[status]
    sign_shown = element("span", text(sign), aria_hidden="true")
    return element("span", sign_shown, text(word), classes=f"mdr-chip mdr-chip--{tone}")


def name_cell(name: str, kind: Kind) -> Html:
    """Return a column's name with its kind."""
    label = element("span", text(kind.value), classes="mdr-kind")
    return element("span", element("b", named(name)), label, classes="mdr-name")


def small_picture(overlay: Overlay | None, *, alone: bool) -> Html:
    """Return a small histogram; a dash where there is nothing to draw."""
    if overlay is None:
        return element("span", text(NOTHING), classes="mdr-kind")
    return element("span", drawing(histogram(overlay, alone=alone)))


def figure(name: str, value: str, *, warn: bool = False) -> Html:
    """Return one large number with its name."""
    shown = element("b", text(value), classes="mdr-warn" if warn else "")
    return element("div", element("span", text(name)), shown, classes="mdr-figure")


def line(cells: list[Html], body: Html, *, variant: str = "", opened: bool = False) -> Html:
    """Return a column's line, which opens to its details."""
    turn = element("span", classes="mdr-turn")
    summary = element("summary", turn, *cells, classes=f"mdr-line{variant}")
    attributes = {"open": ""} if opened else {}
    return element("details", summary, body, classes="mdr-column", **attributes)


def details(overlay: Overlay | None, columns: dict[str, ColumnProfile | None]) -> Html:
    """Return the large picture and the figures of a column.

    Parameters
    ----------
    overlay
        The distribution or distributions.
    columns
        The sides by name: one, or the reference and the current one.
    """
    alone = len(columns) == 1
    picture = text("") if overlay is None else _picture(overlay, alone=alone)
    if overlay is None or not any(columns.values()):
        picture = element("p", text("There are no values to draw."), classes="mdr-kind")
    figures = _table(columns)
    return element("div", element("div", picture), figures, classes="mdr-body")


def _picture(overlay: Overlay, *, alone: bool) -> Html:
    shown = drawing(histogram_with_axes(overlay, alone=alone))
    if not overlay.edges:
        shown = _shares(overlay, alone=alone)
    unit = Html("")
    if overlay.kind is Kind.TEXT:
        unit = element("p", text("length in characters"), classes="mdr-kind")
    return joined(Html("") if alone else legend(), shown, unit)


def legend() -> Html:
    """Return which colour is which side."""
    before = element("span", element("i"), text("reference"))
    now = element("span", element("i", classes="mdr-now"), text("current"))
    return element("div", before, now, classes="mdr-legend")


def _shares(overlay: Overlay, *, alone: bool) -> Html:
    """Return categories as lines with bars, the current side below the reference's."""
    largest = max((*overlay.reference, *overlay.current), default=0.0) or 1.0
    rows = []
    sides = zip(overlay.labels, overlay.reference, overlay.current, strict=True)
    for label, before, now in list(sides)[:_SHARES_SHOWN]:
        shares = [before] if alone else [before, now]
        bars = [
            element(
                "i",
                classes="mdr-now" if alone or place else "",
                style=f"width:{100 * part / largest:.1f}%",
            )
            for place, part in enumerate(shares)
        ]
        numbers = [element("td", text(share(part))) for part in shares]
        label_cell = element("th", named(label), scope="row")
        rows.append(element("tr", label_cell, element("td", *bars, classes="mdr-bars"), *numbers))
    return element("table", element("tbody", *rows), classes="mdr-shares")


def _table(columns: dict[str, ColumnProfile | None]) -> Html:
    names = [element("th", text(name), scope="col") for name in columns]
    lines = [
        element(
            "tr",
            element("th", text(line.name), scope="row"),
            *(element("td", text(value)) for value in line.values),
        )
        for line in statistics(*columns.values())
    ]
    head = element("thead", element("tr", element("th"), *names))
    shown = [] if len(columns) == 1 else [head]
    return element("table", *shown, element("tbody", *lines))
