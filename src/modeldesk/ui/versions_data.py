"""What the services say of a model's versions, as their page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from modeldesk.desk import Desk
from modeldesk.errors import NotFound
from modeldesk.schema import Routing
from modeldesk.services.serving import ServedModel, ServedVersion
from modeldesk.services.version_figure_views import LineVersion, VersionLine, VersionTestReport
from modeldesk.services.version_list import VersionFiles, VersionPage
from modeldesk.services.views import VersionView
from modeldesk.store import CHAMPION, AliasMove
from modeldesk.ui.versions_state import VersionsState

LINE_VERSIONS = 60
"""Versions in the chart, the newest ones."""

MOVES = 50
"""Moves of aliases in the history, the latest ones."""

MOST_ALIASES = 40
"""Aliases that are shown; the champion is among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointing:
    """An alias, where it points, and what a rollback would do."""

    alias: str
    version: int | None
    """``None``: it was removed, and a rollback brings it back."""
    moved: AliasMove | None
    """The latest move; ``None`` where it is older than those that are shown."""
    back: AliasMove | None
    """The move that a rollback takes back; ``None`` where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who answers: aliases, how traffic is shared, and what is loaded."""

    pointing: tuple[Pointing, ...]
    """The champion first; aliases that were removed last."""
    moves: tuple[AliasMove, ...]
    """The latest first."""
    served: ServedModel

    @staticmethod
    def load(desk: Desk, model: str) -> Standing:
        """Read it from the services."""
        moves = desk.aliases.moves(model, limit=MOVES)
        points = {each.alias: each.version for each in desk.aliases.of(model)}
        names = [*points, *dict.fromkeys(each.alias for each in moves if each.alias not in points)]
        names.sort(key=lambda name: (name != CHAMPION, name not in points, name))
        return Standing(
            pointing=tuple(
                Pointing(
                    alias=name,
                    version=points.get(name),
                    moved=next((each for each in moves if each.alias == name), None),
                    back=desk.aliases.next_back(model, name),
                )
                for name in names[:MOST_ALIASES]
            ),
            moves=moves,
            served=desk.serving.of(model),
        )

    @property
    def routing(self) -> Routing:
        """How traffic is shared."""
        return self.served.routing

    @property
    def champion(self) -> int:
        """Number of the version that the alias points at, whether it is ready or not."""
        return next(
            (each.version for each in self.pointing if each.alias == CHAMPION and each.version),
            self.served.champion,
        )

    def of(self, version: int) -> ServedVersion | None:
        """Return how a version is served in this process."""
        return next((each for each in self.served.versions if each.version == version), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsData:
    """Everything that the page shows at once."""

    model: str
    page: VersionPage
    standing: Standing
    line: VersionLine

    @staticmethod
    def load(desk: Desk, model: str, state: VersionsState, now: datetime) -> VersionsData:
        """Read it from the services; `NotFound` when there is no such model."""
        return VersionsData(
            model=model,
            page=desk.version_list.page(model, below=state.below),
            standing=Standing.load(desk, model),
            line=desk.version_figures.line(model, start=state.start(now), limit=LINE_VERSIONS),
        )

    @property
    def champion(self) -> VersionView:
        """The champion."""
        return self.page.champion

    def measure(self, asked: str | None) -> str | None:
        """Return the measure that is shown: the one that is asked for, or the first."""
        known = self.measured
        return asked if asked in known else next(iter(known), None)

    @property
    def measured(self) -> Mapping[str, str]:
        """Titles of the measures of which some version has a figure."""
        found = {
            figure.measure: figure.title
            for version in self.line.versions
            for point in (version.test, version.live)
            for figure in point.figures
            if figure.value is not None
        }
        return {name: found[name] for name in self.line.measures if name in found}

    def figures_of(self, version: int) -> LineVersion | None:
        """Return what is measured of a version, where it is among those of the chart."""
        return next((each for each in self.line.versions if each.version == version), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDetails:
    """Everything about one version."""

    version: VersionView
    test: VersionTestReport | None
    """``None`` where it was published without a test set."""
    files: VersionFiles

    @staticmethod
    def load(desk: Desk, model: str, number: int) -> VersionDetails:
        """Read it from the services; `NotFound` when there is no such version."""
        version = desk.registry.version(model, number)
        try:
            test = desk.version_figures.test(model, version=number)
        except NotFound:
            test = None
        return VersionDetails(
            version=version, test=test, files=desk.version_list.files(model, number)
        )
