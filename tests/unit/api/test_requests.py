"""Reading what a client sends: bytes with a limit, JSON with clear complaints."""

import gzip
import math
import zlib
from collections.abc import AsyncIterator

import pytest
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from modeldesk.api.bodies import read_bytes
from modeldesk.api.requests import (
    InvalidRequest,
    TooLarge,
    json_name,
    parse,
    parse_as,
    parse_object,
    problem_in,
    shorten,
    storable,
)
from modeldesk.errors import InvalidInput


class Order(BaseModel):
    """A body to be read."""

    model_config = ConfigDict(extra="forbid")

    amount: int = Field(ge=1)
    note: str = ""


def request_of(
    *parts: bytes, announced: int | None = None, cut: bool = False, encoding: str | None = None
) -> Request:
    """Return a request whose body arrives in parts, and may end in a lost connection."""

    async def messages() -> AsyncIterator[Message]:
        for part in parts:
            yield {"type": "http.request", "body": part, "more_body": True}
        yield {"type": "http.disconnect"} if cut else {"type": "http.request", "body": b""}

    arriving = messages()
    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    if encoding is not None:
        headers.append((b"content-encoding", encoding.encode()))
    return Request({"type": "http", "headers": headers}, receive=arriving.__anext__)


async def test_a_body_in_parts_is_joined() -> None:
    """A chunked body is the concatenation of its parts."""
    assert await read_bytes(request_of(b"ab", b"cd"), most=4) == b"abcd"


@pytest.mark.parametrize(
    "request_",
    [request_of(announced=5), request_of(b"abc", b"de"), request_of(b"abcde", announced=1)],
    ids=["announced", "in parts", "more than announced"],
)
async def test_a_body_over_the_limit_is_refused_as_soon_as_it_is_known(request_: Request) -> None:
    """However a body arrives, one byte over the limit is one too many; the limit is named."""
    with pytest.raises(TooLarge, match="larger than 4 bytes"):
        await read_bytes(request_, most=4)


async def test_a_large_limit_is_named_in_mebibytes() -> None:
    """A limit of megabytes is not spelled out in bytes."""
    with pytest.raises(TooLarge, match=r"larger than 1\.5 MiB"):
        await read_bytes(request_of(announced=2**30), most=3 * 2**19)


async def test_a_client_that_goes_away_is_noticed() -> None:
    """Half a body is not taken for a whole one."""
    with pytest.raises(ClientDisconnect):
        await read_bytes(request_of(b"{", cut=True), most=100)


def test_not_a_number_is_read_as_what_it_means() -> None:
    """Literals that are no JSON, but common, reach the one who checks the fields."""
    found = parse_object(b'{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e999}')
    assert isinstance(found["a"], float)
    assert math.isnan(found["a"])
    assert (found["b"], found["c"], found["d"]) == (math.inf, -math.inf, math.inf)


def test_a_byte_order_mark_is_no_mistake() -> None:
    """Some editors write one at the start of every file."""
    assert parse(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "body: missing; expected a JSON object."),
        (b" \n ", "body: missing; expected a JSON object."),
        (b'{"a": 1,\n "b" 2}', r"no valid JSON at line 2, column 6 \(character 14\)"),
        (b'{"a": 1} trailing', r"no valid JSON at line 1, column 10 \(character 9\): Extra data"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5_000, "a number with too many digits"),
    ],
    ids=["empty", "blank", "no colon", "trailing", "latin-1", "deep", "digits"],
)
def test_what_is_no_json_is_refused_with_the_position(body: bytes, complaint: str) -> None:
    """Whoever sent it is told where the mistake is and what was expected."""
    with pytest.raises(InvalidRequest, match=complaint) as caught:
        parse(body)
    assert isinstance(caught.value, InvalidInput)
    assert [problem.field for problem in caught.value.problems] == ["body"]


