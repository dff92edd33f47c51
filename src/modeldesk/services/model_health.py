"""How models are: of all of them in short, for a list, or of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from modeldesk.clock import Clock
from modeldesk.services.acting import caller
from modeldesk.services.estimated_level import EstimatedLevel
from modeldesk.services.health import Concern, Grade, Health, Reason, Signs
from modeldesk.services.health_reasons import judge
from modeldesk.services.model_signs import ModelSigns, Subject, SubjectSigns
from modeldesk.services.performance_change import PerformanceChange
from modeldesk.services.registry import Registry
from modeldesk.services.views import WindowVolume
from modeldesk.store import FleetRecords, ModelRecords, UnreadableVersion, VersionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSummary:
    """One model: how it is, and the few figures that tell most."""

    name: str
    version: int
    """Number of the version that is judged, as a rule the champion."""
    versions: int
    """How many versions the model has."""
    published_at: datetime
    """When the version was published."""
    tags: Mapping[str, str]
    """Of that version."""
    description: str
    health: Health
    signs: Signs
    """What the verdict rests on."""
    volume: tuple[WindowVolume, ...]
    """The days with answered predictions of all versions in the range, oldest first."""

    @property
    def predictions(self) -> int:
        """Answered predictions of the range that are profiled, and those that wait to be."""
        return sum(day.rows for day in self.volume) + self.signs.waiting

    @property
    def last_prediction_at(self) -> datetime | None:
        """Latest time of a prediction, ever."""
        return self.signs.last_prediction_at

    @property
    def open_alerts(self) -> int:
        """How many alerts of all versions are open."""
        return 0 if self.signs.alerts is None else self.signs.alerts.many

    @property
    def performance(self) -> PerformanceChange | None:
        """What labels say of the latest week; ``None`` where there are none."""
        return self.signs.performance

    @property
    def estimate(self) -> EstimatedLevel | None:
        """What the version probably is; ``None`` where nothing is estimated."""
        return self.signs.estimate


class ModelHealth:
    """Judges models.

    Parameters
    ----------
    registry
        Models and versions.
    records
        The champions.
    fleet
        Which versions there are.
    signs
        What is known of each model.
    clock
        Tells when a model is judged of which nothing can be known.
    """

    def __init__(
        self,
        registry: Registry,
        records: ModelRecords,
        fleet: FleetRecords,
        signs: ModelSigns,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._records = records
        self._fleet = fleet
        self._signs = signs
        self._clock = clock

    def models(self, *, start: datetime | None = None) -> tuple[ModelSummary, ...]:
        """Return all models that the caller sees, by name, each judged by its champion.

        A model whose champion cannot be read says so, and takes nothing from the others.

        Parameters
        ----------
        start
            From when on volume is told; some weeks unless told.
        """
        keys: dict[str, list[int]] = defaultdict(list)
        for version in self._fleet.versions():
            keys[version.model].append(version.version_id)
        sees = caller().sees
        champions = [
            each for each in self._records.champions() if each.model in keys and sees(each.model)
        ]
        subjects = [
            Subject(record=record, version_ids=tuple(keys[record.model]))
            for record in champions
            if isinstance(record, VersionRecord)
        ]
        told = self._signs.of(subjects, start=start)
        found = list(map(_summary, subjects, told))
        found += [
            _unreadable(each, len(keys[each.model]), self._clock.now())
            for each in champions
            if isinstance(each, UnreadableVersion)
        ]
        return tuple(sorted(found, key=lambda summary: summary.name))

    def model(
        self, name: str, *, version: int | None = None, start: datetime | None = None
    ) -> ModelSummary:
        """Return one model, judged by a version.

        Parameters
        ----------
        name, version
            The model, and the version of it; ``None``: the champion.
        start
            From when on volume is told; some weeks unless told.

        Raises
        ------
        NotFound
            When there is no such model or version.
        """
        record = self._registry.record(name, version)
        keys = tuple(one.version_id for one in self._registry.records(name))
        subject = Subject(record=record, version_ids=keys)
        return _summary(subject, self._signs.of([subject], start=start)[0])


def _summary(subject: Subject, told: SubjectSigns) -> ModelSummary:
    record = subject.record
    return ModelSummary(
        name=record.model,
        version=record.number,
        versions=len(subject.version_ids),
        published_at=record.created_at,
        tags=record.notes.tags,
        description=record.description,
        health=judge(told.signs),
        signs=told.signs,
        volume=told.volume,
    )


def _unreadable(found: UnreadableVersion, versions: int, now: datetime) -> ModelSummary:
    """Return what is told of a model whose champion cannot be read."""
    sentence = f"Version {found.number}, the champion, cannot be read. {found.problem}"
    reason = Reason(concern=Concern.DAMAGE, grave=True, sentence=sentence)
    return ModelSummary(
        name=found.model,
        version=found.number,
        versions=versions,
        published_at=found.created_at,
        tags={},
        description=found.description,
        health=Health(grade=Grade.ATTENTION, sentence=sentence, reasons=(reason,)),
        signs=Signs(now=now),
        volume=(),
    )
