"""The choice of two versions and of the rows on which they are compared, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nicegui import events, ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.acting import EDITS, caller
from modeldesk.services.comparison_sources import Source, Wanted
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.paired_views import PairedReport
from modeldesk.services.progress import Stopped
from modeldesk.services.views import VersionView
from modeldesk.ui.alias_dialog import version_name
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.background import aside
from modeldesk.ui.compare_data import CompareData
from modeldesk.ui.compare_state import ROWS, Change, CompareState
from modeldesk.ui.day_ranges import RANGES
from modeldesk.ui.long_work import LongWork
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.paired_view import PairedView
from modeldesk.ui.places import VERSIONS
from modeldesk.ui.site import Site
from modeldesk.ui.states import bone, empty, trouble
from modeldesk.ui.wording import count

_NAMES = {Source.TEST: "Test set", Source.SHADOW: "Shadow", Source.REPLAY: "Replay"}
_TITLES = {
    Source.TEST: "The test set that the first was published with",
    Source.SHADOW: "Requests that one answered and the other shadowed",
    Source.REPLAY: "Logged requests of the second, which the first predicts once more",
}


class VersionsView:
    """Compares two versions.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose versions.
    data
        What can be chosen from.
    move
        Called with what the address is to say.
    """

    def __init__(
        self,
        site: Site,
        appearance: Appearance,
        *,
        model: str,
        data: CompareData,
        move: Callable[[CompareState], None],
    ) -> None:
        self._site = site
        self._appearance = appearance
        self._model = model
        self._data = data
        self._move = move
        self._asked = 0
        self._work: LongWork | None = None

    def build(self, state: CompareState) -> None:
        """Add the fields; what is compared follows."""
        self._state = state
        if len(self._data.versions) == 1:
            self._single()
            return
        self._card = block("md-card md-compare-choice")
        self._body = block("md-bones")
        testable(self._body, "comparison")
        self._fields()
        # Once the browser is there: what takes longer must not hold up the first answer.
        ui.timer(0, self._run, once=True)

    def _single(self) -> None:
        with block("md-card"):
            words = (
                "There is one version so far. Publish the next one under the same name, and with "
                "a test set, to see here whether it is better."
            )
            with empty("compare_arrows", "Nothing to compare yet", words) as box:
                ui.link("How a version is published", VERSIONS.path(self._model))
            testable(box, "one-version")

    def _fields(self) -> None:
        data = self._data
        self._card.clear()
        with self._card:
            with block("md-compare-pair"):
                self._version("Version that is judged", "one", data.one, data.other.number)
                swap = ui.button(icon="swap_horiz", on_click=self._swap, color=None)
                swap.props("flat dense").classes("md-btn md-btn--icon")
                swap.props["aria-label"] = swap.props["title"] = "Swap the versions"
                testable(swap, "swap")
                self._version("Version it is compared with", "other", data.other, data.one.number)
            with block("md-choices") as group:
                group.props["role"] = "group"
                group.props["aria-label"] = "Where the rows come from"
                for source in Source:
                    self._source(source)
            with block("md-compare-rows"):
                if data.source in {Source.SHADOW, Source.REPLAY}:
                    self._ranges()

    def _version(self, label: str, name: str, chosen: VersionView, without: int) -> None:
        names = {
            each.number: version_name(each)
            for each in reversed(self._data.versions)
            if each.number != without or each.number == chosen.number
        }

        async def pick(event: events.ValueChangeEventArguments[int]) -> None:
            both = {"one": self._data.one.number, "other": self._data.other.number}
            both[name] = event.value
            await self._choose(replace(self._state, one=both["one"], other=both["other"]))

        field = ui.select(names, value=chosen.number, on_change=pick)
        field.props("outlined dense options-dense").classes("md-field md-field--version")
        field.props["aria-label"] = label
        testable(field, f"version-{name}")

    def _source(self, source: Source) -> None:
        because = self._data.because(source)
        button = ui.element("button")
        with button:
            text("span", _NAMES[source])
        button.props["type"] = "button"
        button.props["title"] = because or _TITLES[source]
        button.props["aria-pressed"] = "true" if source is self._data.source else "false"
        if because or (source is Source.REPLAY and not caller().may(EDITS)):
            button.props["disabled"] = True
        else:
            button.on("click", lambda: self._choose(replace(self._state, source=source)))
        testable(button, f"source-{source}")

    def _ranges(self) -> None:
        days = ui.select(RANGES, value=self._state.days, on_change=self._pick_days)
        rows = ui.select(
            {many: f"{count(many)} rows at most" for many in ROWS},
            value=self._state.rows,
            on_change=self._pick_rows,
        )
        for field, label, name in ((days, "Range", "range"), (rows, "Rows", "rows")):
            field.props("outlined dense options-dense").classes("md-field")
            field.props["aria-label"] = label
            testable(field, name)

    async def _pick_days(self, event: events.ValueChangeEventArguments[int]) -> None:
        await self._choose(replace(self._state, days=event.value))

    async def _pick_rows(self, event: events.ValueChangeEventArguments[int]) -> None:
        await self._choose(replace(self._state, rows=event.value))

    async def _swap(self) -> None:
        one, other = self._data.other.number, self._data.one.number
        await self._choose(replace(self._state, one=one, other=other))

    def _choose_change(self, change: Change) -> None:
        self._state = replace(self._state, change=change)
        self._move(self._state)

    async def _choose(self, state: CompareState) -> None:
        """Compare what a state asks for."""
        if (state.one, state.other) != (self._state.one, self._state.other):
            # What there is to compare on differs from pair to pair.
            state = replace(state, source=None)
        self._state = state
        self._move(state)
        self._asked += 1
        asked = self._asked
        try:
            data = await aside(CompareData.load, self._site.desk, self._model, state)
        except ModeldeskError as error:
            self._fail(error)
            return
        if self._current(asked):
            self._data = data
            self._fields()
            await self._run()

    def _current(self, asked: int) -> bool:
        """Whether nothing else was asked for since, and the page still shows this."""
        return asked == self._asked and not self._body.is_deleted

    async def _run(self) -> None:
        """Compare the versions, with a skeleton in the meantime."""
        self._asked += 1
        asked, source = self._asked, self._data.source
        self._end()
        self._body.clear()
        if source is None:
            with self._body:
                self._nothing()
            return
        with self._body:
            self._wait(source)
        try:
            report = await self._compared(source)
        except Stopped:
            return
        except ModeldeskError as error:
            if self._current(asked):
                self._fail(error)
            return
        if self._current(asked):
            self._show(report)

    async def _compared(self, source: Source) -> PairedReport:
        if source is Source.REPLAY:
            caller().check(EDITS)
        wanted = Wanted(
            one=self._data.one.number,
            other=self._data.other.number,
            source=source,
            start=self._state.since(self._site.clock.now()),
            rows=self._state.rows,
        )
        compare = self._site.desk.paired_sources.compare
        if self._work is None:
            return await aside(compare, self._model, wanted)
        progress = self._work.progress
        return await self._work.run(compare, self._model, wanted, progress=progress)

    def _end(self) -> None:
        """Let former work end, which nobody waits for any more."""
        if self._work is not None:
            self._work.stop()
        self._work = None

    async def _stopped(self) -> None:
        """Say that the replay was stopped, and offer it again."""
        self._asked += 1
        self._work = None
        self._body.clear()
        with self._body, block("md-card"):
            words = "Nothing of it is kept. Fewer rows take less time."
            with empty("block", "The replay was cancelled", words) as box:
                again = ui.button("Start it again", on_click=self._run, color=None)
                again.props("flat no-caps").classes("md-btn md-btn--quiet")
                testable(again, "replay-again")
            testable(box, "replay-cancelled")

    def _show(self, report: PairedReport) -> None:
        self._body.clear()
        with self._body:
            if not report.rows:
                self._no_rows(report)
                return
            view = PairedView(self._appearance, choose=self._choose_change)
            view.build(report, self._state.change)

    def _wait(self, source: Source) -> None:
        with block("md-bones") as waiting:
            waiting.props["aria-busy"] = "true"
            testable(waiting, "comparing")
            if source is Source.REPLAY:
                words = f"Version {self._data.one.number} predicts logged requests once more"
                self._work = LongWork(words, stopped=self._stopped)
                with block("md-card"):
                    self._work.build()
                return
            for height in (120, 300):
                bone(height=height)

    def _fail(self, error: ModeldeskError) -> None:
        self._body.clear()
        with self._body:
            trouble(error, retry=self._run)

    def _no_rows(self, report: PairedReport) -> None:
        with block("md-card"):
            words = f"{report.verdict} Look at more days, or compare on other rows."
            with empty("search_off", "No row that both predicted", words) as box:
                if self._state.days:
                    state = replace(self._state, days=0)
                    self._button("Show all days", state, "all-days")
            testable(box, "no-pairs")

    def _nothing(self) -> None:
        """Say where they could be compared, and offer what takes a while."""
        data = self._data
        with block("md-card"):
            words = (
                f"Version {data.one.number} and version {data.other.number} have no rows in common "
                "yet. "
            )
            words += " ".join(each.because for each in data.sources if each.because)
            command = f"modeldesk routing {self._model} --shadow {data.one.number}"
            replays = not data.because(Source.REPLAY) and caller().may(EDITS)
            shadows = EXTERNAL not in {data.one.flavor, data.other.flavor}
            code = command if shadows and not replays else ""
            with empty("compare_arrows", "Choose the rows", words, code=code) as box:
                if replays:
                    state = replace(self._state, source=Source.REPLAY)
                    words = f"Replay the latest {count(self._state.rows)} requests"
                    self._button(words, state, "start-replay")
                if shadows:
                    ui.link("Let it shadow the champion", VERSIONS.path(self._model))
            testable(box, "no-source")

    def _button(self, words: str, state: CompareState, name: str) -> None:
        button = ui.button(words, on_click=lambda: self._choose(state), color=None)
        button.props("unelevated no-caps").classes("md-btn md-btn--main")
        testable(button, name)
