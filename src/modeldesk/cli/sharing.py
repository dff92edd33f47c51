"""What `modeldesk routing` changes, and how it says what is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from modeldesk.errors import InvalidArgument
from modeldesk.schema import Canary, Routing, Shadow


class Routes(Protocol):
    """A desk's routes or a server's."""

    def of(self, name: str) -> Routing:
        """Return how a model's traffic is shared."""

    def set(self, name: str, routing: Routing) -> Routing:
        """Share it differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is asked to be different; ``None``: nothing."""

    canary: int | None
    percent: float | None
    key: str | None
    shadow: int | None
    no_canary: bool
    no_shadow: bool

    @property
    def empty(self) -> bool:
        """Whether nothing is asked."""
        return self == Change(
            canary=None, percent=None, key=None, shadow=None, no_canary=False, no_shadow=False
        )

    def of(self, now: Routing) -> Routing:
        """Return a routing with the change made.

        Raises
        ------
        InvalidArgument
            When it says two things at once, or a canary without a share.
        """
        if (self.canary is not None and self.no_canary) or (
            self.shadow is not None and self.no_shadow
        ):
            message = "Something cannot begin and end at once."
            raise InvalidArgument(message, hint="Leave --no-canary or --no-shadow out.")
        shadow = now.shadow if self.shadow is None else Shadow(version=self.shadow)
        return Routing(
            canary=None if self.no_canary else self._canary(now.canary),
            shadow=None if self.no_shadow else shadow,
        )

    def _canary(self, now: Canary | None) -> Canary | None:
        same = now is not None and self.canary in (None, now.version)
        version = now.version if now is not None and self.canary is None else self.canary
        if version is None:
            if self.percent is not None or self.key is not None:
                message = "There is no canary to share traffic with."
                raise InvalidArgument(message, hint="Name its version with --canary.")
            return None
        before = now if same else None
        percent = self.percent if before is None or self.percent is not None else before.percent
        if percent is None:
            message = f"How much of the traffic does version {version} answer?"
            raise InvalidArgument(message, hint="Say it with --percent.")
        key = before.key if before is not None and self.key is None else self.key
        return Canary(version=version, percent=percent, key=key)


def shared(change: Change, model: str, routes: Routes) -> Routing:
    """Make a change, where one is asked, and return what is now."""
    now = routes.of(model)
    return now if change.empty else routes.set(model, change.of(now))


def told(model: str, routing: Routing) -> str:
    """Return how traffic is shared in sentences.

    >>> print(told("iris", Routing(canary=Canary(version=2, percent=10.0, key="customer"))))
    iris: version 2 answers 10% of the traffic, by customer.
    """
    lines: list[str] = []
    if routing.canary is not None:
        by = routing.canary.key or "the row's own key"
        share = f"{routing.canary.percent:g}%"
        lines.append(f"version {routing.canary.version} answers {share} of the traffic, by {by}.")
    if routing.shadow is not None:
        lines.append(f"version {routing.shadow.version} predicts the same rows as a shadow.")
    if not lines:
        lines.append("the champion has all of the traffic.")
    return "\n".join(f"{model}: {line}" for line in lines)
