"""Whether a server may be reached as its settings say: by others only where they must sign in."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import TypeAlias

from modeldesk.errors import InvalidArgument
from modeldesk.services.accounts import UserView
from modeldesk.services.acting import Scope, UserRole
from modeldesk.services.keys import KeyView
from modeldesk.settings import Auth, Settings

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_ANY_HOST = "*"


def address_to_bind(settings: Settings) -> Address:
    """Return the address that the settings name.

    Raises
    ------
    InvalidArgument
        When it is no address, or not this machine's own and the server is not public.

    Examples
    --------
    >>> str(address_to_bind(Settings.load(host="localhost")))
    '127.0.0.1'
    """
    host = settings.host
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
    except ValueError as error:
        message = f"{host!r} is not an address that can be bound."
        raise InvalidArgument(message, hint="Write 127.0.0.1, or 0.0.0.0 for all.") from error
    if not address.is_loopback and not settings.public:
        message = f"Others could reach {host!r}, so the server binds it only with --public."
        hint = "Keep 127.0.0.1, or say --public once somebody can sign in: see docs/access.md."
        raise InvalidArgument(message, hint=hint)
    return address


def check_admission(
    settings: Settings,
    *,
    users: tuple[UserView, ...],
    keys: tuple[KeyView, ...],
    required: bool,
    now: datetime,
) -> None:
    """Refuse to start a server that would let everybody in, or nobody.

    Parameters
    ----------
    settings
        ``public``, ``auth`` and ``allowed_hosts``.
    users, keys
        Those that there are.
    required
        Whether callers must be known.
    now
        The time, by which keys have expired.

    Raises
    ------
    InvalidArgument
        When others may reach it and it would not ask them who they are, when it asks and nobody
        could answer, or when it does not know its own name.
    """
    if settings.public and not required:
        message = "A public server does not start with auth = 'none'."
        raise InvalidArgument(message, hint="Leave auth out, or set it to 'required'.")
    if required and not _has_administrator(settings, users, keys, now):
        message = "The server asks who its callers are, and there is no administrator yet."
        hint = (
            "Add one with modeldesk users add NAME --role admin, make a key with modeldesk keys "
            "create NAME --scope admin, or set oidc_issuer."
        )
        raise InvalidArgument(message, hint=hint)
    default = Settings.model_fields["allowed_hosts"].default
    if settings.public and settings.allowed_hosts == default:
        message = "A public server must know the names under which it is reached."
        hint = "Set allowed_hosts, such as MODELDESK_ALLOWED_HOSTS='[\"models.example.org\"]'."
        raise InvalidArgument(message, hint=hint)
    if _ANY_HOST in settings.allowed_hosts and not required:
        message = "allowed_hosts may hold '*' only where callers must sign in."
        raise InvalidArgument(message, hint="Name the hosts, or set auth to 'required'.")


def _has_administrator(
    settings: Settings, users: tuple[UserView, ...], keys: tuple[KeyView, ...], now: datetime
) -> bool:
    if settings.oidc_issuer is not None:
        return True
    if any(user.role is UserRole.ADMIN and user.issuer is None for user in users):
        return True
    return any(Scope.ADMIN in key.scopes and key.good_at(now) for key in keys)


def requires_sign_in(settings: Settings, users: tuple[UserView, ...]) -> bool:
    """Whether a server asks its callers who they are.

    With ``auth = "auto"``: where it is public, or where there is a way to sign in.

    Examples
    --------
    >>> requires_sign_in(Settings.load(), users=())
    False
    """
    if settings.auth is not Auth.AUTO:
        return settings.auth is Auth.REQUIRED
    return settings.public or settings.oidc_issuer is not None or bool(users)
