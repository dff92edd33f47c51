"""The flags of a model, with what became of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from nicegui import events, ui

from modeldesk.services.flag_board import FlagEntry, FlagState
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import since_fields
from modeldesk.ui.slot_table import SlotTable
from modeldesk.ui.states import empty
from modeldesk.ui.wording import NOTHING, brief

MOST_FLAGS = 200
"""Flags that are shown."""

_A_PAGE = 20
_COLUMNS: list[dict[str, object]] = [
    {"name": "state", "label": "State", "field": "state", "align": "left"},
    {"name": "when", "label": "Flagged", "field": "when", "align": "left"},
    {"name": "reason", "label": "Reason", "field": "reason", "align": "left"},
    {"name": "proposed", "label": "Should have been", "field": "proposed", "align": "left"},
    {"name": "label", "label": "Truth", "field": "label", "align": "left"},
    {"name": "comment", "label": "Comment", "field": "comment", "align": "left"},
    {"name": "prediction", "label": "Prediction", "field": "prediction", "align": "left"},
    {"name": "act", "label": "", "field": "act", "align": "right"},
]
_STATES = {
    FlagState.OPEN: ("Open", "radio_button_unchecked", ""),
    FlagState.ACCEPTED: ("Accepted", "check_circle", "md-chip--stable"),
    FlagState.LABELLED: ("Labelled", "label", ""),
}

# A constant template; what people wrote arrives as data and is shown as text.
_ROW = """
<q-tr :props="props" :data-testid="'flag-' + props.row.id">
  <q-td key="state" :props="props"><span :class="'md-chip ' + props.row.tone">
    <q-icon :name="props.row.icon"></q-icon><span>{{ props.row.state }}</span></span></q-td>
  <q-td key="when" :props="props"><time :datetime="props.row.iso"
    data-md-time="ago" :title="props.row.utc">{{ props.row.when }}</time></q-td>
  <q-td key="reason" :props="props">{{ props.row.reason }}</q-td>
  <q-td key="proposed" :props="props">{{ props.row.proposed }}</q-td>
  <q-td key="label" :props="props">{{ props.row.label }}</q-td>
  <q-td key="comment" :props="props"><div class="md-wrap">
    <span class="md-sentence" :title="props.row.comment">{{ props.row.comment }}</span></div></q-td>
  <q-td key="prediction" :props="props">
    <button class="md-link md-mono" type="button"
      @click="$parent.$emit('show', props.row.prediction)">{{ props.row.short }}</button></q-td>
  <q-td key="act" :props="props">
    <button v-if="props.row.act" class="md-act-words" type="button"
      @click="$parent.$emit('accept', props.row.id)">{{ props.row.act }}</button></q-td>
