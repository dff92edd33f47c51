"""Verifying a store, and repairing what can be repaired."""

from __future__ import annotations

from dataclasses import dataclass

from modeldesk.clock import Clock
from modeldesk.errors import ModeldeskError
from modeldesk.models import Artefact, ArtefactStore
from modeldesk.services.loading import EXTERNAL
from modeldesk.services.progress import UNSEEN, Progress, Step
from modeldesk.services.rebuild import Rebuild
from modeldesk.store import Finding, FindingKind, Inspected, Inspection, Repair, Store

_OUTCOMES = {
    FindingKind.READABLE_AGAIN: "in use again",
    FindingKind.WRONG_FACTS: "corrected from its rows",
    FindingKind.LOST_KEYS: "indexed again",
    FindingKind.STRAY_KEYS: "deleted",
    FindingKind.LABEL_COUNT: "counted anew",
    FindingKind.ALIAS: "the newest version is champion now",
    FindingKind.DATABASE: "restore a backup: modeldesk restore FILE",
    FindingKind.DAMAGED_CHUNK: "set aside; its rows are only in a backup",
    FindingKind.WRONG_PARTS: "restore a backup: modeldesk restore FILE",
    FindingKind.VERSION: "publish the model again, or restore a backup",
    FindingKind.ARTEFACT: "publish the model again, or restore a backup",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing that is wrong, and what became of it."""

    kind: FindingKind
    where: str
    problem: str
    repaired: bool = False
    outcome: str = ""
    """What was done, or why nothing could be done; empty where nothing was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What was looked at, and what is wrong."""

    chunks: int
    rows: int
    """Rows of the log that can be read."""
    waiting: int
    """Those of them that are in no profile yet."""
    profiles: int
    versions: int
    findings: tuple[Checked, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong any more."""
        return all(found.repaired for found in self.findings)


class Check:
    """Verifies checksums, counts, times, keys, profiles and artefacts.

    Parameters
    ----------
    store
        What is verified; others may go on using it.
    artefacts
        The trained models.
    rebuild
        Makes profiles anew.
    clock
        Stamps repairs.
    """

    def __init__(
        self, store: Store, artefacts: ArtefactStore, rebuild: Rebuild, clock: Clock
    ) -> None:
        self._store = store
        self._artefacts = artefacts
        self._rebuild = rebuild
        self._clock = clock

    def run(self, *, repair: bool = False, progress: Progress = UNSEEN) -> CheckReport:
        """Look at everything once.

        Parameters
        ----------
        repair
            Whether to repair what can be repaired: counts and times of chunks, own keys,
            profiles whose rows are all there, a missing champion. What cannot be read is set
            aside, not deleted.
        progress
            Told of each chunk and each profile that was looked at, and of each repair.
        """
        inspection = Inspection(self._store)
        with progress.step("Checking", inspection.size()) as step:
            found = inspection.run(advance=step.advance)
        with progress.step("Checking models", len(found.artefacts)) as step:
            findings = (*found.findings, *self._damaged_artefacts(found, step))
        return CheckReport(
            chunks=found.chunks,
            rows=found.rows,
            waiting=found.waiting,
            profiles=found.profiles,
            versions=len(found.artefacts),
            findings=self._repaired(findings, progress) if repair else tuple(map(_told, findings)),
        )

    def _damaged_artefacts(self, found: Inspected, step: Step) -> list[Finding]:
        damaged = []
        for files in found.artefacts:
            step.advance()
            if files.flavor == EXTERNAL:
                continue
            try:
                self._artefacts.verify(Artefact(place=files.place, sha256=files.sha256))
            except ModeldeskError as error:
                kind = FindingKind.ARTEFACT
                damaged.append(Finding(kind=kind, where=files.where, problem=error.message))
        return damaged

    def _repaired(self, findings: tuple[Finding, ...], progress: Progress) -> tuple[Checked, ...]:
        repair = Repair(self._store)
        days: dict[object, tuple[bool, str]] = {}
        done: list[Checked] = []
        with progress.step("Repairing", len(findings)) as step:
            for found in findings:
                if found.version_id is not None and found.day is not None:
                    day = (found.version_id, found.day)
                    if day not in days:
                        days[day] = self._rebuilt(found)
                    done.append(_told(found, days[day]))
                else:
                    done.append(_told(found, self._mended(repair, found)))
                step.advance()
        return tuple(done)

    def _rebuilt(self, found: Finding) -> tuple[bool, str]:
        if found.version_id is None or found.day is None:
            return False, ""
        done = self._rebuild.day(found.version_id, found.day)
        if done.left:
            return False, f"not rebuilt: {done.left[0].reason}"
        return True, f"rebuilt from {done.rows} rows"

    def _mended(self, repair: Repair, found: Finding) -> tuple[bool, str]:
        chunk_id = found.chunk_id or 0
        repaired = True
        match found.kind:
            case FindingKind.READABLE_AGAIN:
                repair.take_back(chunk_id)
            case FindingKind.WRONG_FACTS:
                repaired = repair.correct(chunk_id)
            case FindingKind.LOST_KEYS:
                repaired = repair.index(chunk_id)
            case FindingKind.STRAY_KEYS:
                repair.delete_stray_keys()
            case FindingKind.LABEL_COUNT:
                repair.recount_labels(found.version_id or 0)
            case FindingKind.ALIAS:
                repair.crown(found.model_id or 0, self._clock)
            case FindingKind.DAMAGED_CHUNK:
                repair.set_aside(chunk_id, found.problem)
                repaired = False
            case _:
                repaired = False
        return repaired, _OUTCOMES.get(found.kind, "")


def _told(found: Finding, result: tuple[bool, str] = (False, "")) -> Checked:
    repaired, outcome = result
    return Checked(
        kind=found.kind,
        where=found.where,
        problem=found.problem,
        repaired=repaired,
        outcome=outcome,
    )
