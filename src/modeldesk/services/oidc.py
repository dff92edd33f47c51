"""Signing in at an OpenID Connect provider: there and back, and what its word is worth here.

The authorization code flow with PKCE, a state and a nonce. Authlib writes what the provider is
asked, joserfc reads what it signs; both come with the extra ``oidc`` and are loaded when somebody
signs in.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from typing import Any, NoReturn
from urllib.parse import urlsplit

import structlog

from modeldesk.errors import Forbidden, InvalidArgument, Unauthenticated
from modeldesk.services.acting import UserRole
from modeldesk.services.signing_in import Identity
from modeldesk.settings import Settings

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures that are believed: by keys that only the provider has."""

_LEEWAY_SECONDS = 60
_TIMEOUT_SECONDS = 10.0
_REMEMBERED_SECONDS = 600.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NAMES = ("preferred_username", "email", "name", "sub")
_LONGEST_NAME = 190
_LONGEST_SUBJECT = 255

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What a browser takes along to the provider, and has to bring back."""

    url: str
    """Where it goes."""
    state: str
    nonce: str
    verifier: str


class OpenIdLogin:
    """Signs users in at one provider.

    Parameters
    ----------
    settings
        Those that begin with ``oidc``.

    Raises
    ------
    InvalidArgument
        When the settings are not complete, or the secret cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.oidc_issuer is None or settings.oidc_client_id is None:
            message = "Signing in elsewhere needs oidc_issuer and oidc_client_id."
            raise InvalidArgument(message, hint="Set both: see docs/access.md.")
        for name in ("authlib.oauth2.client", "joserfc.jwt"):
            _library(name)  # missing, it is said at the start and not to the first user
        self._issuer = _checked(settings.oidc_issuer)
        self._client_id = settings.oidc_client_id
        self._secret = _secret(settings)
        self._settings = settings
        self._described: tuple[float, Mapping[str, Any]] | None = None

    def depart(self, redirect_uri: str) -> Departure:
        """Return where to send a browser, and what it has to bring back.

        Raises
        ------
        Unauthenticated
            When the provider does not answer as one.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        client = _library("authlib.oauth2.client").OAuth2Client(
            None,
            client_id=self._client_id,
            scope=" ".join(self._settings.oidc_scopes),
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )
        url, _ = client.create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=state,
            code_verifier=verifier,
            nonce=nonce,
        )
        return Departure(url=url, state=state, nonce=nonce, verifier=verifier)

    def arrive(self, *, code: str, nonce: str, verifier: str, redirect_uri: str) -> Identity:
        """Return whom the provider has identified.

        Parameters
        ----------
        code
            What the browser brings from the provider; its state has been compared.
        nonce, verifier
            What it took along.
        redirect_uri
            The same as before.

        Raises
        ------
        Unauthenticated
            When the provider does not answer, or its word cannot be believed.
        Forbidden
            When the user has no role here.
        """
        token = self._exchanged(code, verifier, redirect_uri)
        claims = self._believed(token, nonce)
        return Identity(
            issuer=self._issuer,
            subject=str(claims["sub"])[:_LONGEST_SUBJECT],
            name=_name(claims),
            role=self._role(claims),
        )

    def _exchanged(self, code: str, verifier: str, redirect_uri: str) -> str:
        """Return the signed token that the provider gives for a code."""
        how = "client_secret_basic" if self._secret else "none"
        client = _library("authlib.oauth2.auth").ClientAuth(self._client_id, self._secret, how)
        place, headers, body = client.prepare(
            "POST",
            self._endpoint("token_endpoint"),
            {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            _library("authlib.oauth2.rfc6749.parameters").prepare_token_request(
                "authorization_code", "", redirect_uri, code=code, code_verifier=verifier
            ),
        )
        found = self._answer("POST", place, headers=headers, content=body)
        token = found.get("id_token")
        if not isinstance(token, str):
            self._refuse("gave no identity token")
        return token

    def _believed(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Return what a token says, once its signature and everything about it is verified."""
        jwt, jwk = _library("joserfc.jwt"), _library("joserfc.jwk")
        expected = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            keys = jwk.KeySet.import_key_set(self._answer("GET", self._endpoint("jwks_uri")))
            claims: Mapping[str, Any] = jwt.decode(token, keys, algorithms=list(_ALGORITHMS)).claims
            expected.validate(claims)
        except (_library("joserfc.errors").JoseError, ValueError, KeyError, TypeError) as error:
            self._refuse("gave a token that cannot be believed", error)
        many = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if many else self._client_id) != self._client_id:
            self._refuse("gave a token that is meant for another program")
        return claims

    def _role(self, claims: Mapping[str, Any]) -> UserRole:
        """Return the largest role that the token's claim stands for."""
        found: object = claims
        for part in self._settings.oidc_role_claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        values = found if isinstance(found, list) else [found]
        known = self._settings.oidc_roles
        roles = [
            UserRole(known[value]) for value in values if isinstance(value, str) and value in known
        ]
        if not roles and self._settings.oidc_default_role is not None:
            roles = [UserRole(self._settings.oidc_default_role)]
        if not roles:
            _log.warning("sign-in refused: no role", issuer=self._issuer, user=_name(claims))
            message = "You are known there, but have no role here."
            raise Forbidden(message, hint="Ask an administrator for one.")
        return max(roles, key=lambda role: role.rank)

    def _endpoint(self, name: str) -> str:
        place = self._description().get(name)
        if not isinstance(place, str):
            self._refuse(f"does not say its {name}")
        try:
            return _checked(place)
        except InvalidArgument as error:
            self._refuse(f"has an unsafe {name}", error)

    def _description(self) -> Mapping[str, Any]:
        """Return what the provider says about itself."""
        now = time.monotonic()
        if self._described is None or now - self._described[0] > _REMEMBERED_SECONDS:
            place = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            found = self._answer("GET", place)
            if found.get("issuer") != self._issuer:
                self._refuse(f"calls itself {found.get('issuer')!r}")
            self._described = (now, found)
        return self._described[1]

    def _answer(self, method: str, place: str, **sent: Any) -> Mapping[str, Any]:  # noqa: ANN401 - passed on
        """Ask the provider and return its JSON object."""
        import httpx  # noqa: PLC0415 - 2 MB, loaded when somebody signs in

        try:
            with httpx.Client(timeout=_TIMEOUT_SECONDS, trust_env=self._reaches_out) as client:
                answer = client.request(method, place, **sent)
            found = answer.json() if answer.status_code == HTTPStatus.OK else None
        except (httpx.HTTPError, ValueError) as error:
            self._refuse("does not answer", error)
        if not isinstance(found, dict):
            self._refuse(f"answers {place} with status {answer.status_code}")
        return found

    @property
    def _reaches_out(self) -> bool:
        """Whether a proxy of the environment may be asked: not for this very machine."""
        return urlsplit(self._issuer).hostname not in _LOOPBACK

    def _refuse(self, what: str, error: Exception | None = None) -> NoReturn:
        """Log what is wrong with the provider; strangers are told only that something is."""
        _log.warning(
            "sign-in elsewhere failed",
            issuer=self._issuer,
            problem=what,
            error=None if error is None else f"{type(error).__name__}: {error}",
        )
        message = "Signing in at the other service did not work."
        raise Unauthenticated(message, hint="Try again; the server's log says more.") from error


def _library(name: str) -> Any:  # noqa: ANN401 - a module of an extra
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        message = "Signing in elsewhere needs libraries that are not installed."
        raise InvalidArgument(message, hint="pip install 'modeldesk[oidc]'") from error


def _checked(place: str) -> str:
    parts = urlsplit(place)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or not parts.hostname:
        message = f"{place!r} is not the address of a provider."
        raise InvalidArgument(message, hint="It begins with https://, as its passwords go there.")
    return place


def _secret(settings: Settings) -> str | None:
    if settings.oidc_client_secret is not None:
        return settings.oidc_client_secret.get_secret_value()
    file = settings.oidc_client_secret_file
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"The file {file} with the client's secret cannot be read: {error.strerror}."
        raise InvalidArgument(message, hint="Look at oidc_client_secret_file.") from error


def _name(claims: Mapping[str, Any]) -> str:
    found = next((claims[name] for name in _NAMES if isinstance(claims.get(name), str)), "user")
    return (
        "".join(letter for letter in str(found) if letter.isprintable())[:_LONGEST_NAME] or "user"
    )
