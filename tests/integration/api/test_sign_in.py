"""Signing in and out in a browser: forms, cookies, roles, and another service's word."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey, RSAKey
from starlette.responses import PlainTextResponse

from modeldesk.api import Guard, create_api, serve_sign_in
from modeldesk.clock import FrozenClock, SystemClock
from modeldesk.desk import Desk
from modeldesk.errors import InvalidArgument
from modeldesk.services.acting import UserRole, caller
from modeldesk.services.oidc import OpenIdLogin
from modeldesk.settings import Settings
from modeldesk.ui.login_page import login_page
from tests.support.provider import CLIENT, SECRET, Provider, running_provider

PASSWORD = "a few random words"  # noqa: S105 - of a test
HERE = "http://127.0.0.1:8080"
ORIGIN = {"Origin": HERE}
HTML = {"Accept": "text/html,*/*"}


def application(desk: Desk, settings: Settings) -> FastAPI:
    """Return the API with the login page, a page, and the guard round all of it."""
    app = create_api(desk, settings)
    serve_sign_in(app, desk, settings, page=login_page)

    async def page() -> PlainTextResponse:
        return PlainTextResponse(str(caller()))

    for path in ("/", "/models/{name}"):
        app.add_api_route(path, page, include_in_schema=False)
    app.add_middleware(Guard, allowed_hosts=settings.allowed_hosts)
    return app


@pytest.fixture
def clock() -> FrozenClock:
    """Offer a clock that stands."""
    return FrozenClock(SystemClock().now())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Offer settings with pages."""
    return Settings.load(home=tmp_path / "home", port=0, auth="required")


@pytest.fixture
def staffed(settings: Settings, clock: FrozenClock) -> Iterator[Desk]:
    """Offer a desk with a user of each role."""
    with Desk.open(settings, clock=clock) as opened:
        for role in UserRole:
            opened.accounts.add(str(role), role=role, password=PASSWORD)
        yield opened


