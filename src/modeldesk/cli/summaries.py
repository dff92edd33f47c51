"""Profiles and comparisons as JSON and as sentences."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import msgspec

from modeldesk.drift import Comparison, Status
from modeldesk.profiles import ColumnProfile, Profile
from modeldesk.schema import Kind

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FREQUENT = 10


def profile_json(profile: Profile) -> bytes:
    """Return a profile's figures as a JSON document."""
    columns = [_column(column) for column in profile.columns]
    return msgspec.json.encode({"rows": profile.rows, "columns": columns})


def comparison_json(comparison: Comparison) -> bytes:
    """Return a comparison as a JSON document, with the names of the changed columns."""
    changed = [column.name for column in comparison.changed]
    return msgspec.json.encode(asdict(comparison) | {"changed": changed})


def comparison_sentence(comparison: Comparison) -> str:
    """Return the sum of a comparison's verdicts in one sentence."""
    total, changed = len(comparison.columns), comparison.changed
    unjudged = sum(c.verdict.status is Status.NOT_ENOUGH_DATA for c in comparison.columns)
    more = f" {unjudged} could not be judged for lack of data." if unjudged else ""
    if not changed:
        return f"None of {total} columns changed.{more}"
    names = ", ".join(column.name for column in changed)
    return f"{len(changed)} of {total} columns changed: {names}.{more}"


def as_value(number: float, kind: Kind) -> str:
    """Return a number as a value of its column's kind, to four figures or to the minute."""
    if kind is Kind.DATETIME:
        return f"{datetime.fromtimestamp(number, UTC):%Y-%m-%d %H:%M}"
    if number.is_integer() and abs(number) < 1e15:  # noqa: PLR2004  # exact in a float
        return f"{int(number)}"
    return f"{number:.4g}"


def _column(column: ColumnProfile) -> dict[str, object]:
    told: dict[str, object] = {
        "name": column.name,
        "kind": column.kind,
        "rows": column.rows,
        "missing": column.missing,
        "nan": column.nan,
        "infinite": column.infinite,
        "types": column.types,
        "distinct": round(column.distinct),
    }
    if column.moments is not None:
        told["moments"] = {
            "mean": column.moments.mean,
            "std": column.moments.std,
            "minimum": column.moments.minimum,
            "maximum": column.moments.maximum,
            "zeros": column.moments.zeros,
            "negatives": column.moments.negatives,
        }
    if column.quantiles is not None:
        values = column.quantiles.quantiles(_QUANTILES)
        told["quantiles"] = {
            f"{share:g}": value for share, value in zip(_QUANTILES, values, strict=True)
        }
    if column.frequent is not None:
        items = column.frequent.items()[:_FREQUENT]
        told["frequent"] = [{"value": item.value, "count": item.count} for item in items]
    return told
