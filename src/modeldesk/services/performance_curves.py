"""The curves of a class as callers see them."""

from __future__ import annotations

from math import isfinite

from modeldesk.errors import NotFound
from modeldesk.performance import (
    Classification,
    Costs,
    Undefined,
    calibration_curve,
    pr_curve,
    roc_curve,
    sweep,
)
from modeldesk.services.performance_views import (
    CurvesView,
    RowsOf,
    calibration_view,
    cheapest_view,
    curve_view,
    no_curves,
    threshold_view,
)

_THRESHOLDS = 100
"""Thresholds that are told of a class at most."""


def curves_of(rows: RowsOf, known: Classification, of: str | None, costs: Costs) -> CurvesView:
    """Return ROC, precision over recall, calibration and what each threshold would give.

    Parameters
    ----------
    rows
        The version, and which of its rows these are.
    known
        Of these rows.
    of
        The class; ``None``: the positive one of two.
    costs
        What each outcome of a row costs.

    Raises
    ------
    NotFound
        When the class has no probabilities.
    InvalidArgument
        When a cost is not a finite number.
    """
    if of is not None and known.scored and of not in known.scored:
        message = f"Version {rows.version} of {rows.model!r} has no curves of {of!r}."
        raise NotFound(message, hint=f"It has them of {', '.join(known.scored[:10])}.")
    roc, pr = roc_curve(known, of=of), pr_curve(known, of=of)
    if isinstance(roc, Undefined):
        return no_curves(rows, roc.because, known.scored)
    if isinstance(pr, Undefined):
        return no_curves(rows, pr.because, known.scored)
    points, swept = calibration_curve(known), sweep(known, of=of, costs=costs, steps=_THRESHOLDS)
    told = () if isinstance(swept, Undefined) else swept.thresholds
    return CurvesView(
        model=rows.model,
        version=rows.version,
        segment=rows.segment,
        slice=rows.slice,
        of=roc.of,
        classes=known.scored,
        curves=(curve_view("roc", roc), curve_view("pr", pr)),
        calibration=() if isinstance(points, Undefined) else tuple(map(calibration_view, points)),
        because=None,
        thresholds=tuple(
            threshold_view(each) for each in reversed(told) if isfinite(each.threshold)
        ),
        best=None if isinstance(swept, Undefined) else threshold_view(swept.highest_f1),
        costs=costs,
        cheapest=None if isinstance(swept, Undefined) else cheapest_view(swept),
    )