@pytest.fixture
async def browser(staffed: Desk, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Offer a client that keeps cookies and follows nothing by itself."""
    transport = httpx.ASGITransport(application(staffed, settings))
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=HTML) as opened:
        yield opened


async def sign_in(
    browser: httpx.AsyncClient, name: str, password: str = PASSWORD, wanted: str = "/"
) -> httpx.Response:
    """Send the form."""
    form = {"name": name, "password": password, "next": wanted}
    return await browser.post("/login", data=form, headers=ORIGIN)


async def test_who_wants_a_page_signs_in_and_gets_it(browser: httpx.AsyncClient) -> None:
    """The way leads over the login page back to where it began, and is closed afterwards."""
    first = await browser.get("/models/iris?day=2026-01-01")
    assert first.status_code == HTTPStatus.SEE_OTHER
    login = urljoin(f"{HERE}/models/iris", first.headers["location"])
    assert login.startswith(f"{HERE}/login?next=")
    shown = await browser.get(login)
    assert shown.status_code == HTTPStatus.OK
    assert "<script" not in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    wanted = parse_qs(urlsplit(login).query)["next"][0]
    assert f'name="next" value="{wanted}"' in shown.text
    entered = await sign_in(browser, "viewer", wanted=wanted)
    assert entered.status_code == HTTPStatus.SEE_OTHER
    assert urljoin(login, entered.headers["location"]) == f"{HERE}/models/iris?day=2026-01-01"
    assert (await browser.get("/models/iris")).text == "user viewer"
    assert (await browser.get("/login")).status_code == HTTPStatus.SEE_OTHER
    left = await browser.post("/logout", headers=ORIGIN)
    assert urljoin(f"{HERE}/logout", left.headers["location"]) == f"{HERE}/login"
    assert (await browser.get("/models/iris")).status_code == HTTPStatus.SEE_OTHER


async def test_the_cookie_is_kept_from_scripts_and_other_sites(
    browser: httpx.AsyncClient, staffed: Desk, settings: Settings
) -> None:
    """Over TLS it is also bound to the host."""
    entered = await sign_in(browser, "viewer")
    (session,) = [c for c in entered.headers.get_list("set-cookie") if "_session=" in c]
    assert session.startswith("modeldesk_session=")
    assert "HttpOnly" in session
    assert "samesite=lax" in session.lower()
    assert "secure" not in session.lower()
    transport = httpx.ASGITransport(application(staffed, settings))
    safe = "https://127.0.0.1:8080"
    async with httpx.AsyncClient(transport=transport, base_url=safe) as encrypted:
        form = {"name": "viewer", "password": PASSWORD}
        entered = await encrypted.post("/login", data=form, headers={"Origin": safe})
        (session,) = [c for c in entered.headers.get_list("set-cookie") if "_session=" in c]
        assert session.startswith("__Host-modeldesk_session=")
        assert "secure" in session.lower()
        assert "path=/" in session.lower()
        assert (await encrypted.get("/")).text == "user viewer"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/https:evil.example",
        "/javascript:alert(1)",
        "/\t/evil.example",
        "/..//evil.example",
        "evil",
        "",
    ],
)
async def test_nobody_is_sent_to_another_site(browser: httpx.AsyncClient, wanted: str) -> None:
    """Whatever stands in the link, one stays on this server."""
    entered = await sign_in(browser, "viewer", wanted=wanted)
    assert entered.status_code == HTTPStatus.SEE_OTHER
    assert entered.headers["location"].startswith("./")
    assert urljoin(f"{HERE}/login", entered.headers["location"]).startswith(f"{HERE}/")


async def test_what_strangers_write_is_shown_as_text(browser: httpx.AsyncClient) -> None:
    """A wrong name comes back escaped, with the reason and without the password."""
    name = '"><script>alert(1)</script>'
    refused = await sign_in(browser, name, "the wrong words", wanted='/"><b>')
    assert refused.status_code == HTTPStatus.UNAUTHORIZED
    assert "The name or the password is wrong." in refused.text
    assert "<script>" not in refused.text
    assert "<b>" not in refused.text
    assert "the wrong words" not in refused.text
    assert "set-cookie" not in refused.headers


async def test_too_many_wrong_passwords_are_answered_with_a_pause(
    browser: httpx.AsyncClient, clock: FrozenClock
) -> None:
    """429 says how long; then the right one works."""
    for _ in range(5):
        assert (await sign_in(browser, "viewer", "wrong")).status_code == 401
    refused = await sign_in(browser, "viewer")
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert refused.headers["retry-after"] == "1"
    assert "Try again in 1 second." in refused.text
    clock.advance(timedelta(seconds=1))
    assert (await sign_in(browser, "viewer")).status_code == HTTPStatus.SEE_OTHER


async def test_other_sites_cannot_use_a_session(browser: httpx.AsyncClient) -> None:
    """A change must say that it comes from an own page; signing in as well."""
    form = {"name": "admin", "password": PASSWORD}
    foreign = {"Origin": "http://evil.example"}
    assert (await browser.post("/login", data=form)).status_code == HTTPStatus.FORBIDDEN
    assert (await browser.post("/login", data=form, headers=foreign)).status_code == 403
    await sign_in(browser, "admin")
    for headers in ({}, foreign, {"Sec-Fetch-Site": "cross-site"}):
        for method, path in (
            ("POST", "/logout"),
            ("POST", "/logout/everywhere"),
            ("PATCH", "/api/v1/alerts/1"),
            ("PUT", "/api/v1/models/iris/policy"),
        ):
            answer = await browser.request(method, path, headers=headers)
            assert answer.status_code == HTTPStatus.FORBIDDEN, (method, path, headers)
    assert (await browser.get("/")).text == "user admin"
    own = {"Sec-Fetch-Site": "same-origin"}
    assert (await browser.patch("/api/v1/alerts/1", headers=own)).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [
        ("GET", "/", "viewer editor admin"),
        ("GET", "/docs", "viewer editor admin"),
        ("GET", "/api/v1/models", "viewer editor admin"),
        ("POST", "/api/v1/models/iris/predict", "viewer editor admin"),
        ("POST", "/api/v1/models/iris/log", "editor admin"),
        ("POST", "/api/v1/predictions/1-0/flags", "editor admin"),
        ("PATCH", "/api/v1/alerts/1", "editor admin"),
        ("PUT", "/api/v1/models/iris/policy", "admin"),
        ("GET", "/api/v1/audit", "admin"),
    ],
)
async def test_each_role_may_do_what_it_may(
    staffed: Desk, settings: Settings, method: str, path: str, roles: str
) -> None:
    """Each contains those before it."""
    may = []
    transport = httpx.ASGITransport(application(staffed, settings))
    for role in UserRole:
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as browser:
            await sign_in(browser, role)
            answer = await browser.request(method, path, headers=ORIGIN, content=b"{}")
            assert answer.status_code != HTTPStatus.UNAUTHORIZED
            if answer.status_code != HTTPStatus.FORBIDDEN:
                may.append(role)
            else:
                assert "lacks the role" in answer.text
    assert may == roles.split()


async def test_signing_out_everywhere_ends_all_sessions_of_the_user(
    browser: httpx.AsyncClient, staffed: Desk, settings: Settings
) -> None:
    """The others' stay."""
    transport = httpx.ASGITransport(application(staffed, settings))
    async with (
        httpx.AsyncClient(transport=transport, base_url=HERE) as same,
        httpx.AsyncClient(transport=transport, base_url=HERE) as other,
    ):
        await sign_in(browser, "viewer")
        await sign_in(same, "viewer")
        await sign_in(other, "editor")
        left = await browser.post("/logout/everywhere", headers=ORIGIN)
        place = urljoin(f"{HERE}/logout/everywhere", left.headers["location"])
        assert place == f"{HERE}/login"
        assert (await same.get("/")).status_code == HTTPStatus.UNAUTHORIZED
        assert (await other.get("/")).text == "user editor"
    actions = [entry.action for entry in staffed.audit.page(action="user").entries]
    assert actions[0] == "user.signed_out_everywhere"
    assert actions.count("user.signed_in") == 3


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Offer a provider that says that its user is a tester."""
    with running_provider() as running:
        running.claims = {"preferred_username": "anna", "realm": {"roles": ["testers"]}}
        yield running


@pytest.fixture
def elsewhere(settings: Settings, provider: Provider) -> Settings:
    """Offer settings with that provider."""
    return Settings.load(
        home=settings.home,
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_role_claim="realm.roles",
        oidc_roles={"testers": "viewer", "makers": "editor"},
    )


@pytest.fixture
async def guest(staffed: Desk, elsewhere: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Offer a browser of a server with that provider."""
    transport = httpx.ASGITransport(application(staffed, elsewhere))
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=HTML) as opened:
        yield opened


