"""How the places where an alert can stand are called, and how one comes there."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.services.views import AlertStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusWords:
    """How a status is shown: a word, an icon and a tone; never colour alone."""

    word: str
    icon: str
    tone: str
    """Suffix of the CSS class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What can be done with an alert."""

    word: str
    done: str
    """What is said afterwards, before the number of alerts."""
    status: AlertStatus
    """Where the alert stands then."""
    key: str
    since: frozenset[AlertStatus]
    """Where it may stand before."""
    title: str


STATUSES = {
    AlertStatus.OPEN: StatusWords(word="Open", icon="warning", tone="changed"),
    AlertStatus.ACKNOWLEDGED: StatusWords(word="Acknowledged", icon="visibility", tone="unsure"),
    AlertStatus.RESOLVED: StatusWords(word="Resolved", icon="check_circle", tone="stable"),
    AlertStatus.FALSE_ALARM: StatusWords(
        word="False alarm", icon="notifications_off", tone="unsure"
    ),
}

DEEDS = (
    Deed(
        word="Acknowledge",
        done="Acknowledged",
        status=AlertStatus.ACKNOWLEDGED,
        key="a",
        since=frozenset({AlertStatus.OPEN}),
        title="Somebody is looking at it",
    ),
    Deed(
        word="Resolve",
        done="Resolved",
        status=AlertStatus.RESOLVED,
        key="r",
        since=frozenset({AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED}),
        title="It is dealt with",
    ),
    Deed(
        word="False alarm",
        done="Marked as false alarm:",
        status=AlertStatus.FALSE_ALARM,
        key="f",
        since=frozenset({AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED}),
        title="Nothing was wrong",
    ),
    Deed(
        word="Reopen",
        done="Reopened",
        status=AlertStatus.OPEN,
        key="o",
        since=frozenset({AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED, AlertStatus.FALSE_ALARM}),
        title="It needs a look after all",
    ),
)
"""In the order in which they are offered."""


def deeds_for(status: AlertStatus) -> tuple[Deed, ...]:
    """Return what can be done with an alert that stands there.

    >>> [deed.word for deed in deeds_for(AlertStatus.RESOLVED)]
    ['Reopen']
    """
    return tuple(deed for deed in DEEDS if status in deed.since)
