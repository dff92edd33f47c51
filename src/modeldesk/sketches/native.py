"""The library of the sketches, Apache DataSketches."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


@cache
def library() -> Any:  # noqa: ANN401 - it has no types
    """Return the library, loaded with the first sketch.

    That takes 2 MB, which a server does without until there is traffic to look at.
    """
    return import_module("datasketches")
