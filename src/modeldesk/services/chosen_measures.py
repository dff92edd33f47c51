"""What is asked of measures, and why there may be no figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from modeldesk.errors import InvalidArgument
from modeldesk.performance import known_measure
from modeldesk.services.row_states import is_measured
from modeldesk.store import VersionRecord


def check_asked(measures: Sequence[str] | None, confidence: float) -> None:
    """Refuse what would only be noticed once a row is labelled."""
    for name in measures or ():
        known_measure(name)
    if not 0 < confidence < 1:
        message = f"A confidence lies between 0 and 1; {confidence} does not."
        raise InvalidArgument(message, hint="Usual are 0.9, 0.95 and 0.99.")


def why_nothing(record: VersionRecord, start: datetime | None, end: datetime | None) -> str:
    """Say why a version has no figures."""
    if not is_measured(record.signature):
        column = record.signature.prediction
        return f"it predicts a {column.kind.value}, for which there are no measures"
    if start is not None or end is not None:
        return "no row of this range is labelled, or its labels are not evaluated yet"
    return "no row is labelled, or its labels are not evaluated yet"
