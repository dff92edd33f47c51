"""How the latest day of a version compares with its reference, in short."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from modeldesk.drift import Comparison, Status
from modeldesk.schema import Granularity, Role, Signature, Window
from modeldesk.services.comparisons import Comparisons
from modeldesk.services.health import DriftSign
from modeldesk.store import VersionRecord, WindowVolume

_JUDGED = frozenset({Status.STABLE, Status.CHANGED})


class DriftSigns:
    """Sums up the latest day that has enough rows for a verdict, features only.

    Parameters
    ----------
    comparisons
        Windows compared with references.
    """

    def __init__(self, comparisons: Comparisons) -> None:
        self._comparisons = comparisons

    def of(self, record: VersionRecord, days: Sequence[WindowVolume]) -> DriftSign | None:
        """Return what the latest day says; ``None`` where there is none that can be read.

        Parameters
        ----------
        record
            The version.
        days
            Those of its days that count, oldest first.
        """
        if not days:
            return None
        rule = self._comparisons.rule(record.model)
        enough = [day for day in days if day.rows >= rule.thresholds.min_rows]
        latest = (enough or days)[-1].window
        compared = self._comparisons.between(
            record.version_id, Granularity.DAY, rule, start=latest.start, end=latest.end
        )
        if not compared:
            return None
        return drift_sign(
            latest, compared[-1].comparison, record.signature, without=frozenset(rule.muted)
        )


def drift_sign(
    window: Window,
    comparison: Comparison,
    signature: Signature,
    *,
    without: Collection[str] = (),
) -> DriftSign:
    """Sum up a day's comparison.

    Parameters
    ----------
    window
        The day.
    comparison
        Its columns against the reference.
    signature
        Tells which columns are features.
    without
        Columns that do not count: those that are muted.
    """
    features = {column.name for column in signature.inputs if column.role is Role.FEATURE}
    features.difference_update(without)
    compared = [column for column in comparison.columns if column.name in features]
    judged = [column for column in compared if column.verdict.status in _JUDGED]
    changed = [column for column in judged if column.verdict.status is Status.CHANGED]
    changed.sort(key=lambda column: -(column.distance or 0.0))
    status = Status.NOT_ENOUGH_DATA
    if judged:
        status = Status.CHANGED if changed else Status.STABLE
    return DriftSign(
        day=window.start.date(),
        rows=comparison.rows,
        status=status,
        compared=len(compared),
        judged=len(judged),
        changed=tuple(column.name for column in changed),
    )
