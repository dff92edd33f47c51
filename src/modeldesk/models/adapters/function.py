"""Python functions, kept by import path: the code stays where it is installed.

A function takes a table and answers one value per row, or it takes one row, each feature as a
parameter with a type hint. Either may be asynchronous, or a generator: over a table it yields one
answer per row; over one row it yields answers that become better, of which the last one counts.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from modeldesk.errors import ModelFailed, NotFound, UnsupportedModel
from modeldesk.models.adapters.answering import Answering, answers
from modeldesk.models.adapters.hints import Parameter, declared, hints_of, row_parameters
from modeldesk.models.adapters.tables import pandas_frame
from modeldesk.models.port import Facts, Frames, Model, Numbers, Predicted, not_of
from modeldesk.schema import Signature

_PATH = "function.txt"
_FRAMES = "frames.txt"
_ARRAY = "ndarray"


class FunctionModel:
    """A function from a table of inputs to one value per row."""

    def __init__(self, function: Callable[..., object], *, table: Frames) -> None:
        self._answering = Answering(function)
        self._table = table

    @property
    def features(self) -> tuple[str, ...] | None:
        """A function names no inputs: it takes the reference's columns."""
        return None

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """A function names no classes."""
        return ()

    @property
    def declared(self) -> Signature | None:
        """A table says nothing of its columns."""
        return None

    @property
    def steady(self) -> bool:
        """A function may do anything."""
        return False

    @property
    def numbers(self) -> Numbers | None:
        """A function is given what it asks for."""
        return None

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Call the function with the table."""
        given: object = inputs
        if self._table == Frames.PANDAS:
            given = pandas_frame(inputs)
        elif self._table == Frames.NUMPY:
            given = inputs.to_numpy()
        return Predicted(values=answers(_called(lambda: self._answering.of_table(given)), inputs))


class RowFunctionModel:
    """A function of one row, whose parameters are the features."""

    def __init__(self, function: Callable[..., object], parameters: tuple[Parameter, ...]) -> None:
        self._answering = Answering(function)
        self._parameters = parameters
        self._declared = declared(function, parameters)

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names of the parameters."""
        return tuple(parameter.column.name for parameter in self._parameters)

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """What the function is hinted to answer one of."""
        return tuple(label for column in self._declared.outputs for label in column.categories)

    @property
    def declared(self) -> Signature | None:
        """What the hints say."""
        return self._declared

    @property
    def steady(self) -> bool:
        """A function may do anything."""
        return False

    @property
    def numbers(self) -> Numbers | None:
        """A function is given what it asks for."""
        return None

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Call the function with each row; asynchronous ones with many rows at once."""
        rows = [self._arguments(row) for row in inputs.iter_rows(named=True)]
        return Predicted(values=answers(_called(lambda: self._answering.of_rows(rows)), inputs))

    def _arguments(self, row: dict[str, Any]) -> dict[str, object]:
        given: dict[str, object] = {}
        for parameter in self._parameters:
            value = row[parameter.column.name]
            if value is None and parameter.default:
                continue
            if value is not None and parameter.enum is not None:
                try:
                    value = parameter.enum(value)
                except ValueError as error:
                    message = f"The function takes no {parameter.column.name} {value!r}."
                    hint = f"It takes {', '.join(parameter.column.categories)}."
                    raise ModelFailed(message, hint=hint) from error
            given[parameter.column.name] = value
        return given


class FunctionAdapter:
    """Serves functions that can be imported by ``package.module:name``."""

    @property
    def flavor(self) -> str:
        """Return ``function``."""
        return "function"

    def accepts(self, thing: object) -> bool:
        """Say whether the object is a plain function."""
        return inspect.isfunction(thing)

    def wrap(self, thing: object, *, frames: Frames | None) -> Model:
        """Return a model around the function."""
        if not inspect.isfunction(thing):
            raise not_of(thing, "Python functions")
        parameters = row_parameters(thing)
        if parameters is not None:
            return RowFunctionModel(thing, parameters)
        return FunctionModel(thing, table=_table_of(thing, frames))

    def describe(self, thing: object) -> Facts:
        """Return the module that the function is in."""
        return Facts(modules=(str(getattr(thing, "__module__", "")),))

    def save(
        self, thing: object, folder: Path, *, frames: Frames | None, trust_pickle: bool
    ) -> None:
        """Write the function's import path."""
        del trust_pickle
        path = f"{getattr(thing, '__module__', '')}:{getattr(thing, '__qualname__', '')}"
        if path.startswith("__main__:") or "<" in path:
            message = f"The function {path!r} cannot be imported by another process."
            hint = "Move it to the top level of a module that is installed where it is served."
            raise UnsupportedModel(message, hint=hint)
        (folder / _PATH).write_text(path)
        if frames is not None:
            (folder / _FRAMES).write_text(frames)

    def load(self, folder: Path) -> Model:
        """Import the function again."""
        told = folder / _FRAMES
        frames = Frames(told.read_text()) if told.is_file() else None
        return self.wrap(load_import_path((folder / _PATH).read_text()), frames=frames)


def load_import_path(path: str) -> object:
    """Return what ``package.module:name`` names.

    Raises
    ------
    NotFound
        When the module cannot be imported or has no such name.
    """
    module, _, name = path.partition(":")
    try:
        found: object = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError, ValueError) as error:
        message = f"{path!r} cannot be imported: {error}."
        hint = "Install its package where modeldesk runs, and write package.module:name."
        raise NotFound(message, hint=hint) from error
    return found


def _called(call: Callable[[], list[object] | object]) -> object:
    try:
        return call()
    except ModelFailed:
        raise
    except Exception as error:
        message = f"The function raised {type(error).__name__}: {error}."
        raise ModelFailed(message) from error


def _table_of(function: Callable[..., object], frames: Frames | None) -> Frames:
    """Return what sort of table a function takes, by the hint of its only parameter."""
    (name,) = inspect.signature(function).parameters
    hints = hints_of(function)
    # A hint that only a type checker can read is a string here.
    hint = (hints or function.__annotations__).get(name)
    told = hint if isinstance(hint, str) else f"{getattr(hint, '__module__', '')}.{hint!r}"
    if _ARRAY in told or "NDArray" in told:
        return Frames.NUMPY
    if told.startswith(("pd.", "pandas")):
        return Frames.PANDAS
    return Frames.POLARS if "polars" in told or told.startswith("pl.") or not frames else frames
