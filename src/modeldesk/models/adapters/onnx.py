"""ONNX files, run by onnxruntime on the processor.

Two shapes of model are served: one input tensor ``[rows, features]``, whose columns are the
reference's in order, and one input for each feature, by name. Of the outputs the first is the
prediction; a second one holds the probabilities of a classifier, as a tensor ``[rows, classes]``
or as the list of dictionaries that ``ZipMap`` makes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modeldesk.errors import Corrupt, InvalidData, ModelFailed, UnsupportedModel
from modeldesk.models.adapters.onnx_graph import check_contained, class_labels
from modeldesk.models.adapters.tables import needed
from modeldesk.models.port import Facts, Frames, Model, Numbers, Predicted, not_of, single_values
from modeldesk.schema import Signature

ONNX = "model.onnx"
_CLASSES = "classes.json"
_THREADS = 2
"""Threads of one model's operators: many small batches run beside each other already."""
_TABLE = 2
"""Dimensions of rows and columns."""
_LABEL_AND_SCORES = 2
_TYPES: Mapping[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(int8)": np.int8,
    "tensor(int16)": np.int16,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(uint8)": np.uint8,
    "tensor(uint16)": np.uint16,
    "tensor(uint32)": np.uint32,
    "tensor(uint64)": np.uint64,
    "tensor(bool)": np.bool_,
    "tensor(string)": np.object_,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxFile:
    """The content of an ONNX file."""

    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Input:
    """One tensor that a model takes."""

    name: str
    type: type[np.generic]
    batch: int | None
    """Rows that it takes at once; ``None``: any number."""
    width: int | None
    """Values of a row; ``None``: any number, 0: a row is a single value without a dimension."""


class OnnxModel:
    """A session of onnxruntime.

    Parameters
    ----------
    path
        File of the model, in a folder of its own.
    classes
        Labels of a classifier in the order of its probabilities.
    """

    def __init__(self, path: Path, *, classes: tuple[int | str, ...]) -> None:
        self._session = _session(path)
        self._inputs = tuple(_input(given) for given in self._session.get_inputs())
        self._classes = classes
        outputs = [output.name for output in self._session.get_outputs()]
        if len(outputs) > _LABEL_AND_SCORES:
            message = f"The model has {len(outputs)} outputs: {', '.join(outputs)}."
            hint = "One is served, or two of a classifier: its labels and its probabilities."
            raise UnsupportedModel(message, hint=hint)
        self._single = len(self._inputs) == 1
        self._one_by_one = any(given.batch == 1 for given in self._inputs)

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names of the inputs; a single tensor names none."""
        return None if self._single else tuple(given.name for given in self._inputs)

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """The classifier's labels."""
        return self._classes

    @property
    def declared(self) -> Signature | None:
        """What missing values and categories are is told from the reference."""
        return None

    @property
    def steady(self) -> bool:
        """It computes, and waits for nothing."""
        return True

    @property
    def numbers(self) -> Numbers | None:
        """The same, of a model that takes one tensor of fractional numbers, for any rows."""
        (given, *others) = self._inputs
        plain = issubclass(given.type, np.floating) and given.width != 0
        return self._answered if plain and not others and not self._one_by_one else None

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Run the session; row by row where the model was exported for one row."""
        tensors = self._tensors(inputs)
        if not self._one_by_one:
            return self._predicted(self._run(tensors), inputs.height)
        each = [
            self._predicted(self._run({name: t[row : row + 1] for name, t in tensors.items()}), 1)
            for row in range(inputs.height)
        ]
        scores = [found.scores for found in each if found.scores is not None]
        return Predicted(
            values=np.concatenate([found.values for found in each]),
            scores=np.concatenate(scores) if scores else None,
        )

    def _answered(self, rows: npt.NDArray[np.float64]) -> Predicted:
        (given,) = self._inputs
        return self._predicted(self._run({given.name: rows.astype(given.type)}), len(rows))

    def _run(self, tensors: dict[str, npt.NDArray[np.generic]]) -> list[Any]:
        try:
            found: list[Any] = self._session.run(None, tensors)
        except Exception as error:
            reason = str(error).strip().splitlines()[0]
            message = f"The model raised {type(error).__name__}: {reason}."
            raise ModelFailed(message) from error
        return found

    def _tensors(self, inputs: pl.DataFrame) -> dict[str, npt.NDArray[np.generic]]:
        if not self._single:
            return {given.name: _tensor(inputs, (given.name,), given) for given in self._inputs}
        (given,) = self._inputs
        if given.width is not None and (given.width or 1) != _width(inputs):
            message = f"The model takes {given.width or 1} columns, not {_width(inputs)}."
            raise InvalidData(message, hint=f"The reference gives: {', '.join(inputs.columns)}.")
        return {given.name: _tensor(inputs, inputs.columns, given)}

    def _predicted(self, found: list[Any], rows: int) -> Predicted:
        values = np.asarray(found[0])
        scores = self._scores(found[1], rows) if len(found) > 1 and self._classes else None
        return Predicted(values=single_values(values, rows), scores=scores)

    def _scores(self, found: Any, rows: int) -> npt.NDArray[np.float64]:  # noqa: ANN401  # a tensor or a list
        if isinstance(found, list):
            found = [[row[label] for label in self._classes] for row in found]
        scores = np.asarray(found, dtype=np.float64)
        if scores.shape != (rows, len(self._classes)):
            message = f"The model gave probabilities of the shape {scores.shape} for {rows} rows."
            raise ModelFailed(message, hint=f"It has {len(self._classes)} classes.")
        return scores


class OnnxAdapter:
    """Serves ONNX files."""

    @property
    def flavor(self) -> str:
        """Return ``onnx``."""
        return "onnx"

    def accepts(self, thing: object) -> bool:
        """Say whether the object is the content of a file, or a model in memory."""
        onnx = sys.modules.get("onnx")
        return isinstance(thing, OnnxFile) or (
            onnx is not None and isinstance(thing, onnx.ModelProto)
        )

    def wrap(self, thing: object, *, frames: Frames | None) -> Model:
        """Return a session for the model."""
        del frames
        with tempfile.TemporaryDirectory(prefix="modeldesk-") as folder:
            self.save(thing, Path(folder), frames=None, trust_pickle=False)
            return self.load(Path(folder))

    def describe(self, thing: object) -> Facts:
        """Return what runs the model; a file says nothing of parameters."""
        del thing
        return Facts(modules=("onnxruntime", "numpy"))

    def save(
        self, thing: object, folder: Path, *, frames: Frames | None, trust_pickle: bool
    ) -> None:
        """Write the file as it is, and the labels of its classes."""
        del frames, trust_pickle
        content = _content(thing)
        graph = _read(content)
        check_contained(graph)
        (folder / ONNX).write_bytes(content)
        (folder / _CLASSES).write_text(json.dumps(class_labels(graph)))

    def load(self, folder: Path) -> Model:
        """Start a session; the file is not needed afterwards."""
        classes = tuple(json.loads((folder / _CLASSES).read_text()))
        return OnnxModel(folder / ONNX, classes=classes)


def load_onnx(path: Path) -> OnnxFile:
    """Read an ONNX file, to be published.

    Raises
    ------
    Corrupt
        When it is none.
    NotFound
        When onnx or onnxruntime is not installed.
    """
    file = OnnxFile(content=path.read_bytes())
    _read(file.content)
    return file


def _content(thing: object) -> bytes:
    if isinstance(thing, OnnxFile):
        return thing.content
    if not hasattr(thing, "SerializeToString"):
        raise not_of(thing, "ONNX")
    content: bytes = thing.SerializeToString()
    return content


def _read(content: bytes) -> Any:  # noqa: ANN401  # untyped library
    onnx = needed("onnx", extra="onnx")
    try:
        model = onnx.load_model_from_string(content)
    except Exception as error:
        message = f"The file cannot be read as an ONNX model: {error}."
        raise Corrupt(message, hint="Export the model anew.") from error
    if not model.graph.node:
        message = "The file is no ONNX model: it has no operators."
        raise Corrupt(message, hint="Export the model anew.")
    return model.graph


def _session(path: Path) -> Any:  # noqa: ANN401  # untyped library
    runtime = needed("onnxruntime", extra="onnx")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # failures are raised
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        message = f"The ONNX model cannot be loaded: {reason}."
        raise Corrupt(message, hint="Export it with operators of plain ONNX.") from error


def _input(given: Any) -> _Input:  # noqa: ANN401  # untyped library
    wanted = "[rows, features], or one input [rows, 1] for each feature"
    if given.type not in _TYPES:
        message = f"The input {given.name!r} is a {given.type}, not a tensor of plain values."
        raise UnsupportedModel(message, hint=f"Export the model with the input {wanted}.")
    shape = list(given.shape)
    if len(shape) not in {1, _TABLE}:
        told = "unknown rank" if not shape else f"the shape {shape}"
        message = f"The input {given.name!r} has {told}."
        raise UnsupportedModel(message, hint=f"Export the model with the input {wanted}.")
    batch = shape[0] if isinstance(shape[0], int) else None
    if batch not in {None, 1}:
        message = f"The input {given.name!r} takes exactly {batch} rows at once."
        hint = "Export the model with a dynamic first dimension."
        raise UnsupportedModel(message, hint=hint)
    last = shape[1] if len(shape) == _TABLE else 0
    width = last if isinstance(last, int) else None
    return _Input(name=given.name, type=_TYPES[given.type], batch=batch, width=width)


def _tensor(inputs: pl.DataFrame, names: Sequence[str], given: _Input) -> npt.NDArray[np.generic]:
    """Return columns as the tensor that an input wants."""
    columns = [inputs[name] for name in names]
    try:
        if len(columns) == 1 and isinstance(columns[0].dtype, pl.Array):
            return columns[0].to_numpy().astype(given.type)
        arrays = [_values(column, given) for column in columns]
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        message = f"The input {given.name!r} takes {given.type.__name__} values: {error}."
        raise ModelFailed(message) from error
    return arrays[0] if given.width == 0 else np.column_stack(arrays)


def _width(inputs: pl.DataFrame) -> int:
    """Return how many values a row has; a vector counts as many as it is long."""
    kinds = inputs.schema.values()
    return sum(kind.size if isinstance(kind, pl.Array) else 1 for kind in kinds)


def _values(column: pl.Series, given: _Input) -> npt.NDArray[np.generic]:
    if given.type is np.object_:
        # onnxruntime knows no missing strings.
        return np.array(column.cast(pl.String).fill_null("").to_list(), dtype=object)
    if column.dtype == pl.String:
        message = f"column {column.name!r} holds strings"
        raise TypeError(message)
    if column.null_count() and not issubclass(given.type, np.floating):
        message = f"column {column.name!r} has missing values"
        raise ValueError(message)
    return (
        column.cast(pl.Float64 if column.null_count() else column.dtype)
        .to_numpy()
        .astype(given.type)
    )
