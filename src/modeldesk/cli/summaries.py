"""Profiles and comparisons as JSON documents; docs/reports.md describes their fields."""

from __future__ import annotations

import msgspec

from modeldesk.drift import Comparison, Overlay
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.reports import comparison_sentence
from modeldesk.reports.ranking import ComparedColumn, compared_columns, distribution_of
from modeldesk.sketches import Frequent, Moments

PROFILE_SCHEMA = "modeldesk.profile/1"
COMPARISON_SCHEMA = "modeldesk.comparison/1"
"""Changes when a field goes or changes its meaning; new fields may come without."""

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FREQUENT = 10


def profile_json(profile: Profile) -> bytes:
    """Return a profile's figures as a JSON document."""
    columns = [
        _column(column) | {"histogram": _histogram(distribution_of(column), "shares")}
        for column in profile.columns
    ]
    told = {"schema": PROFILE_SCHEMA, "rows": profile.rows, "columns": columns}
    return msgspec.json.encode(told)


def comparison_json(comparison: Comparison) -> bytes:
    """Return a comparison as a JSON document, with the figures of both sides."""
    told = msgspec.to_builtins(comparison)
    columns = compared_columns(comparison, comparison.columns)
    told["columns"] = [_compared(column) for column in columns]
    head = {"schema": COMPARISON_SCHEMA, "sentence": comparison_sentence(comparison)}
    changed = [column.name for column in comparison.changed]
    return msgspec.json.encode(head | told | {"changed": changed})


def _compared(column: ComparedColumn) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(column.result)
    return told | {
        "reference": None if column.reference is None else _column(column.reference),
        "current": None if column.current is None else _column(column.current),
        "histogram": _histogram(column.overlay, "reference", "current"),
    }


def _histogram(overlay: Overlay | None, *names: str) -> dict[str, object] | None:
    if overlay is None:
        return None
    sides = dict(zip(names, (overlay.reference, overlay.current), strict=False))
    return {"labels": overlay.labels, "edges": overlay.edges, **sides}


def _column(column: ColumnProfile) -> dict[str, object]:
    return {
        "name": column.name,
        "kind": column.kind,
        "rows": column.rows,
        "missing": column.missing,
        "missing_share": column.missing_share,
        "nan": column.nan,
        "infinite": column.infinite,
        "types": column.types,
        "distinct": round(column.distinct),
        "moments": None if column.moments is None else _moments(column.moments),
        "quantiles": _quantiles(column),
        "frequent": _frequent(column.frequent),
        "empty_share": column.empty_share,
        "words": _frequent(column.words),
        "lengths": _lengths(column),
        "vector": _vector(column),
    }


def _moments(moments: Moments) -> dict[str, float | None]:
    names = ("count", "mean", "std", "minimum", "maximum", "zeros", "negatives")
    return {name: getattr(moments, name) for name in names}


def _quantiles(column: ColumnProfile) -> dict[str, float] | None:
    if column.quantiles is None:
        return None
    values = column.quantiles.quantiles(_QUANTILES)
    return {f"{share:g}": value for share, value in zip(_QUANTILES, values, strict=True)}


def _frequent(frequent: Frequent | None) -> list[dict[str, object]] | None:
    if frequent is None:
        return None
    items = frequent.items()[:_FREQUENT]
    return [{"value": item.value, "count": item.count} for item in items]


def _lengths(column: ColumnProfile) -> dict[str, object] | None:
    if column.lengths is None:
        return None
    lengths = column.lengths
    return {"characters": _moments(lengths.characters), "words": _moments(lengths.words)}


def _vector(column: ColumnProfile) -> dict[str, object] | None:
    if column.vector is None:
        return None
    vector = column.vector
    return {
        "dimension": vector.dimension,
        "norm": _moments(vector.norm),
        "centroid": vector.centroid.tolist(),
    }
