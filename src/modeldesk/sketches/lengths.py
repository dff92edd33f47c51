"""How long strings are, in characters and in words."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from modeldesk.errors import Corrupt, InvalidArgument
from modeldesk.sketches.moments import Moments
from modeldesk.sketches.quantiles import Quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Lengths of strings; words are what stands between white space.

    Without an argument it is the neutral element of `merge`.

    Raises
    ------
    InvalidArgument
        When characters, words and quantiles are not about equally many strings.

    Examples
    --------
    >>> import numpy as np
    >>> some = Lengths(
    ...     characters=Moments.of(np.array([9.0, 3.0])), words=Moments.of(np.array([2.0, 1.0]))
    ... )
    >>> some.characters.mean, some.words.maximum
    (6.0, 2.0)
    """

    characters: Moments = field(default_factory=Moments)
    words: Moments = field(default_factory=Moments)
    word_quantiles: Quantiles | None = None
    """Quantiles of the numbers of words; text columns only."""

    def __post_init__(self) -> None:
        counts = {self.characters.count, self.words.count}
        if self.word_quantiles is not None:
            counts.add(self.word_quantiles.count)
        if len(counts) != 1:
            message = f"Lengths of {sorted(counts)} strings do not belong together."
            raise InvalidArgument(message)

    @property
    def count(self) -> int:
        """How many strings were measured."""
        return self.characters.count

    def merge(self, other: Lengths) -> Lengths:
        """Return the lengths of both sets of strings together.

        Quantiles are kept where both sides have them.
        """
        if not self.count or not other.count:
            return self if self.count else other
        mine, theirs = self.word_quantiles, other.word_quantiles
        return Lengths(
            characters=self.characters.merge(other.characters),
            words=self.words.merge(other.words),
            word_quantiles=None if mine is None or theirs is None else mine.merge(theirs),
        )

    def encode(self) -> bytes:
        """Return the lengths as bytes."""
        quantiles = None if self.word_quantiles is None else self.word_quantiles.encode()
        return msgspec.msgpack.encode((self.characters.encode(), self.words.encode(), quantiles))

    @staticmethod
    def decode(data: bytes) -> Lengths:
        """Read what `encode` wrote; `Corrupt` when the bytes are something else."""
        try:
            characters, words, quantiles = msgspec.msgpack.decode(
                data, type=tuple[bytes, bytes, bytes | None]
            )
            return Lengths(
                characters=Moments.decode(characters),
                words=Moments.decode(words),
                word_quantiles=None if quantiles is None else Quantiles.decode(quantiles),
            )
        except (msgspec.MsgspecError, InvalidArgument) as error:
            message = f"The lengths cannot be read: {error}."
            raise Corrupt(message) from error
