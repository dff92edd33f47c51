"""What the page of comparisons is about: which versions, and where they can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.desk import Desk
from modeldesk.services.comparison_sources import Source, SourceView
from modeldesk.services.views import VersionView
from modeldesk.ui.compare_state import CompareState

CHALLENGER = "challenger"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareData:
    """What can be chosen from, and what is chosen."""

    versions: tuple[VersionView, ...]
    champion: VersionView
    one: VersionView
    other: VersionView
    """The same as ``one`` where there is just one version."""
    sources: tuple[SourceView, ...]
    source: Source | None
    """Where both are compared; ``None`` where nothing is asked for that costs little."""
    version: VersionView
    """Whose groups and ranges are compared."""
    slices: tuple[str, ...]
    segmented_by: tuple[str, ...]
    """Columns by whose values the log splits the version's rows."""

    @staticmethod
    def load(desk: Desk, model: str, state: CompareState) -> CompareData:
        """Read it from the services; `NotFound` when there is no such model or version."""
        versions = desk.registry.versions(model)
        champion = desk.registry.version(model)
        other = desk.registry.version(model, state.other) if state.other else champion
        chosen = state.one or _judged(versions, other.number)
        sources = desk.paired_sources.of(model, chosen, other.number)
        slices = tuple(each.name for each in desk.slices.of(model))
        return CompareData(
            versions=versions,
            champion=champion,
            one=desk.registry.version(model, chosen),
            other=other,
            sources=sources,
            source=state.source or _cheapest(sources),
            version=desk.registry.version(model, state.version),
            slices=slices,
            segmented_by=desk.registry.policy(model).segment_by,
        )

    def because(self, source: Source) -> str:
        """Return why there is nothing in a source; empty where there is something."""
        return next((each.because for each in self.sources if each.source is source), "")


def _judged(versions: Sequence[VersionView], other: int) -> int:
    """Return the version that is judged unless told: the challenger, or the newest other one."""
    rest = [each for each in versions if each.number != other]
    named = [each.number for each in rest if CHALLENGER in each.aliases]
    return named[0] if named else max((each.number for each in rest), default=other)


def _cheapest(sources: Sequence[SourceView]) -> Source | None:
    """Return the first source with something in it; a replay is started by a person only."""
    cheap = [each.source for each in sources if not each.because]
    return next((each for each in cheap if each is not Source.REPLAY), None)
