"""The cards with curves: ROC, precision over recall, thresholds of a class, and calibration."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui

from modeldesk.charts.options import Options
from modeldesk.charts.palette import Palette
from modeldesk.charts.score_curves import calibration_chart, pr_chart, roc_chart
from modeldesk.charts.threshold_chart import threshold_chart
from modeldesk.services.performance_views import CheapestView, CurvesView, CurveView
from modeldesk.ui.appearance import Appearance, Picture
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.performance_state import MOST_COST
from modeldesk.ui.wording import number, share

_PIXELS = 300


class CurvesCard:
    """Shows curves; a choice of another class changes those that depend on it.

    Parameters
    ----------
    appearance
        The page's colours.
    choose
        Called with the class that a person wants.
    choose_costs
        Called with what it costs to take another row for the class, and to miss one of it.
    """

    def __init__(
        self,
        appearance: Appearance,
        *,
        choose: Callable[[str], Awaitable[None]],
        choose_costs: Callable[[float, float], Awaitable[None]],
    ) -> None:
        self._appearance = appearance
        self._choose = choose
        self._choose_costs = choose_costs
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
            self._costs()

    def show(self, view: CurvesView) -> None:
        """Show another class, or the same one after more labels have come."""
        if view == self._view:
            return
        self._view = view
        for picture in self._pictures:
            picture.redraw(self._appearance.palette)
        self._tell_cheapest()

    def _costs(self) -> None:
        """Add what mistakes cost, which a person may change, and the threshold that follows."""
        costs = self._view.costs
        if costs is None or self._view.cheapest is None:
            return
        with block("md-costs"):
            text("span", "A false alarm costs")
            self._mistaken = self._cost_field("Cost of a false alarm", costs.false_positive)
            text("span", "a miss costs")
            self._missed = self._cost_field("Cost of a miss", costs.false_negative)
            self._cheapest = block("md-costs-told")
            self._cheapest.props["aria-live"] = "polite"
            testable(self._cheapest, "cheapest")
        self._tell_cheapest()

    def _cost_field(self, label: str, value: float) -> ui.number:
        field = ui.number(value=value, min=0, max=MOST_COST, on_change=self._pick_costs)
        field.props("outlined dense debounce=300 step=any").classes("md-field md-field--cost")
        field.props["aria-label"] = label
        testable(field, label.lower().replace(" ", "-"))
        return field

    async def _pick_costs(self) -> None:
        costs = [field.value for field in (self._mistaken, self._missed)]
        if all(isinstance(cost, int | float) and 0 <= cost <= MOST_COST for cost in costs):
            await self._choose_costs(float(costs[0]), float(costs[1]))

    def _tell_cheapest(self) -> None:
        found = self._view.cheapest
        if found is None:
            return
        self._cheapest.clear()
        with self._cheapest:
            if found.threshold is None:
                text("p", f"Cheapest is never to say {self._view.of}: {_cost_words(found)} a row.")
                return
            words = (
                f"Cheapest from {found.threshold:.3g} on: {_cost_words(found)} a row, "
                f"{share(found.flagged)} of rows count as {self._view.of}."
            )
            text("p", words)

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
                lambda colours: threshold_chart(
                    self._view.thresholds, self._view.best, colours, cheapest=self._view.cheapest
                ),
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


def _cost_words(found: CheapestView) -> str:
    if found.low is None or found.high is None:
        return number(found.cost)
    return f"{number(found.cost)} ({number(found.low)} to {number(found.high)})"


class CalibrationCard:
    """Tells whether probabilities can be believed, where there are any.

    Of two classes the probability is that of the one that has scores, of more that of the class
    that is predicted.

    Parameters
    ----------
    appearance
        The page's colours.
    """

    def __init__(self, appearance: Appearance) -> None:
        self._appearance = appearance
        self._picture: Picture | None = None

    def build(self, view: CurvesView, classes: Sequence[str]) -> None:
        """Add the card; ``classes`` are those that have curves."""
        self._view, self._picture = view, None
        if not view.calibration:
            return
        with block("md-card"):
            with block("md-card-head"):
                text("h2", "Calibration")
                one = classes[0] if len(classes) == 1 else "what was predicted"
                text("span", f"how often {one} was true, by its probability", "md-card-note")
            with block("md-performance-chart md-performance-chart--last"):
                self._picture = self._appearance.picture(self._draw, height=_PIXELS)
                testable(self._picture.chart, "curve-calibration")

    def show(self, view: CurvesView) -> None:
        """Show another one; the same moves nothing."""
        changed = view.calibration != self._view.calibration
        self._view = view
        if changed and self._picture is not None:
            self._picture.redraw(self._appearance.palette)

    def _draw(self, colours: Palette) -> Options:
        return calibration_chart(self._view.calibration, colours)
