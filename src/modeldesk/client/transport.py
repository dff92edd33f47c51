"""Requests to one server: bytes out, typed records in, every failure one of our errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from modeldesk import __version__
from modeldesk.client.refusals import foreign, refusal
from modeldesk.errors import InvalidArgument, ServerUnreachable

Answer = TypeVar("Answer")

Query: TypeAlias = str | int | float | Sequence[str] | None
"""Value of a parameter: several are repeated, ``None`` is left out."""

UPLOAD_SECONDS = 300.0
"""What a server may take for an upload at least: it runs the model before it answers."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Transport:
    """Keeps the connections to one server.

    Parameters
    ----------
    url
        Address of the server, ``http`` or ``https``, with or without a path.
    key
        API key that every request carries, if there is one.
    timeout
        Seconds to wait for each part of an answer.

    Raises
    ------
    InvalidArgument
        When the address is no web address.
    """

    def __init__(self, url: str, *, key: str | None = None, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            message = f"{url!r} is not the address of a server."
            raise InvalidArgument(message, hint="Write it like http://127.0.0.1:8080.")
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1/",
            timeout=timeout,
            headers={"User-Agent": f"modeldesk-client/{__version__}"} | _authorization(key),
            # A proxy from the environment cannot reach this very machine.
            trust_env=parts.hostname not in _LOOPBACK,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(
        self,
        path: str,
        answer: type[Answer],
        *,
        query: Mapping[str, Query] | None = None,
    ) -> Answer:
        """Fetch a resource and return it as a record; query values of ``None`` are left out."""
        return self._ask("GET", path, answer, query=query)

    def post(
        self,
        path: str,
        answer: type[Answer],
        *,
        body: bytes,
        query: Mapping[str, Query] | None = None,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a body and return the answer as a record."""
        told = {"Content-Type": content_type, **(headers or {})}
        return self._ask("POST", path, answer, query=query, body=body, headers=told)

    def put(self, path: str, answer: type[Answer], *, body: bytes) -> Answer:
        """Send JSON to be what a resource is from now on; return the answer as a record."""
        told = {"Content-Type": "application/json"}
        return self._ask("PUT", path, answer, query=None, body=body, headers=told)

    def delete(self, path: str, answer: type[Answer], *, query: Mapping[str, Query]) -> Answer:
        """Remove a resource and return the answer as a record."""
        return self._ask("DELETE", path, answer, query=query)

    def upload(
        self,
        path: str,
        answer: type[Answer],
        *,
        files: Mapping[str, tuple[str, bytes]],
        fields: Mapping[str, str],
    ) -> Answer:
        """Send files and fields as a form and return the answer as a record.

        Parameters
        ----------
        path
            Of the route.
        answer
            What the answer is read as.
        files
            Name and content by field.
        fields
            The other fields.
        """
        form = httpx.Request("POST", self.url, data=dict(fields), files=dict(files))
        return self._ask(
            "POST",
            path,
            answer,
            query=None,
            body=form.read(),
            headers={"Content-Type": form.headers["Content-Type"]},
            timeout=max(self._timeout, UPLOAD_SECONDS),
        )

    def _ask(
        self,
        method: str,
        path: str,
        answer: type[Answer],
        *,
        query: Mapping[str, Query] | None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        seconds = self._timeout if timeout is None else timeout
        params = {
            key: value if isinstance(value, str | int | float) else list(value)
            for key, value in (query or {}).items()
            if value is not None
        }
        try:
            response = self._http.request(
                method, path, params=params, content=body, headers=headers, timeout=seconds
            )
        except httpx.TimeoutException as error:
            message = f"{self.url} did not answer within {seconds:g} seconds."
            hint = "Try again, or allow more time with Client(url, timeout=...)."
            raise ServerUnreachable(message, hint=hint) from error
        except httpx.TransportError as error:
            message = f"There is no server at {self.url} ({error})."
            hint = "Start one with: modeldesk serve, or check the address."
            raise ServerUnreachable(message, hint=hint) from error
        if response.is_error:
            raise refusal(response)
        try:
            return msgspec.json.decode(response.content, type=answer)
        except msgspec.MsgspecError as error:
            raise foreign(response) from error


def at(*parts: str) -> str:
    """Return a path of segments, whatever is in them.

    >>> at("models", "a/b")
    'models/a%2Fb'
    """
    return "/".join(quote(part, safe="") for part in parts)


def span(start: datetime | None, end: datetime | None) -> dict[str, str | None]:
    """Return a range of time as routes take it.

    >>> from datetime import UTC
    >>> span(datetime(2026, 3, 1, tzinfo=UTC), None)
    {'from': '2026-03-01T00:00:00+00:00', 'to': None}
    """
    return {
        "from": None if start is None else start.isoformat(),
        "to": None if end is None else end.isoformat(),
    }


def _authorization(key: str | None) -> dict[str, str]:
    if not key:
        return {}
    if not key.isascii() or not key.isprintable() or " " in key:
        message = "The API key holds characters that no key has."
        raise InvalidArgument(message, hint="Look at MODELDESK_API_KEY, or what was passed as key.")
    return {"Authorization": f"Bearer {key}"}
