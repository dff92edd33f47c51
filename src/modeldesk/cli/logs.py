"""Where the log of a command goes: to standard error, one line per event."""

from __future__ import annotations

import logging
import sys

from modeldesk.cli.lean import missing

# It would load Rich, for traces that are not shown with it here.
with missing("rich"):
    import structlog

_TIME = structlog.processors.TimeStamper(fmt="iso", utc=True)


def log_to_stderr() -> None:
    """Send what the program logs to standard error: coloured for a person, else as JSON."""
    show: structlog.types.Processor
    if sys.stderr.isatty():
        trace: structlog.types.Processor = structlog.processors.StackInfoRenderer()
        # Not the one with local variables: it takes seconds, and shows what users sent.
        show = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        trace = structlog.processors.format_exc_info
        show = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[structlog.processors.add_log_level, _TIME, trace, show],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
