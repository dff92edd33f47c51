"""What a command's exit status says.

====== ==========================================================================
status meaning
====== ==========================================================================
0      it worked
1      it ran, and something failed or was found (``check``, ``log --strict``, ``demo``)
2      the command line, a file or a name is wrong: mend it and run again
3      the server or the database cannot be reached or is too busy: try again later
130    it was interrupted with Ctrl-C before it was done
====== ==========================================================================
"""

from __future__ import annotations

from enum import IntEnum

from modeldesk.errors import (
    Forbidden,
    Incompatible,
    InvalidInput,
    ModeldeskError,
    NotFound,
    Overloaded,
    SchemaMismatch,
    ServerUnreachable,
    StoreUnavailable,
    Unauthenticated,
    UnsafeArtefact,
    UnsupportedModel,
)


class ExitCode(IntEnum):
    """The statuses that a command ends with."""

    OK = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3


_USAGE = (
    InvalidInput,
    NotFound,
    Unauthenticated,
    Forbidden,
    Incompatible,
    UnsafeArtefact,
    UnsupportedModel,
)
_UNREACHABLE = (ServerUnreachable, StoreUnavailable, SchemaMismatch, Overloaded)


def exit_code(error: ModeldeskError) -> ExitCode:
    """Return the status that a command ends with when it meets an error.

    >>> exit_code(NotFound("There is no model 'irsi'."))
    <ExitCode.USAGE: 2>
    """
    if isinstance(error, _USAGE):
        return ExitCode.USAGE
    if isinstance(error, _UNREACHABLE):
        return ExitCode.UNREACHABLE
    return ExitCode.FAILED
