"""Routes: changing how a model's traffic is shared between champion, canary and shadow."""

from __future__ import annotations

from modeldesk.clock import Clock
from modeldesk.errors import Incompatible, InvalidArgument
from modeldesk.schema import Routing
from modeldesk.services.acting import change
from modeldesk.services.lanes import Lanes
from modeldesk.services.loading import EXTERNAL, not_here
from modeldesk.services.registry import Registry
from modeldesk.store import ModelRecords, VersionRecord


class Routes:
    """Reads and changes the routing of models.

    Parameters
    ----------
    records
        The models in the database.
    registry
        Knows versions.
    lanes
        Load versions.
    clock
        Tells when the routing was changed.
    """

    def __init__(
        self, records: ModelRecords, registry: Registry, lanes: Lanes, clock: Clock
    ) -> None:
        self._records = records
        self._registry = registry
        self._lanes = lanes
        self._clock = clock

    def of(self, name: str) -> Routing:
        """Return how a model's traffic is shared; `NotFound` when there is no such model."""
        return self._registry.record(name).routing

    def set(self, name: str, routing: Routing, *, expected: Routing | None = None) -> Routing:
        """Share a model's traffic differently, from the next request on.

        A canary is loaded, and predicts its signature's example, before it gets any request.

        Parameters
        ----------
        name
            The model.
        routing
            The whole of it: what is left out gets no traffic any more.
        expected
            How it must still be shared; ``None``: however it is.

        Raises
        ------
        NotFound
            When there is no such model, version, or column with the key.
        InvalidArgument
            When a version is the champion, which has the traffic already.
        Incompatible
            When a version is served elsewhere, or the shadow needs a feature that the champion's
            rows do not have.
        Conflict
            When it is not shared as was expected.
        ModelFailed, Corrupt, StoreUnavailable
            When a version cannot be loaded or does not predict; nothing has changed then.
        """
        champion = self._registry.record(name)
        others = [self._registry.record(name, number) for number in routing.versions]
        for other in (champion, *others):
            self._check(other)
        for other in others:
            if other.number == champion.number:
                message = f"Version {other.number} is the champion, which has the traffic already."
                raise InvalidArgument(message, hint="Name another version.")
        if routing.canary is not None and routing.canary.key is not None:
            champion.signature.column(routing.canary.key)
            self._check_key(champion, routing.canary.key)
        if routing.canary is not None:
            self._lanes.warm(self._registry.record(name, routing.canary.version)).result()
        if routing.shadow is not None:
            shadow = self._registry.record(name, routing.shadow.version)
            _check_shadow(champion, shadow)
            self._lanes.warm(shadow, shadow=True).result()
        told = change(
            self._clock.now(),
            "routing.set",
            f"model {name}",
            before=champion.routing.encode(),
            after=routing.encode(),
        )
        self._records.set_routing(champion.model_id, routing, told, expected=expected)
        self._registry.revision += 1
        return routing

    @staticmethod
    def _check(record: VersionRecord) -> None:
        if record.flavor == EXTERNAL:
            raise not_here(record, hint="Share its traffic where it is served.")

    @staticmethod
    def _check_key(champion: VersionRecord, key: str) -> None:
        inputs = [column.name for column in champion.signature.inputs]
        if key not in inputs:
            message = f"{key!r} is no input: it is not known before the prediction."
            raise InvalidArgument(message, hint=f"The inputs: {', '.join(inputs)}.")


def _check_shadow(champion: VersionRecord, shadow: VersionRecord) -> None:
    """Refuse a shadow that would get rows it cannot predict."""
    given = {column.name: column for column in champion.signature.inputs}
    for column in shadow.signature.inputs:
        known = given.get(column.name)
        if known is None and not column.optional:
            message = (
                f"Version {shadow.number} needs {column.name!r}, which version "
                f"{champion.number}'s rows do not have."
            )
            raise Incompatible(message, hint="Ask it by its own number, with rows of its own.")
        alike = known is None or known.kind == column.kind
        if known is not None and not (alike or (known.kind.numeric and column.kind.numeric)):
            message = (
                f"{column.name!r} is {column.kind.value} in version {shadow.number} and "
                f"{known.kind.value} in version {champion.number}."
            )
            raise Incompatible(message, hint="Ask it by its own number, with rows of its own.")
