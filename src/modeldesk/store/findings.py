"""What can be wrong with a store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FindingKind(StrEnum):
    """What sort of thing is wrong."""

    DATABASE = "database"
    """The database itself is damaged."""
    DAMAGED_CHUNK = "damaged chunk"
    """Rows of the log cannot be read."""
    READABLE_AGAIN = "readable again"
    """A chunk that was set aside can be read after all."""
    WRONG_FACTS = "wrong facts"
    """A chunk's count or times are not those of its rows."""
    WRONG_PARTS = "wrong parts"
    """It is not clear which rows of a chunk were committed under which key."""
    LOST_KEYS = "lost keys"
    """Rows that cannot be found by their own keys."""
    STRAY_KEYS = "stray keys"
    """Own keys that lead nowhere."""
    DAMAGED_PROFILE = "damaged profile"
    """A window's profile cannot be read, or had to begin anew."""
    WRONG_COUNT = "wrong count"
    """A profile does not count the rows that were logged."""
    LABEL_COUNT = "label count"
    """An hour does not count the predictions that have a label."""
    VERSION = "version"
    """A model version cannot be read."""
    ARTEFACT = "artefact"
    """A trained model is not the one that was published."""
    ALIAS = "alias"
    """A model has no champion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where."""

    kind: FindingKind
    where: str
    problem: str
    chunk_id: int | None = None
    version_id: int | None = None
    model_id: int | None = None
    day: datetime | None = None
    """The day whose profiles are concerned."""