</q-tr>
"""


class FlagBoardCard:
    """A card with the flags, newest first.

    Parameters
    ----------
    now
        Tells the time.
    show
        Called with the prediction that a person wants to see.
    accept
        Called with a flag and its prediction's label to be; ``None``: the caller may not label.
    choose
        Called with whether all flags are wanted, or open ones only.
    download
        Called when a person wants them as a file.
    again
        Called when a person wants to see new ones.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        show: Callable[[str], Awaitable[None]],
        accept: Callable[[FlagEntry], Awaitable[None]] | None,
        choose: Callable[[bool], Awaitable[None]],
        download: Callable[[], Awaitable[None]],
        again: Callable[[], Awaitable[None]],
    ) -> None:
        self._now = now
        self._show = show
        self._accept = accept
        self._choose = choose
        self._download = download
        self._again = again
        self._entries: dict[int, FlagEntry] = {}

    def build(self) -> None:
        """Add the card, empty."""
        with block("md-card") as card:
            testable(card, "flag-board")
            with block("md-card-head"):
                text("h2", "Flags")
                self._note = text("span", "", "md-card-note")
                testable(self._note, "flags-note")
                with block("md-card-end"):
                    self._news = block("md-news", tag="button").on("click", self._again)
                    self._news.props["type"] = "button"
                    testable(self._news, "flags-news")
                    with self._news:
                        ui.icon("arrow_upward")
                        text("span", "New flags - show").props["aria-live"] = "polite"
                    self._which = block("md-choices")
                    self._which.props["role"] = "group"
                    self._which.props["aria-label"] = "Flags"
                    self._file = ui.button(
                        "CSV", icon="download", on_click=self._download, color=None
                    )
                    self._file.props("flat no-caps")
                    self._file.classes("md-btn md-btn--quiet md-btn--small")
                    title = "Download the flags as CSV"
                    self._file.props["title"] = self._file.props["aria-label"] = title
                    testable(self._file, "flags-download")
            self._content = block("")

    def fill(self, entries: tuple[FlagEntry, ...], *, everything: bool) -> None:
        """Show these flags.

        Parameters
        ----------
        entries
            The newest flags of the model.
        everything
            Whether all are shown, or open ones only.
        """
        self._news.set_visibility(False)
        self._entries = {entry.flag.flag_id: entry for entry in entries}
        still_open = [entry for entry in entries if entry.state is FlagState.OPEN]
        self._file.set_enabled(bool(entries))
        note = f"the newest {MOST_FLAGS}" if len(entries) == MOST_FLAGS else ""
        self._note.set_text(note)
        self._choices(len(still_open), len(entries), everything=everything)
        self._content.clear()
        with self._content:
            shown = list(entries) if everything else still_open
            if shown:
                self._table(shown)
            elif entries:
                words = "The truth is known about every flagged prediction."
                testable(empty("done_all", "No open flags", words, small=True), "no-open-flags")
            else:
                words = "Flag a prediction in the playground, or a row of the predictions."
                testable(empty("outlined_flag", "No flags yet", words, small=True), "no-flags")

    def tell_news(self) -> None:
        """Say that there are newer flags; those that are shown stay where they are."""
        self._news.set_visibility(True)

    def _choices(self, still_open: int, entries: int, *, everything: bool) -> None:
        self._which.clear()
        with self._which:
            for every, words in ((False, f"Open {still_open}"), (True, f"All {entries}")):
                button = block("", tag="button")
                button.props["type"] = "button"
                button.props["aria-pressed"] = "true" if every is everything else "false"
                button.on("click", lambda _, every=every: self._choose(every))
                testable(button, "flags-all" if every else "flags-open")
                with button:
                    text("span", words)

    def _table(self, entries: list[FlagEntry]) -> None:
        table = SlotTable(
            rows=[self._row(entry) for entry in entries],
            columns=_COLUMNS,
            row_key="id",
            pagination=_A_PAGE if len(entries) > _A_PAGE else None,
        )
        table.classes("md-table").props("flat")
        table.template("body", _ROW)
        table.on("show", self._opened)
        table.on("accept", self._accepted)
        testable(table, "flags")

    def _row(self, entry: FlagEntry) -> dict[str, object]:
        flag = entry.flag
        word, icon, tone = _STATES[entry.state]
        offered = (
            self._accept is not None
            and entry.state is FlagState.OPEN
            and flag.proposed_label is not None
        )
        return {
            "id": flag.flag_id,
            "state": word,
            "icon": icon,
            "tone": tone,
            **since_fields(flag.created_at, self._now()),
            "reason": flag.reason,
            "proposed": brief(flag.proposed_label or NOTHING),
            "label": brief(entry.label or NOTHING),
            "comment": brief(flag.comment or NOTHING, 1_000),
            "prediction": flag.prediction_id,
            "short": f"…{flag.prediction_id[-10:]}",
            "act": f"Accept {brief(flag.proposed_label or '', 30)}" if offered else "",
        }

    async def _opened(self, event: events.GenericEventArguments) -> None:
        await self._show(str(event.args))

    async def _accepted(self, event: events.GenericEventArguments) -> None:
        entry = self._entries.get(int(event.args))
        if entry is not None and self._accept is not None:
            await self._accept(entry)
