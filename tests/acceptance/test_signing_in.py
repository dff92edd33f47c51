"""People sign in, do what their role allows, and are out when their session ends."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from modeldesk.desk import Desk
from modeldesk.services.acting import UserRole
from modeldesk.settings import Settings
from tests.support.seeded import seed_home
from tests.support.server import RunningServer, running_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.support.browser import BrowserRecord

PASSWORD = "a few random words"  # noqa: S105 - of a test
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Offer a server with traffic, an open alert, and a user of each role."""
    home = tmp_path_factory.mktemp("staffed") / "home"
    seed_home(home)
    with Desk.open(Settings.load(home=home)) as desk:
        desk.jobs.run()
        for role in UserRole:
            desk.accounts.add(str(role), role=role, password=PASSWORD)
    with running_server(home) as running:
        yield running


def sign_in(page: Page, name: str) -> None:
    """Fill in the form and wait for the page behind it."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("user")).to_contain_text(name)


def session(server: RunningServer, name: str) -> dict[str, str]:
    """Sign in without a browser and return the cookie header."""
    answer = httpx.post(
        f"{server.url}/login",
        data={"name": name, "password": PASSWORD},
        headers={"Origin": server.url},
        trust_env=False,
    )
    assert answer.status_code == httpx.codes.SEE_OTHER
    return {"Cookie": f"modeldesk_session={answer.cookies['modeldesk_session']}"}


def socket(server: RunningServer, headers: dict[str, str]) -> ClientConnection:
    """Open the pages' socket."""
    address = server.url.replace("http", "ws") + SOCKET
    return connect(address, origin=Origin(server.url), additional_headers=headers)


def test_a_viewer_sees_and_tries_but_changes_nothing(
    server: RunningServer, browser_page: Page
) -> None:
    """The link leads over the login page to where it points; what one may not do is not offered."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/playground?petal_length_cm=1.4")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, "viewer")
    expect(page).to_have_url(f"{server.url}/models/iris/playground?petal_length_cm=1.4")
    expect(page.get_by_test_id("prediction")).to_have_text("Iris-setosa")
    expect(page.get_by_test_id("flag")).to_be_hidden()
    page.get_by_test_id("tab-monitor").click()
    expect(page.get_by_test_id("alerts")).to_contain_text("Open")
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    page.get_by_test_id("user").click()
    expect(page.get_by_test_id("user-menu")).to_contain_text("viewer")
    page.get_by_test_id("logout").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{server.url}/")
    expect(page).to_have_url(re.compile("/login"))


def test_an_editor_acknowledges_under_the_own_name(
    server: RunningServer, browser_page: Page
) -> None:
    """What is done on a page is in the trail with who did it."""
    browser_page.goto(f"{server.url}/models/iris/monitor")
    sign_in(browser_page, "editor")
    browser_page.get_by_role("button", name="Acknowledge").first.click()
    expect(browser_page.get_by_test_id("alerts")).to_contain_text("Acknowledged")
    told = httpx.get(
        f"{server.url}/api/v1/audit?action=alert",
        headers=session(server, "admin"),
        trust_env=False,
    ).json()
    assert told["entries"][0]["actor"] == "user editor"
    assert told["entries"][0]["details"] == {"before": "open", "after": "acknowledged"}


def test_a_page_stops_working_when_its_session_ends(
    server: RunningServer, browser_page: Page, browser_record: BrowserRecord
) -> None:
    """Signed out elsewhere, an open page is led to the login page; no prediction is made."""
    page = browser_page
    page.goto(f"{server.url}/models/iris/playground")
    sign_in(page, "admin")
    expect(page.get_by_test_id("prediction")).to_have_text("Iris-versicolor")
    cookies = {"Cookie": f"modeldesk_session={_cookie(page)}", "Origin": server.url}
    left = httpx.post(f"{server.url}/logout/everywhere", headers=cookies, trust_env=False)
    assert left.status_code == httpx.codes.SEE_OTHER
    before = _predictions(server)
    handle = page.get_by_test_id("slider-petal_length_cm").locator("[tabindex]")
    handle.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert _predictions(server) == before
    assert all("401" in line or "WebSocket" in line for line in browser_record.console_errors)
    browser_record.console_errors.clear()


def test_sockets_and_files_of_the_pages_are_closed_to_strangers(server: RunningServer) -> None:
    """Without a session neither by WebSocket nor by polling; the handshake says why."""
    with pytest.raises(InvalidStatus) as refused, socket(server, {}):
        pass
    assert refused.value.response.status_code == httpx.codes.UNAUTHORIZED
    assert json.loads(refused.value.response.body)["error"]["code"] == "unauthenticated"
    for path in (
        "/_nicegui_ws/socket.io/?EIO=4&transport=polling",
        "/_nicegui/client/upload",
        "/_nicegui/3.18.0/static/nicegui.js",
        "/_nicegui_ws",
        "/",
        "/docs",
        "/openapi.json",
    ):
        answer = httpx.get(f"{server.url}{path}", trust_env=False)
        assert answer.status_code == httpx.codes.UNAUTHORIZED, path
    forged = {"Cookie": "modeldesk_session=forged"}
    with pytest.raises(InvalidStatus), socket(server, forged):
        pass


def test_an_open_socket_is_closed_when_its_session_ends(server: RunningServer) -> None:
    """Also where nothing is clicked: the server's own messages find out."""
    cookie = session(server, "viewer")
    with socket(server, cookie) as page:
        assert str(page.recv(timeout=10)).startswith("0{")
        page.send("40")
        ended = httpx.post(
            f"{server.url}/logout",
            headers=cookie | {"Origin": server.url},
            trust_env=False,
        )
        assert ended.status_code == httpx.codes.SEE_OTHER
        assert _code_at_the_end(page) == 1008


def test_an_open_socket_is_closed_when_its_user_becomes_another(server: RunningServer) -> None:
    """A smaller role holds for open pages, too; the page comes back with what it may."""
    with Desk.open(Settings.load(home=server.home)) as desk:
        desk.accounts.add("changing", role=UserRole.ADMIN, password=PASSWORD)
        with socket(server, session(server, "changing")) as page:
            assert page.recv(timeout=10)
            desk.accounts.set_role("changing", UserRole.VIEWER)
            time.sleep(1.0)
            page.send("40")
            assert _code_at_the_end(page) == 1008


def _code_at_the_end(page: ClientConnection) -> int | None:
    """Listen until the server closes the socket, and return the reason's code."""
    try:
        while True:
            page.recv(timeout=30)
    except ConnectionClosed as closed:
        return None if closed.rcvd is None else closed.rcvd.code


def _cookie(page: Page) -> str:
    found = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return found["modeldesk_session"]


def _predictions(server: RunningServer) -> int:
    answer = httpx.get(
        f"{server.url}/api/v1/models/iris", headers=session(server, "viewer"), trust_env=False
    )
    return int(answer.json()["predictions"])
