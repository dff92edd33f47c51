"""The pages about one model: which one a tab opens, and what it is given of the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from modeldesk.ui.api_page import ApiPage
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.batch_page import BatchPage
from modeldesk.ui.feedback_page import FeedbackPage
from modeldesk.ui.feedback_state import FeedbackState
from modeldesk.ui.monitor_page import MonitorPage
from modeldesk.ui.monitor_state import MonitorState
from modeldesk.ui.performance_page import PerformancePage
from modeldesk.ui.performance_state import PerformanceState
from modeldesk.ui.places import (
    API,
    BATCH,
    FEEDBACK,
    MONITOR,
    PERFORMANCE,
    PLAYGROUND,
    PREDICTIONS,
    Tab,
)
from modeldesk.ui.playground_page import PlaygroundPage
from modeldesk.ui.predictions_page import PredictionsPage
from modeldesk.ui.predictions_state import PredictionsState
from modeldesk.ui.site import Site

Query = Mapping[str, str]
"""What stands behind the question mark of an address."""


class Page(Protocol):
    """A page that somebody opened."""

    async def build(self) -> None:
        """Build the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page about one model."""

    tab: Tab
    open: Callable[[Site, Appearance, str, Query], Page]
    """Called with the model's name for each browser that comes."""


def _monitor(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return MonitorPage(site, appearance, model=model, state=MonitorState.read(query))


def _performance(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return PerformancePage(site, appearance, model=model, state=PerformanceState.read(query))


def _predictions(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return PredictionsPage(site, appearance, model=model, state=PredictionsState.read(query))


def _feedback(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return FeedbackPage(site, appearance, model=model, state=FeedbackState.read(query))


def _playground(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return PlaygroundPage(site, appearance, model=model, query=query)


def _batch(site: Site, appearance: Appearance, model: str, _query: Query) -> Page:
    return BatchPage(site, appearance, model=model)


def _api(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return ApiPage(site, appearance, model=model, dialect=query.get("dialect", ""))


VIEWS = (
    View(tab=MONITOR, open=_monitor),
    View(tab=PERFORMANCE, open=_performance),
    View(tab=PREDICTIONS, open=_predictions),
    View(tab=FEEDBACK, open=_feedback),
    View(tab=PLAYGROUND, open=_playground),
    View(tab=BATCH, open=_batch),
    View(tab=API, open=_api),
)
"""Every page about a model; `places.TABS` has the order in which they are shown."""
