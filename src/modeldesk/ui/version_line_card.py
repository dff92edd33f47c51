"""The card that draws a measure of each version, or says how the next one is published."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.version_line import version_line
from modeldesk.performance import MEASURES
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.states import empty
from modeldesk.ui.versions_data import VersionsData
from modeldesk.ui.wording import plural

_PIXELS = 280

_BETTER = {
    "higher": "higher is better",
    "lower": "lower is better",
    "nearer zero": "nearer zero is better",
}

_NEXT = """import modeldesk

modeldesk.publish(
    model,                 # the newly trained one
    name="{name}",
    reference=training,    # the table that it was trained on
    target="the column with the true outcome",
    test=test,             # labelled rows that it has not seen
)"""
"""The lines that publish a second version."""


class VersionLineCard:
    """Shows how a measure went from version to version; a click on a point opens the version.

    Parameters
    ----------
    appearance
        The page's colours.
    choose
        Called with the measure that a person wants.
    show
        Called with the version whose point was clicked.
    """

    def __init__(
        self,
        appearance: Appearance,
        *,
        choose: Callable[[str], Awaitable[None]],
        show: Callable[[int], Awaitable[None]],
    ) -> None:
        self._appearance = appearance
        self._choose = choose
        self._show = show
        self._picture: Picture | None = None
        self._drawn: Options = {}

    def build(self, data: VersionsData, measure: str | None, opened: int | None) -> None:
        """Add the card."""
        self._card = block("md-card")
        testable(self._card, "version-line")
        self._card_of: tuple[str, ...] | None = None
        self.fill(data, measure, opened)

    def fill(self, data: VersionsData, measure: str | None, opened: int | None) -> None:
        """Show this instead of what is shown; only what differs is drawn anew."""
        self._data, self._measure, self._opened = data, measure, opened
        known = tuple(data.measured) if len(data.page.numbers) > 1 else ()
        if known != self._card_of:
            self._card_of = known
            self._rebuild()
            return
        if self._picture is not None and self._options() != self._drawn:
            self._drawn = self._options()
            self._note.set_text(self._words())
            self._picture.redraw(self._appearance.palette)

    def _rebuild(self) -> None:
        self._picture = None
        self._card.clear()
        with self._card:
            with block("md-card-head"):
                text("h2", "Version by version")
                self._note = text("span", self._words(), "md-card-note")
                with block("md-card-end"):
                    self._field()
            if len(self._data.page.numbers) == 1:
                self._next()
            elif self._measure is None:
                self._nothing()
            else:
                self._chart()

    def _chart(self) -> None:
        self._drawn = self._options()
        with block("md-performance-chart"):
            self._picture = self._appearance.picture(self._draw, height=_PIXELS)
            self._picture.on_click(self._clicked)
            testable(self._picture.chart, "versions-chart")
        with block("md-card-body"), block("md-key"):
            for name, words in (
                ("test", "on the test set that it was published with"),
                ("point", "on labels of its predictions in the range"),
            ):
                with block("", tag="span"):
                    block(f"md-key-{name}", tag="i")
                    text("span", words)

    def _next(self) -> None:
        words = (
            "Publishing under the same name adds a version. It answers nobody until an alias, "
            "such as challenger, points at it."
        )
        code = _NEXT.format(name=self._data.model)
        box = empty(
            "add_circle_outline", "There is one version so far", words, code=code, small=True
        )
        testable(box, "one-version")

    def _nothing(self) -> None:
        words = (
            "No version was published with a test set, and no prediction of the range is labelled. "
            "Publish with test=..., or send labels: then this shows which version is better."
        )
        box = empty("show_chart", "No version is measured yet", words, small=True)
        testable(box, "no-line")

    def _field(self) -> None:
        titles = dict(self._data.measured)
        if self._measure is None or len(self._data.page.numbers) == 1:
            return
        field = ui.select(titles, value=self._measure, on_change=self._pick)
        field.props("outlined dense options-dense").classes("md-field md-field--measure")
        field.props["aria-label"] = "Measure"
        testable(field, "measure")

    async def _pick(self, event: events.ValueChangeEventArguments[str]) -> None:
        if event.value != self._measure:
            await self._choose(event.value)

    def _words(self) -> str:
        line = self._data.line
        if self._measure is None or len(self._data.page.numbers) == 1:
            return ""
        words = [f"{line.confidence:.0%} intervals"]
        better = _BETTER.get(MEASURES[self._measure].better.value)
        if better:
            words.append(better)
        if line.more:
            words.append(f"the newest {plural(len(line.versions), 'version')}")
        return "; ".join(words)

    def _options(self) -> Options:
        return self._draw(self._appearance.palette)

    def _draw(self, colours: Palette) -> Options:
        return version_line(
            self._data.line.versions,
            colours,
            measure=self._measure or "",
            champion=self._data.standing.champion,
            selected=self._opened,
        )

    async def _clicked(self, point: dict[str, object]) -> None:
        if "version" in point:
            await self._show(int(str(point["version"])))
