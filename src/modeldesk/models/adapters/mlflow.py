"""Models of MLflow, by ``mlflow:`` URI; what is kept is a copy of the model's folder.

Loading such a model may run code from its files: it is a pickle more often than not. So they are
read only where somebody vouches for them, on the command line and from Python.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from modeldesk.errors import Corrupt, ModelFailed, NotFound, UnsafeArtefact
from modeldesk.models.adapters.tables import needed, pandas_frame
from modeldesk.models.port import (
    Adapter,
    Facts,
    Frames,
    Model,
    Numbers,
    Predicted,
    not_of,
    single_values,
)
from modeldesk.schema import Column, Example, Kind, Signature

SCHEME = "mlflow:"
_ZIP = "mlflow.zip"
_MLMODEL = "MLmodel"
_REGISTRY = ("models:", "runs:")

_KINDS: Mapping[str, Kind] = {
    "boolean": Kind.BOOLEAN,
    "integer": Kind.INTEGER,
    "long": Kind.INTEGER,
    "float": Kind.FLOAT,
    "double": Kind.FLOAT,
    "string": Kind.TEXT,
    "datetime": Kind.DATETIME,
}
_SMALLER = {"integer": "int32", "float": "float32"}
"""Types of a signature that MLflow does not take larger numbers for."""


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class MlflowSource:
    """A model of MLflow's that somebody vouched for, as it was when it was named."""

    uri: str
    """Without the leading ``mlflow:``: a folder, ``models:/name@alias``, ``models:/name/3``, or
    ``runs:/id/model``."""
    folder: Path
    """Where its files are."""


class MlflowModel:
    """A model in MLflow's own wrapping, which any of its flavors has.

    Parameters
    ----------
    folder
        The model's folder.
    adapters
        Those of other libraries: a model that one of them serves tells its classes and scores.
    """

    def __init__(self, folder: Path, adapters: tuple[Adapter, ...]) -> None:
        self._pyfunc = _loaded(folder)
        self._declared = _declared(self._pyfunc.metadata)
        specs = () if self._declared is None else self._pyfunc.metadata.signature.inputs.inputs
        self._smaller = {
            spec.name: _SMALLER[spec.type.name] for spec in specs if spec.type.name in _SMALLER
        }
        self._inner = _inner(self._pyfunc, adapters)

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names of the signature's inputs, or those that the model inside knows."""
        if self._declared is not None:
            return tuple(column.name for column in self._declared.inputs)
        return None if self._inner is None else self._inner.features

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """The classes of the model inside."""
        return () if self._inner is None else self._inner.classes

    @property
    def declared(self) -> Signature | None:
        """The inputs of MLflow's signature, where it names columns."""
        return self._declared

    @property
    def steady(self) -> bool:
        """As the model is that MLflow only wraps; of others nothing is known."""
        return self._inner is not None and self._inner.steady

    @property
    def numbers(self) -> Numbers | None:
        """As the model inside has it."""
        return None if self._inner is None else self._inner.numbers

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Ask the model inside, or MLflow's wrapping of it."""
        if self._inner is not None:
            return self._inner.predict(inputs)
        try:
            table = pandas_frame(inputs)
            answer = self._pyfunc.predict(table.astype(self._smaller) if self._smaller else table)
            values = np.asarray(answer)
        except Exception as error:
            message = f"The model raised {type(error).__name__}: {error}."
            raise ModelFailed(message) from error
        return Predicted(values=single_values(values, inputs.height))


