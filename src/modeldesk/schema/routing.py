"""Which versions share a model's traffic: a canary that answers some of it, a shadow beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec

from modeldesk.errors import Corrupt, InvalidArgument

_PARTS = 1 << 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A version that answers a share of what asks for the champion.

    Parameters
    ----------
    version
        Its number.
    percent
        Its share of the traffic, 0 to 100.
    key
        Input column whose value decides who gets it, such as a customer's number; ``None``: the
        caller's own key of the row.

    Raises
    ------
    InvalidArgument
        When the share is none.
    """

    version: int
    percent: float
    key: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:  # noqa: PLR2004  # that is what percent means
            message = f"{self.percent} is no share of the traffic."
            raise InvalidArgument(message, hint="Give 0 to 100 percent.")

    def takes(self, model: str, key: str) -> bool:
        """Whether the canary answers who has a key.

        The key's hash is a place between 0 and 100, the same in every process and for ever;
        who is below the share gets the canary. So who has it keeps it when the share grows.
        Each version hashes anew: the next canary meets other people first.

        >>> few, more = (Canary(version=2, percent=percent) for percent in (10, 40))
        >>> keys = [f"customer {number}" for number in range(1000)]
        >>> chosen = {key for key in keys if few.takes("iris", key)}
        >>> chosen < {key for key in keys if more.takes("iris", key)}
        True
        >>> 60 < len(chosen) < 140
        True
        """
        told = f"{model}\0{self.version}\0{key}".encode("utf-8", "surrogatepass")
        place = int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "big")
        return place * 100 < self.percent * _PARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A version that gets the rows that the champion answers, and answers nobody."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """How a model's traffic is shared; by default the champion has all of it."""

    canary: Canary | None = None
    shadow: Shadow | None = None

    @property
    def versions(self) -> tuple[int, ...]:
        """Numbers of the versions that take part besides the champion."""
        return tuple(part.version for part in (self.canary, self.shadow) if part is not None)

    def encode(self) -> str:
        """Return the routing as JSON."""
        return msgspec.json.encode(self).decode()

    @staticmethod
    def decode(text: str) -> Routing:
        """Read a routing from its JSON; `Corrupt` when the text is something else."""
        try:
            return msgspec.json.decode(text, type=Routing)
        except msgspec.MsgspecError as error:
            message = f"The stored routing cannot be read: {error}."
            raise Corrupt(message) from error
