"""The fields that say which predictions are shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from nicegui import events, ui

from modeldesk.schema import Kind, Signature
from modeldesk.services.log_choice import Truth
from modeldesk.services.reading import Which
from modeldesk.services.row_states import predicts_classes, predicts_numbers
from modeldesk.services.views import VersionView
from modeldesk.ui.condition_field import ConditionField
from modeldesk.ui.folding import Fold
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.predictions_state import PredictionsState, number_in
from modeldesk.ui.site import Site
from modeldesk.ui.states import bone

_WHICH = {
    Which.ANSWERED.value: "Answered",
    Which.SHADOW.value: "Of shadows",
    Which.ALL.value: "All",
}
_TRUTHS = {
    "": "Any",
    Truth.RIGHT.value: "Right",
    Truth.WRONG.value: "Wrong",
    Truth.KNOWN.value: "Labelled",
    Truth.NONE.value: "Not labelled",
}
_OF_NUMBERS = {"", Truth.KNOWN.value, Truth.NONE.value}
_LARGEST = "Largest"
_MOST_OFFERED = 200
"""Classes of a list; of more, a person writes the one that is meant."""


class LogFilters:
    """A card with the fields; every choice makes another state.

    Parameters
    ----------
    site
        The services.
    changed
        Called with the state that a person chose.
    """

    def __init__(
        self, site: Site, *, changed: Callable[[PredictionsState], Awaitable[None]]
    ) -> None:
        self._changed = changed
        self._fold = Fold("Filters", "filters-fold")
        self._condition = ConditionField(
            site, name="log", label="Condition", written=self._apply_condition
        )

    def build(
        self,
        version: VersionView,
        versions: tuple[VersionView, ...],
        segments: tuple[str, ...],
        state: PredictionsState,
    ) -> None:
        """Add the card.

        Parameters
        ----------
        version
            Whose signature the fields are about.
        versions, segments
            What can be chosen.
        state
            What the address asks for.
        """
        self._version, self._versions, self._segments = version, versions, segments
        self._condition.about(version.model, state.version)
        with block("md-card md-log-filters") as card:
            testable(card, "filters")
            self._box = self._fold.build("")
        self.bare = True
        self._show(state)

    def fill(self, state: PredictionsState) -> None:
        """Show the choices of a state; until the first time there are only the fields' places."""
        self.bare = False
        self._show(state)

    def _show(self, state: PredictionsState) -> None:
        self._state = state
        self._fold.tell(state.filters)
        self._box.clear()
        with self._box:
            with block("md-filter-grid"):
                self._fields()
            with block("md-filter-condition"):
                if self.bare:
                    bone("md-bone--field")
                    return
                with block("md-slice-condition"):
                    self._condition.field(state.condition)
                apply = self._button("Apply", None, "condition-apply")
                self._condition.taken_by(apply, self._apply_condition)
                clear = self._button("Clear filters", self._clear, "filters-clear")
                clear.set_enabled(state.filters > 0)
                self._clearing = clear
            self._condition.help()

    def _fields(self) -> None:
        state, signature = self._state, self._version.signature
        if len(self._versions) > 1:
            self._versions_field()
        self._day("From", "from", state.start, lambda s, day: replace(s, start=day))
        self._day("To", "to", state.end, lambda s, day: replace(s, end=day))
        if self._segments:
            names = {"": "All"} | {name: name for name in self._segments}
            shown = state.segment if state.segment in names else ""
            self._select(
                "Segment", "segment", names, shown, lambda s, value: replace(s, segment=value)
            )
        self._predicted(signature)
        if signature.scores:
            self._score(signature)
        truths = {
            value: words
            for value, words in _TRUTHS.items()
            if value in _OF_NUMBERS or not predicts_numbers(signature)
        }
        shown = "" if state.label is None or state.label.value not in truths else state.label.value
        self._select(
            "Truth", "label", truths, shown,
            lambda s, value: replace(s, label=Truth(value) if value else None),
        )  # fmt: skip
        self._select(
            "Flags", "flagged", {"": "Any", "1": "Flagged"}, "1" if state.flagged else "",
            lambda s, value: replace(s, flagged=bool(value)),
        )  # fmt: skip
        self._line("Own key", "key", state.key, lambda s, value: replace(s, key=value))

    def _versions_field(self) -> None:
        names = {"": "All"} | {f"{each.number}": f"v{each.number}" for each in self._versions}
        number = "" if self._state.version is None else f"{self._state.version}"
        self._select(
            "Version", "version", names, number,
            lambda s, value: replace(s, version=int(value) if value else None),
        )  # fmt: skip
        self._select(
            "Rows", "which", _WHICH, self._state.rows.value,
            lambda s, value: replace(s, rows=Which(value)),
        )  # fmt: skip

    def _predicted(self, signature: Signature) -> None:
        state, target = self._state, signature.prediction
        classes = target.categories or ("true", "false") * (target.kind is Kind.BOOLEAN)
        if 0 < len(classes) <= _MOST_OFFERED:
            names = {"": "Any"} | {name: name for name in classes}
            shown = state.said if state.said in names else ""
            self._select("Predicted", "said", names, shown, lambda s, v: replace(s, said=v))
        elif predicts_classes(signature):
            self._line("Predicted", "said", state.said, lambda s, value: replace(s, said=value))
        elif predicts_numbers(signature):
            with self._named("Predicted"), block("md-filter-pair"):
                self._number("low", "Predicted from", state.low, lambda s, n: replace(s, low=n))
                self._number("high", "Predicted to", state.high, lambda s, n: replace(s, high=n))

    def _score(self, signature: Signature) -> None:
        state = self._state
        names = {"": _LARGEST} | {
            column.label: column.label
            for column in signature.scores[:_MOST_OFFERED]
            if column.label is not None
        }
        shown = state.score if state.score in names else ""
        self._select("Score of", "score", names, shown, lambda s, value: replace(s, score=value))
        with self._named("Score"), block("md-filter-pair"):
            self._number(
                "score-low", "Score from", state.score_low, lambda s, n: replace(s, score_low=n)
            )
            self._number(
                "score-high", "Score to", state.score_high, lambda s, n: replace(s, score_high=n)
            )

    @contextmanager
    def _named(self, name: str) -> Iterator[None]:
        with block("md-filter"):
            text("span", name, "md-filter-name")
            yield

    def _select(
        self,
        name: str,
        test: str,
        options: Mapping[str, str],
        value: str,
        change: Callable[[PredictionsState, str], PredictionsState],
    ) -> None:
        async def picked(event: events.ValueChangeEventArguments[str]) -> None:
            await self._go(change(self._state, event.value))

        with self._named(name):
            if self.bare:
                bone("md-bone--field")
                return
            field = ui.select(dict(options), value=value, on_change=picked)
            self._dress(field, name, f"filter-{test}")

    def _day(
        self,
        name: str,
        test: str,
        value: date | None,
        change: Callable[[PredictionsState, date | None], PredictionsState],
    ) -> None:
        async def picked(event: events.ValueChangeEventArguments[str | None]) -> None:
            try:
                day = date.fromisoformat(event.value) if event.value else None
            except ValueError:
                return
            await self._go(change(self._state, day))

        with self._named(f"{name} (UTC)"):
            if self.bare:
                bone("md-bone--field")
                return
            field = ui.input(value="" if value is None else value.isoformat(), on_change=picked)
            field.props("type=date debounce=500")
            self._dress(field, f"{name}, a day in UTC", f"filter-{test}")

    def _line(
        self,
        name: str,
        test: str,
        value: str,
        change: Callable[[PredictionsState, str], PredictionsState],
    ) -> None:
        with self._named(name):
            if self.bare:
                bone("md-bone--field")
                return
            field = ui.input(value=value)
            field.props("maxlength=1000")
            self._dress(field, name, f"filter-{test}")
        self._when_written(field, lambda s, told: change(s, told.strip()))

    def _number(
        self,
        test: str,
        label: str,
        value: float | None,
        change: Callable[[PredictionsState, float | None], PredictionsState],
    ) -> None:
        if self.bare:
            bone("md-bone--field")
            return
        field = ui.input(
            value="" if value is None else f"{value:.15g}",
            placeholder="min" if test.endswith("low") else "max",
        )
        field.props("type=number step=any").classes("md-field--num")
        self._dress(field, label, f"filter-{test}")
        self._when_written(field, lambda s, told: change(s, number_in(told)))

    def _when_written(
        self, field: ui.input, change: Callable[[PredictionsState, str], PredictionsState]
    ) -> None:
        async def written(event: events.GenericEventArguments) -> None:
            await self._go(change(self._state, str(event.args or "")))

        # The event brings the text: what is typed may arrive after it.
        for kind in ("blur", "keydown.enter"):
            field.on(kind, written, js_handler="(event) => emit(event.target.value)")

    def _dress(self, field: ui.select | ui.input, label: str, name: str) -> None:
        field.props("outlined dense options-dense").classes("md-field")
        field.props["aria-label"] = label
        testable(field, name)

    def _button(
        self, words: str, act: Callable[[], Awaitable[None]] | None, name: str
    ) -> ui.button:
        button = ui.button(words, on_click=act, color=None)
        button.props("flat no-caps").classes("md-btn md-btn--quiet")
        testable(button, name)
        return button

    async def _apply_condition(self, condition: str) -> None:
        await self._go(replace(self._state, condition=condition))

    async def _clear(self) -> None:
        state = PredictionsState(version=self._state.version)
        await self._changed(state)
        self.fill(state)  # at last, as it takes away the button that was clicked

    async def _go(self, state: PredictionsState) -> None:
        wanted = replace(state, cursor="", row="")
        if wanted == replace(self._state, cursor="", row=""):
            return
        self._state = wanted
        self._clearing.set_enabled(wanted.filters > 0)
        self._fold.tell(wanted.filters)
        await self._changed(wanted)
