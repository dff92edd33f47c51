"""The pages about one model: which one a tab opens, and what it is given of the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from modeldesk.ui.api_page import ApiPage
from modeldesk.ui.appearance import Appearance
from modeldesk.ui.batch_page import BatchPage
from modeldesk.ui.compare_page import ComparePage
from modeldesk.ui.compare_state import CompareState
from modeldesk.ui.data_page import DataPage
from modeldesk.ui.data_state import DataState
from modeldesk.ui.feedback_page import FeedbackPage
from modeldesk.ui.feedback_state import FeedbackState
from modeldesk.ui.model_settings_page import ModelSettingsPage
from modeldesk.ui.monitor_page import MonitorPage
from modeldesk.ui.monitor_state import MonitorState
from modeldesk.ui.overview_page import OverviewPage
from modeldesk.ui.overview_state import OverviewState
from modeldesk.ui.performance_page import PerformancePage
from modeldesk.ui.performance_state import PerformanceState
from modeldesk.ui.places import (
    API,
    BATCH,
    COMPARE,
    DATA,
    FEEDBACK,
    MONITOR,
    OVERVIEW,
    PERFORMANCE,
    PLAYGROUND,
    PREDICTIONS,
    PROFILES,
    SETTINGS,
    VERSIONS,
    Tab,
)
from modeldesk.ui.playground_page import PlaygroundPage
from modeldesk.ui.predictions_page import PredictionsPage
from modeldesk.ui.predictions_state import PredictionsState
from modeldesk.ui.profiles_page import ProfilesPage
from modeldesk.ui.profiles_state import ProfilesState
from modeldesk.ui.rule_state import RuleState
from modeldesk.ui.site import Site
from modeldesk.ui.versions_page import VersionsPage
from modeldesk.ui.versions_state import VersionsState

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


def _overview(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return OverviewPage(site, appearance, model=model, state=OverviewState.read(query))


def _monitor(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return MonitorPage(site, appearance, model=model, state=MonitorState.read(query))


def _profiles(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return ProfilesPage(site, appearance, model=model, state=ProfilesState.read(query))


def _data(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return DataPage(site, appearance, model=model, state=DataState.read(query))


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


def _compare(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return ComparePage(site, appearance, model=model, state=CompareState.read(query))


def _versions(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return VersionsPage(site, appearance, model=model, state=VersionsState.read(query))


def _settings(site: Site, appearance: Appearance, model: str, query: Query) -> Page:
    return ModelSettingsPage(site, appearance, model=model, state=RuleState.read(query))


VIEWS = (
    View(tab=OVERVIEW, open=_overview),
    View(tab=MONITOR, open=_monitor),
    View(tab=PROFILES, open=_profiles),
    View(tab=DATA, open=_data),
    View(tab=PERFORMANCE, open=_performance),
    View(tab=PREDICTIONS, open=_predictions),
    View(tab=FEEDBACK, open=_feedback),
    View(tab=PLAYGROUND, open=_playground),
    View(tab=BATCH, open=_batch),
    View(tab=API, open=_api),
    View(tab=COMPARE, open=_compare),
    View(tab=VERSIONS, open=_versions),
    View(tab=SETTINGS, open=_settings),
)
"""Every page about a model; `places.TABS` has the order in which they are shown."""
