"""What another version says about the inputs of a logged prediction; nothing is logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from modeldesk.errors import Incompatible
from modeldesk.schema import Signature, Value, polars_type
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.reading import Reader
from modeldesk.services.registry import Registry
from modeldesk.services.rerun import Rerun
from modeldesk.services.version_comparison import check_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The answer of a version."""

    version: int
    signature: Signature
    outputs: Mapping[str, Value]


class SecondOpinion:
    """Asks versions about logged rows.

    Parameters
    ----------
    registry
        Loads versions.
    reader
        Finds the rows.
    """

    def __init__(self, registry: Registry, reader: Reader) -> None:
        self._registry = registry
        self._reader = reader

    def versions(self, name: str) -> tuple[int, ...]:
        """Return the numbers of the versions that can be asked: those that are served here."""
        return tuple(
            view.number for view in self._registry.versions(name) if view.flavor != EXTERNAL
        )

    def of(self, prediction_id: str, version: int) -> Opinion:
        """Have a version predict a logged row's inputs.

        Its model is loaded for this: the copies that answer requests are not asked.

        Parameters
        ----------
        prediction_id
            The row.
        version
            Number of the version.

        Raises
        ------
        NotFound
            When there is no such prediction or version.
        Incompatible
            When the log does not keep an input, or the version does not take the row.
        UnsupportedModel, ModelFailed
            When the version is served elsewhere, cannot be loaded, or fails.
        """
        view = self._reader.prediction(prediction_id)
        record = self._registry.record(view.model, version)
        logged = self._registry.record(view.model, view.version)
        check_kept(record, logged)
        types = {column.name: polars_type(column) for column in logged.signature.inputs}
        row = pl.DataFrame([dict(view.inputs)], schema=types)
        answers = Rerun(record, self._registry.load(record)).answer(row)
        if not answers.outputs.height:
            message = f"Version {version} of {view.model!r} has no answer to this row."
            raise Incompatible(message, hint="A value does not fit it, or its model failed.")
        return Opinion(
            version=version,
            signature=record.signature,
            outputs=answers.outputs.row(0, named=True),
        )
