"""What the signs of a column's charts over time mean."""

from __future__ import annotations

from modeldesk.charts.category_stack import VALUE_OPACITY, largest_values
from modeldesk.charts.column_timeline import ColumnTimeline
from modeldesk.charts.quantile_fan import BAND_OPACITY
from modeldesk.schema import Kind
from modeldesk.ui.markup import block, testable, text

_LISTED = frozenset({Kind.BOOLEAN, Kind.CATEGORICAL})
_LONGEST = 40
_BANDS = ("half of the values", "90 %", "98 %")


def timeline_key(about: ColumnTimeline) -> None:
    """Add the key below the charts.

    Parameters
    ----------
    about
        What the charts show.
    """
    with block("md-card-body"), block("md-key") as key:
        testable(key, "timeline-key")
        if about.kind in _LISTED:
            names = largest_values(about.profiles, about.reference)
            for name, opacity in zip(names, VALUE_OPACITY, strict=False):
                _sign("band", name[:_LONGEST] or "(empty)", opacity=opacity)
            _sign("other", "other values")
            _sign("missing", "missing")
        elif about.kind is not Kind.IDENTIFIER:
            for words, opacity in zip(_BANDS, BAND_OPACITY[2::-1], strict=True):
                _sign("band", words, opacity=opacity)
        _sign("dashed", "reference")
        _sign("dotted", "matters from there on")
        if about.alerts:
            _sign("alert", "alert")


def _sign(name: str, words: str, *, opacity: float = 1.0) -> None:
    with block(f"md-key-{name}", tag="span") as sign:
        sign.style(f"--md-opacity: {opacity}")
        block("", tag="i")
        text("span", words, "md-key-value")
