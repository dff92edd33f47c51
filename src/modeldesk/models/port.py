"""The port between the program and models of any library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from modeldesk.errors import InvalidArgument, ModelFailed, UnsupportedModel
from modeldesk.schema import Signature


class Frames(StrEnum):
    """What sort of tables a model is given."""

    PANDAS = "pandas"
    POLARS = "polars"
    NUMPY = "numpy"
    """One array, whose columns go by position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What a model answered for ``n`` rows."""

    values: npt.NDArray[np.generic]
    """The predictions, shape ``(n,)``: class labels or numbers."""
    scores: npt.NDArray[np.float64] | None = None
    """One probability per row and class, shape ``(n, k)``; ``None`` where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an adapter knows about a trained object, for the notes of its version."""

    modules: tuple[str, ...] = ()
    """Modules that the object needs when it is loaded."""
    parameters: Mapping[str, object] = field(default_factory=dict)
    """What it was configured with; not all of it can be written down."""


Numbers: TypeAlias = Callable[[npt.NDArray[np.float64]], Predicted]
"""Answers each row of an array, shape ``(n, columns)``, where missing values are NaN."""


class Model(Protocol):
    """A model in memory, ready to predict."""

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names of the inputs in the order the model wants; ``None`` where it knows none."""

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """Labels of a classifier in the order of its scores; empty for other models."""

    @property
    def declared(self) -> Signature | None:
        """What the model itself says of its inputs and outputs; ``None``: nothing.

        What it leaves open (ranges, categories, outputs) is told from the reference.
        """

    @property
    def steady(self) -> bool:
        """Whether its rows alone decide how long it takes: it computes, and waits for nothing.

        Such a model may predict in the thread of a server's event loop, where it is quick.
        """

    @property
    def numbers(self) -> Numbers | None:
        """What does the same as `predict` with numbers alone; ``None``: it wants a table."""

    def predict(self, inputs: pl.DataFrame) -> Predicted:
        """Answer each row of a table.

        Raises
        ------
        ModelFailed
            When the model raises or answers something of the wrong shape.
        """


class Adapter(Protocol):
    """Knows the models of one library: how to wrap, keep and load them."""

    @property
    def flavor(self) -> str:
        """Name under which versions remember their adapter."""

    def accepts(self, thing: object) -> bool:
        """Say whether the object is a model of this library, without importing it."""

    def wrap(self, thing: object, *, frames: Frames | None) -> Model:
        """Return a model around a trained object.

        Parameters
        ----------
        thing
            The trained object.
        frames
            What the object was trained on; ``None``: not known, so the adapter decides.
        """

    def describe(self, thing: object) -> Facts:
        """Return what is known about the object."""

    def save(
        self, thing: object, folder: Path, *, frames: Frames | None, trust_pickle: bool
    ) -> None:
        """Write the object into an empty folder, in a format that is safe to load."""

    def load(self, folder: Path) -> Model:
        """Read a model from its folder."""


def frames_named(name: str) -> Frames:
    """Return the sort of tables of that name, or raise `InvalidArgument`.

    >>> frames_named("pandas")
    <Frames.PANDAS: 'pandas'>
    """
    try:
        return Frames(name)
    except ValueError as error:
        message = f"{name!r} is no sort of tables."
        raise InvalidArgument(message, hint="Say pandas, polars or numpy.") from error


def one_per_row(shape: tuple[int, ...], rows: int) -> bool:
    """Whether an answer has one value for each row, as a list or as a single column.

    >>> one_per_row((3, 1), 3), one_per_row((3, 2), 3)
    (True, False)
    """
    return shape in {(rows,), (rows, 1)}


def single_values(found: npt.NDArray[np.generic], rows: int) -> npt.NDArray[np.generic]:
    """Return what a model answered as one value for each row.

    Parameters
    ----------
    found
        The answer, shape ``(n,)`` or ``(n, 1)``.
    rows
        How many rows were asked: ``n``.

    Returns
    -------
    numpy.ndarray
        The values, shape ``(n,)``.

    Raises
    ------
    ModelFailed
        When the answer has another shape.

    Examples
    --------
    >>> single_values(np.array([[1], [2]]), 2).tolist()
    [1, 2]
    """
    if not one_per_row(found.shape, rows):
        message = f"The model answered shape {found.shape} for {rows} rows."
        raise ModelFailed(message, hint="One value per row is expected.")
    return found.reshape(-1)


def not_of(thing: object, library: str) -> UnsupportedModel:
    """Return the error for an object that another adapter should have been given."""
    return UnsupportedModel(f"A {type(thing).__name__} is no model of {library}.")
