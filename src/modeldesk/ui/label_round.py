"""Where a person is in a queue of rows to label: what is next, done, skipped, and to be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from modeldesk.services.worth_labelling import Candidate, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRound:
    """One person's way through a queue; every step gives another one."""

    candidates: tuple[Candidate, ...]
    at: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    """What was said of rows on the way."""
    skipped: frozenset[str] = frozenset()
    trail: tuple[str, ...] = ()
    """Rows that were labelled or skipped, the last one last."""

    @property
    def current(self) -> Candidate | None:
        """The row that is shown; ``None`` where the queue is empty."""
        return self.candidates[self.at] if self.candidates else None

    @property
    def left(self) -> int:
        """How many rows are neither labelled nor skipped."""
        return sum(not self.is_done(each) for each in self.candidates)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return not self.left

    def is_done(self, candidate: Candidate) -> bool:
        """Whether a row was labelled or skipped."""
        name = candidate.prediction_id
        return name in self.labels or name in self.skipped

    def labelled(self, why: Why) -> int:
        """How many of the rows with a reason were labelled on the way."""
        return sum(
            why in each.whys for each in self.candidates if each.prediction_id in self.labels
        )

    def moved(self, steps: int) -> LabelRound:
        """Go on by some rows, or back; stops at the ends."""
        last = max(0, len(self.candidates) - 1)
        return replace(self, at=min(last, max(0, self.at + steps)))

    def to(self, prediction_id: str) -> LabelRound:
        """Go to a row; where it is not in the queue, stay."""
        for place, each in enumerate(self.candidates):
            if each.prediction_id == prediction_id:
                return replace(self, at=place)
        return self

    def with_label(self, label: str) -> LabelRound:
        """Take note of the shown row's label, and go on."""
        name = self._name
        done = replace(
            self,
            labels={**self.labels, name: label},
            skipped=self.skipped - {name},
            trail=(*(each for each in self.trail if each != name), name),
        )
        return done.further()

    def with_skip(self) -> LabelRound:
        """Leave the shown row as it is, and go on."""
        name = self._name
        if name in self.labels:
            return self.further()
        done = replace(
            self,
            skipped=self.skipped | {name},
            trail=(*(each for each in self.trail if each != name), name),
        )
        return done.further()

    def undone(self) -> LabelRound:
        """Go back to the row that was labelled or skipped last, which is then to be done again."""
        if not self.trail:
            return self
        name = self.trail[-1]
        labels = {key: label for key, label in self.labels.items() if key != name}
        back = replace(self, labels=labels, skipped=self.skipped - {name}, trail=self.trail[:-1])
        return back.to(name)

    def further(self) -> LabelRound:
        """Go to the next row that is not done; where there is none behind, to the first."""
        places = [*range(self.at + 1, len(self.candidates)), *range(self.at)]
        for place in places:
            if not self.is_done(self.candidates[place]):
                return replace(self, at=place)
        return self

    @property
    def _name(self) -> str:
        return self.candidates[self.at].prediction_id
