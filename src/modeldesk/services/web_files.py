"""Files from the web: fetched whole, with limits, from addresses that were checked."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from modeldesk.errors import Forbidden, InvalidArgument, InvalidData
from modeldesk.services.media_types import media_type
from modeldesk.services.public_address import Resolve, address_of, resolved

if TYPE_CHECKING:
    import httpx

_PORTS = {"http": 80, "https": 443}
_HOPS = 3
_STEP_SECONDS = 10.0
_WINDOWS = {"gzip": 31, "deflate": 15}
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLimits:
    """What a file from the web may be."""

    bytes: int
    """As it arrives, and as it is unpacked."""
    seconds: float
    """How long all of it may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebFile:
    """What came from an address."""

    data: bytes
    type: str
    """Its media type, without parameters; empty where none was told."""
    path: str
    """The path of the address."""


def fetched(url: str, limits: WebLimits, *, public: bool, resolve: Resolve = resolved) -> WebFile:
    """Return what an address has.

    The host's addresses are looked up once, checked, and then asked themselves, so that a name
    cannot stand for another one meanwhile. Redirects are followed only to the same host.

    Parameters
    ----------
    url
        An address with ``http`` or ``https``.
    limits
        How much is read, and how long.
    public
        Whether only the public internet may be asked.
    resolve
        Finds the addresses of a host.

    Raises
    ------
    InvalidArgument
        When it is no such address.
    Forbidden
        When its host is not public, or it leads to another one.
    InvalidData
        When there is no such file, or it is too large or too slow.
    """
    until = time.monotonic() + limits.seconds
    wanted = url.strip()
    for _ in range(_HOPS):
        answer = _asked(wanted, limits, until, public=public, resolve=resolve)
        if isinstance(answer, WebFile):
            return answer
        further = urljoin(wanted, answer)
        if _place(further)[:2] != _place(wanted)[:2]:
            message = f"The address leads on to {_shown(further)}, which is another host."
            raise Forbidden(message, hint="Give that address itself, if you trust it.")
        wanted = further
    message = f"The address leads on more than {_HOPS} times."
    raise InvalidData(message, hint="Give the address at which the file is.")


def _place(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        message = "The address cannot be understood."
        raise InvalidArgument(message, hint="Write https://host/path/file.csv.") from error
    if parts.scheme not in _PORTS or not host:
        message = "The address does not begin with http:// or https://, and a host."
        raise InvalidArgument(message, hint="Write https://host/path/file.csv.")
    return parts.scheme, host, port or _PORTS[parts.scheme]


def _asked(
    url: str, limits: WebLimits, until: float, *, public: bool, resolve: Resolve
) -> WebFile | str:
    """Return what an address has, or where it leads on to."""
    import httpx  # noqa: PLC0415 - a server that fetches nothing does not load it

    scheme, host, port = _place(url)
    address = address_of(host, port, public=public, resolve=resolve)
    parts = urlsplit(url)
    try:
        target = httpx.URL(url).copy_with(host=str(address), port=port, fragment=None)
        request = httpx.Request(
            "GET",
            target.copy_with(userinfo=b""),
            headers={
                "Host": _host_header(scheme, host, port),
                "Accept": "text/csv, application/vnd.apache.parquet, application/json, */*;q=0.5",
                "Accept-Encoding": "gzip, identity",
                "User-Agent": "modeldesk",
            },
            extensions={"sni_hostname": host, "timeout": httpx.Timeout(_STEP_SECONDS).as_dict()},
        )
        login = None
        if parts.username:
            login = httpx.BasicAuth(httpx.URL(url).username, httpx.URL(url).password)
        with httpx.Client(trust_env=False, follow_redirects=False) as client:
            response = client.send(request, stream=True, auth=login)
            try:
                return _answer(response, parts.path, limits, until)
            finally:
                response.close()
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        reason = str(error).strip().rstrip(".") or type(error).__name__
        message = f"{_shown(url)} does not answer: {reason[:200]}."
        raise InvalidData(message, hint="Check the address, and that it can be reached.") from error


def _answer(response: httpx.Response, path: str, limits: WebLimits, until: float) -> WebFile | str:
    if response.is_redirect:
        return str(response.headers.get("location", ""))
    if response.status_code != HTTPStatus.OK:
        message = f"The address answered {response.status_code}, and no file."
        raise InvalidData(message, hint="Check the address, and whether it asks for a login.")
    kind = media_type(response.headers.get("content-type", ""))
    data = b"".join(_parts(response, limits, until))
    return WebFile(data=data, type=kind, path=path)


def _parts(response: httpx.Response, limits: WebLimits, until: float) -> Iterator[bytes]:
    """Yield what arrives, unpacked, as long as it is not too much or too late."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", *_WINDOWS}:
        message = f"The file is packed as {encoding[:40]!r}, which is not known here."
        raise InvalidData(message, hint="Offer it unpacked, or as gzip.")
    unpacker = zlib.decompressobj(_WINDOWS[encoding]) if encoding in _WINDOWS else None
    arrived = written = 0
    for part in response.iter_raw(_AT_ONCE):
        if time.monotonic() > until:
            message = f"The file took more than {limits.seconds:g} seconds to arrive."
            raise InvalidData(message, hint="Try it again, or take a smaller file.")
        arrived += len(part)
        _check(arrived, limits)
        for some in [part] if unpacker is None else _unpacked(unpacker, part):
            written += len(some)
            _check(written, limits)
            yield some


def _unpacked(unpacker: zlib._Decompress, part: bytes) -> Iterator[bytes]:
    try:
        yield unpacker.decompress(part, _AT_ONCE)
        while unpacker.unconsumed_tail:
            yield unpacker.decompress(unpacker.unconsumed_tail, _AT_ONCE)
    except zlib.error as error:
        message = "The file is packed, and cannot be unpacked."
        raise InvalidData(message, hint="Check that it is whole.") from error


def _check(size: int, limits: WebLimits) -> None:
    if size > limits.bytes:
        message = f"The file is larger than {limits.bytes / (1 << 20):g} MiB."
        raise InvalidData(message, hint="Take a part of it, or raise max_body_bytes.")


def _host_header(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == _PORTS[scheme] else f"{name}:{port}"


def _shown(url: str) -> str:
    """Return scheme and host of an address: what follows may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{(parts.hostname or '')[:200]}"
