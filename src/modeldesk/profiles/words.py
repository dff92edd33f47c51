"""Which words occur most often in texts."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.profiles.tally import frequent
from modeldesk.sketches import Frequent

_WORD = r"\w+"
_CHARACTERS = 1 << 24
"""So many characters are split into words at once."""
_VOCABULARY = 1 << 17
"""From so many different words on, those of the texts so far are condensed."""


def frequent_words(counts: pl.DataFrame, characters: NDArray[np.float64]) -> Frequent | None:
    """Return the most frequent words of texts, in lower case: letters, digits and underscores.

    Parameters
    ----------
    counts
        Each different text and how often it occurs, in the columns value and times.
    characters
        The texts' lengths.
    """
    found: Frequent | None = None
    vocabulary = pl.DataFrame(schema={"value": pl.String, "times": pl.Int64})
    times = pl.col("times").cast(pl.Int64)
    for part in _parts(counts, characters):
        texts = part.select(pl.col("value").str.to_lowercase().str.extract_all(_WORD), times)
        words = texts.explode("value").drop_nulls()
        together = pl.concat([vocabulary, words])
        vocabulary = together.group_by("value").agg(pl.col("times").sum())
        if vocabulary.height > _VOCABULARY:
            found = _added(found, frequent(vocabulary))
            vocabulary = vocabulary.clear()
    return _added(found, frequent(vocabulary))


def _parts(counts: pl.DataFrame, characters: NDArray[np.float64]) -> list[pl.DataFrame]:
    """Return the texts in parts of about as many characters as may be worked on at once."""
    ends = np.cumsum(characters)
    total = int(ends[-1]) if ends.size else 0
    marks = np.searchsorted(ends, np.arange(_CHARACTERS, total, _CHARACTERS))
    starts = [0, *np.unique(marks[marks > 0]).tolist()]
    stops = [*starts[1:], counts.height]
    return [counts[start:stop] for start, stop in zip(starts, stops, strict=True)]


def _added(found: Frequent | None, more: Frequent | None) -> Frequent | None:
    if found is None or more is None:
        return more if found is None else found
    return found.merge(more)
