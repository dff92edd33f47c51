"""One verdict over all columns of a comparison."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.drift import wording
from modeldesk.drift.verdict import ColumnComparison, Dependence, Status, Verdict

_NAMED = 3
"""So many changed columns are named in the sentence."""
_FINITE = frozenset({Status.STABLE, Status.CHANGED})


def summed_up(
    columns: Sequence[ColumnComparison],
    changed: Sequence[ColumnComparison],
    dependence: Dependence | None,
) -> Verdict:
    """Return the verdict over all columns and their correlations.

    It is *changed* as soon as one column, or how columns vary together, is: chance is corrected
    for the number of columns already. Its p-value is the smallest of the corrected ones, which
    is Simes' test of all columns at once.

    Parameters
    ----------
    columns
        All columns.
    changed
        Those that changed, the largest change first.
    dependence
        How columns vary together, where that was compared.
    """
    verdicts = [column.verdict for column in columns]
    verdicts += [] if dependence is None else [dependence.verdict]
    status = _status({verdict.status for verdict in verdicts})
    together = dependence is not None and dependence.verdict.status is Status.CHANGED
    parts = [_columns(columns, changed)]
    if dependence is not None and together:
        parts.append(dependence.verdict.sentence)
    aspects = [aspect for column in changed for aspect in column.verdict.aspects]
    if dependence is not None:
        aspects += dependence.verdict.aspects
    first = changed[0].verdict if changed else None
    return Verdict(
        status=status,
        sentence=" ".join(parts),
        aspects=tuple(dict.fromkeys(aspects)),
        direction=None if first is None else first.direction,
        distance=max((c.distance for c in columns if c.distance is not None), default=None),
        p_value=min((v.p_value for v in verdicts if v.p_value is not None), default=None),
    )


def _status(found: set[Status]) -> Status:
    """Return the worst of what was found; nothing compared at all is not enough data."""
    order = (Status.CHANGED, Status.STABLE, Status.NOT_ENOUGH_DATA, Status.NOT_COMPARED)
    return next((status for status in order if status in found), Status.NOT_ENOUGH_DATA)


def _columns(columns: Sequence[ColumnComparison], changed: Sequence[ColumnComparison]) -> str:
    judged = sum(column.verdict.status in _FINITE for column in columns)
    if not judged:
        return "No column could be judged."
    if not changed:
        return f"None of {wording.counted(judged, 'column')} changed."
    named = [wording.quoted(column.name) for column in changed[:_NAMED]]
    more = [f"{len(changed) - _NAMED} more"] if len(changed) > _NAMED else []
    told = " and ".join([", ".join(named), *more])
    most = ", most of all" if len(changed) > 1 else ":"
    return f"{len(changed)} of {wording.counted(judged, 'column')} changed{most} {told}."
