"""The card that answers whether a model is fine, and why not."""

from __future__ import annotations

from nicegui import ui

from modeldesk.services.health import Health, Reason
from modeldesk.ui.health_words import grade_words, reason_icon, reason_link
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.wording import plural


class HealthCard:
    """Shows the verdict on a model, and under it a line for each reason.

    Parameters
    ----------
    model
        Whose verdict it is.
    version
        The version that the page is about; ``None``: the champion.
    """

    def __init__(self, *, model: str, version: int | None) -> None:
        self._model = model
        self._version = version

    def build(self, health: Health) -> None:
        """Add the card."""
        self._card = block("md-card md-health")
        testable(self._card, "health")
        self._shown: Health | None = None
        self.show(health)

    def show(self, health: Health) -> None:
        """Show another verdict; the same one moves nothing."""
        if health == self._shown:
            return
        self._shown = health
        words = grade_words(health.grade)
        self._card.classes(replace=f"md-card md-health md-health--{words.tone}")
        self._card.clear()
        with self._card:
            with block("md-health-verdict"):
                with block("md-health-icon"):
                    ui.icon(words.icon)
                with block("md-health-words"):
                    testable(text("h2", words.word, "md-health-word"), "health-word")
                    text("p", _sentence(health))
            if health.reasons:
                with block("md-reasons", tag="ul"):
                    for reason in health.reasons:
                        self._reason(reason)

    def _reason(self, reason: Reason) -> None:
        line = block("md-reason md-reason--grave" if reason.grave else "md-reason", tag="li")
        testable(line, f"reason-{reason.concern}")
        with line:
            ui.icon(reason_icon(reason))
            text("p", reason.sentence)
            link = reason_link(reason, self._model, self._version)
            if link is not None:
                with ui.link(target=link.address).classes("md-reason-link"):
                    text("span", link.words)
                    ui.icon("chevron_right")


def _sentence(health: Health) -> str:
    if not health.reasons:
        return health.sentence
    grave = sum(reason.grave for reason in health.reasons)
    rest = len(health.reasons) - grave
    if not grave:
        return f"{plural(rest, 'thing')} to look at."
    more = f", and {plural(rest, 'thing')} to look at" if rest else ""
    return f"{plural(grave, 'reason')} to act{more}."
