"""What can go wrong, one class per decision that a caller makes.

::

    ModeldeskError                what, where, and what to do next
    ├── InvalidInput              the caller's data or arguments are wrong: mend and retry
    │   ├── InvalidRows           some rows do not fit the signature; lists every problem
    │   ├── InvalidData           a table or a column cannot be read
    │   └── InvalidArgument       an option, name or setting is wrong
    │       └── InvalidExpression a condition cannot be read; says where
    ├── NotFound                  the named thing does not exist: choose another
    ├── Unauthenticated           nobody known asks: sign in, or send a key
    ├── Forbidden                 who asks may not do this: ask with another key or role
    ├── TooManyAttempts           too many wrong passwords: wait as long as it says
    ├── Conflict                  the thing exists already or has changed meanwhile
    ├── Incompatible              two values that do not belong together (merge, compare)
    ├── Corrupt                   bytes that are truncated, damaged or of another format
    ├── UnsafeArtefact            loading this file could run a stranger's code
    ├── UnsupportedModel          no adapter can serve this object
    ├── ModelFailed               the model itself raised or answered nonsense
    │   └── ModelTimedOut         the model did not answer in time
    ├── Overloaded                too much waits already: try again later
    ├── StoreUnavailable          the database cannot be reached or written now
    ├── SchemaMismatch            the database is newer or older than this program
    └── ServerUnreachable         no answer from the server's address
"""

from __future__ import annotations

from dataclasses import dataclass

_BEFORE, _WIDTH = 60, 100
"""So many characters of a condition are shown before the place of an error, and in all."""


class ModeldeskError(Exception):
    """Root of all errors raised on purpose.

    Parameters
    ----------
    message
        What went wrong and where, one sentence.
    hint
        What to do next, one sentence.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class InvalidInput(ModeldeskError):
    """The caller's data or arguments are wrong; mended, the same call may succeed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason why one row was refused."""

    row: int
    """Position of the row in the request, from 0."""
    field: str
    """Name of the feature, or an empty string where the row as a whole is wrong."""
    problem: str
    """What is wrong: ``missing``, ``unknown``, ``wrong type``, ``not a number`` ..."""
    expected: str
    """What would be accepted, in words."""

    def __str__(self) -> str:
        where = f"row {self.row}, {self.field}" if self.field else f"row {self.row}"
        return f"{where}: {self.problem}; expected {self.expected}"


class InvalidRows(InvalidInput):
    """Rows that do not fit a model's signature; every problem is listed."""

    def __init__(self, problems: tuple[Problem, ...], *, rows: int) -> None:
        shown = "; ".join(str(problem) for problem in problems[:5])
        more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""  # noqa: PLR2004
        super().__init__(f"{shown}{more}.", hint="Nothing was predicted or logged.")
        self.problems = problems
        self.rows = rows


class InvalidData(InvalidInput):
    """A table, file or column that cannot be read as data."""


class InvalidArgument(InvalidInput):
    """An option, a name or a setting that is not acceptable."""


class InvalidExpression(InvalidArgument):
    """A condition that cannot be read, or does not fit the columns; says where.

    Parameters
    ----------
    message, hint
        As of every error; `at` makes the message.
    problem
        What is wrong, a clause without a full stop.
    text
        The condition as it was written; empty where only the message is known, as it came
        from a server.
    start, end
        Which characters are meant, from 0; the end is the first that is not.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        problem: str = "",
        text: str = "",
        start: int = 0,
        end: int = 0,
    ) -> None:
        super().__init__(message, hint=hint)
        self.problem = problem
        self.text = text
        self.start = start
        self.end = end

    @classmethod
    def at(cls, start: int, end: int, problem: str, *, hint: str, text: str) -> InvalidExpression:
        """Return the error for some characters of a condition.

        >>> print(InvalidExpression.at(2, 3, "'=' is not known", hint="Write ==.", text="a = 1"))
        The condition is wrong at line 1, column 3: '=' is not known. Write ==.
        """
        error = cls("", hint=hint, problem=problem, text=text, start=start, end=end)
        where = f"line {error.line}, column {error.column}"
        error.message = f"The condition is wrong at {where}: {problem}."
        error.args = (error.message,)
        return error

    @property
    def line(self) -> int:
        """The line in which it starts, from 1."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """The place in that line where it starts, in characters from 1."""
        return self.start - self.text.rfind("\n", 0, self.start)

    @property
    def excerpt(self) -> str:
        """The line with carets under the place, for a fixed-width font."""
        first = self.start - self.column + 1
        last = self.text.find("\n", first)
        line = self.text[first : len(self.text) if last < 0 else last]
        skipped = max(0, self.column - 1 - _BEFORE)
        shown = line[skipped : skipped + _WIDTH].replace("\t", " ")
        place = self.column - 1 - skipped
        carets = max(1, min(self.end - self.start, len(shown) - place))
        return f"{shown}\n{' ' * place}{'^' * carets}"


class NotFound(ModeldeskError):
    """The named model, version, prediction, column or alert does not exist."""


class Unauthenticated(ModeldeskError):
    """No key or session, or one that is not good (any more)."""


class Forbidden(ModeldeskError):
    """The key or the user is known, and not allowed to do this."""


class TooManyAttempts(ModeldeskError):
    """Too many wrong passwords; ``seconds`` says how long to wait."""

    def __init__(self, message: str, *, hint: str = "", seconds: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


class Conflict(ModeldeskError):
    """The thing exists already, or somebody else changed it meanwhile."""


class Incompatible(ModeldeskError):
    """Two values that do not belong together, such as profiles of other columns."""


class Corrupt(ModeldeskError):
    """Bytes that are truncated, damaged, or written in an unknown format."""


class UnsafeArtefact(ModeldeskError):
    """Loading the file could run code that nobody vouched for."""


class UnsupportedModel(ModeldeskError):
    """No adapter knows how to serve this object."""


class ModelFailed(ModeldeskError):
    """The model raised, or answered something that does not fit its signature."""


class ModelTimedOut(ModelFailed):
    """The model was not loaded, or did not answer, in the time that the settings give it."""


class Overloaded(ModeldeskError):
    """More work waits already than can be answered in reasonable time."""


class StoreUnavailable(ModeldeskError):
    """The database cannot be reached, read or written at the moment."""


class SchemaMismatch(ModeldeskError):
    """The database's schema is not the one this program works with."""


class ServerUnreachable(ModeldeskError):
    """No answer, or no usable answer, from the server's address."""
