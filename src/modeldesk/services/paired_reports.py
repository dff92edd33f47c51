"""What is said of two versions that predicted the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modeldesk.drift import compare
from modeldesk.errors import InvalidExpression
from modeldesk.performance.paired import PairedComparison, compare_pairs
from modeldesk.performance.slices import Slice, SliceSchema
from modeldesk.profiles import Profile
from modeldesk.schema import polars_type
from modeldesk.services.paired_views import (
    ColumnChange,
    NoteChange,
    PairedReport,
    ReferenceChange,
)
from modeldesk.services.pairing import Pairing
from modeldesk.services.performance_views import difference_view
from modeldesk.store import VersionRecord


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One of two versions."""

    record: VersionRecord
    reference: Profile


def input_slices(conditions: Mapping[str, str], *records: VersionRecord) -> list[Slice]:
    """Return slices of pairs: conditions on inputs, since there are two predictions.

    Parameters
    ----------
    conditions
        By name.
    records
        The versions whose inputs the conditions may be evaluated on.

    Raises
    ------
    InvalidExpression
        When a condition cannot be read, or speaks of anything but inputs of each version.
    InvalidArgument
        When a name is none.
    """
    slices = [Slice.of(name, text) for name, text in conditions.items()]
    for record in records:
        schema = SliceSchema.of_types(
            {column.name: polars_type(column) for column in record.signature.inputs}
        )
        for each in slices:
            try:
                each.check(schema)
            except InvalidExpression as error:
                error.hint = f"{error.hint} Of pairs, conditions speak of inputs alone.".lstrip()
                raise
    return slices


def paired_report(
    pairing: Pairing,
    one: Side,
    other: Side,
    *,
    source: str,
    cut: bool,
    refused: int,
    measures: tuple[str, ...] | None = None,
    confidence: float = 0.95,
) -> PairedReport:
    """Compare two versions on the rows that were gathered.

    Parameters
    ----------
    pairing
        The rows.
    one, other
        The version that is judged, and the one that it is compared with.
    source, cut, refused
        As `PairedReport` says.
    measures
        Those that can be compared in pairs; ``None``: all with one figure.
    confidence
        The chance that no difference at all is called where there is none.

    Raises
    ------
    NotFound, Incompatible
        When there is no such measure, or it is not compared in pairs.
    InvalidArgument
        When the confidence does not lie between 0 and 1.
    """
    found = compare_pairs(pairing.pairs(), measures, confidence=confidence)
    return PairedReport(
        model=one.record.model,
        one=one.record.number,
        other=other.record.number,
        source=source,
        rows=pairing.rows,
        labelled=found.rows,
        refused=refused,
        cut=cut,
        agreement=pairing.agreeing / pairing.rows if pairing.rows else None,
        improved=found.improved,
        regressed=found.regressed,
        mcnemar=found.mcnemar,
        differences=tuple(map(difference_view, found.differences)),
        classes=found.classes,
        slices=pairing.slices(),
        disagreements=pairing.disagreements(),
        notes=_notes(one.record, other.record),
        reference=_reference(one.reference, other.reference),
        verdict=_verdict(found, one.record, other.record, pairing),
    )


def _reference(mine: Profile, theirs: Profile) -> ReferenceChange:
    found = compare(mine, theirs, keep_profiles=False)
    return ReferenceChange(
        one_rows=found.rows,
        other_rows=found.reference_rows,
        columns=tuple(
            ColumnChange(
                name=column.name,
                distance=column.distance,
                sentence=column.verdict.sentence,
            )
            for column in found.changed
        ),
        sentence=found.verdict.sentence,
    )


def _notes(one: VersionRecord, other: VersionRecord) -> tuple[NoteChange, ...]:
    """Return what was told of the versions, and differs."""
    mine, theirs = one.notes, other.notes
    told = (
        ("parameter", mine.parameters, theirs.parameters),
        ("metric", mine.metrics, theirs.metrics),
        ("tag", mine.tags, theirs.tags),
        ("library", mine.libraries, theirs.libraries),
    )
    return tuple(
        NoteChange(about=about, name=name, one=first.get(name), other=second.get(name))
        for about, first, second in told
        for name in sorted({*first, *second})
        if first.get(name) != second.get(name)
    )


def _verdict(
    found: PairedComparison, one: VersionRecord, other: VersionRecord, pairing: Pairing
) -> str:
    names = f"Version {one.number}", f"version {other.number}"
    if found.rows:
        return found.sentence(*names)
    if not pairing.rows:
        return f"{names[0]} and {names[1]} cannot be compared: there is no row that both predicted."
    return (
        f"{names[0]} predicts the same as {names[1]} for {pairing.agreeing:,} of "
        f"{pairing.rows:,} rows, none of which is labelled."
    )
