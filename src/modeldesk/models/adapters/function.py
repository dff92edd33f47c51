"""Python functions, kept by import path: the code stays where it is installed."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from modeldesk.errors import ModelFailed, NotFound, UnsupportedModel
from modeldesk.models.port import Model, Predicted

_PATH = "function.txt"


class FunctionModel:
    """A function from a table of inputs to one value per row."""

    def __init__(self, function: Callable[[pl.DataFrame], object]) -> None:
        self._function = function

    @property
    def features(self) -> tuple[str, ...] | None:
        """A function names no inputs: it takes the reference's columns."""
        return None

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """A function names no classes."""
        return ()

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Call the function with the table."""
        try:
            answer = self._function(inputs)
        except Exception as error:
            message = f"The function raised {type(error).__name__}: {error}."
            raise ModelFailed(message) from error
        values = np.asarray(answer)
        if values.shape != (inputs.height,) or values.dtype.kind not in "biufUS":
            message = (
                f"The function answered {type(answer).__name__} of shape {values.shape} and "
                f"type {values.dtype} for {inputs.height} rows."
            )
            raise ModelFailed(message, hint="Return one number or string per row.")
        return Predicted(values=values)


class FunctionAdapter:
    """Serves functions that can be imported by ``package.module:name``."""

    @property
    def flavor(self) -> str:
        """Return ``function``."""
        return "function"

    def accepts(self, thing: object) -> bool:
        """Say whether the object is a plain function."""
        return inspect.isfunction(thing)

    def wrap(self, thing: object, *, frames: str) -> Model:
        """Return a model around the function."""
        del frames
        if not inspect.isfunction(thing):
            message = f"A {type(thing).__name__} is not a function."
            raise UnsupportedModel(message)
        return FunctionModel(thing)

    def save(self, thing: object, folder: Path, *, frames: str, trust_pickle: bool) -> None:
        """Write the function's import path."""
        del frames, trust_pickle
        path = f"{getattr(thing, '__module__', '')}:{getattr(thing, '__qualname__', '')}"
        if path.startswith("__main__:") or "<" in path:
            message = f"The function {path!r} cannot be imported by another process."
            hint = "Move it to the top level of a module that is installed where it is served."
            raise UnsupportedModel(message, hint=hint)
        (folder / _PATH).write_text(path)

    def load(self, folder: Path) -> Model:
        """Import the function again."""
        return self.wrap(load_import_path((folder / _PATH).read_text()), frames="polars")


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
