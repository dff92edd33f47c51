"""Summaries of columns whose values are names: flags, categories, texts and identifiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from modeldesk.profiles import values
from modeldesk.profiles.column import ColumnProfile
from modeldesk.profiles.counting import counts_of
from modeldesk.profiles.tally import frequent, tally
from modeldesk.profiles.words import frequent_words
from modeldesk.schema import Kind, Reading
from modeldesk.sketches import Distinct, Frequent, Lengths, Moments, Quantiles

Floats = NDArray[np.float64]
Times = NDArray[np.int64]

_SPACED = r"\S+"


def booleans(reading: Reading) -> ColumnProfile:
    """Summarise flags."""
    flags = values.flags(reading.series).drop_nulls()
    true = int(flags.sum())
    named = {"false": len(flags) - true, "true": true}
    found = {name: count for name, count in named.items() if count}
    return ColumnProfile(
        name=reading.series.name,
        kind=Kind.BOOLEAN,
        counts=counts_of(reading, true=true),
        unique=Distinct.of(found),
        frequent=Frequent.of(found) if found else None,
    )


def strings(reading: Reading, choose: Callable[[pl.Series], Kind]) -> ColumnProfile:
    """Summarise categories, texts or identifiers.

    Parameters
    ----------
    reading
        The column.
    choose
        Tells the kind from the different values.
    """
    series = reading.series
    counts = tally(values.strings(series).drop_nulls())
    levels = counts.get_column("value")
    kind = choose(levels)
    sizes = _Sizes.of(counts)
    texts = kind is Kind.TEXT and not levels.is_empty()
    return ColumnProfile(
        name=series.name,
        kind=kind,
        counts=counts_of(reading, empty=int(sizes.times[sizes.characters == 0].sum())),
        moments=Moments.of_counted(sizes.characters, sizes.times) if texts else None,
        quantiles=_quantiles(sizes.characters, sizes.times) if texts else None,
        unique=Distinct.of(levels.to_list()),
        frequent=None if kind is Kind.IDENTIFIER else frequent(counts),
        words=frequent_words(counts, sizes.characters) if texts else None,
        lengths=None if levels.is_empty() else sizes.lengths(quantiles=texts),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sizes:
    """How long different strings are, and how often each occurs, all of shape ``(n,)``."""

    characters: Floats
    words: Floats
    times: Times

    @staticmethod
    def of(counts: pl.DataFrame) -> _Sizes:
        levels = counts.get_column("value")
        return _Sizes(
            characters=levels.str.len_chars().to_numpy().astype(np.float64),
            words=levels.str.count_matches(_SPACED).to_numpy().astype(np.float64),
            times=counts.get_column("times").to_numpy().astype(np.int64),
        )

    def lengths(self, *, quantiles: bool) -> Lengths:
        return Lengths(
            characters=Moments.of_counted(self.characters, self.times),
            words=Moments.of_counted(self.words, self.times),
            word_quantiles=_quantiles(self.words, self.times) if quantiles else None,
        )


def _quantiles(lengths: Floats, times: Times) -> Quantiles:
    different, places = np.unique(lengths, return_inverse=True)
    together = np.bincount(places, weights=times).astype(np.int64)
    return Quantiles.of_sorted(different, together)
