"""Parquet and Arrow files of strangers, read by a process of their own.

The library that reads them trusts what a file says of itself: a few changed bytes in one of 1,250
make it ask for more memory than there is, which ends the process. So a child reads them, and what
ends the child is told as what it is: a damaged file.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import polars as pl
import structlog

from modeldesk.errors import InvalidData
from modeldesk.schema import Signature
from modeldesk.services.pieces import Piece, Place, RowFile
from modeldesk.services.reading_child import (
    MORE,
    STOP,
    Answer,
    Asked,
    AtEnd,
    HeadTold,
    PieceTold,
    WrongTold,
)
from modeldesk.services.row_files import NAMES, RowFormat, open_rows

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

CHILDREN = 4
"""How many files are read at once."""

PATIENCE_SECONDS = 60.0
"""How long a child may take for one piece of a file."""

_APART = {RowFormat.PARQUET, RowFormat.ARROW_FILE, RowFormat.ARROW_STREAM}
_END_SECONDS = 2.0
_CHILD = "modeldesk.services.reading_child"

_log = structlog.get_logger(__name__)


class TableReaders:
    """Opens files of rows; those that cannot be trusted are read by children.

    Children are started when they are needed, and end by themselves when they have had nothing
    to do for a minute.

    Parameters
    ----------
    patience
        How long a child may take for one piece of a file, in seconds.
    """

    def __init__(self, *, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._idle: list[_Child] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(CHILDREN)

    def open(
        self, path: Path, kind: RowFormat, signature: Signature, *, own: Sequence[str] = ()
    ) -> RowFile:
        """Open a file of rows, as `open_rows` does.

        Raises
        ------
        InvalidData
            When it is no such file; also later, where its pieces are.
        """
        if kind in _APART:
            return _FileApart(path, kind, self._answers)
        return open_rows(path, kind, signature, own=own)

    @contextmanager
    def body(self, data: bytes, kind: RowFormat) -> Iterator[RowFile]:
        """Open what somebody sent, for as long as it is needed."""
        with tempfile.NamedTemporaryFile(prefix="modeldesk-") as file:
            file.write(data)
            file.flush()
            opened = _FileApart(Path(file.name), kind, self._answers, to_the_end=True)
            try:
                yield opened
            finally:
                opened.close()

    def close(self) -> None:
        """End the children that have nothing to do; the others end with their file."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _answers(self, asked: Asked) -> Generator[Answer]:
        """Yield what a child tells of a file, up to the end or as long as somebody listens."""
        with self._places:
            child, answer = self._begun(asked)
            is_free = False
            try:
                while isinstance(answer, HeadTold | PieceTold):
                    yield answer
                    answer = child.say(MORE)
                is_free = True
            except GeneratorExit:
                is_free = child.stops()
                raise
            except _GoneError as error:
                raise _damaged(asked, child, error) from error
            finally:
                self._leave(child, is_free=is_free)
        if isinstance(answer, WrongTold):
            raise InvalidData(answer.message, hint=answer.hint)

    def _begun(self, asked: Asked) -> tuple[_Child, Answer]:
        """Ask a child that has nothing to do or, where it is gone by now, another one."""
        message = msgspec.msgpack.encode(asked)
        while True:
            child, is_new = self._taken()
            try:
                return child, child.say(message)
            except _GoneError as error:
                child.kill()
                if is_new:
                    raise _damaged(asked, child, error) from error

    def _taken(self) -> tuple[_Child, bool]:
        with self._lock:
            if self._idle:
                return self._idle.pop(), False
        return _Child(self._patience), True

    def _leave(self, child: _Child, *, is_free: bool) -> None:
        if not is_free:
            child.kill()
            return
        with self._lock:
            self._idle.append(child)


class _FileApart:
    """A file that a child reads.

    Parameters
    ----------
    path
        Where it is.
    kind
        What it is.
    answers
        Asks a child.
    to_the_end
        Whether all of it will be read, once: then the child need not open it again.
    """

    def __init__(
        self,
        path: Path,
        kind: RowFormat,
        answers: Callable[[Asked], Generator[Answer]],
        *,
        to_the_end: bool = False,
    ) -> None:
        self._path = path
        self._kind = kind
        self._answers = answers
        told = answers(self._asked(Place() if to_the_end else None, head=True))
        first = next(told)
        assert isinstance(first, HeadTold)  # noqa: S101 - as it was asked for
        self.head = pl.read_ipc_stream(io.BytesIO(first.frame))
        self.rows = first.rows
        self._under_way = told if to_the_end else None
        if not to_the_end:
            told.close()

    def pieces(self, after: Place) -> Iterator[Piece]:
        """Yield what comes after a place where a piece ended."""
        for told in self._under_way or self._answers(self._asked(after, head=False)):
            if isinstance(told, PieceTold):
                frame = pl.read_ipc_stream(told.path)
                yield Piece(
                    frame=frame,
                    positions=range(frame.height),
                    unreadable=(),
                    rows=frame.height,
                    end=told.end,
                )

    def close(self) -> None:
        """Leave the file, also where it was not read to its end."""
        if self._under_way is not None:
            self._under_way.close()

    def _asked(self, after: Place | None, *, head: bool) -> Asked:
        return Asked(path=str(self._path), kind=self._kind.value, head=head, after=after)


class _GoneError(Exception):
    """A child ended, or did not answer in time."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)


class _Child:
    """A process that reads files, and the line to it.

    Parameters
    ----------
    patience
        How long it may take for an answer, in seconds.
    """

    def __init__(self, patience: float) -> None:
        from multiprocessing.connection import Pipe  # noqa: PLC0415  # only for such files

        self._patience = patience
        self._line: Connection[bytes, bytes]
        self._line, theirs = Pipe()
        # A file takes a third of the time that the line takes for 2 MB.
        self._pieces = tempfile.NamedTemporaryFile(prefix="modeldesk-")  # noqa: SIM115  # until its end
        number = theirs.fileno()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-P", "-m", _CHILD, str(number), self._pieces.name],
                pass_fds=(number,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"RUST_BACKTRACE": "0"},
            )

    @property
    def status(self) -> int | None:
        """With which it ended; ``None`` while it runs."""
        return self._process.poll()

    def say(self, message: bytes) -> Answer:
        """Send a message and wait for the answer."""
        try:
            self._line.send_bytes(message)
            if not self._line.poll(self._patience):
                raise _GoneError(reason=f"no answer within {self._patience:g} seconds")
            answer: Answer = msgspec.msgpack.decode(self._line.recv_bytes(), type=Answer)
        except (EOFError, OSError) as error:
            raise _GoneError(reason="the reader ended") from error
        return answer

    def stops(self) -> bool:
        """Leave a file before its end; whether another one can be asked for."""
        try:
            return isinstance(self.say(STOP), AtEnd)
        except _GoneError:
            return False

    def end(self) -> None:
        """Let it end, which it does when nobody can ask it any more."""
        self._line.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it."""
        self._line.close()
        self._process.kill()
        self._process.wait()
        self._pieces.close()


def _damaged(asked: Asked, child: _Child, error: _GoneError) -> InvalidData:
    _log.warning("table not read", kind=asked.kind, reason=str(error), status=child.status)
    named = NAMES[RowFormat(asked.kind)]
    message = f"The file cannot be read as {named}: reading it came to an untimely end ({error})."
    return InvalidData(message, hint="Check that the file is complete, or write it anew.")
