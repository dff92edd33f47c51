"""Lengths of strings."""

from __future__ import annotations

import numpy as np
import pytest

from modeldesk.errors import Corrupt, InvalidArgument
from modeldesk.sketches import Lengths, Moments, Quantiles

FEW = np.array([1.0, 2.0, 2.0])


def lengths(*, quantiles: bool) -> Lengths:
    """Return the lengths of three strings."""
    return Lengths(
        characters=Moments.of(FEW * 5),
        words=Moments.of(FEW),
        word_quantiles=Quantiles.of(FEW) if quantiles else None,
    )


def test_lengths_merge() -> None:
    """The merged lengths are those of both; quantiles are kept where both sides have them."""
    both = lengths(quantiles=True).merge(lengths(quantiles=True))
    assert (both.count, both.characters.maximum) == (6, 10.0)
    assert both.words.mean == pytest.approx(5 / 3)
    assert both.word_quantiles == Quantiles.of(np.concatenate([FEW, FEW]))
    assert lengths(quantiles=False).merge(lengths(quantiles=True)).word_quantiles is None
    assert Lengths().merge(both) == both.merge(Lengths()) == both


def test_contradictions_are_refused() -> None:
    """Characters and words are of the same strings."""
    with pytest.raises(InvalidArgument, match="do not belong together"):
        Lengths(characters=Moments.of(FEW), words=Moments.of(FEW[:1]))


def test_bytes_lead_back_or_are_refused() -> None:
    """What is encoded is decoded to an equal value; anything else is corrupt."""
    for some in (Lengths(), lengths(quantiles=False), lengths(quantiles=True)):
        assert Lengths.decode(some.encode()) == some
    with pytest.raises(Corrupt):
        Lengths.decode(b"no lengths")
