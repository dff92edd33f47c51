"""What changed between two ranges of time: the change of the mean loss, and what it comes from."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from nicegui import events, ui

from modeldesk.charts.change_parts import change_parts, change_parts_height, part_words
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.errors import ModeldeskError
from modeldesk.services.change_views import AttributionReport, ChangePart, ChangeSide, ChangeSource
from modeldesk.services.progress import Progress, Stopped
from modeldesk.ui.alias_dialog import version_name
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.compare_data import CompareData
from modeldesk.ui.compare_state import CompareState, begins, day_in, ends
from modeldesk.ui.long_work import LongWork
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.plain_table import cut, plain_table
from modeldesk.ui.site import Site
from modeldesk.ui.states import bone, empty, trouble
from modeldesk.ui.wording import NOTHING, count, share, utc

_MOST_LISTED = 60
_DATES = {
    "Before": (
        ("base_start", "base-from", "First day before"),
        ("base_end", "base-to", "Last day before"),
    ),
    "After": (("start", "from", "First day after"), ("end", "to", "Last day after")),
}
_ESTIMATED = {False: "By labels", True: "Expected, without labels"}


class RangesView:
    """Compares two ranges.

    Parameters
    ----------
    site
        The services.
    appearance
        The page's colours.
    model
        Whose rows.
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
        self._work: LongWork | None = None

    def build(self, state: CompareState) -> None:
        """Add the fields; what is compared follows."""
        self._state = state
        with block("md-card md-compare-choice"), block("md-compare-rows"):
            self._fields()
        self._body = block("md-bones")
        testable(self._body, "ranges")
        ui.timer(0, self._run, once=True)

    def _fields(self) -> None:
        data, state = self._data, self._state
        if len(data.versions) > 1:
            names = {each.number: version_name(each) for each in reversed(data.versions)}
            version = ui.select(names, value=data.version.number, on_change=self._pick_version)
            self._dress(version, "Version", "version")
        kind = ui.select(_ESTIMATED, value=state.estimated, on_change=self._pick_estimated)
        self._dress(kind, "Losses", "losses")
        self._dates: dict[str, ui.input] = {}
        for words, dates in _DATES.items():
            with block("md-compare-dates"):
                text("span", words, "md-soft md-small")
                for field, name, label in dates:
                    if self._dates and name.endswith("to"):
                        text("span", "to", "md-soft md-small")
                    day = getattr(state, field)
                    box = ui.input(value="" if day is None else day.isoformat())
                    box.props["type"] = "date"
                    self._dress(box, label, name)
                    self._dates[field] = box
        act = ui.button("Compare", on_click=self._pick_dates, color=None)
        act.props("flat no-caps").classes("md-btn md-btn--quiet")
        testable(act, "compare-ranges")

    def _dress(self, box: ui.select | ui.input, label: str, name: str) -> None:
        box.props("outlined dense options-dense").classes("md-field")
        box.props["aria-label"] = label
        testable(box, name)

    async def _pick_version(self, event: events.ValueChangeEventArguments[int]) -> None:
        await self._choose(replace(self._state, version=event.value, part=""))

    async def _pick_estimated(self, event: events.ValueChangeEventArguments[bool]) -> None:
        await self._choose(replace(self._state, estimated=event.value, part=""))

    async def _pick_dates(self) -> None:
        told = {
            name: day_in({name: str(box.value or "")}, name) for name, box in self._dates.items()
        }
        await self._choose(
            replace(
                self._state,
                base_start=told["base_start"],
                base_end=told["base_end"],
                start=told["start"],
                end=told["end"],
                part="",
            )
        )

    async def _choose(self, state: CompareState) -> None:
        self._state = state
        self._move(state)
        await self._run()

    def _current(self, work: LongWork) -> bool:
        """Whether nothing else was asked for since, and the page still shows this."""
        return work is self._work and not self._body.is_deleted

    async def _run(self) -> None:
        if self._work is not None:
            self._work.stop()
        work = self._work = LongWork("Reading the rows of both ranges", stopped=self._stopped)
        self._body.clear()
        with self._body, block("md-bones") as waiting:
            waiting.props["aria-busy"] = "true"
            with block("md-card"):
                work.build()
            bone(height=280)
        try:
            report = await work.run(self._load, work.progress)
        except Stopped:
            return
        except ModeldeskError as error:
            if self._current(work):
                self._body.clear()
                with self._body:
                    trouble(error)
            return
        if self._current(work):
            self._report = report
            self._show()
            self._tell_days()

    def _tell_days(self) -> None:
        """Say in the fields which days were compared, where nobody said so."""
        base, current = self._report.base, self._report.current
        if base is None or current is None:
            return
        last = timedelta(microseconds=1)
        told = {
            "base_start": base.start,
            "base_end": base.end - last,
            "start": current.start,
            "end": current.end - last,
        }
        for field, moment in told.items():
            self._dates[field].set_value(moment.date().isoformat())

    async def _stopped(self) -> None:
        """Say that nothing was compared; the button above begins anew."""
        self._work = None
        self._body.clear()
        with self._body, block("md-card"):
            words = "Choose ranges, and compare them."
            testable(empty("block", "The comparison was cancelled", words), "ranges-cancelled")

    def _load(self, progress: Progress) -> AttributionReport:
        state = self._state
        return self._site.desk.performance.attribution(
            self._model,
            version=state.version,
            start=begins(state.start),
            end=ends(state.end),
            base_start=begins(state.base_start),
            base_end=ends(state.base_end),
            estimated=state.estimated,
            progress=progress,
        )

    def _show(self) -> None:
        report = self._report
        self._body.clear()
        with self._body:
            with block("md-card"):
                if report.because is not None:
                    words = f"{report.because[:1].upper()}{report.because[1:]}."
                    testable(empty("event_busy", "Nothing can be told", words), "no-change")
                    return
                with block("md-verdict-line"):
                    ui.icon("balance")
                    testable(text("p", report.sentence), "verdict")
                self._figures()
            if report.sources:
                self._sources()

    def _figures(self) -> None:
        report = self._report
        with block("md-figures md-figures--performance md-figures--compare"):
            for name, side in (("Before", report.base), ("After", report.current)):
                if side is not None:
                    self._side(name, side, report.loss)
            if report.change is not None:
                words = "more than chance" if report.change.shown else "may be chance"
                interval = f"{report.change.low:.3g} to {report.change.high:.3g}, {words}"
                self._figure("Change", f"{report.change.value:+.3g}", interval, "change")

    def _side(self, name: str, side: ChangeSide, loss: str) -> None:
        value = NOTHING if side.mean_loss is None else f"{side.mean_loss:.3g}"
        days = (
            f"{side.start:%Y-%m-%d %H:%M} to {side.end:%Y-%m-%d %H:%M} UTC, {count(side.rows)} rows"
        )
        figure = self._figure(f"{name}, mean {loss}", value, days, name.lower())
        figure.props["title"] = f"{utc(side.start)} to {utc(side.end)}"

    def _figure(self, name: str, value: str, note: str, test: str) -> ui.element:
        with block("md-figure") as figure:
            testable(figure, f"figure-{test}")
            text("div", name, "md-figure-name")
            text("div", value, "md-figure-value")
            text("div", note, "md-figure-note")
        return figure

    def _sources(self) -> None:
        report = self._report
        with block("md-card") as card:
            testable(card, "sources")
            with block("md-card-head"):
                text("h2", "What the change comes from")
                words = f"{report.confidence:.0%} intervals; parts of several overlap"
                text("span", words, "md-card-note")
            with block("md-performance-chart"):
                height = change_parts_height(report.sources)
                self._picture = self._appearance.picture(self._draw, height=height)
                self._picture.on_click(self._clicked)
                testable(self._picture.chart, "change-chart")
            with block("md-card-body"), block("md-key"):
                for name, words in (
                    ("covariate", "covariate: there are more or fewer of some rows"),
                    ("concept", "concept: rows that are alike have other losses"),
                    ("chance", "light: may be chance"),
                ):
                    with block("", tag="span"):
                        block(f"md-key-{name}", tag="i")
                        text("span", words)
        self._detail = block("md-card")
        self._fill_detail()

    def _draw(self, colours: Palette) -> Options:
        return change_parts(
            self._report.sources, colours, loss=self._report.loss, selected=self._opened.name
        )

    async def _clicked(self, point: dict[str, object]) -> None:
        if "source" in point:
            self._open(str(point["source"]))

    def _open(self, name: str) -> None:
        self._state = replace(self._state, part=name)
        self._move(self._state)
        self._picture.redraw(self._appearance.palette)
        self._fill_detail()

    @property
    def _opened(self) -> ChangeSource:
        """The source whose parts are shown: the one that is asked for, or the first."""
        found = [each for each in self._report.sources if each.name == self._state.part]
        return found[0] if found else self._report.sources[0]

    def _fill_detail(self) -> None:
        report, opened = self._report, self._opened
        names = {
            each.name: f"{cut(each.name, 60)} ({each.kind})"
            for each in report.sources[:_MOST_LISTED]
        }
        self._detail.clear()
        with self._detail:
            with block("md-card-head"):
                text("h2", "In its parts")
                with block("md-card-end"):
                    field = ui.select(
                        names,
                        value=opened.name if opened.name in names else None,
                        on_change=lambda event: self._open(str(event.value)),
                    )
                    self._dress(field, "Column, segment or slice", "part")
            with block("md-card-body md-version-part"):
                testable(text("p", opened.sentence), "part-sentence")
                heads = ["Before", "After", "Loss before", "Loss after", "Covariate", "Concept"]
                places = _places(opened)
                rows = [
                    (
                        each.name,
                        share(each.share_before),
                        share(each.share_now),
                        _loss(each.loss_before, places),
                        _loss(each.loss_now, places),
                        f"{each.covariate:+,.{places}f}",
                        f"{each.concept:+,.{places}f}",
                    )
                    for each in opened.bins
                ]
                plain_table("Rows with", heads, rows, name="bins")
                self._totals(opened)
                if report.left_out:
                    words = f"Nothing can be told of: {', '.join(report.left_out[:20])}."
                    text("p", cut(words), "md-faint md-small")

    def _totals(self, opened: ChangeSource) -> None:
        told: tuple[tuple[str, ChangePart], ...] = (
            ("covariate", opened.covariate),
            ("concept", opened.concept),
        )
        words = "; ".join(f"{name} {part_words(part)}" for name, part in told)
        text("p", f"All together: {words}.", "md-faint md-small")


def _places(source: ChangeSource) -> int:
    """Return how many decimals losses are written with, so that they stand below each other."""
    told = [loss for each in source.bins for loss in (each.loss_before, each.loss_now)]
    most = max((abs(loss) for loss in told if loss is not None), default=1.0)
    return min(6, max(0, 3 - math.floor(math.log10(most)))) if most else 4


def _loss(value: float | None, places: int) -> str:
    return NOTHING if value is None else f"{value:,.{places}f}"
