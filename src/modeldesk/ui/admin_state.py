"""What the page of administrators shows, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from modeldesk.store import JobState

_MOST_NAME = 300
_MOST_PAGE = 100_000
_LARGEST_KEY = 2**63 - 1


class AdminTab(StrEnum):
    """A part of the page."""

    USERS = "users"
    KEYS = "keys"
    STORAGE = "storage"
    JOBS = "jobs"
    AUDIT = "audit"
    ABOUT = "about"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminState:
    """The choices that an address carries."""

    tab: AdminTab = AdminTab.USERS
    find: str = ""
    """Part of a name."""
    page: int = 1
    state: JobState | None = None
    """Only jobs in this state."""
    actor: str = ""
    """Only what this one did."""
    action: str = ""
    """Only this action, or all of a kind."""
    before: int | None = None
    """Only what came before this entry of the trail."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> AdminState:
        """Return what an address asks for; what it cannot mean is as if it were not there.

        >>> AdminState.read({"tab": "jobs", "state": "failed", "page": "x"}).query()
        '?tab=jobs&state=failed'
        """
        tab, state = query.get("tab", ""), query.get("state", "")
        before = _number(query.get("before", ""))
        return cls(
            tab=AdminTab(tab) if tab in set(AdminTab) else AdminTab.USERS,
            find=_name(query.get("find", "")),
            page=min(max(_number(query.get("page", "")), 1), _MOST_PAGE),
            state=JobState(state) if state in set(JobState) else None,
            actor=_name(query.get("actor", "")),
            action=_name(query.get("action", "")),
            before=before if 0 < before <= _LARGEST_KEY else None,
        )

    def query(self) -> str:
        """Return the address's part that says this, from the question mark on.

        >>> AdminState(tab=AdminTab.AUDIT, actor="user anna").query()
        '?tab=audit&actor=user+anna'
        """
        given = {
            "tab": self.tab.value,
            "find": self.find,
            "page": self.page if self.page > 1 else 0,
            "state": self.state.value if self.state else "",
            "actor": self.actor,
            "action": self.action,
            "before": self.before,
        }
        return "?" + urlencode({name: value for name, value in given.items() if value})


def _name(given: str) -> str:
    return given[:_MOST_NAME].replace("\0", "")


def _number(given: str) -> int:
    short = len(given) < 20  # noqa: PLR2004 - of an address
    return int(given) if given.isascii() and given.isdigit() and short else 0
