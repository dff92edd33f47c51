"""Which version answers, from afar: aliases, canary and shadow of a running server."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from modeldesk.client.transport import Transport, at
from modeldesk.schema import Routing
from modeldesk.store import CHAMPION, Alias, AliasMove


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aliases:
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moves:
    moves: tuple[AliasMove, ...]


class ClientAliases:
    """Moves the aliases of a server's models.

    Loading a version takes its time: give the client a longer timeout where models are large.

    Parameters
    ----------
    transport
        The connections to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def of(self, name: str) -> tuple[Alias, ...]:
        """Return a model's aliases in alphabetical order."""
        return self._transport.get(at("models", name, "aliases"), _Aliases).aliases

    def history(self, name: str, alias: str, *, limit: int = 100) -> tuple[AliasMove, ...]:
        """Return where an alias pointed, the latest move first."""
        path = at("models", name, "aliases", alias, "history")
        return self._transport.get(path, _Moves, query={"limit": limit}).moves

    def move(
        self,
        name: str,
        alias: str,
        version: int,
        *,
        expected: int | None = None,
        reason: str = "",
    ) -> AliasMove:
        """Let an alias point at a version, after the server has loaded it.

        Parameters
        ----------
        name
            The model.
        alias
            ``champion``, ``challenger``, or a name of your own.
        version
            Number of the version.
        expected
            Number of the version that it must still point at; ``None``: wherever it points.
        reason
            Why, for the history.

        Raises
        ------
        Conflict
            When it points elsewhere than expected, or was moved by somebody else meanwhile.
        ModelFailed
            When the version does not predict its example; nothing has changed then.
        """
        body = msgspec.json.encode({"version": version, "expected": expected, "reason": reason})
        return self._transport.put(at("models", name, "aliases", alias), AliasMove, body=body)

    def remove(self, name: str, alias: str, *, reason: str = "") -> AliasMove:
        """Remove an alias, not the champion; its history stays."""
        path = at("models", name, "aliases", alias)
        return self._transport.delete(path, AliasMove, query={"reason": reason or None})

    def rollback(self, name: str, alias: str = CHAMPION, *, reason: str = "") -> AliasMove:
        """Take the latest move of an alias back, or, once more, the one before it."""
        body = msgspec.json.encode({"alias": alias, "reason": reason})
        return self._transport.post(at("models", name, "rollback"), AliasMove, body=body)


class ClientRoutes:
    """Shares the traffic of a server's models.

    Parameters
    ----------
    transport
        The connections to the server.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def of(self, name: str) -> Routing:
        """Return how a model's traffic is shared."""
        return self._transport.get(at("models", name, "routing"), Routing)

    def set(self, name: str, routing: Routing) -> Routing:
        """Share a model's traffic differently; what is left out gets no traffic any more."""
        body = routing.encode().encode()
        return self._transport.put(at("models", name, "routing"), Routing, body=body)
