"""Libraries that another one loads where they are installed, and that are not needed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def missing(name: str) -> Iterator[None]:
    """Let a library that is imported while the block runs find that another is not installed.

    What is loaded already stays as it is. Afterwards it can be imported as ever.

    Parameters
    ----------
    name
        Of a module at the top.

    Examples
    --------
    >>> with missing("tabnanny"):
    ...     import tabnanny
    Traceback (most recent call last):
    ModuleNotFoundError: import of tabnanny halted; None in sys.modules
    >>> import tabnanny
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # as the import system has it
    try:
        yield
    finally:
        del sys.modules[name]
