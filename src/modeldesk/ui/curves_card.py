"""The cards with curves: ROC, precision over recall, thresholds of a class, and calibration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui

from modeldesk.charts import calibration_chart, pr_chart, roc_chart, threshold_chart
from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.services.performance_views import CurvesView, CurveView
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.markup import block, testable, text

_PIXELS = 300


class CurvesCard:
    """Shows curves; a choice of another class changes those that depend on it.

    Parameters
    ----------
    appearance
        The page's colours.
    choose
        Called with the class that a person wants.
    """

    def __init__(self, appearance: Appearance, *, choose: Callable[[str], Awaitable[None]]) -> None:
        self._appearance = appearance
        self._choose = choose
        self._pictures: list[Picture] = []

    def build(self, view: CurvesView, classes: Sequence[str]) -> None:
        """Add the card; ``classes`` are those that have curves."""
        self._view = view
        card = block("md-card")
        testable(card, "curves")
        with card:
            with block("md-card-head"):
                text("h2", "Curves")
                text("span", "of the probabilities, with 95% intervals", "md-card-note")
                with block("md-card-end"):
                    if len(classes) > 1:
                        self._field(classes)
                    elif view.of is not None:
                        text("span", f"of {view.of}", "md-card-note")
            if view.because is not None:
                words = text("p", f"There are no curves, because {view.because}.", "md-curves-none")
                testable(words, "no-curves")
                return
            with block("md-curves"):
                self._charts()

    def show(self, view: CurvesView) -> None:
        """Show another class."""
        self._view = view
        for picture in self._pictures:
            picture.redraw(self._appearance.palette)

    def _field(self, classes: Sequence[str]) -> None:
        field = ui.select(list(classes), value=self._view.of, on_change=self._pick)
        field.props("outlined dense options-dense").classes("md-field md-field--class")
        field.props["aria-label"] = "Class of the curves"
        testable(field, "curve-class")

    async def _pick(self, event: events.ValueChangeEventArguments[str]) -> None:
        if event.value != self._view.of:
            await self._choose(event.value)

    def _charts(self) -> None:
        self._pictures = [
            self._chart("ROC", "roc", lambda colours: roc_chart(self._curve("roc"), colours)),
            self._chart(
                "Precision and recall", "pr", lambda colours: pr_chart(self._curve("pr"), colours)
            ),
            self._chart(
                "Thresholds",
                "thresholds",
                lambda colours: threshold_chart(self._view.thresholds, self._view.best, colours),
            ),
        ]

    def _chart(self, title: str, name: str, draw: Callable[[Palette], Options]) -> Picture:
        with block("md-curve"):
            text("h3", title)
            picture = self._appearance.picture(draw, height=_PIXELS)
            testable(picture.chart, f"curve-{name}")
            return picture

    def _curve(self, name: str) -> CurveView:
        return next(curve for curve in self._view.curves if curve.name == name)


def calibration_card(appearance: Appearance, view: CurvesView, classes: Sequence[str]) -> None:
    """Add the card that tells whether probabilities can be believed, where there are any.

    Of two classes the probability is that of the one that has scores, of more that of the class
    that is predicted.
    """
    if not view.calibration:
        return
    with block("md-card"):
        with block("md-card-head"):
            text("h2", "Calibration")
            one = classes[0] if len(classes) == 1 else "what was predicted"
            words = f"how often {one} was true, by its probability"
            text("span", words,
                 "md-card-note")  # fmt: skip
        with block("md-performance-chart md-performance-chart--last"):
            picture = appearance.picture(
                lambda colours: calibration_chart(view.calibration, colours), height=_PIXELS
            )
            testable(picture.chart, "curve-calibration")