async def there_and_back(
    guest: httpx.AsyncClient, change: Callable[[str], str] = str
) -> httpx.Response:
    """Go to the provider and come back with what it says, or with a change of that."""
    gone = await guest.get("/login/oidc?next=/models/iris")
    assert gone.status_code == HTTPStatus.SEE_OTHER
    async with httpx.AsyncClient(trust_env=False) as outside:
        back = await outside.get(gone.headers["location"])
    return await guest.get(change(back.headers["location"]))


async def test_another_service_signs_users_in(
    guest: httpx.AsyncClient, provider: Provider, staffed: Desk
) -> None:
    """With PKCE, state and nonce; the role comes from the claim, and follows it."""
    assert 'href="login/oidc?next=%2F"' in (await guest.get("/login")).text
    entered = await there_and_back(guest)
    place = urljoin(f"{HERE}/login/oidc/callback", entered.headers["location"])
    assert place == f"{HERE}/models/iris"
    assert (await guest.get("/models/iris")).text == "user anna"
    (asked,) = provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["redirect_uri"] == f"{HERE}/login/oidc/callback"
    assert asked["scope"].split() == ["openid", "profile", "email"]
    provider.claims["realm"] = {"roles": ["testers", "makers", "others"]}
    await there_and_back(guest)
    (user,) = [user for user in staffed.accounts.list() if user.issuer]
    assert (user.name, user.role, user.issuer) == ("anna", UserRole.EDITOR, provider.url)


