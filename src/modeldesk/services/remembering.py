"""A bounded memory: one value for each key, and what was put in first is forgotten first."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Keeps values up to a total weight; threads may share it.

    Parameters
    ----------
    most
        Total weight. The last value put in stays, whatever it weighs.

    Examples
    --------
    >>> memory = Remembered[str, int](most=2)
    >>> for name in ("a", "b", "c"):
    ...     memory.put(name, 0, weight=1)
    >>> memory.put("b", 1, weight=1)
    >>> [memory.get(name) for name in ("a", "b", "c")]
    [None, 1, 0]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._total = 0
        self._lock = threading.Lock()
        self._known: dict[K, tuple[V, int]] = {}

    def get(self, key: K) -> V | None:
        """Return the value of a key, or ``None``."""
        with self._lock:
            found = self._known.get(key)
        return None if found is None else found[0]

    def put(self, key: K, value: V, *, weight: int) -> None:
        """Remember a value instead of the key's last, and forget the oldest beyond the limit."""
        with self._lock:
            if key in self._known:
                _, replaced = self._known.pop(key)
                self._total -= replaced
            self._known[key] = value, weight
            self._total += weight
            while self._total > self._most and len(self._known) > 1:
                _, forgotten = self._known.pop(next(iter(self._known)))
                self._total -= forgotten
