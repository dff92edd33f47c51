"""Everything that is known of one logged prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modeldesk.errors import InvalidArgument, NotFound
from modeldesk.schema import Signature
from modeldesk.services.feedback import Feedback
from modeldesk.services.neighbours import NeighbourReport, Neighbours
from modeldesk.services.placements import Placement, placements
from modeldesk.services.reading import Reader
from modeldesk.services.registry import Registry
from modeldesk.services.second_opinion import SecondOpinion
from modeldesk.services.views import FlagView, PredictionView


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePrediction:
    """A logged prediction with what belongs to it."""

    view: PredictionView
    signature: Signature
    flags: tuple[FlagView, ...]
    placements: Mapping[str, Placement]
    """Where the inputs lie in the version's reference, by column."""
    others: tuple[int, ...]
    """Versions that can be asked the same."""
    near: NeighbourReport | None
    """The rows that are most like it; ``None`` where none is asked for, or none can be compared."""


class OnePredictions:
    """Gathers what is known of single predictions.

    Parameters
    ----------
    registry, reader, feedback, neighbours, opinions
        Who knows a part of it.
    """

    def __init__(
        self,
        *,
        registry: Registry,
        reader: Reader,
        feedback: Feedback,
        neighbours: Neighbours,
        opinions: SecondOpinion,
    ) -> None:
        self._registry = registry
        self._reader = reader
        self._feedback = feedback
        self._neighbours = neighbours
        self._opinions = opinions

    def of(self, name: str, prediction_id: str, *, near: bool = True) -> OnePrediction:
        """Return what is known.

        Parameters
        ----------
        name
            The model.
        prediction_id
            The prediction.
        near
            Whether to look for the rows that are most like it, which takes the longest.

        Raises
        ------
        NotFound
            When the model has no such prediction.
        """
        view = self._reader.prediction(prediction_id)
        if view.model != name:
            message = f"The model {name!r} has no prediction {prediction_id!r}."
            raise NotFound(message, hint=f"It is one of {view.model!r}.")
        record = self._registry.record(name, view.version)
        policy = record.policy
        return OnePrediction(
            view=view,
            signature=record.signature,
            flags=self._feedback.on([prediction_id]),
            placements=placements(
                record.signature.inputs,
                self._registry.reference_of(record.version_id),
                view.inputs,
                hidden=frozenset((*policy.hash, *policy.drop)),
            ),
            others=tuple(each for each in self._opinions.versions(name) if each != view.version),
            near=self._near(prediction_id) if near else None,
        )

    def _near(self, prediction_id: str) -> NeighbourReport | None:
        try:
            return self._neighbours.of(prediction_id)
        except InvalidArgument:  # as it says: there is nothing to compare
            return None
