"""Summaries of vectors."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from modeldesk.errors import Corrupt, Incompatible, InvalidArgument
from modeldesk.sketches import VectorSummary

VECTORS = np.random.default_rng(1).normal(3, 2, size=(400, 7))


def test_moments_are_numpys() -> None:
    """Norms, means and variances are those of NumPy, also for parts that are merged."""
    merged = VectorSummary.of(VECTORS[:100]).merge(VectorSummary.of(VECTORS[100:]))
    norms = np.linalg.norm(VECTORS, axis=1)
    for some in (VectorSummary.of(VECTORS), merged):
        assert (some.dimension, some.count) == (7, 400)
        assert some.norm.mean == pytest.approx(norms.mean())
        assert some.norm_quantiles.maximum == pytest.approx(norms.max())
        np.testing.assert_allclose(some.centroid, VECTORS.mean(axis=0))
        assert some.variances is not None
        np.testing.assert_allclose(some.variances, VECTORS.var(axis=0, ddof=1))


def test_large_offsets_keep_the_variance() -> None:
    """Variances are right also far from zero."""
    moved = VECTORS + 1e8
    merged = VectorSummary.of(moved[:11]).merge(VectorSummary.of(moved[11:]))
    assert merged.variances is not None
    np.testing.assert_allclose(merged.variances, VECTORS.var(axis=0, ddof=1), rtol=1e-6)


def test_projections_are_the_same_for_everybody() -> None:
    """The directions depend on nothing but the dimension, today and tomorrow."""
    units = [VectorSummary.of(np.eye(4)[[place]]) for place in range(4)]
    directions = np.array([[p.minimum for p in unit.projections] for unit in units]).T
    signs = ["".join("+" if part > 0 else "-" for part in direction) for direction in directions]
    assert signs == SIGNS
    assert np.abs(directions) == pytest.approx(0.5)


SIGNS = ["+--+", "+--+", "+++-", "+++-", "-+--", "+-++", "+--+", "-+-+"]


def test_projections_tell_moved_vectors_apart() -> None:
    """Of vectors that moved in one dimension most projections move."""
    moved = VECTORS.copy()
    moved[:, 3] += 4
    pairs = zip(
        VectorSummary.of(VECTORS).projections, VectorSummary.of(moved).projections, strict=True
    )
    assert all(a.quantiles([0.5]) != b.quantiles([0.5]) for a, b in pairs)


def test_vectors_with_holes_take_no_part() -> None:
    """Vectors that hold NaN, an infinity or a huge number are left out."""
    holes = VECTORS.copy()
    holes[0, 0], holes[1, 1], holes[2, 2] = np.nan, -np.inf, 1e200
    assert VectorSummary.of(holes) == VectorSummary.of(VECTORS[3:])
    none = VectorSummary.of(holes[:3])
    assert (none.count, none.variances) == (0, None)
    assert none.merge(VectorSummary.of(VECTORS)) == VectorSummary.of(VECTORS)
    assert VectorSummary.of(VECTORS).merge(none) == VectorSummary.of(VECTORS)


def test_many_vectors_are_summarised_in_blocks() -> None:
    """What does not fit into one block is summarised alike."""
    wide = np.random.default_rng(2).normal(size=(130, 65_000))
    some = VectorSummary.of(wide)
    np.testing.assert_allclose(some.means, wide.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(some.squares, ((wide - wide.mean(axis=0)) ** 2).sum(axis=0))
    assert some.projections[0].count == 130


def test_other_dimensions_are_incompatible() -> None:
    """Vectors of different lengths do not merge, and of no or too many numbers are refused."""
    with pytest.raises(Incompatible, match="7 and 3 dimensions"):
        VectorSummary.of(VECTORS).merge(VectorSummary.of(VECTORS[:, :3]))
    for wrong in (0, 65_537):
        with pytest.raises(InvalidArgument, match=f"{wrong} dimensions"):
            VectorSummary.of(np.zeros((1, wrong)))


def test_contradictions_are_refused() -> None:
    """Parts that do not belong together are mistakes."""
    some = VectorSummary.of(VECTORS)
    with pytest.raises(InvalidArgument, match="do not agree"):
        dataclasses.replace(some, means=some.means[:3])
    with pytest.raises(InvalidArgument, match="not finite"):
        dataclasses.replace(some, squares=some.squares * np.nan)


def test_bytes_lead_back_or_are_refused() -> None:
    """What is encoded is decoded to an equal value; anything cut or alien is corrupt."""
    some = VectorSummary.of(VECTORS[:3])
    again = VectorSummary.decode(some.encode())
    assert again == some
    assert hash(again) == hash(some)
    assert some != "something else"
    for cut in range(0, len(some.encode()), 7):
        with pytest.raises(Corrupt):
            VectorSummary.decode(some.encode()[:cut])
