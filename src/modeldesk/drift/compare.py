"""Comparing a current profile with a reference profile."""

from __future__ import annotations

from modeldesk.drift import chance
from modeldesk.drift.findings import Finding, examine
from modeldesk.drift.results import ColumnComparison, Comparison, Status, Verdict
from modeldesk.drift.thresholds import Thresholds
from modeldesk.drift.verdicts import judge
from modeldesk.errors import InvalidArgument
from modeldesk.profiles import ColumnProfile, Profile


def compare(
    current: Profile, reference: Profile, *, thresholds: Thresholds | None = None
) -> Comparison:
    """Say of every column whether it changed more than chance explains and enough to matter.

    A column *changed* when a two-sample test finds it (chi-square between the reference's
    deciles or categories, an exact test of values outside its range, a test of new categories,
    a test of the missing share; corrected for the number of tests and, after Benjamini and
    Hochberg, of columns) and the change is large enough: the Hellinger distance reaches
    `Thresholds.min_distance`, or the missing share moved by `Thresholds.min_missing_change`.

    Parameters
    ----------
    current
        Profile of the rows in question.
    reference
        Profile of the rows to compare with, usually the training data.
    thresholds
        How sure and how large a change must be.

    Returns
    -------
    Comparison
        One verdict per column: the reference's columns in its order, then those that only the
        current profile has, which cannot be judged.

    Raises
    ------
    InvalidArgument
        When something else than two profiles is given.
    Incompatible
        When a column is of kinds that cannot be compared; the message names it.

    Examples
    --------
    >>> from modeldesk import compare, profile
    >>> reference = profile({"age": [20 + i % 50 for i in range(500)]})
    >>> current = profile({"age": [40 + i % 50 for i in range(500)]})
    >>> compare(current, reference).column("age").verdict.sentence
    "40.0 % of values lie above the reference's maximum of 69 (reference: none); Hellinger \
distance 0.63, p < 0.001"
    """
    _need_profiles(current, reference)
    limits = thresholds or Thresholds()
    mine, theirs = ({column.name: column for column in p.columns} for p in (current, reference))
    findings = [
        examine(mine.get(name) or _absent(column), column, limits)
        for name, column in theirs.items()
    ]
    columns = _judged(findings, limits)
    columns += [_unknown(column) for name, column in mine.items() if name not in theirs]
    return Comparison(rows=current.rows, reference_rows=reference.rows, columns=tuple(columns))


def _need_profiles(*values: object) -> None:
    for value in values:
        if not isinstance(value, Profile):
            message = f"compare needs two profiles; one argument is a {type(value).__name__!r}."
            raise InvalidArgument(message, hint="Call modeldesk.profile on the table first.")


def _absent(column: ColumnProfile) -> ColumnProfile:
    return ColumnProfile(name=column.name, kind=column.kind)


def _judged(findings: list[Finding], thresholds: Thresholds) -> list[ColumnComparison]:
    tested = [f.p_value for f in findings if f.p_value is not None]
    corrected = iter(chance.adjusted(tested))
    return [
        _compared(
            finding,
            judge(finding, None if finding.p_value is None else next(corrected), thresholds),
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


def _unknown(column: ColumnProfile) -> ColumnComparison:
    sentence = "not enough data: the reference does not have this column"
    return ColumnComparison(
        name=column.name,
        kind=column.kind,
        rows=column.rows,
        distance=None,
        missing_share=column.missing_share,
        reference_missing_share=0.0,
        verdict=Verdict(status=Status.NOT_ENOUGH_DATA, sentence=sentence),
    )
