"""The bytes of what was learned from a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from modeldesk.errors import Corrupt, ModeldeskError
from modeldesk.performance.estimation.additive import Additive, Link
from modeldesk.performance.estimation.calibration import Calibrator
from modeldesk.performance.estimation.cells import Cut
from modeldesk.performance.estimation.classifying import (
    ClassificationEstimator,
    Quality,
    Treatment,
    View,
)
from modeldesk.performance.estimation.codec import VERSION, array, packed, unpacked
from modeldesk.performance.estimation.contextual import ContextualEffect
from modeldesk.performance.estimation.directions import Direction
from modeldesk.performance.estimation.regressing import RegressionEstimator, RegressionQuality
from modeldesk.performance.estimation.surface import Reading, Scale, Surface
from modeldesk.performance.estimation.terms import Term

Estimator = ClassificationEstimator | RegressionEstimator

_CLASSIFYING = b"MDEK"
_REGRESSING = b"MDEG"
_WHAT = "estimator"
_NEWEST = 2
"""Format version of classification with a contextual effect, and of regression with directions;
others are written as version 1, which knows neither."""
Fields = Mapping[str, Any]


def encode_estimator(estimator: Estimator) -> bytes:
    """Return an estimator as bytes, with format version and checksum."""
    if isinstance(estimator, ClassificationEstimator):
        version = VERSION if estimator.effect is None else _NEWEST
        return packed(_CLASSIFYING, _classification_fields(estimator), version=version)
    version = _NEWEST if estimator.reading.directions else VERSION
    return packed(_REGRESSING, _regression_fields(estimator), version=version)


def decode_estimator(data: bytes) -> Estimator:
    """Read what `encode_estimator` wrote.

    Raises
    ------
    Corrupt
        When the bytes are damaged or something else.
    """
    magic = bytes(data[:4])
    if magic not in {_CLASSIFYING, _REGRESSING}:
        message = "These bytes are no estimator."
        raise Corrupt(message)
    fields = unpacked(magic, data, _WHAT, newest=_NEWEST)
    try:
        return _classification(fields) if magic == _CLASSIFYING else _regression(fields)
    except Corrupt:
        raise
    except (KeyError, TypeError, ValueError, IndexError, ModeldeskError) as error:
        message = f"The {_WHAT} contradicts itself: {error!r}."
        raise Corrupt(message) from error


def _classification_fields(estimator: ClassificationEstimator) -> dict[str, object]:
    fields: dict[str, object] = {
        "classes": estimator.classes,
        "treatment": estimator.treatment.value,
        "reading": None if estimator.reading is None else _reading_fields(estimator.reading),
        "fingerprint": estimator.fingerprint,
        "views": len(estimator.views),
        "quality": {
            "rows": estimator.quality.rows,
            "calibration_error": estimator.quality.calibration_error,
            "surprise": estimator.quality.surprise,
            "dispersion": estimator.quality.dispersion,
            "losses": dict(estimator.quality.losses),
            "excess": dict(estimator.quality.excess),
        },
    }
    if estimator.effect is not None:
        numbers = asdict(estimator.effect)
        fields |= {"effect errors": numbers.pop("errors"), "effect": numbers}
    for place, view in enumerate(estimator.views):
        fields |= {
            f"{place} knots": view.calibrator.knots,
            f"{place} heights": view.calibrator.heights,
            f"{place} errors": view.calibrator.errors,
            f"{place} familiar": view.familiar,
        }
        if view.surface is not None:
            fields |= _surface_fields(f"{place} surface", view.surface)
    return fields


def _classification(fields: Fields) -> ClassificationEstimator:
    views = []
    for place in range(int(fields["views"])):
        calibrator = Calibrator(
            knots=array(fields[f"{place} knots"], _WHAT),
            heights=array(fields[f"{place} heights"], _WHAT),
            errors=array(fields[f"{place} errors"], _WHAT, kind="<f4"),
        )
        name = f"{place} surface"
        surface = _surface(name, fields) if f"{name} tables" in fields else None
        familiar = array(fields[f"{place} familiar"], _WHAT)
        views.append(View(calibrator=calibrator, surface=surface, familiar=familiar))
    reading = fields["reading"]
    return ClassificationEstimator(
        classes=tuple(str(name) for name in fields["classes"]),
        views=tuple(views),
        treatment=Treatment(fields["treatment"]),
        reading=None if reading is None else _reading(reading),
        quality=Quality(**fields["quality"]),
        fingerprint=bytes(fields["fingerprint"]),
        effect=_effect(fields) if "effect" in fields else None,
    )


def _effect(fields: Fields) -> ContextualEffect:
    errors = array(fields["effect errors"], _WHAT)
    numbers = {name: float(value) for name, value in fields["effect"].items()}
    blocks = array(fields["0 errors"], _WHAT, kind="<f4").shape[-1]
    whole = errors.shape == (2, blocks) and numbers["between"] > 0
    if not whole or not np.isfinite([*numbers.values(), *errors.ravel()]).all():
        message = "the numbers of the contextual effect are not finite, or do not fit"
        raise ValueError(message)
    return ContextualEffect(errors=errors, **numbers)


def _regression_fields(estimator: RegressionEstimator) -> dict[str, object]:
    return {
        "reading": _reading_fields(estimator.reading),
        "units": estimator.units,
        "kurtosis": estimator.kurtosis,
        "fingerprint": estimator.fingerprint,
        "quality": {
            "rows": estimator.quality.rows,
            "dispersion": estimator.quality.dispersion,
            "excess": dict(estimator.quality.excess),
        },
        **_surface_fields("mean", estimator.mean),
        **_surface_fields("absolute", estimator.absolute),
        **_surface_fields("squared", estimator.squared),
    }


def _regression(fields: Fields) -> RegressionEstimator:
    absolute, squared = (float(unit) for unit in fields["units"])
    return RegressionEstimator(
        reading=_reading(fields["reading"]),
        mean=_surface("mean", fields),
        absolute=_surface("absolute", fields),
        squared=_surface("squared", fields),
        units=(absolute, squared),
        kurtosis=float(fields["kurtosis"]),
        quality=RegressionQuality(**fields["quality"]),
        fingerprint=bytes(fields["fingerprint"]),
    )


def _reading_fields(reading: Reading) -> dict[str, object]:
    fields: dict[str, object] = {
        "scales": [(scale.name, scale.middle, scale.spread) for scale in reading.scales],
        "cuts": [(cut.name, cut.edges, cut.levels, cut.coarse) for cut in reading.cuts],
        "limit": reading.limit,
    }
    if reading.directions:
        fields["directions"] = [(each.names, each.weights) for each in reading.directions]
    return fields


def _reading(fields: Fields) -> Reading:
    scales = tuple(
        Scale(name=str(name), middle=float(middle), spread=float(spread))
        for name, middle, spread in fields["scales"]
    )
    return Reading(
        scales=scales,
        cuts=tuple(
            Cut(
                name=str(name),
                edges=None if edges is None else tuple(float(edge) for edge in edges),
                levels=None if levels is None else tuple(str(level) for level in levels),
                coarse=tuple(int(cell) for cell in coarse),
            )
            for name, edges, levels, coarse in fields["cuts"]
        ),
        limit=float(fields["limit"]),
        directions=tuple(
            _direction(names, weights, scaled={scale.name for scale in scales})
            for names, weights in fields.get("directions", ())
        ),
    )


def _direction(names: Sequence[str], weights: Sequence[float], *, scaled: set[str]) -> Direction:
    found = Direction(
        names=tuple(str(name) for name in names), weights=tuple(float(each) for each in weights)
    )
    fits = len(found.names) == len(found.weights) and scaled.issuperset(found.names)
    if not fits or not np.isfinite(found.weights).all():
        message = "the weights of a direction do not fit its columns"
        raise ValueError(message)
    return found


def _surface_fields(name: str, surface: Surface) -> dict[str, object]:
    model = surface.model
    return {
        f"{name} link": model.link.value,
        f"{name} terms": [(term.columns, term.shape) for term in model.terms],
        f"{name} numbers": (model.start, surface.low, surface.high, *model.smoothing),
        f"{name} tables": model.tables,
        f"{name} errors": model.errors,
    }


def _surface(name: str, fields: Fields) -> Surface:
    start, low, high, *smoothing = (float(number) for number in fields[f"{name} numbers"])
    terms = tuple(
        Term(columns=tuple(map(int, columns)), shape=tuple(map(int, shape)))
        for columns, shape in fields[f"{name} terms"]
    )
    tables = array(fields[f"{name} tables"], _WHAT)
    errors = array(fields[f"{name} errors"], _WHAT, kind="<f4")
    cells = sum(term.size for term in terms)
    if tables.shape != (cells,) or errors.shape[:1] != (cells + 1,) or not np.isfinite(low + high):
        message = "the tables do not fit the terms"
        raise ValueError(message)
    model = Additive(
        link=Link(fields[f"{name} link"]),
        terms=terms,
        start=start,
        tables=tables,
        errors=errors,
        smoothing=tuple(smoothing),
    )
    return Surface(model=model, low=low, high=high)
