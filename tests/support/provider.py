"""A small OpenID Connect provider on this machine, which signs in whomever a test says."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import Key, RSAKey

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT = "modeldesk"
SECRET = "the client's secret"  # noqa: S105 - of a test


@dataclass(kw_only=True)
class Provider:
    """What the provider says; a test changes it to see what happens."""

    url: str
    claims: dict[str, Any] = field(default_factory=dict)
    """Claims of the next token, on top of those that it must have."""
    broken: dict[str, Any] = field(default_factory=dict)
    """Claims that replace those that it must have."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    """By which tokens are signed."""
    shown: RSAKey | None = None
    """The key that is published instead, if it is another."""
    signs: tuple[str, Key] | None = None
    """Algorithm and key by which tokens are signed instead."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """With what browsers came."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def description(self) -> dict[str, object]:
        """Return what it says about itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Sign in whoever comes, and return where to send the browser back."""
        self.asked.append(query)
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        back = {"code": code, "state": query["state"]}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, object] | None:
        """Give a token for a code, once, to whom can prove that it asked for it."""
        asked = self.codes.pop(form.get("code", ""), None)
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if asked is None or unquote(given) != f"{CLIENT}:{SECRET}":
            return None
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        same = form["redirect_uri"] == asked["redirect_uri"]
        if proof != asked["code_challenge"] or asked["code_challenge_method"] != "S256" or not same:
            return None
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "17",
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
        }
        algorithm, key = self.signs or ("RS256", self.key)
        header = {"alg": algorithm, "kid": self.key.kid}
        known = [algorithm]
        signed = jwt.encode(header, claims | self.claims | self.broken, key, algorithms=known)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": signed}

    def keys(self) -> dict[str, object]:
        """Return the key by which its tokens can be verified."""
        return {"keys": [(self.shown or self.key).as_dict(private=False)]}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        """Answer a question or a browser."""
        place = urlsplit(self.path)
        if place.path == "/authorize":
            self.send_response(303)
            query = {name: values[0] for name, values in parse_qs(place.query).items()}
            self.send_header("Location", self.provider.authorize(query))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif place.path == "/.well-known/openid-configuration":
            self._answer(200, self.provider.description())
        elif place.path == "/keys":
            self._answer(200, self.provider.keys())
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        """Answer who brings a code."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        given = self.provider.token(form, self.headers.get("Authorization", ""))
        if given is None:
            self._answer(400, {"error": "invalid_grant"})
        else:
            self._answer(200, given)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def _answer(self, status: int, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def running_provider() -> Iterator[Provider]:
    """Run a provider until the block ends."""
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider = Provider(url=f"http://127.0.0.1:{server.server_address[1]}")
        handler.provider = provider  # type: ignore[attr-defined]  # made a line above
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
