"""Which addresses of the internet a user may have the server ask: public ones, and checked."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import TypeAlias

from modeldesk.errors import Forbidden, InvalidData

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[Address]]
"""Returns the addresses of a host; raises `OSError` where it has none."""

_TUNNELS = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""Networks whose addresses stand for others, which may be private."""


def resolved(host: str, port: int) -> tuple[Address, ...]:
    """Return the addresses of a host, as the system finds them; `OSError` where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(
        dict.fromkeys(ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found)
    )


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet, and stands for no other one.

    >>> [is_public(ipaddress.ip_address(a)) for a in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast


def address_of(host: str, port: int, *, public: bool, resolve: Resolve = resolved) -> Address:
    """Return the address at which a host is asked.

    Parameters
    ----------
    host, port
        Where to.
    public
        Whether every address that it has must be public.
    resolve
        Finds them.

    Raises
    ------
    InvalidData
        When the host is not known.
    Forbidden
        When one of its addresses is not public.
    """
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError, ValueError) as error:
        message = f"The host {host[:200]!r} is not known."
        raise InvalidData(message, hint="Check the address.") from error
    if not found:
        message = f"The host {host[:200]!r} has no address."
        raise InvalidData(message, hint="Check the address.")
    if public and not all(map(is_public, found)):
        message = f"The host {host[:200]!r} is not on the public internet."
        hint = (
            "Addresses within a network are read only where the operator names them: see the"
            " setting data_sources."
        )
        raise Forbidden(message, hint=hint)
    return found[0]
