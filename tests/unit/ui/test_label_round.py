"""A way through a queue of rows to label."""

from __future__ import annotations

from modeldesk.services.worth_labelling import Candidate, Reason, Why
from modeldesk.ui.label_round import LabelRound


def queue(*whys: Why) -> LabelRound:
    """Return the beginning of a way through rows a, b, c ..."""
    return LabelRound(
        candidates=tuple(
            Candidate(
                prediction_id="abcdef"[place],
                reasons=(Reason(why=why, sentence=""),),
                said="x",
                top=None,
                outside=0,
                proposed=None,
            )
            for place, why in enumerate(whys)
        )
    )


def here(way: LabelRound) -> str:
    """Return the shown row."""
    assert way.current is not None
    return way.current.prediction_id


def test_labels_and_skips_lead_to_what_is_left() -> None:
    """Past rows that are done, and from the end back to the first that is not."""
    way = queue(Why.FLAGGED, Why.OUTSIDE, Why.OUTSIDE).moved(1)
    way = way.with_label("x")
    assert (here(way), way.left, way.labels) == ("c", 2, {"b": "x"})
    way = way.with_skip()
    assert (here(way), way.left, way.finished) == ("a", 1, False)
    assert way.labelled(Why.OUTSIDE) == 1
    assert way.labelled(Why.FLAGGED) == 0
    way = way.with_label("y")
    assert (here(way), way.left, way.finished) == ("a", 0, True)


def test_undo_goes_back_in_the_order_of_what_was_done() -> None:
    """What is undone is to be done again; with nothing left to undo, nothing happens."""
    way = queue(*[Why.UNCERTAIN] * 3).with_label("x").with_skip()
    assert here(way) == "c"
    way = way.undone()
    assert (here(way), way.skipped, way.labels) == ("b", frozenset(), {"a": "x"})
    way = way.undone()
    assert (here(way), way.labels, way.left) == ("a", {}, 3)
    assert way.undone() is way


def test_a_row_that_is_labelled_again_is_undone_once() -> None:
    """And a label takes back a skip, but a skip no label."""
    way = queue(*[Why.UNCERTAIN] * 2).with_label("x").moved(-1).with_label("y")
    assert (way.trail, way.labels) == (("a",), {"a": "y"})
    skipped = queue(*[Why.UNCERTAIN] * 2).with_skip().to("a").with_label("x")
    assert (skipped.skipped, skipped.labels) == (frozenset(), {"a": "x"})
    kept = skipped.to("a").with_skip()
    assert (kept.labels, kept.skipped) == ({"a": "x"}, frozenset())


def test_moving_stops_at_the_ends() -> None:
    """An empty queue has no row to show."""
    way = queue(*[Why.UNCERTAIN] * 2)
    assert here(way.moved(-1)) == "a"
    assert here(way.moved(5)) == "b"
    assert way.to("nope") is way
    assert queue().moved(1).current is None
    assert queue().finished
