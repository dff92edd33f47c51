"""Passwords: which are taken, and how they are kept and compared."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING

from modeldesk.errors import InvalidArgument

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 1_000

_MEMORY_KIB = 19 * 1024
_PASSES = 2


class Passwords:
    """Hashes passwords by Argon2id and compares them.

    With 19 MiB and two passes, the smallest choice that OWASP recommends: strangers may ask for
    it, so it must not cost the server much.
    """

    def hashed(self, password: str) -> str:
        """Return a new password's hash.

        Raises
        ------
        InvalidArgument
            When it is too short or too long.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            message = f"A password has {SHORTEST} to {LONGEST} characters."
            raise InvalidArgument(message, hint="A few random words are good and easy to keep.")
        return self._hasher.hash(_same(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether a password is the one whose hash is kept.

        Takes as long where none is kept: nobody can tell from the time who is known here.
        """
        from argon2.exceptions import Argon2Error, InvalidHash  # noqa: PLC0415 - loaded when somebody signs in

        if len(password) > LONGEST:
            return False
        try:
            self._hasher.verify(kept or self._nobodys, _same(password))
        except (Argon2Error, InvalidHash):
            return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _hasher(self) -> PasswordHasher:
        # Loaded when somebody signs in: most servers start without that.
        from argon2 import PasswordHasher  # noqa: PLC0415 - loaded when somebody signs in

        return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody's password")


def _same(password: str) -> str:
    """Return a password in the one form of those that look the same on every keyboard."""
    return unicodedata.normalize("NFKC", password)
