"""Two versions on the same rows: what a shadow saw, logged requests once more, or a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from modeldesk.drift import compare
from modeldesk.errors import Incompatible, InvalidArgument, InvalidData
from modeldesk.performance.paired import PairedComparison, compare_pairs
from modeldesk.performance.slices import Slice
from modeldesk.schema import Frame, to_frame
from modeldesk.services.label_values import checked_values, outcome
from modeldesk.services.labelled_rows import LABEL
from modeldesk.services.pair_reading import PairReading
from modeldesk.services.paired_views import (
    ColumnChange,
    NoteChange,
    PairedReport,
    ReferenceChange,
)
from modeldesk.services.pairing import PairedRows, Pairing
from modeldesk.services.performance_views import difference_view
from modeldesk.services.registry import Registry
from modeldesk.services.rerun import ROWS_AT_ONCE, Rerun
from modeldesk.store import ChunkLog, LabelRecords, VersionRecord

USUAL_ROWS = 100_000
MOST_ROWS = 1_000_000
"""Rows that are compared at once."""
MOST_SHOWN = 200

_NAME = "prediction_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonChoices:
    """What is compared, and how much is shown."""

    measures: Sequence[str] | None = None
    """Those that can be compared in pairs; ``None``: all with one figure."""
    slices: Mapping[str, str] | None = None
    """Conditions on the inputs by name, whose improvements and regressions are counted."""
    rows: int = USUAL_ROWS
    """How many rows are looked at, the latest first; up to `MOST_ROWS`."""
    shown: int = 20
    """How many rows are shown on which the versions disagree; up to `MOST_SHOWN`."""
    confidence: float = 0.95


_USUAL = ComparisonChoices()


class VersionComparison:
    """Compares versions of a model in pairs: on rows that both predicted.

    Parameters
    ----------
    registry
        Models and versions.
    log
        What was predicted.
    labels
        What was true.
    """

    def __init__(self, registry: Registry, log: ChunkLog, labels: LabelRecords) -> None:
        self._registry = registry
        self._log = log
        self._labels = labels

    def shadow(
        self,
        name: str,
        one: int,
        other: int,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        choices: ComparisonChoices = _USUAL,
    ) -> PairedReport:
        """Compare two versions on requests that one answered and the other shadowed.

        A version does not shadow itself: of one and the same there are no rows.

        Parameters
        ----------
        name
            The model.
        one, other
            The version that is judged, and the one that it is compared with.
        start, end
            Only rows whose time is in the range.
        choices
            What is compared, and how much is shown.

        Raises
        ------
        NotFound
            When there is no such model, version or measure.
        InvalidArgument
            When a choice is not acceptable.
        Incompatible
            When the versions predict different things.
        """
        records = self._registry.record(name, one), self._registry.record(name, other)
        pairing = _pairing(*records, choices)
        reading = PairReading(self._log, self._labels, start, end)
        beside, cut = reading.beside(records, choices.rows)
        for rows in reading.answered_beside(records, beside):
            pairing.add(rows)
        return self._report(records, pairing, choices, source="shadow", cut=cut, refused=0)

    def replay(
        self,
        name: str,
        version: int,
        *,
        against: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        choices: ComparisonChoices = _USUAL,
    ) -> PairedReport:
        """Have a version predict logged requests, and compare it with what was answered.

        Nothing is logged, and the models that answer requests are not asked: this loads its
        own. Texts are as long as the log keeps them.

        Parameters
        ----------
        name
            The model.
        version
            The version that predicts the rows, and is judged.
        against
            The version whose logged requests and answers are taken; ``None``: the champion's.
        start, end
            Only rows whose time is in the range.
        choices
            What is compared, and how much is shown.

        Raises
        ------
        NotFound
            When there is no such model, version or measure.
        Incompatible
            When the versions predict different things, or the log does not keep an input.
        UnsupportedModel, ModelFailed
            When the version is served elsewhere, cannot be loaded, or fails again and again.
        """
        records = self._registry.record(name, version), self._registry.record(name, against)
        pairing = _pairing(*records, choices)
        _check_kept(*records)
        model = Rerun(self._registry, records[0])
        reading = PairReading(self._log, self._labels, start, end)
        seen = 0
        for rows in reading.answered(records[1], choices.rows):
            seen += rows.height
            found = model.answer(rows)
            logged = rows[found.places]
            pairing.add(
                PairedRows(
                    names=logged[_NAME],
                    labels=logged[LABEL],
                    inputs=found.inputs,
                    one=found.outputs,
                    other=logged,
                )
            )
        return self._report(
            records,
            pairing,
            choices,
            source="replay",
            cut=reading.cut,
            refused=seen - pairing.rows,
        )

    def on(
        self,
        name: str,
        frame: Frame,
        *,
        label: str,
        one: int,
        other: int | None = None,
        choices: ComparisonChoices = _USUAL,
    ) -> PairedReport:
        """Have two versions predict a labelled table, such as a test set, and compare them.

        Nothing is logged.

        Parameters
        ----------
        name
            The model.
        frame
            The rows: features by name, and the label; other columns are ignored.
        label
            The column with the true outcome.
        one, other
            The version that is judged, and the one that it is compared with; ``None``: the
            champion.
        choices
            What is compared, and how much is shown.

        Raises
        ------
        NotFound
            When there is no such model, version or measure.
        InvalidData
            When the table or its labels cannot be used.
        Incompatible
            When the versions predict different things, or the table lacks a column.
        UnsupportedModel, ModelFailed
            When a version is served elsewhere, cannot be loaded, or fails again and again.
        """
        records = self._registry.record(name, one), self._registry.record(name, other)
        pairing = _pairing(*records, choices)
        table = to_frame(frame)
        labels = _labels(table, label, records)
        models = [Rerun(self._registry, record) for record in records]
        rows = table.head(choices.rows)
        for start in range(0, rows.height, ROWS_AT_ONCE):
            part = rows.slice(start, ROWS_AT_ONCE)
            mine, theirs = (model.answer(part) for model in models)
            both = mine.places.filter(mine.places.is_in(theirs.places.implode()))
            kept = mine.places.is_in(both.implode())
            pairing.add(
                PairedRows(
                    names=(both.cast(pl.Int64) + start).cast(pl.String),
                    labels=labels[start : start + part.height][both],
                    inputs=mine.inputs.filter(kept),
                    one=mine.outputs.filter(kept) if both.len() else mine.outputs,
                    other=theirs.outputs.filter(theirs.places.is_in(both.implode()))
                    if both.len()
                    else theirs.outputs,
                )
            )
        return self._report(
            records,
            pairing,
            choices,
            source="table",
            cut=table.height > rows.height,
            refused=rows.height - pairing.rows,
        )

    def _report(
        self,
        records: tuple[VersionRecord, VersionRecord],
        pairing: Pairing,
        choices: ComparisonChoices,
        *,
        source: str,
        cut: bool,
        refused: int,
    ) -> PairedReport:
        one, other = records
        found = compare_pairs(pairing.pairs(), choices.measures, confidence=choices.confidence)
        agreement = pairing.agreeing / pairing.rows if pairing.rows else None
        return PairedReport(
            model=one.model,
            one=one.number,
            other=other.number,
            source=source,
            rows=pairing.rows,
            labelled=found.rows,
            refused=refused,
            cut=cut,
            agreement=agreement,
            improved=found.improved,
            regressed=found.regressed,
            mcnemar=found.mcnemar,
            differences=tuple(map(difference_view, found.differences)),
            classes=found.classes,
            slices=pairing.slices(),
            disagreements=pairing.disagreements(),
            notes=_notes(one, other),
            reference=self._reference(one, other),
            verdict=_verdict(found, one, other, pairing),
        )

    def _reference(self, one: VersionRecord, other: VersionRecord) -> ReferenceChange:
        mine, theirs = (self._registry.reference_of(record.version_id) for record in (one, other))
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


def _pairing(one: VersionRecord, other: VersionRecord, choices: ComparisonChoices) -> Pairing:
    if not 1 <= choices.rows <= MOST_ROWS:
        message = f"From 1 to {MOST_ROWS:,} rows are compared, not {choices.rows:,}."
        raise InvalidArgument(message)
    if not 0 <= choices.shown <= MOST_SHOWN:
        message = f"From 0 to {MOST_SHOWN} rows are shown, not {choices.shown}."
        raise InvalidArgument(message)
    slices = [Slice.of(name, text) for name, text in (choices.slices or {}).items()]
    return Pairing(one, other, slices=slices, shown=choices.shown)


def _check_kept(one: VersionRecord, other: VersionRecord) -> None:
    """Refuse to predict rows whose inputs the log keeps as hashes, or not at all."""
    hidden = {*other.policy.drop, *other.policy.hash}
    lost = [c.name for c in one.signature.inputs if c.name in hidden and not c.optional]
    lost += [c.name for c in one.signature.inputs if c.name in other.policy.hash and c.optional]
    if lost:
        message = f"The log does not keep the inputs {', '.join(lost)} as they came."
        hint = "Compare on a table with them, or in the shadow."
        raise Incompatible(message, hint=hint)


def _labels(
    table: pl.DataFrame, label: str, records: tuple[VersionRecord, VersionRecord]
) -> pl.Series:
    if label not in table.columns:
        message = f"The table has no column {label!r}."
        raise InvalidData(message, hint=f"Its columns: {', '.join(table.columns)}.")
    column = outcome([record.signature.prediction for record in records])
    checked = checked_values(table[label], column)
    wrong = checked.reasons.is_not_null() & (checked.reasons != "missing")
    if wrong.any():
        row = int(wrong.arg_true()[0])
        message = f"{int(wrong.sum()):,} labels cannot be used; row {row}: {checked.reasons[row]}."
        raise InvalidData(message, hint=f"Expected is {checked.expected}.")
    return checked.values


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