@pytest.mark.parametrize(
    "broken",
    [
        {"iss": "https://evil.example"},
        {"aud": "another program"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"aud": [CLIENT, "another"]},
        {"exp": 1_000_000},
        {"nonce": "another"},
        {"sub": ""},
    ],
)
async def test_a_token_with_a_wrong_claim_is_not_believed(
    guest: httpx.AsyncClient, provider: Provider, broken: dict[str, object]
) -> None:
    """Nobody is signed in, and strangers do not learn why."""
    provider.broken = broken
    refused = await there_and_back(guest)
    assert refused.status_code == HTTPStatus.UNAUTHORIZED
    assert "did not work" in refused.text
    assert (await guest.get("/models/iris")).status_code == HTTPStatus.SEE_OTHER


async def test_a_token_that_another_key_signed_is_not_believed(
    guest: httpx.AsyncClient, provider: Provider
) -> None:
    """Also where it claims the published one, or is signed by something that everybody knows."""
    provider.shown = RSAKey.generate_key(2048, {"kid": "one"})
    assert (await there_and_back(guest)).status_code == HTTPStatus.UNAUTHORIZED
    provider.shown = None
    shared = OctKey.import_key(str(provider.key.as_dict(private=False)["n"]))
    for algorithm, key in (("HS256", shared), ("none", provider.key)):
        provider.signs = algorithm, key
        assert (await there_and_back(guest)).status_code == HTTPStatus.UNAUTHORIZED
    provider.signs = None
    assert (await there_and_back(guest)).status_code == HTTPStatus.SEE_OTHER


async def test_who_comes_back_with_something_else_is_refused(
    guest: httpx.AsyncClient, provider: Provider
) -> None:
    """A state of another, a code used before, none at all, or a refusal over there."""
    del provider
    other = await there_and_back(guest, lambda url: url.replace("state=", "state=x"))
    assert other.status_code == HTTPStatus.UNAUTHORIZED
    wrong = await there_and_back(guest, lambda url: url.replace("code=", "code=x"))
    assert wrong.status_code == HTTPStatus.UNAUTHORIZED
    denied = await there_and_back(guest, lambda url: url.replace("code=", "error="))
    assert denied.status_code == HTTPStatus.UNAUTHORIZED
    assert 'action="../../login"' in denied.text
    strange = await guest.get("/login/oidc/callback?code=1&state=")
    assert strange.status_code == HTTPStatus.SEE_OTHER
    assert "_session" not in str(guest.cookies)


async def test_who_has_no_role_here_is_refused(
    guest: httpx.AsyncClient, provider: Provider, staffed: Desk
) -> None:
    """To be known over there is not enough."""
    for claims in ({}, {"realm": "x"}, {"realm": {"roles": ["others", 7, None]}}):
        provider.claims = claims
        assert (await there_and_back(guest)).status_code == HTTPStatus.FORBIDDEN
    assert [user.name for user in staffed.accounts.list() if user.issuer] == []


async def test_a_provider_that_is_away_is_told_on_the_login_page(
    staffed: Desk, elsewhere: Settings
) -> None:
    """Passwords work meanwhile."""
    away = elsewhere.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    transport = httpx.ASGITransport(application(staffed, away))
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as browser:
        refused = await browser.get("/login/oidc")
        assert refused.status_code == HTTPStatus.UNAUTHORIZED
        assert 'action="../login"' in refused.text
        assert (await sign_in(browser, "viewer")).status_code == HTTPStatus.SEE_OTHER


def test_settings_of_a_provider_are_checked(elsewhere: Settings, tmp_path: Path) -> None:
    """Its address is encrypted, its secret can be read from a file, and is never shown."""
    assert SECRET not in repr(elsewhere)
    for wrong in (
        {"oidc_issuer": "http://login.example.org"},
        {"oidc_issuer": "login.example.org"},
        {"oidc_client_id": None},
        {"oidc_client_secret": None, "oidc_client_secret_file": tmp_path / "nothing"},
    ):
        with pytest.raises(InvalidArgument):
            OpenIdLogin(elsewhere.model_copy(update=wrong))
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    from_file = {"oidc_client_secret": None, "oidc_client_secret_file": tmp_path / "secret"}
    OpenIdLogin(elsewhere.model_copy(update=from_file))
