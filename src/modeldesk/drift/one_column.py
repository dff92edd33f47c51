"""One column judged by other thresholds, without comparing all the others once more."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.drift.findings import examine
from modeldesk.drift.judging import judge
from modeldesk.drift.thresholds import Thresholds
from modeldesk.drift.traces import Trace
from modeldesk.drift.verdict import Verdict
from modeldesk.profiles import ColumnProfile


def judge_column(
    current: ColumnProfile,
    reference: ColumnProfile,
    *,
    p_value: float | None,
    thresholds: Thresholds,
    history: Sequence[Trace] = (),
) -> Verdict:
    """Return the verdict about a column that `compare` would give by other thresholds.

    How large a change must be does not change how sure one is of it: so the p-value of a
    comparison of all columns, which is corrected for their number, holds for other sizes, too.

    Parameters
    ----------
    current, reference
        The column on both sides.
    p_value
        Of the column's verdict in a comparison of all columns.
    thresholds
        How large a change must be; false alarm rate and fewest rows as in that comparison.
    history
        Past windows of that comparison, oldest first, with this column at least.

    Examples
    --------
    >>> from modeldesk import compare, profile
    >>> from modeldesk.drift import Thresholds
    >>> reference = profile({"age": [20 + i % 50 for i in range(500)]})
    >>> current = profile({"age": [21 + i % 50 for i in range(500)]})
    >>> found = compare(current, reference).column("age").verdict
    >>> strict = Thresholds(min_distance=found.distance - 0.01)
    >>> sides = current.column("age"), reference.column("age")
    >>> judge_column(*sides, p_value=0.001, thresholds=strict).status
    <Status.CHANGED: 'changed'>
    """
    name = reference.name
    past = [window.columns[name] for window in history if name in window.columns]
    return judge(examine(current, reference, thresholds, past), p_value, thresholds)
