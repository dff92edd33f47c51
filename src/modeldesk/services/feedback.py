"""Feedback: people's flags on predictions."""

from __future__ import annotations

from collections.abc import Sequence

from modeldesk.clock import Clock
from modeldesk.errors import InvalidArgument
from modeldesk.schema import Kind, Signature
from modeldesk.services.reading import Reader
from modeldesk.services.registry import Registry
from modeldesk.services.views import FlagView
from modeldesk.store import FlagRecord, FlagRecords, NewFlag

REASONS: tuple[str, ...] = (
    "wrong prediction",
    "wrong input",
    "unsure",
    "offensive or unsafe",
    "interesting",
    "other",
)

_LONGEST_COMMENT = 10_000
_LONGEST_REASON = 100


class Feedback:
    """Flags on predictions.

    Parameters
    ----------
    registry
        Versions of the models.
    reader
        Finds the predictions.
    flags
        The flags in the database.
    clock
        Tells when a flag was set.
    """

    def __init__(
        self, registry: Registry, reader: Reader, flags: FlagRecords, clock: Clock
    ) -> None:
        self._registry = registry
        self._reader = reader
        self._flags = flags
        self._clock = clock

    def flag(
        self,
        prediction_id: str,
        *,
        reason: str,
        comment: str = "",
        proposed_label: str | None = None,
    ) -> FlagView:
        """Mark a prediction.

        Parameters
        ----------
        prediction_id
            Which prediction.
        reason
            Why, in a word or two; `REASONS` lists the usual ones.
        comment
            Anything worth telling, up to 10,000 characters.
        proposed_label
            What the prediction should have been.

        Raises
        ------
        NotFound
            When there is no such prediction.
        InvalidArgument
            When the reason is empty, a text is too long, or the label is not a known class.
        """
        found = self._reader.prediction(prediction_id)
        record = self._registry.record(found.model, found.version)
        if not reason.strip() or len(reason) > _LONGEST_REASON:
            message = f"A flag needs a reason of at most {_LONGEST_REASON} characters."
            raise InvalidArgument(message, hint=f"The usual ones: {', '.join(REASONS)}.")
        if len(comment) > _LONGEST_COMMENT:
            message = f"The comment has {len(comment)} characters, more than {_LONGEST_COMMENT}."
            raise InvalidArgument(message, hint="Shorten it.")
        if "\0" in reason + comment + (proposed_label or ""):
            message = "A flag's texts hold a NUL character, which no database keeps."
            raise InvalidArgument(message, hint="Leave it out.")
        _check_label(proposed_label, record.signature)
        new = NewFlag(
            version_id=record.version_id,
            prediction_id=prediction_id,
            reason=reason.strip(),
            comment=comment,
            proposed_label=proposed_label,
            created_at=self._clock.now(),
        )
        flag_id = self._flags.add(new)
        return FlagView(
            flag_id=flag_id,
            prediction_id=prediction_id,
            model=record.model,
            version=record.number,
            reason=new.reason,
            comment=comment,
            proposed_label=proposed_label,
            created_at=new.created_at,
        )

    def flags(self, name: str | None = None, *, limit: int = 100) -> tuple[FlagView, ...]:
        """Return flags of a model (or of all), newest first."""
        if name is not None:
            self._registry.record(name)
        return tuple(_view(record) for record in self._flags.list(model=name, limit=limit))

    def on(self, predictions: Sequence[str]) -> tuple[FlagView, ...]:
        """Return all flags on some predictions, newest first."""
        return tuple(_view(record) for record in self._flags.of(predictions)) if predictions else ()


def _check_label(label: str | None, signature: Signature) -> None:
    column = signature.prediction
    if label is None:
        return
    if column.categories and label not in column.categories:
        message = f"Unknown class {label!r}."
        raise InvalidArgument(message, hint=f"Known are: {', '.join(column.categories)}.")
    if column.kind in {Kind.INTEGER, Kind.FLOAT} and not column.categories:
        try:
            float(label)
        except ValueError as error:
            message = f"{label!r} is not a number."
            raise InvalidArgument(message, hint="Propose a number for this model.") from error


def _view(record: FlagRecord) -> FlagView:
    return FlagView(
        flag_id=record.flag_id,
        prediction_id=record.prediction_id,
        model=record.model,
        version=record.version,
        reason=record.reason,
        comment=record.comment,
        proposed_label=record.proposed_label,
        created_at=record.created_at,
    )
