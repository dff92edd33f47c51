"""What the feedback page shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from modeldesk.services.worth_labelling import Why
from modeldesk.ui.day_ranges import whole_number

_MOST_NAME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackState:
    """The choices that an address carries."""

    version: int | None = None
    """Number of the version; ``None`` is the champion."""
    why: Why | None = None
    """Only rows with this reason."""
    row: str = ""
    """The prediction that is to be labelled; empty: the first of the queue."""
    all_flags: bool = False
    """Whether flags are shown of whose predictions the truth is known by now."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> FeedbackState.read({"why": "uncertain", "version": "one", "flags": "all"}).query()
        '?why=uncertain&flags=all'
        """
        why = query.get("why", "")
        return cls(
            version=whole_number(query.get("version", "")),
            why=Why(why) if why in set(Why) else None,
            row=query.get("row", "")[:_MOST_NAME],
            all_flags=query.get("flags") == "all",
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on."""
        given = {
            "version": self.version,
            "why": "" if self.why is None else self.why.value,
            "row": self.row,
            "flags": "all" if self.all_flags else "",
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})
