"""Progress that is looked at from elsewhere, and that ends the work."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from modeldesk.services.progress import Stopped, Watched


def test_whoever_looks_sees_how_far_it_is() -> None:
    """Each step begins anew."""
    watched = Watched()
    with watched.step("Reading", 100) as step:
        step.advance(30)
        step.advance()
        assert (watched.title, watched.done, watched.total) == ("Reading", 31, 100)
    with watched.step("Searching"):
        assert (watched.title, watched.done, watched.total) == ("Searching", 0, None)


def count(watched: Watched, pieces: int, *, until: Callable[[int], None]) -> list[int]:
    """Do some pieces, and say after each how far it is; return those that were done."""
    done: list[int] = []
    with suppress(Stopped), watched.step("Counting", pieces) as step:
        for piece in range(pieces):
            done.append(piece)
            until(piece)
            step.advance()
    return done


def test_what_is_stopped_ends_at_its_next_piece() -> None:
    """And no further step begins."""
    watched = Watched()
    assert count(watched, 3, until=lambda piece: watched.stop() if piece else None) == [0, 1]
    with pytest.raises(Stopped), watched.step("Searching"):
        pass


def test_work_ends_when_nobody_waits_for_it() -> None:
    """As soon as that is said."""
    left: list[int] = []
    watched = Watched(gone=lambda: bool(left))
    assert count(watched, 3, until=lambda piece: left.append(piece) if piece else None) == [0, 1]
    assert not watched.stopped
