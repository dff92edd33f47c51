"""The port between the program and models of any library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What a model answered for ``n`` rows."""

    values: npt.NDArray[np.generic]
    """The predictions, shape ``(n,)``: class labels or numbers."""
    scores: npt.NDArray[np.float64] | None = None
    """One probability per row and class, shape ``(n, k)``; ``None`` where there are none."""


class Model(Protocol):
    """A model in memory, ready to predict."""

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names of the inputs in the order the model wants; ``None`` where it knows none."""

    @property
    def classes(self) -> tuple[bool | int | float | str, ...]:
        """Labels of a classifier in the order of its scores; empty for other models."""

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

    def wrap(self, thing: object, *, frames: str) -> Model:
        """Return a model around a trained object.

        Parameters
        ----------
        thing
            The trained object.
        frames
            What the object was trained on: ``pandas`` or ``polars`` frames.
        """

    def save(self, thing: object, folder: Path, *, frames: str, trust_pickle: bool) -> None:
        """Write the object into an empty folder, in a format that is safe to load."""

    def load(self, folder: Path) -> Model:
        """Read a model from its folder."""
