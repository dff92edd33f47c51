"""The guard: what asks for a foreign host or comes from a foreign page is refused."""

import json

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from modeldesk.api import Guard

HOSTS = ("127.0.0.1", "localhost", "[::1]")


async def let_in(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer everything that gets through with 204, or accept it."""
    del receive
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete"})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


async def ask(method: str, **headers: str) -> httpx.Response:
    """Send a request through the guard."""
    transport = httpx.ASGITransport(Guard(let_in, allowed_hosts=HOSTS))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.request(method, "/", headers=headers)


async def connect(*, extensions: dict[str, object], **headers: str) -> list[Message]:
    """Open a WebSocket through the guard and return what the server says."""
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "headers": raw, "extensions": extensions}
    await Guard(let_in, allowed_hosts=HOSTS)(scope, receive, send)
    return said


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "LOCALHOST", "[::1]", "[::1]:8080"]
)
async def test_the_machines_own_names_get_through_on_any_port(host: str) -> None:
    """A default installation is reached as a person would write it."""
    assert (await ask("GET", host=host)).status_code == 204


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost/x",
        "localhost:port",
        "[::1",
        "::1",
        "",
    ],
)
async def test_a_foreign_or_garbled_host_is_refused(host: str) -> None:
    """A name that was made to point here by DNS rebinding is not answered."""
    answer = await ask("GET", host=host)
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["code"] == "forbidden_host"
    assert error["hint"]


async def test_any_host_may_be_allowed_but_none_that_is_garbled() -> None:
    """Behind a login names tell nothing; what is no name is still refused."""
    guard = Guard(let_in, allowed_hosts=["*"])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(guard), base_url="http://10.0.0.7"
    ) as client:
        for host, status in (("10.0.0.7:80", 204), ("models.example.org", 204), ("a@b", 403)):
            assert (await client.get("/", headers={"Host": host})).status_code == status


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:9999",
        "http://127.0.0.1",
        "http://localhost:8080",
        "null",
        "file://",
        "chrome-extension://abc",
        "http://",
        "http://[::1",
    ],
)
async def test_a_page_of_another_site_is_refused(method: str, origin: str) -> None:
    """Another port or name of this machine is another site, too."""
    answer = await ask(method, host="127.0.0.1:8080", origin=origin)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden_origin"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost"),
        ("localhost:80", "http://localhost"),
        ("localhost", "https://localhost"),
        ("localhost", "https://localhost:443"),
        ("[::1]:8080", "http://[::1]:8080"),
    ],
)
async def test_the_servers_own_pages_get_through(host: str, origin: str) -> None:
    """Default ports may be written or left out."""
    assert (await ask("POST", host=host, origin=origin)).status_code == 204


async def test_programs_send_no_origin_and_get_through() -> None:
    """The guard is about browsers; it is no login."""
    assert (await ask("POST", host="127.0.0.1")).status_code == 204


async def test_a_socket_from_a_foreign_page_is_refused_in_the_error_shape() -> None:
    """Where the server can answer a handshake with a body, the body says why."""
    said = await connect(
        extensions={"websocket.http.response": {}}, host="localhost", origin="http://evil.example"
    )
    assert [message["type"] for message in said] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert said[0]["status"] == 403
    assert json.loads(said[1]["body"])["error"]["code"] == "forbidden_origin"


async def test_a_socket_to_a_foreign_host_is_closed() -> None:
    """Where it cannot, the handshake is refused as a policy violation."""
    said = await connect(extensions={}, host="evil.example")
    assert [(message["type"], message["code"]) for message in said] == [("websocket.close", 1008)]


async def test_a_socket_of_the_servers_own_page_is_accepted() -> None:
    """The pages work."""
    said = await connect(extensions={}, host="localhost", origin="http://localhost")
    assert [message["type"] for message in said] == ["websocket.accept"]


async def test_the_lifespan_is_none_of_its_business() -> None:
    """An application behind the guard starts and stops as without it."""
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    await Guard(let_in, allowed_hosts=HOSTS)({"type": "lifespan"}, receive, send)
    assert said == [{"type": "lifespan.startup.complete"}]
