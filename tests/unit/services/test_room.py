"""How much may wait for a version: by the number of rows, and by what batches take."""

import numpy as np
import pytest

from modeldesk.errors import Overloaded
from modeldesk.services.effort import Effort
from modeldesk.services.room import Room

FIXED, EACH = 1e-3, 4e-6
"""Of a quick model: a millisecond for each batch with its commit, and little for each row."""


def busy(room: Room, sizes: list[int], *, fixed: float = FIXED, each: float = EACH) -> None:
    """Let batches of some sizes come and go, each as long as the model takes, more or less."""
    chance = np.random.default_rng(len(sizes))
    for rows, luck in zip(sizes, chance.lognormal(0, 0.2, len(sizes)), strict=True):
        room.add(rows)
        room.free(rows, seconds=(fixed + each * rows) * luck)


def few(batches: int, *, most: int = 32) -> list[int]:
    """Return the sizes of small batches, as many clients with one row each make them."""
    return [int(rows) for rows in np.random.default_rng(0).integers(1, most + 1, batches)]


def test_large_requests_that_come_together_are_taken_after_small_ones() -> None:
    """What a small batch takes, it takes however many rows it has: ten times 1,000 are quick."""
    room = Room("iris", rows=200_000, seconds=0.5)
    busy(room, few(300))
    for _ in range(10):
        room.take(1_000)
    assert room.taken == 10_000


def test_no_more_is_taken_than_is_done_in_time() -> None:
    """Of a model that takes a millisecond a row, so many rows as it does in the time."""
    room = Room("slow", rows=200_000, seconds=0.5)
    busy(room, few(300), fixed=0.01, each=1e-3)
    room.take(300)
    room.take(400)
    with pytest.raises(Overloaded, match="700 rows wait for 'slow' already, which take"):
        room.take(1)


def test_rows_count_in_full_while_all_batches_are_alike() -> None:
    """Nobody knows yet what a batch takes by itself: better refused than late."""
    room = Room("slow", rows=200_000, seconds=0.5)
    for _ in range(10):
        room.take(1)
        room.free(1, seconds=0.3)
    room.take(1)
    room.take(1)
    with pytest.raises(Overloaded):
        room.take(1)


def test_the_quickest_of_batches_that_are_alike_tells_what_a_row_takes() -> None:
    """A busy machine makes most small batches slow, which says nothing of large ones."""
    effort = Effort()
    for place in range(100):
        effort.learn(1, 0.001 if place % 10 == 0 else 0.005)
    assert effort.seconds(10_000) < 20
    for _ in range(200):
        effort.learn(1, 1.0)
    assert effort.seconds(10) > 5


def test_one_large_batch_tells_what_large_batches_take() -> None:
    """Also when it takes a thousand times as long as small ones made believe."""
    effort = Effort()
    for rows in few(300, most=4):
        effort.learn(rows, 0.001)
    effort.learn(10_000, 5.0)
    assert effort.seconds(10_000) == pytest.approx(5.0, rel=0.1)
    assert effort.seconds(1) < 0.1


def test_a_stall_is_no_measure() -> None:
    """One commit that waited five seconds for a lock does not refuse what comes after."""
    room = Room("iris", rows=200_000, seconds=1.0)
    busy(room, few(300))
    room.take(32)
    room.free(32, seconds=5.0)
    room.take(10_000)
    room.take(1)


def test_a_model_that_has_become_slower_is_found_out() -> None:
    """Forty times as slow within two hundred batches."""
    room = Room("iris", rows=200_000, seconds=1.0)
    busy(room, few(300))
    room.take(1_000)
    room.check(1)
    room.free(1_000, seconds=None)
    busy(room, few(200), fixed=0.01, each=2e-3)
    room.take(1_000)
    with pytest.raises(Overloaded):
        room.check(1)


def test_what_a_row_takes_is_remembered_while_batches_are_alike() -> None:
    """A client that sends row after row does not make large requests look slow."""
    effort = Effort()
    for rows in [*few(100), *[1] * 5_000]:
        effort.learn(rows, FIXED + EACH * rows)
    assert effort.seconds(10_000, batches=3) == pytest.approx(0.043, rel=0.2)


def test_without_a_limit_on_the_time_only_the_number_counts() -> None:
    """Setting it to 0 takes anything."""
    room = Room("slow", rows=100, seconds=0)
    room.take(50)
    room.free(50, seconds=1_000)
    room.take(50)
    room.take(50)
    with pytest.raises(Overloaded, match="100 rows wait"):
        room.take(1)
