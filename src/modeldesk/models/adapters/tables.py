"""Tables as models of other libraries take them: pandas frames, arrays of numbers or objects."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modeldesk.errors import NotFound


def pandas_frame(inputs: pl.DataFrame, *, categories: Collection[str] = ()) -> Any:  # noqa: ANN401  # a class of an optional library
    """Return a table as a pandas frame.

    Parameters
    ----------
    inputs
        The table.
    categories
        Columns that become categorical ones.
    """
    pandas = needed("pandas", extra="pandas")
    return pandas.DataFrame(
        {
            name: pandas.Categorical(column) if name in categories else column
            for name in inputs.columns
            for column in (inputs[name].to_numpy(),)
        }
    )


def number_array(inputs: pl.DataFrame) -> npt.NDArray[np.float64]:
    """Return a table of numbers as one array; what is missing is NaN."""
    return inputs.cast(pl.Float64).to_numpy()


def object_array(inputs: pl.DataFrame) -> npt.NDArray[np.object_]:
    """Return a table as one array of plain Python values."""
    array = np.empty(inputs.shape, dtype=object)
    for position, name in enumerate(inputs.columns):
        array[:, position] = inputs[name].to_list()
    return array


def texts(inputs: pl.DataFrame) -> list[str]:
    """Return the names of the columns of strings."""
    return [name for name, kind in inputs.schema.items() if kind == pl.String]


def needed(module: str, *, extra: str) -> Any:  # noqa: ANN401  # a module of an optional library
    """Import a library that is no part of the base install.

    Raises
    ------
    NotFound
        When it is not installed; names the extra that brings it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        message = f"This model needs {module}, which is not installed here ({error})."
        raise NotFound(message, hint=f"Install it: pip install 'modeldesk[{extra}]'.") from error
