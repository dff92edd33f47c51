"""The program ``modeldesk`` with a log that forgets what it is told: what logging costs."""

from __future__ import annotations

from collections.abc import Sequence

import modeldesk.desk
from modeldesk.cli import main
from modeldesk.store import Chunk, ChunkLog


class ForgetfulLog(ChunkLog):
    """Keeps nothing, at once."""

    def append(self, new: Sequence[Chunk]) -> None:
        """Forget the chunks."""

    def append_at_once(self, new: Chunk) -> bool:
        """Forget them as well."""
        del new
        return True


if __name__ == "__main__":
    modeldesk.desk.ChunkLog = ForgetfulLog  # type: ignore[attr-defined]
    main()
