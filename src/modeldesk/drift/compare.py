"""Comparing a current profile with a reference profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modeldesk.drift import chance
from modeldesk.drift.dependence import compare_dependence
from modeldesk.drift.findings import Finding, examine
from modeldesk.drift.judging import absent, judge
from modeldesk.drift.results import Comparison
from modeldesk.drift.sides import Sides
from modeldesk.drift.thresholds import Thresholds
from modeldesk.drift.traces import Trace, traces
from modeldesk.drift.verdict import ColumnComparison, Verdict
from modeldesk.errors import InvalidArgument
from modeldesk.profiles import ColumnProfile, Profile


def compare(
    current: Profile,
    reference: Profile,
    *,
    thresholds: Thresholds | None = None,
    overrides: Mapping[str, Thresholds] | None = None,
    history: Sequence[Profile | Trace] = (),
    keep_profiles: bool = True,
) -> Comparison:
    """Say of every column whether it changed more than chance explains and enough to matter.

    A column *changed* when two-sample tests find it (of ranks for numbers, of shares for
    categories, of words and lengths for texts, of positions for vectors; of values outside what
    the reference has, of missing values, of types; combined into one p-value, and corrected for
    the number of columns after Benjamini and Hochberg) and the change is large enough: the
    Hellinger distance reaches `Thresholds.min_distance`, or the missing share moved by
    `Thresholds.min_missing_change`. How numeric columns vary together is compared as well.

    Parameters
    ----------
    current
        Profile of the rows in question.
    reference
        Profile of the rows to compare with, usually the training data.
    thresholds
        How sure and how large a change must be.
    overrides
        Other thresholds for single columns, by name.
    history
        Profiles of past windows like the current one, oldest first, or their traces (see
        `modeldesk.drift.trace`). From 14 windows on, each column's normal variation is learned
        from them, and only what exceeds it is called a change. With fewer they are ignored.
    keep_profiles
        Whether the comparison remembers both profiles (`Comparison.sides`), so that reports
        and notebooks can draw them. Leave them out where many comparisons are kept.

    Returns
    -------
    Comparison
        One verdict per column: the reference's columns in its order, then those that only the
        current profile has, which cannot be compared.

    Raises
    ------
    InvalidArgument
        When something else than two profiles is given, or a threshold for an unknown column.

    Examples
    --------
    >>> from modeldesk import compare, profile
    >>> reference = profile({"age": [20 + i % 50 for i in range(500)]})
    >>> current = profile({"age": [40 + i % 50 for i in range(500)]})
    >>> compare(current, reference).column("age").verdict.sentence
    "40.0 % of values lie above the reference's maximum of 69 (reference: none); Hellinger \
distance 0.63, p < 0.001."
    """
    _need_profiles(current, reference)
    limits = _Limits(thresholds or Thresholds(), overrides or {}, current, reference)
    past = traces(history, reference)
    mine = {column.name: column for column in current.columns}
    theirs = {column.name: column for column in reference.columns}
    findings = [
        examine(
            mine.get(name) or _empty(column),
            column,
            limits.of(name),
            [window.columns[name] for window in past if name in window.columns],
        )
        for name, column in theirs.items()
        if name in mine or not current.rows
    ]
    judged = {column.name: column for column in _judged(findings, limits)}
    columns = [
        judged.get(name) or _one_sided(column, ours=False) for name, column in theirs.items()
    ]
    columns += [
        _one_sided(column, ours=True) for name, column in mine.items() if name not in theirs
    ]
    found = Comparison(
        rows=current.rows,
        reference_rows=reference.rows,
        columns=tuple(columns),
        dependence=compare_dependence(
            current,
            reference,
            thresholds=limits.common,
            history=[window.correlations for window in past if window.correlations is not None],
        ),
    )
    return (
        found.remembering(Sides(current=current, reference=reference)) if keep_profiles else found
    )


class _Limits:
    """The thresholds of each column."""

    def __init__(
        self,
        common: Thresholds,
        overrides: Mapping[str, Thresholds],
        current: Profile,
        reference: Profile,
    ) -> None:
        known = {*current.names, *reference.names}
        if unknown := sorted(overrides.keys() - known):
            message = f"There are thresholds for unknown columns: {', '.join(unknown)}."
            raise InvalidArgument(message, hint=f"Known columns: {', '.join(sorted(known))}.")
        self.common = common
        self._overrides = overrides

    def of(self, name: str) -> Thresholds:
        """Return a column's thresholds."""
        return self._overrides.get(name, self.common)


def _need_profiles(*values: object) -> None:
    for value in values:
        if not isinstance(value, Profile):
            message = f"compare needs two profiles; one argument is a {type(value).__name__!r}."
            raise InvalidArgument(message, hint="Call modeldesk.profile on the table first.")


def _empty(column: ColumnProfile) -> ColumnProfile:
    return ColumnProfile(name=column.name, kind=column.kind)


def _judged(findings: list[Finding], limits: _Limits) -> list[ColumnComparison]:
    tested = [f.p_value for f in findings if f.p_value is not None]
    corrected = iter(chance.adjusted(tested))
    return [
        _compared(
            finding,
            judge(
                finding,
                None if finding.p_value is None else next(corrected),
                limits.of(finding.reference.name),
            ),
        )
        for finding in findings
    ]


def _compared(finding: Finding, verdict: Verdict) -> ColumnComparison:
    return ColumnComparison(
        name=finding.reference.name,
        kind=finding.reference.kind,
        rows=finding.current.rows,
        distance=finding.distance,
        missing_share=finding.current.missing_share,
        reference_missing_share=finding.reference.missing_share,
        verdict=verdict,
    )


def _one_sided(column: ColumnProfile, *, ours: bool) -> ColumnComparison:
    """Return what is said of a column that the other side does not have."""
    side = "the reference does" if ours else "the current rows do"
    return ColumnComparison(
        name=column.name,
        kind=column.kind,
        rows=column.rows if ours else 0,
        distance=None,
        missing_share=column.missing_share if ours else 0.0,
        reference_missing_share=0.0 if ours else column.missing_share,
        verdict=absent(f"{side} not have this column"),
    )
