"""How good a version is on a test set, before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from modeldesk.clock import Clock
from modeldesk.errors import InvalidArgument, InvalidData, ModeldeskError, StoreUnavailable
from modeldesk.models import Model
from modeldesk.performance.slices import Slice
from modeldesk.schema import Column, Signature, to_frame
from modeldesk.services.candidates import Candidate, Examined, LabelledTable
from modeldesk.services.fingerprint import fingerprint
from modeldesk.services.kept_comparison import encode_comparison
from modeldesk.services.labelled_rows import LABEL
from modeldesk.services.paired_reports import Side, input_slices, paired_report
from modeldesk.services.paired_views import PairedReport
from modeldesk.services.pairing import PairedRows, Pairing
from modeldesk.services.rerun import Rerun
from modeldesk.services.row_states import state_of
from modeldesk.services.slice_parts import slice_of
from modeldesk.services.sliced_rows import SlicedRows
from modeldesk.services.table_labels import table_labels
from modeldesk.services.whole_tables import inputs_of, outputs_of
from modeldesk.store import (
    CHAMPION,
    TIME,
    SliceRecord,
    SliceRecords,
    VersionRecord,
    VersionTest,
    VersionTestNote,
    VersionTestPart,
)

MOST_ROWS = 1_000_000
"""Rows of a test set."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnsweredTable:
    """A labelled table that a model predicted; all parts have one length."""

    given: pl.DataFrame
    """As it came."""
    inputs: pl.DataFrame
    outputs: pl.DataFrame
    labels: pl.Series
    """As labels are kept: text."""


def answered(
    model: Model, signature: Signature, test: LabelledTable, *, predicted: Sequence[Column]
) -> AnsweredTable:
    """Have a model predict every row of a test set.

    Parameters
    ----------
    model, signature
        The version.
    test
        The rows.
    predicted
        The prediction columns of the model's versions, whose classes labels may be.

    Raises
    ------
    InvalidData
        When the table has no rows, too many, or no such label; when a label is missing or wrong,
        or a row does not fit the version.
    ModelFailed
        When the model fails.
    """
    table = to_frame(test.rows)
    if not 1 <= table.height <= MOST_ROWS:
        message = f"The test set has {table.height:,} rows."
        raise InvalidData(message, hint=f"Give from 1 to {MOST_ROWS:,}.")
    try:
        labels = table_labels(table, test.label, predicted, gaps=False)
        inputs = inputs_of(table, signature)
    except InvalidData as error:
        message = f"The test set cannot be used. {error.message}"
        raise InvalidData(message, hint=error.hint) from error
    outputs = outputs_of(model, inputs, signature)
    return AnsweredTable(given=table, inputs=inputs, outputs=outputs, labels=labels)


class Examination:
    """Sums a version's test set up, overall and by slice, and compares it with the champion.

    Parameters
    ----------
    slices
        Which slices models have.
    clock
        Tells when a version was tested.
    """

    def __init__(self, slices: SliceRecords, clock: Clock) -> None:
        self._slices = slices
        self._clock = clock

    def examine(
        self,
        candidate: Candidate,
        test: LabelledTable,
        *,
        known: Sequence[VersionRecord],
        opened: Callable[[VersionRecord], Candidate],
    ) -> Examined:
        """Have a candidate predict a test set; see `Examiner`.

        That the champion cannot take the rows, or fails, is told, and no error.
        """
        record = candidate.record
        predicted = [each.signature.prediction for each in (record, *known)]
        rows = answered(candidate.model, record.signature, test, predicted=predicted)
        slices = self._slices.of(known[0].model_id) if known else ()
        parts = _parts(record, rows, slices)
        champion = next((each for each in known if CHAMPION in each.aliases), None)
        compared, verdict = None, f"Version {record.number} is the first of {record.model!r}."
        if champion is not None:
            try:
                compared = _compared(candidate, opened(champion), rows, slices)
                verdict = compared.verdict
            except StoreUnavailable:
                raise
            except ModeldeskError as error:
                verdict = f"It could not be compared with version {champion.number}: "
                verdict += error.message[:1_000]
        found = VersionTest(
            note=VersionTestNote(
                tested_at=self._clock.now(),
                sha256=fingerprint(rows.given),
                rows=rows.given.height,
                against=None if champion is None or compared is None else champion.number,
                verdict=verdict.replace("\0", " "),
            ),
            comparison=None if compared is None else encode_comparison(compared),
            parts=parts,
        )
        told = [rows.inputs, rows.outputs, rows.labels.alias(LABEL).to_frame()]
        return Examined(test=found, rows=pl.concat(told, how="horizontal"))


def _parts(
    record: VersionRecord, rows: AnsweredTable, slices: Sequence[SliceRecord]
) -> tuple[VersionTestPart, ...]:
    """Return the states of all rows and of each slice; what speaks of times has no rows."""
    never = pl.repeat(None, rows.inputs.height, dtype=pl.Datetime("us", "UTC"), eager=True)
    told = pl.concat([rows.inputs, rows.outputs], how="horizontal").with_columns(
        rows.labels.alias(LABEL), never.alias(TIME)
    )
    whole = _part(record, told)
    if whole is None or not whole.labelled:
        message = "The model answers nothing that can be measured for the test set."
        raise InvalidData(message, hint="Look at what it predicts for these rows.")
    written = {each.name: each.expression for each in slices}
    found = [whole]
    for part, some in SlicedRows(record, slices).parts(told):
        name = slice_of(part) or ""
        state = _part(record, some, name, written[name])
        found += [] if state is None else [state]
    return tuple(found)


def _part(
    record: VersionRecord, rows: pl.DataFrame, name: str = "", expression: str = ""
) -> VersionTestPart | None:
    state = state_of(rows, record.signature)
    if state is None:
        return None
    return VersionTestPart(
        slice=name, expression=expression, labelled=state.labelled, state=state.encode()
    )


def _compared(
    candidate: Candidate,
    champion: Candidate,
    rows: AnsweredTable,
    slices: Sequence[SliceRecord],
) -> PairedReport:
    record, other = candidate.record, champion.record
    pairing = Pairing(record, other, slices=_of_inputs(record, slices))
    theirs = Rerun(other, champion.model).answer(rows.given)
    places = theirs.places
    if len(places):
        pairing.add(
            PairedRows(
                names=places.cast(pl.String),
                labels=rows.labels[places],
                inputs=rows.inputs[places],
                one=rows.outputs[places],
                other=theirs.outputs,
            )
        )
    return paired_report(
        pairing,
        Side(record=record, reference=candidate.reference),
        Side(record=other, reference=champion.reference),
        source="test",
        cut=False,
        refused=rows.given.height - pairing.rows,
    )


def _of_inputs(record: VersionRecord, slices: Sequence[SliceRecord]) -> list[Slice]:
    """Return the slices that can be told of pairs: those that speak of inputs alone."""
    found: list[Slice] = []
    for each in slices:
        try:
            found += input_slices({each.name: each.expression}, record)
        except InvalidArgument:
            continue
    return found
