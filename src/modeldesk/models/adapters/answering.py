"""Calling functions of every sort: plain, asynchronous, generators."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from modeldesk.errors import ModelFailed
from modeldesk.models.adapters.awaiting import Awaiting
from modeldesk.models.port import one_per_row

AT_ONCE = 64
"""Rows that an asynchronous function works on beside each other."""

_PLAIN = (bool, int, float, str, np.generic, type(None))


class Answering:
    """Calls one function, whatever its sort."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function
        self._yields = inspect.isgeneratorfunction(function)
        self._streams = inspect.isasyncgenfunction(function)
        awaits = self._streams or inspect.iscoroutinefunction(function)
        self._awaiting = Awaiting() if awaits else None

    def of_table(self, table: object) -> object:
        """Return the answer to a table; a generator's are collected."""
        if self._awaiting is not None:
            return self._awaiting.run(self._whole(table))
        answer = self._function(table)
        return list(cast("Iterable[object]", answer)) if self._yields else answer

    def of_rows(self, rows: Sequence[Mapping[str, object]]) -> list[object]:
        """Return the answer to each row; of a generator, the last that it yields."""
        if self._awaiting is not None:
            return self._awaiting.run(self._each(rows))
        if self._yields:
            return [_last(list(cast("Iterable[object]", self._function(**row)))) for row in rows]
        return [self._function(**row) for row in rows]

    async def _whole(self, table: object) -> object:
        answer = self._function(table)
        if self._streams:
            return [part async for part in cast("AsyncIterator[object]", answer)]
        return await cast("Awaitable[object]", answer)

    async def _each(self, rows: Sequence[Mapping[str, object]]) -> list[object]:
        free = asyncio.Semaphore(AT_ONCE)

        async def one(row: Mapping[str, object]) -> object:
            async with free:
                answer = self._function(**row)
                if self._streams:
                    stream = cast("AsyncIterator[object]", answer)
                    return _last([part async for part in stream])
                return await cast("Awaitable[object]", answer)

        return list(await asyncio.gather(*(one(row) for row in rows)))


def answers(found: object, inputs: pl.DataFrame) -> npt.NDArray[np.generic]:
    """Return what a function answered as one value per row.

    Raises
    ------
    ModelFailed
        When it is something else.
    """
    if isinstance(found, list):
        values = _listed(found)
    else:
        values = np.asarray(found)
        if values.dtype.kind == "O" and values.ndim == 1:
            values = _listed(values.tolist())
    if not one_per_row(values.shape, inputs.height) or values.dtype.kind not in "biufUSO":
        message = (
            f"The function answered {type(found).__name__} of shape {values.shape} and "
            f"type {values.dtype} for {inputs.height} rows."
        )
        raise ModelFailed(message, hint="Return one number or string per row.")
    return values.reshape(-1)


def _listed(found: list[Any]) -> npt.NDArray[np.generic]:
    plain = [value.value if isinstance(value, Enum) else value for value in found]
    if all(isinstance(value, _PLAIN) for value in plain):
        if any(isinstance(value, str | type(None)) for value in plain):
            values = np.empty(len(plain), dtype=object)
            values[:] = plain
            return values
        return np.asarray(plain)
    nested = np.asarray(plain, dtype=object)
    if nested.ndim > 1:
        return nested
    kinds = sorted({type(value).__name__ for value in plain})
    message = f"The function answered {', '.join(kinds)} for single rows."
    raise ModelFailed(message, hint="Return one number or string per row.")


def _last(parts: list[object]) -> object:
    if not parts:
        message = "The function yielded nothing for a row."
        raise ModelFailed(message, hint="Yield at least one answer.")
    return parts[-1]