class MlflowAdapter:
    """Serves models of MLflow's.

    Parameters
    ----------
    adapters
        Those of other libraries.
    """

    def __init__(self, adapters: tuple[Adapter, ...]) -> None:
        self._adapters = adapters

    @property
    def flavor(self) -> str:
        """Return ``mlflow``."""
        return "mlflow"

    def accepts(self, thing: object) -> bool:
        """Say whether the object names a model of MLflow's."""
        return isinstance(thing, MlflowSource)

    def wrap(self, thing: object, *, frames: Frames | None) -> Model:
        """Load the model."""
        del frames
        return MlflowModel(_source(thing).folder, self._adapters)

    def describe(self, thing: object) -> Facts:
        """Return the libraries of the model's flavors and the run's parameters."""
        metadata = _mlflow().models.Model.load(str(_source(thing).folder))
        flavors = [flavor for flavor in metadata.flavors if flavor != "python_function"]
        return Facts(modules=("mlflow", *flavors), parameters=_run_parameters(metadata.run_id))

    def save(
        self, thing: object, folder: Path, *, frames: Frames | None, trust_pickle: bool
    ) -> None:
        """Write the model's folder into one file.

        Raises
        ------
        UnsafeArtefact
            Without ``trust_pickle``.
        """
        del frames
        source = _source(thing)
        if not trust_pickle:
            raise not_trusted(source.uri)
        with zipfile.ZipFile(folder / _ZIP, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(path for path in source.folder.rglob("*") if path.is_file()):
                archive.write(file, file.relative_to(source.folder))

    def load(self, folder: Path) -> Model:
        """Unpack the model's folder, which stays as long as the model, and load it."""
        place = Path(tempfile.mkdtemp(prefix="modeldesk-mlflow-"))
        try:
            with zipfile.ZipFile(folder / _ZIP) as archive:
                archive.extractall(place)
            model = MlflowModel(place, self._adapters)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        weakref.finalize(model, shutil.rmtree, place, ignore_errors=True)
        return model


def mlflow_source(uri: str, *, trust_pickle: bool) -> MlflowSource:
    """Return the model that an ``mlflow:`` URI names, fetched from MLflow's store.

    Raises
    ------
    UnsafeArtefact
        When nobody vouched for it.
    NotFound
        When there is no such model, or MLflow is not installed.
    """
    place = uri.removeprefix(SCHEME)
    if not trust_pickle:
        raise not_trusted(place)
    if not place.startswith(_REGISTRY):
        return MlflowSource(uri=place, folder=_checked(Path(place.removeprefix("file://"))))
    folder = Path(tempfile.mkdtemp(prefix="modeldesk-mlflow-"))
    try:
        source = MlflowSource(uri=place, folder=_checked(_fetched(place, folder)))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(source, shutil.rmtree, folder, ignore_errors=True)
    return source


def not_trusted(place: str) -> UnsafeArtefact:
    """Return the error for a model of MLflow's that nobody vouched for."""
    message = f"Loading {place} by MLflow may run code that its author chose."
    return UnsafeArtefact(message, hint="If you trust its author, add --trust-pickle.")


def _source(thing: object) -> MlflowSource:
    if not isinstance(thing, MlflowSource):
        raise not_of(thing, "MLflow")
    return thing


def _mlflow() -> Any:  # noqa: ANN401  # an optional library
    # Before its first import: a model server tells nobody what it does.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    return needed("mlflow", extra="mlflow")


def _fetched(uri: str, folder: Path) -> Path:
    mlflow = _mlflow()
    try:
        return Path(mlflow.artifacts.download_artifacts(uri, dst_path=str(folder)))
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        message = f"MLflow cannot find {uri}: {reason}."
        hint = "Set MLFLOW_TRACKING_URI; write models:/name@alias, models:/name/3, runs:/id/model."
        raise NotFound(message, hint=hint) from error


def _checked(folder: Path) -> Path:
    if not (folder / _MLMODEL).is_file():
        message = f"There is no model of MLflow's in {folder}."
        raise NotFound(message, hint=f"Name the folder with the file {_MLMODEL}.")
    return folder


def _run_parameters(run_id: str | None) -> dict[str, object]:
    """Return what the run logged that made the model, if it can be asked."""
    mlflow = _mlflow()
    if run_id is None:
        return {}
    try:
        return dict(mlflow.MlflowClient().get_run(run_id).data.params)
    except mlflow.exceptions.MlflowException:
        return {}


def _loaded(folder: Path) -> Any:  # noqa: ANN401  # an optional library
    mlflow = _mlflow()
    try:
        return mlflow.pyfunc.load_model(str(folder))
    except Exception as error:
        message = f"MLflow cannot load the model: {type(error).__name__}: {error}."
        hint = "Load it with the library versions it was made with."
        raise Corrupt(message, hint=hint) from error


def _inner(pyfunc: Any, adapters: tuple[Adapter, ...]) -> Model | None:  # noqa: ANN401  # an optional library
    """Return the model inside as its own adapter serves it, where that is what MLflow asks."""
    config = pyfunc.metadata.flavors.get("python_function", {})
    if config.get("predict_fn", "predict") != "predict":
        return None
    try:
        raw = pyfunc.get_raw_model()
    except (AttributeError, NotImplementedError, _mlflow().exceptions.MlflowException):
        return None
    for adapter in adapters:
        if adapter.accepts(raw):
            return adapter.wrap(raw, frames=Frames.PANDAS)
    return None


def _declared(metadata: Any) -> Signature | None:  # noqa: ANN401  # an optional library
    """Return the inputs of MLflow's signature; ``None`` where it does not name columns."""
    signature = metadata.signature
    if signature is None or signature.inputs is None or signature.inputs.is_tensor_spec():
        return None
    columns = []
    for spec in signature.inputs.inputs:
        kind = _KINDS.get(getattr(spec.type, "name", ""))
        if spec.name is None or kind is None:
            return None
        columns.append(
            Column(name=spec.name, kind=kind, optional=not spec.required, example=_TYPICAL[kind])
        )
    return Signature(inputs=tuple(columns)) if columns else None


_TYPICAL: Mapping[Kind, Example] = {
    Kind.BOOLEAN: False,
    Kind.INTEGER: 0,
    Kind.FLOAT: 0.0,
    Kind.TEXT: "text",
    Kind.DATETIME: "2026-01-01T00:00:00+00:00",
}
