"""How a verdict on a model is shown, and where each reason for it can be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from modeldesk.services.health import Concern, Grade, Reason
from modeldesk.ui.places import API, MONITOR, PERFORMANCE, PLAYGROUND, Tab
from modeldesk.ui.wording import VerdictWords

_GRADES = {
    Grade.ATTENTION: VerdictWords(
        word="Needs attention", icon="error_outline", tone="changed", urgency=0
    ),
    Grade.WATCH: VerdictWords(word="Worth a look", icon="visibility", tone="watch", urgency=1),
    Grade.UNSURE: VerdictWords(
        word="Too early to tell", icon="hourglass_empty", tone="unsure", urgency=2
    ),
    Grade.SILENT: VerdictWords(word="No traffic yet", icon="schedule", tone="none", urgency=3),
    Grade.HEALTHY: VerdictWords(word="Healthy", icon="check_circle", tone="stable", urgency=4),
}

_ICONS = {
    Concern.DAMAGE: "broken_image",
    Concern.FAILURES: "report",
    Concern.PERFORMANCE: "trending_down",
    Concern.ALERTS: "notifications",
    Concern.CHANGE: "difference",
    Concern.ESTIMATE: "query_stats",
    Concern.LABELS: "label_off",
    Concern.SILENCE: "signal_wifi_off",
    Concern.REFUSALS: "block",
}

_PLACES = {
    Concern.FAILURES: (PLAYGROUND, "Try it in the playground"),
    Concern.PERFORMANCE: (PERFORMANCE, "See the performance"),
    Concern.ALERTS: (MONITOR, "See it in the monitor"),
    Concern.CHANGE: (MONITOR, "See it in the monitor"),
    Concern.ESTIMATE: (PERFORMANCE, "See the performance"),
    Concern.LABELS: (PERFORMANCE, "See the performance"),
    Concern.SILENCE: (API, "See how it is asked"),
    Concern.REFUSALS: (API, "See what it expects"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLink:
    """Where a reason can be looked at."""

    words: str
    address: str


def grade_words(grade: Grade) -> VerdictWords:
    """Return how a verdict is shown: a word, an icon and a tone; never colour alone."""
    return _GRADES[grade]


def grade_fields(grade: Grade) -> dict[str, object]:
    """Return what `verdict_chip.CHIP_CELL` reads from a table's row."""
    words = grade_words(grade)
    return {"tone": words.tone, "icon": words.icon, "verdict": words.word}


def reason_icon(reason: Reason) -> str:
    """Return the icon of what a reason is about."""
    return _ICONS[reason.concern]


def reason_link(reason: Reason, model: str, version: int | None) -> ReasonLink | None:
    """Return where a reason can be looked at; ``None`` where no page shows it.

    Parameters
    ----------
    reason
        The reason.
    model
        Whose it is.
    version
        The version that the page is about; ``None``: the champion.
    """
    found = _PLACES.get(reason.concern)
    if found is None:
        return None
    tab, words = found
    return ReasonLink(words=words, address=address(tab, model, version, reason))


def address(tab: Tab, model: str, version: int | None, reason: Reason | None = None) -> str:
    """Return the address of a view of a model that shows the same version.

    >>> address(PERFORMANCE, "iris", 2), address(API, "iris", 2)
    ('/models/iris/performance?version=2', '/models/iris/api')
    """
    given: dict[str, str | int] = {}
    if version is not None and tab in {MONITOR, PERFORMANCE}:
        given["version"] = version
    if reason is not None and tab is MONITOR:
        if reason.column:
            given["column"] = reason.column
        if reason.day is not None:
            given["day"] = reason.day.isoformat()
    return tab.path(model) + (f"?{urlencode(given)}" if given else "")
