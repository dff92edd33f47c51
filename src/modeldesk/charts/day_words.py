"""What is said of a day: what labels tell, what was estimated, and how much is labelled."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.schema import Window
from modeldesk.services.estimate_report import EstimatedDay, EstimateView
from modeldesk.services.maturity import WindowMaturity
from modeldesk.services.performance_views import FigureView


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPoint:
    """All that a chart shows of a measure on one day."""

    window: Window
    figure: FigureView | None
    """What labels say; ``None`` where the day has none."""
    estimate: EstimateView | None
    """What it probably is; ``None`` where nothing was estimated."""
    estimated: EstimatedDay | None
    """The day whose estimate that is."""
    known: WindowMaturity | None
    """How much of the day is labelled; ``None`` where that is not known."""
    young: bool
    """Whether labels of the day are still to come."""

    @property
    def value(self) -> float | None:
        """What labels say, as a number."""
        return None if self.figure is None else self.figure.value

    @property
    def doubtful(self) -> bool:
        """Whether the day's estimate should not be relied on."""
        return self.estimated is not None and bool(self.estimated.warnings)

    @property
    def words(self) -> str:
        """Say all of it, a line for each."""
        lines = [f"{self.window.start:%a %Y-%m-%d}", *self._realised(), *self._estimated()]
        if self.known is not None:
            lines.append(maturity_words(self.known))
        if self.young:
            lines.append("labels are still to come")
        return "\n".join(lines)

    def _realised(self) -> list[str]:
        figure = self.figure
        if figure is None or figure.value is None:
            return []
        of = "" if figure.of is None else f" of {figure.of}"
        limits = _limits(figure.low, figure.high)
        rows = f"{figure.rows:,} labelled row{'' if figure.rows == 1 else 's'}"
        return [f"{figure.title}{of} {figure.value:.4g}{limits}, {rows}"]

    def _estimated(self) -> list[str]:
        if self.estimate is None or self.estimated is None:
            return []
        if self.estimate.value is None:
            return [f"no estimate: {self.estimate.because}"]
        limits = _limits(self.estimate.low, self.estimate.high)
        lines = [f"Estimated {self.estimate.value:.4g}{limits}, {self.estimated.rows:,} rows"]
        if self.estimated.learned_from:
            lines.append("estimates were learned from labels of this day")
        return lines + [f"Do not rely on it: {each.sentence}" for each in self.estimated.warnings]


def maturity_words(known: WindowMaturity) -> str:
    """Say how much of a day is labelled."""
    words = f"{known.labelled:,} of {known.predictions:,} predictions labelled"
    return words if known.share is None else f"{words} ({known.share:.0%})"


def _limits(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({low:.4g} to {high:.4g})"
