"""A handful of rows, predicted without a table where they are plain values.

Making a table of Polars' for each batch, and taking it apart again, takes longer than a quick
model takes to predict a few rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from modeldesk.clock import microseconds
from modeldesk.schema import (
    FEW,
    FewColumns,
    FewRows,
    Kind,
    LogPolicy,
    RowDecoder,
    Signature,
    Value,
    polars_type,
)
from modeldesk.services.job import Job
from modeldesk.services.keeping import written
from modeldesk.services.outputs import output_frame, output_values
from modeldesk.services.runner import Runner
from modeldesk.store import TIME

Row = tuple[Value, ...]


class Handful:
    """Predicts a few rows of a version.

    Parameters
    ----------
    signature
        The version's.
    decoder
        Makes tables for models that want one.
    """

    def __init__(self, signature: Signature, decoder: RowDecoder) -> None:
        self._signature = signature
        self._decoder = decoder
        columns = (*signature.inputs, signature.prediction, *signature.scores)
        types = {column.name: polars_type(column) for column in columns}
        # A handful keeps times as numbers; those that rows hold are Python's.
        plain = all(dtype != pl.Datetime("us", "UTC") for dtype in types.values())
        stamped = types | {TIME: pl.Datetime("us", "UTC")}
        self._columns = FewColumns.like(stamped) if plain else None
        self._numbers = all(column.kind is Kind.FLOAT for column in signature.inputs)

    def rows(self, jobs: Sequence[Job], policy: LogPolicy) -> list[Row] | None:
        """Return the rows of all jobs; ``None`` where they need a table."""
        if self._columns is None or policy.drop or policy.hash:
            return None
        found: list[Row] = []
        for job in jobs:
            if isinstance(job.rows, pl.DataFrame) or any(key is not None for key in job.row_ids):
                return None
            found += job.rows
        return found if len(found) <= FEW else None

    def predicted(self, rows: Sequence[Row], jobs: Sequence[Job], runner: Runner) -> FewRows:
        """Return the rows with their outputs and times."""
        assert self._columns is not None  # noqa: S101 - or there were no rows
        if self._numbers and runner.numbers:
            predicted = runner.ask_numbers(np.array(rows, dtype=np.float64), jobs)
        else:
            predicted = runner.ask(self._decoder.frame(rows), jobs)
        outputs = output_values(predicted, self._signature)
        if outputs is None:
            table = output_frame(predicted, self._signature)
            outputs = [column.to_list() for column in table.get_columns()]
        times = [microseconds(time) for job in jobs for time in job.times]
        values = [*zip(*rows, strict=True), *outputs, times]
        return FewRows(columns=self._columns, values=values)


def written_few(rows: FewRows, policy: LogPolicy) -> FewRows | pl.DataFrame:
    """Return what of a few rows goes into the log, under a policy for which there are such."""
    if _within(rows, policy.max_text_characters):
        return rows
    return written(rows.frame(), policy)


def _within(rows: FewRows, characters: int) -> bool:
    """Whether no text is longer."""
    return all(
        len(text) <= characters
        for letter, values in zip(rows.columns.types, rows.values, strict=True)
        if letter == "s"
        for text in values
        if isinstance(text, str)
    )
