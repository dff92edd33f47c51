"""What the program logs is one line per event, and shows no user's values."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
import structlog

from modeldesk.cli.logs import log_to_stderr

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Screen(io.StringIO):
    """Text that a person watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _default_logging() -> Iterator[None]:
    """Leave the logging of other tests alone."""
    yield
    structlog.reset_defaults()


def failing(secret: str) -> None:
    """Log an error from a place that holds a user's value."""
    try:
        int(secret[:0])
    except ValueError:
        structlog.get_logger().exception("it failed", path="/here")


@pytest.mark.parametrize("output", [_Screen(), io.StringIO()], ids=["screen", "file"])
def test_traces_show_no_values(monkeypatch: pytest.MonkeyPatch, output: io.StringIO) -> None:
    """A trace names lines of code; the variables that they held stay out of the log."""
    monkeypatch.setattr("sys.stderr", output)
    log_to_stderr()
    failing("4929-0000")
    told = output.getvalue()
    assert "it failed" in told
    assert "ValueError: invalid literal" in told
    assert "4929" not in told


def test_a_file_gets_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event is one object on one line, its trace among it."""
    output = io.StringIO()
    monkeypatch.setattr("sys.stderr", output)
    log_to_stderr()
    failing("4929-0000")
    event = json.loads(output.getvalue())
    assert (event["event"], event["level"], event["path"]) == ("it failed", "error", "/here")
