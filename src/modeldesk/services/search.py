"""Finding models, their columns and their open alerts by a few letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from modeldesk.services.acting import caller
from modeldesk.services.monitoring import Monitoring
from modeldesk.services.registry import Registry
from modeldesk.services.views import AlertStatus

LONGEST_SEARCH = 200
"""Letters that are searched for at most."""

USUAL_HITS = 12


class HitKind(StrEnum):
    """What was found."""

    MODEL = "model"
    COLUMN = "column"
    ALERT = "alert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that was found."""

    kind: HitKind
    model: str
    title: str
    """What it is called: the model's name, the column's, or of the alert and what it says."""
    column: str = ""
    """The column, or that of the alert; empty for a model."""
    at: datetime | None = None
    """Beginning of the alert's window."""


class Search:
    """Searches what a caller may see.

    Parameters
    ----------
    registry
        Models and their columns.
    monitoring
        Alerts.
    """

    def __init__(self, registry: Registry, monitoring: Monitoring) -> None:
        self._registry = registry
        self._monitoring = monitoring

    def find(self, words: str, *, limit: int = USUAL_HITS) -> tuple[Hit, ...]:
        """Return what has all words in its name or sentence: models, then columns, then alerts.

        What begins with the words comes before what has them further on.

        Parameters
        ----------
        words
            Words, or parts of them, in any case and order; without any, all models.
        limit
            How many hits at most.

        Examples
        --------
        >>> import tempfile
        >>> from modeldesk import Desk
        >>> from modeldesk.settings import Settings
        >>> with Desk.open(Settings.load(home=tempfile.mkdtemp())) as desk:
        ...     desk.search.find("petal")
        ()
        """
        wanted = words[:LONGEST_SEARCH].casefold().split()
        found: list[Hit] = []
        for kind in (self._models, self._columns, self._alerts):
            if kind != self._models and not wanted:
                break
            hits = [hit for hit in kind() if _has(hit, wanted)]
            found += sorted(hits, key=lambda hit: _place(hit, wanted))
            if len(found) >= limit:
                break
        return tuple(found[:limit])

    def _names(self) -> tuple[str, ...]:
        return caller().visible(self._registry.names())

    def _models(self) -> Iterator[Hit]:
        for name in self._names():
            yield Hit(kind=HitKind.MODEL, model=name, title=name)

    def _columns(self) -> Iterator[Hit]:
        for name in self._names():
            for column in self._registry.record(name).signature.columns:
                yield Hit(kind=HitKind.COLUMN, model=name, title=column.name, column=column.name)

    def _alerts(self) -> Iterator[Hit]:
        seen = set(self._names())
        for alert in self._monitoring.alerts(status=AlertStatus.OPEN):
            if alert.model in seen:
                yield Hit(
                    kind=HitKind.ALERT,
                    model=alert.model,
                    title=f"{alert.column}: {alert.sentence}",
                    column=alert.column,
                    at=alert.window.start,
                )


def _has(hit: Hit, wanted: Sequence[str]) -> bool:
    text = f"{hit.title} {hit.model}".casefold()
    return all(word in text for word in wanted)


def _place(hit: Hit, wanted: Sequence[str]) -> tuple[bool, int]:
    """Sort key: what begins with the first word, then what is short."""
    begins = not wanted or hit.title.casefold().startswith(wanted[0])
    return not begins, len(hit.title) if wanted else 0
