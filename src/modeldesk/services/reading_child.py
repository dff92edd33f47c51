"""The process that reads a stranger's files, and what is said between it and the server."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import polars as pl
from polars.exceptions import PanicException

from modeldesk.errors import InvalidData
from modeldesk.schema import Column, Kind, Signature
from modeldesk.services.pieces import Place
from modeldesk.services.row_files import NAMES, RowFormat, open_rows, unreadable

MORE, STOP = b"more", b"stop"
"""What follows a piece: the next one is wanted, or none."""

MOST_IDLE_SECONDS = 60.0
"""After this long without a question the process ends."""

_NO_SIGNATURE = Signature(inputs=(Column(name="-", kind=Kind.TEXT),))
"""The columns of these files tell themselves."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be read."""

    path: str
    kind: str
    """Value of a `RowFormat`."""
    head: bool
    """Whether the head is wanted, before the pieces."""
    after: Place | None
    """Where the pieces begin that are wanted; ``None``: none of them."""


class HeadTold(msgspec.Struct, frozen=True, kw_only=True, tag="head"):
    """Columns of a file, as a table without rows, and how many rows it says to have."""

    frame: bytes
    rows: int | None


class PieceTold(msgspec.Struct, frozen=True, kw_only=True, tag="piece"):
    """Some rows."""

    path: str
    """Of the file that begins with the Arrow stream, until the next piece is asked for."""
    end: int


class WrongTold(msgspec.Struct, frozen=True, kw_only=True, tag="wrong"):
    """Why the file cannot be read further."""

    message: str
    hint: str


class AtEnd(msgspec.Struct, frozen=True, kw_only=True, tag="end"):
    """There is nothing more to tell."""


Answer = HeadTold | PieceTold | WrongTold | AtEnd


def main() -> None:
    """Answer questions until nobody asks."""
    from multiprocessing.connection import Connection  # noqa: PLC0415  # not in the server

    _be_the_first_to_go()
    with (
        Connection(int(sys.argv[1])) as line,
        # Written over from its beginning each time, which takes a third of the time.
        Path(sys.argv[2]).open("r+b", buffering=0) as pieces,
        suppress(EOFError, BrokenPipeError),
    ):
        while line.poll(MOST_IDLE_SECONDS):
            asked = msgspec.msgpack.decode(line.recv_bytes(), type=Asked)
            for answer in _answers(asked, pieces):
                line.send_bytes(msgspec.msgpack.encode(answer))
                if isinstance(answer, AtEnd | WrongTold):
                    break
                if line.recv_bytes() == STOP:
                    line.send_bytes(msgspec.msgpack.encode(AtEnd()))
                    break


def _answers(asked: Asked, pieces: io.FileIO) -> Iterator[Answer]:
    try:
        file = open_rows(Path(asked.path), RowFormat(asked.kind), _NO_SIGNATURE)
        if asked.head:
            yield HeadTold(frame=_stream(file.head), rows=file.rows)
        if asked.after is not None:
            for piece in file.pieces(asked.after):
                pieces.seek(0)
                piece.frame.write_ipc_stream(pieces)
                yield PieceTold(path=str(pieces.name), end=piece.end)
    except InvalidData as error:
        yield WrongTold(message=error.message, hint=error.hint)
    except (pl.exceptions.PolarsError, PanicException, OSError, OverflowError) as error:
        wrong = unreadable(error, kind=NAMES[RowFormat(asked.kind)])
        yield WrongTold(message=wrong.message, hint=wrong.hint)
    else:
        yield AtEnd()


def _stream(frame: pl.DataFrame | None) -> bytes:
    stream = io.BytesIO()
    (pl.DataFrame() if frame is None else frame).write_ipc_stream(stream)
    return stream.getvalue()


def _be_the_first_to_go() -> None:
    """Where memory runs out, have this process ended, and not the server."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    main()
