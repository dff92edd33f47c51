"""The curves of a class as callers see them."""

from __future__ import annotations

from math import isfinite

from modeldesk.errors import NotFound
from modeldesk.performance import (
    Classification,
    Undefined,
    calibration_curve,
    pr_curve,
    roc_curve,
    sweep,
)
from modeldesk.services.performance_views import (
    CurvesView,
    calibration_view,
    curve_view,
    no_curves,
    threshold_view,
)
from modeldesk.store import VersionRecord

_THRESHOLDS = 100
"""Thresholds that are told of a class at most."""


def curves_of(
    record: VersionRecord, segment: str, known: Classification, of: str | None
) -> CurvesView:
    """Return ROC, precision over recall, calibration and what each threshold would give.

    Parameters
    ----------
    record, segment
        The version, and the segment of its rows.
    known
        Of these rows.
    of
        The class; ``None``: the positive one of two.

    Raises
    ------
    NotFound
        When the class has no probabilities.
    """
    if of is not None and known.scored and of not in known.scored:
        message = f"Version {record.number} of {record.model!r} has no curves of {of!r}."
        raise NotFound(message, hint=f"It has them of {', '.join(known.scored[:10])}.")
    roc, pr = roc_curve(known, of=of), pr_curve(known, of=of)
    if isinstance(roc, Undefined):
        return no_curves(record.model, record.number, segment, roc.because, known.scored)
    if isinstance(pr, Undefined):
        return no_curves(record.model, record.number, segment, pr.because, known.scored)
    points, swept = calibration_curve(known), sweep(known, of=of, steps=_THRESHOLDS)
    told = () if isinstance(swept, Undefined) else swept.thresholds
    return CurvesView(
        model=record.model,
        version=record.number,
        segment=segment,
        of=roc.of,
        classes=known.scored,
        curves=(curve_view("roc", roc), curve_view("pr", pr)),
        calibration=() if isinstance(points, Undefined) else tuple(map(calibration_view, points)),
        because=None,
        thresholds=tuple(
            threshold_view(each) for each in reversed(told) if isfinite(each.threshold)
        ),
        best=None if isinstance(swept, Undefined) else threshold_view(swept.highest_f1),
    )
