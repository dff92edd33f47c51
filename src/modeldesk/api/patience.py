"""A request's body has to arrive in time; what takes longer is answered and cut off.

Files that are predicted as jobs may be large: there each part has to arrive in time.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from modeldesk.api.requests import TooSlow

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Patience:
    """Waits so long for a body, whoever reads it.

    Parameters
    ----------
    app
        What answers; it is told by `TooSlow` where it waits for the rest.
    seconds
        From the request's first line to the body's last byte.
    """

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] not in _BODILESS:
            large = scope["method"] == "POST" and scope["path"].endswith("/jobs")
            receive = Timed(receive, self._seconds, each=large).receive
        await self._app(scope, receive, send)


class Timed:
    """A body that arrives in parts.

    Parameters
    ----------
    receive
        Gives them.
    seconds
        How long that may take.
    each
        Whether that is for each part, and not for all of them.
    """

    def __init__(self, receive: Receive, seconds: float, *, each: bool = False) -> None:
        self._receive = receive
        self._seconds = seconds
        self._until = asyncio.get_running_loop().time() + seconds
        self._each = each
        self._whole = False

    async def receive(self) -> Message:
        """Return the next part, or raise `TooSlow`."""
        if self._whole:  # what is waited for now is that the client leaves
            return await self._receive()
        if self._each:
            self._until = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise too_slow(self._seconds) from error
        self._whole = not message.get("more_body", False)
        return message


def too_slow(seconds: float) -> TooSlow:
    """Return what a client is told whose body did not arrive in that time."""
    text = f"The request's body did not arrive within {seconds:g} seconds."
    return TooSlow(text, hint="Send fewer rows at once, or raise max_body_seconds.")
