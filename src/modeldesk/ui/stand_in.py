"""Modules that a library imports and hardly ever uses: loaded when something of them is used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType

_taking_away = Lock()


class StandIn(ModuleType):
    """Stands for a module until something of it is asked for; then that is imported.

    It takes the module's place for whoever imports it as a whole. Whoever imports names from it,
    or a module below it, gets those of the real one.
    """

    def __getattr__(self, name: str) -> object:
        """Return what the real module has under a name."""
        _take_away(self)
        return getattr(import_module(self.__name__), name)


@contextmanager
def standing_in(name: str) -> Iterator[None]:
    """Let whoever imports a module while the block runs have a stand-in for it.

    Afterwards the module can be imported as ever, and who had the stand-in keeps it. What is
    loaded already, or not installed, is left as it is. It does no harm that other threads import
    meanwhile.

    Parameters
    ----------
    name
        Of a module at the top.

    Examples
    --------
    >>> with standing_in("wave"):
    ...     import wave
    >>> "wave" in sys.modules
    False
    >>> wave.WAVE_FORMAT_PCM, "wave" in sys.modules
    (1, True)
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is None:
        yield
        return
    stand_in = StandIn(name)
    stand_in.__spec__ = spec
    sys.modules.setdefault(name, stand_in)
    try:
        yield
    finally:
        _take_away(stand_in)


def _take_away(stand_in: StandIn) -> None:
    """Make way for the real module, unless that is there by now."""
    with _taking_away:
        if sys.modules.get(stand_in.__name__) is stand_in:
            del sys.modules[stand_in.__name__]