@pytest.mark.parametrize(
    ("body", "name"),
    [(b"[]", "a list"), (b"null", "null"), (b"3", "a number"), (b"true", "a boolean")],
)
def test_a_body_that_is_no_object_is_refused_by_name(body: bytes, name: str) -> None:
    """JSON of another type is not called invalid JSON."""
    with pytest.raises(InvalidRequest, match=f"body: wrong type, {name}; expected a JSON object"):
        parse_object(body)


def test_a_checked_body_comes_back_as_a_record() -> None:
    """Fields that fit are read, the others have their defaults."""
    assert parse_as(Order, b'{"amount": 2}') == Order(amount=2, note="")


def test_every_field_that_does_not_fit_is_named() -> None:
    """Wrong and unknown fields are listed together, with what was expected."""
    with pytest.raises(InvalidRequest) as caught:
        parse_as(Order, b'{"amount": 0, "notes": "x"}')
    assert [(p.field, p.problem, p.expected) for p in caught.value.problems] == [
        ("amount", "wrong value (0)", "greater than or equal to 1"),
        ("notes", "unknown, did you mean 'note'?", "one of: amount, note"),
    ]


def test_a_missing_field_is_called_missing() -> None:
    """A field that was left out is not called a wrong value."""
    with pytest.raises(InvalidRequest, match="amount: missing; expected a value"):
        parse_as(Order, b"{}")


def test_a_complaint_about_no_field_in_particular_still_is_a_problem() -> None:
    """Pydantic may leave the location empty."""
    problem = problem_in({"type": "value_error", "loc": (), "msg": "Value error, a pair"})
    assert (problem.field, problem.expected) == ("", "a pair")


def test_values_are_shown_short_and_lists_by_name() -> None:
    """A megabyte sent is not a megabyte answered."""
    assert shorten("x" * 100) == "'" + "x" * 36 + "..."
    assert shorten([1] * 100) == json_name([1]) == "a list"


@pytest.mark.parametrize(
    ("text", "kept"), [("日本 é\n", True), ("a\x00", False), ("\ud800", False)]
)
def test_only_what_every_database_keeps_is_storable(text: str, *, kept: bool) -> None:
    """NUL and half a surrogate pair cannot be written everywhere."""
    assert storable(text) is kept


TEXT = b"{}" * 100_000
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP", gzip.compress(TEXT[:7]) + gzip.compress(b"") + gzip.compress(TEXT[7:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", RAW.compress(TEXT) + RAW.flush()),
        ("identity", TEXT),
    ],
)
async def test_compressed_bodies_are_unpacked(encoding: str, packed: bytes) -> None:
    """As the header says; deflate also without zlib's header, as some clients send it."""
    parts = (packed[:50], packed[50:])
    found = await read_bytes(request_of(*parts, encoding=encoding), most=len(TEXT))
    assert found == TEXT


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_a_small_body_that_unpacks_to_too_much_is_refused(pack: object) -> None:
    """It is unpacked no further than the limit."""
    assert callable(pack)
    bomb = pack(bytes(10_000_000))
    assert len(bomb) < 20_000
    encoding = "gzip" if pack is gzip.compress else "deflate"
    with pytest.raises(TooLarge, match="larger than 20000 bytes"):
        await read_bytes(request_of(bomb, encoding=encoding), most=20_000)


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", b"{}", "body: damaged"),
        ("gzip", b"", "body: damaged"),
        ("deflate", b"", "body: damaged"),
        ("deflate", b"\xff\xff", "body: damaged"),
        ("gzip", gzip.compress(TEXT)[:-3], "body: damaged"),
        ("gzip", gzip.compress(TEXT) + b"more", "body: damaged"),
        ("gzip", gzip.compress(b"") * 10_001, "body: damaged"),
        ("br", b"{}", "Content-Encoding: unknown ('br'); expected gzip or deflate"),
        ("gzip, gzip", b"{}", "Content-Encoding: unknown ('gzip, gzip')"),
    ],
)
async def test_damaged_or_unknown_compression_is_refused(
    encoding: str, body: bytes, words: str
) -> None:
    """With what is taken."""
    with pytest.raises(InvalidRequest) as raised:
        await read_bytes(request_of(body, encoding=encoding), most=1_000_000)
    assert words in raised.value.message
