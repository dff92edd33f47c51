"""Two versions on the same rows: what a shadow saw, logged requests once more, or a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from modeldesk.errors import Incompatible, InvalidArgument
from modeldesk.schema import Frame, to_frame
from modeldesk.services.labelled_rows import LABEL
from modeldesk.services.pair_reading import PairReading
from modeldesk.services.paired_reports import Side, input_slices, paired_report
from modeldesk.services.paired_views import PairedReport
from modeldesk.services.pairing import PairedRows, Pairing
from modeldesk.services.progress import UNSEEN, Progress
from modeldesk.services.registry import Registry
from modeldesk.services.rerun import Answers, Rerun
from modeldesk.services.table_labels import table_labels
from modeldesk.services.whole_tables import ROWS_AT_ONCE
from modeldesk.store import ChunkLog, LabelRecords, VersionRecord

USUAL_ROWS = 100_000
MOST_ROWS = 1_000_000
"""Rows that are compared at once."""
MOST_SHOWN = 200
MOST_SLICES = 200

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
        pairing = _pairing(*records, choices, inputs=records)
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
        progress: Progress = UNSEEN,
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
        progress
            Is told of the rows that are predicted. What it raises ends the work; as nothing is
            written, nothing of it stays.

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
        pairing = _pairing(*records, choices, inputs=records[:1])
        check_kept(*records)
        with progress.step(f"Loading version {version}"):
            model = Rerun(records[0], self._registry.load(records[0]))
        reading = PairReading(self._log, self._labels, start, end)
        there = self._log.rows([records[1].version_id], start=start, end=end)
        seen = 0
        with progress.step("Predicting logged requests", min(choices.rows, there)) as step:
            for rows in reading.answered(records[1], choices.rows):
                seen += rows.height
                found = model.answer(rows, step=step)
                pairing.add(_replayed(found, rows[found.places]))
        with progress.step("Comparing the answers"):
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
        pairing = _pairing(*records, choices, inputs=records[:1])
        table = to_frame(frame)
        predicted = [record.signature.prediction for record in records]
        labels = table_labels(table, label, predicted, gaps=True)
        models = [Rerun(record, self._registry.load(record)) for record in records]
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
        one, other = (
            Side(record=record, reference=self._registry.reference_of(record.version_id))
            for record in records
        )
        return paired_report(
            pairing,
            one,
            other,
            source=source,
            cut=cut,
            refused=refused,
            measures=None if choices.measures is None else tuple(choices.measures),
            confidence=choices.confidence,
        )


def _replayed(found: Answers, logged: pl.DataFrame) -> PairedRows:
    """Return what a version made of logged rows beside what was answered."""
    return PairedRows(
        names=logged[_NAME],
        labels=logged[LABEL],
        inputs=found.inputs,
        one=found.outputs,
        other=logged,
    )


def _pairing(
    one: VersionRecord,
    other: VersionRecord,
    choices: ComparisonChoices,
    *,
    inputs: tuple[VersionRecord, ...],
) -> Pairing:
    """Return what gathers rows, whose inputs are those of some version or other."""
    if not 1 <= choices.rows <= MOST_ROWS:
        message = f"From 1 to {MOST_ROWS:,} rows are compared, not {choices.rows:,}."
        raise InvalidArgument(message)
    if not 0 <= choices.shown <= MOST_SHOWN:
        message = f"From 0 to {MOST_SHOWN} rows are shown, not {choices.shown}."
        raise InvalidArgument(message)
    conditions = choices.slices or {}
    if len(conditions) > MOST_SLICES:
        message = f"Up to {MOST_SLICES} slices are counted at once, not {len(conditions)}."
        raise InvalidArgument(message, hint="Ask for some of them.")
    slices = input_slices(conditions, *inputs)
    return Pairing(one, other, slices=slices, shown=choices.shown)


def check_kept(one: VersionRecord, other: VersionRecord) -> None:
    """Refuse to predict rows whose inputs the log keeps as hashes, or not at all."""
    hidden = {*other.policy.drop, *other.policy.hash}
    lost = [c.name for c in one.signature.inputs if c.name in hidden and not c.optional]
    lost += [c.name for c in one.signature.inputs if c.name in other.policy.hash and c.optional]
    if lost:
        message = f"The log does not keep the inputs {', '.join(lost)} as they came."
        hint = "Compare on a table with them, or in the shadow."
        raise Incompatible(message, hint=hint)
