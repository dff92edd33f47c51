"""Which words texts have, for all texts and words at once."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

_MOST_TERMS = 150
_LARGEST_SHARE = 0.5
"""A word that more texts have than this tells nothing of a few."""
_SHORTEST = 2
_WORD = r"\w+"
_LONGEST = 4_000
"""Only so many characters of a text are looked at for words."""


def frequent_terms(texts: pl.Series, *, least: int) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    r"""Return the words that many texts have, and which text has which.

    A word is what ``\w+`` matches, in small letters, so that a text has it exactly where
    ``contains(text, "\bword\b")`` is true of it; single letters and numbers of one digit are
    passed over.

    Parameters
    ----------
    texts
        Strings, nulls among them.
    least
        How many texts must have a word.

    Returns
    -------
    tuple
        The words, the most frequent first, and for each text (rows) and word (columns) whether
        it has it.

    Examples
    --------
    >>> words, has = frequent_terms(pl.Series(["A cat", "a dog", "The cat!", None]), least=2)
    >>> words, has[:, 0].tolist()
    (('cat',), [True, False, True, False])
    """
    said = texts.str.slice(0, _LONGEST).str.to_lowercase().str.extract_all(_WORD)
    pairs = (
        pl.DataFrame({"row": pl.int_range(len(texts), eager=True), "word": said})
        .explode("word", empty_as_null=True, keep_nulls=True)
        .filter(pl.col("word").str.len_chars() >= _SHORTEST)
        .unique()
    )
    counts = (
        pairs.group_by("word")
        .len(name="times")
        .filter(pl.col("times").is_between(least, int(len(texts) * _LARGEST_SHARE)))
        .sort(["times", "word"], descending=[True, False])
        .head(_MOST_TERMS)
        .with_row_index("place")
    )
    has = np.zeros((len(texts), counts.height), dtype=np.bool_)
    found = pairs.join(counts, on="word")
    has[found["row"].to_numpy(), found["place"].to_numpy()] = True
    return tuple(counts["word"].to_list()), has
