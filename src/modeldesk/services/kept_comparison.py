"""A comparison as it is kept with a version: bounded, without inputs, and with a format."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from modeldesk.errors import Corrupt
from modeldesk.services.paired_views import Disagreement, PairedReport, Shown
from modeldesk.store import Parameter

FORMAT = 1
MOST_CLASSES = 100
"""Classes whose improvements and regressions are kept: those with most rows."""
MOST_COLUMNS = 200
"""Changed columns of the reference that are kept, the largest change first."""
MOST_NOTES = 200
LONGEST_TEXT = 200
"""Characters of a label, a prediction or a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    format: int
    report: PairedReport


def encode_comparison(report: PairedReport) -> str:
    """Return a comparison as JSON, without what grows with the rows or is in the table anyway.

    Inputs are left out: a test set may hold what must not be kept. The place of a row in the
    table says which one it is.
    """
    return msgspec.json.encode(_Kept(format=FORMAT, report=_bounded(report))).decode()


def decode_comparison(text: str) -> PairedReport:
    """Read what `encode_comparison` wrote.

    Raises
    ------
    Corrupt
        When it is something else, or of a newer program.
    """
    try:
        found = msgspec.json.decode(text, type=_Kept)
    except msgspec.MsgspecError as error:
        message = f"A kept comparison cannot be read: {error}."
        raise Corrupt(message, hint="Restore the database from a backup.") from error
    if found.format != FORMAT:
        message = f"A kept comparison has format {found.format}; known is {FORMAT}."
        raise Corrupt(message, hint="Read it with the program that wrote it, or a newer one.")
    return found.report


def _bounded(report: PairedReport) -> PairedReport:
    largest = sorted(report.classes, key=lambda change: (-change.rows, change.name))
    kept = {change.name for change in largest[:MOST_CLASSES]}
    reference = replace(report.reference, columns=report.reference.columns[:MOST_COLUMNS])
    return replace(
        report,
        classes=tuple(
            replace(change, name=change.name[:LONGEST_TEXT])
            for change in report.classes
            if change.name in kept
        ),
        disagreements=tuple(map(_row, report.disagreements)),
        notes=tuple(
            replace(note, one=_cut_note(note.one), other=_cut_note(note.other))
            for note in report.notes[:MOST_NOTES]
        ),
        reference=reference,
    )


def _row(row: Disagreement) -> Disagreement:
    return replace(
        row,
        label=None if row.label is None else row.label[:LONGEST_TEXT],
        one=_cut(row.one),
        other=_cut(row.other),
        inputs={},
    )


def _cut(value: Shown) -> Shown:
    return value[:LONGEST_TEXT] if isinstance(value, str | tuple) else value


def _cut_note(value: Parameter) -> Parameter:
    return value[:LONGEST_TEXT] if isinstance(value, str | tuple) else value
