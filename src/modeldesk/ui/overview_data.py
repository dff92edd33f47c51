"""What the services say of one model for its overview."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from modeldesk.charts.model_timeline import TimelineData
from modeldesk.desk import Desk
from modeldesk.performance import MEASURES
from modeldesk.schema import Granularity, Window
from modeldesk.services.estimate_report import EstimateReport
from modeldesk.services.maturity import LabelDelay, WindowMaturity
from modeldesk.services.measures import ModelTime
from modeldesk.services.model_events import ModelEvent
from modeldesk.services.model_health import ModelSummary
from modeldesk.services.performance_views import FigureView, PerformanceReport
from modeldesk.services.views import DriftReport, VersionView
from modeldesk.ui.overview_state import OverviewState
from modeldesk.ui.performance_data import estimated, headlines, immature

DRIFT_DAYS = timedelta(days=30)
"""Days whose distances are drawn beside each column."""

LEAST_DAYS = timedelta(days=14)
"""How many days the chart has at least, unless the range has fewer."""

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewData:
    """Everything that the page shows."""

    summary: ModelSummary
    versions: tuple[VersionView, ...]
    version: VersionView
    today: Window
    start: datetime | None
    """Where the range begins; ``None``: with the first day."""
    maturity: tuple[WindowMaturity, ...]
    delay: LabelDelay
    report: PerformanceReport
    estimates: EstimateReport
    drift: DriftReport
    """The latest days, whatever the range is."""
    events: tuple[ModelEvent, ...]
    time: ModelTime | None
    """How long the version takes; ``None`` where this program did not ask it yet."""

    @staticmethod
    def load(desk: Desk, model: str, state: OverviewState, now: datetime) -> OverviewData:
        """Read it from the services; `NotFound` when there is no such model or version."""
        start = state.start(now)
        today = Window.containing(now, Granularity.DAY)
        summary = summary_of(desk, model, state, now)
        number = summary.version
        versions = desk.registry.versions(model)
        return OverviewData(
            summary=summary,
            versions=versions,
            version=next(each for each in versions if each.number == number),
            today=today,
            start=start,
            maturity=desk.labels.maturity(model, version=number, start=start).windows,
            delay=desk.labels.delay(model),
            report=desk.performance.report(model, version=number, start=start, brief=True),
            estimates=desk.estimates.report(model, version=number, start=start),
            drift=desk.monitoring.drift(model, version=number, start=today.end - DRIFT_DAYS),
            events=desk.events.of(model, start=start),
            time=desk.measures.model_time(model, number),
        )

    @property
    def headline(self) -> FigureView | None:
        """The figure that tells most, over the range; ``None`` where nothing is labelled."""
        return next(iter(headlines(self.report)), None)

    @property
    def predictions(self) -> int:
        """Answered predictions of the version in the range."""
        return sum(found.predictions for found in self.maturity)

    @property
    def labelled(self) -> int:
        """Those of them that have a label."""
        return sum(found.labelled for found in self.maturity)

    def timeline(self, now: datetime) -> TimelineData:
        """Return what the chart of days shows."""
        shown = TimelineData(
            range=Window(start=self._first, end=self.today.end),
            days=self.report.windows,
            maturity=self.maturity,
            estimates=self.estimates.days,
            immature=immature(self.maturity, self.delay, now),
            events=self.events,
        )
        figure = self.headline
        if figure is not None:
            return replace(shown, measure=figure.measure, title=figure.title, of=figure.of)
        guess = next(iter(estimated(self.estimates)), None)
        if guess is not None:
            title = MEASURES[guess.measure].title
            return replace(shown, measure=guess.measure, title=title, of=guess.of)
        return shown

    @property
    def _first(self) -> datetime:
        """The first day of the chart: of a model that is younger than the range, its own."""
        if self.start is not None and self.versions[0].created_at < self.start:
            return self.start
        known = [found.window.start for found in self.maturity]
        known.append(Window.containing(self.versions[0].created_at, Granularity.DAY).start)
        first = min(*known, self.today.end - LEAST_DAYS)
        return first if self.start is None else max(first, self.start)


def summary_of(desk: Desk, model: str, state: OverviewState, now: datetime) -> ModelSummary:
    """Return how the model is: what can be read quickly, and tells whether the rest changed."""
    start = state.start(now)
    return desk.health.model(model, version=state.version, start=_EVER if start is None else start)
