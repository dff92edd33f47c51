r"""What the scores of a whole window say of its labels, beyond what each says by itself.

A curve learned from all rows of a reference mixes two things: how rows of one time differ from each
other, and how times differ. Where scores rise for all rows with the season while the labels' share
stays, the curve is too flat for the rows of one time, and moves with times that say nothing. So
of two classes the log odds :math:`\eta_i` of each row get an effect of their own and one of their
window (Mundlak's device, with within- and between-window effects),

.. math:: \operatorname{logit} p'_i = \eta + (1 + \alpha)(\eta_i - \eta) + \gamma\, x_w,
    \qquad x_w = \frac{\tau^2}{\tau^2 + \sigma^2 / n_w}
        \left(\operatorname{logit} \bar p_w - \eta\right)

with the mean probability :math:`\bar p_w` of the window and the log odds :math:`\eta` of the
reference's; the factor takes off what :math:`n_w` rows differ by chance. Both effects are 0 where
every score means the same at any time.

They are learned from the blocks of the reference, and a window counts as no further away than they
are.

References
----------
Mundlak: On the pooling of time series and cross section data, 1978. Neuhaus, Kalbfleisch: Between-
and within-cluster covariate effects in the analysis of clustered data, 1998.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from modeldesk.performance.estimation.additive import Link
from modeldesk.performance.estimation.axis import logits
from modeldesk.performance.estimation.cells import Codes, Floats

_STEPS = 25
_PRIOR = 1.0
"""Precision of the normal law round zero that the effects are drawn from."""
_ENOUGH = 1e-6
_FLATTEST = -0.9
"""The lowest effect of a row's own log odds: at -1 all rows would be alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextualEffect:
    """How the log odds of rows follow from their own and from those of their window.

    Parameters
    ----------
    own
        How much more a row's log odds count, as a share.
    context
        The effect of a window whose log odds are one higher than the reference's.
    errors
        How both change when one block of the reference is left out, shape ``(2, blocks)``.
    level
        Log odds of the reference's mean probability.
    low, high
        The range of the blocks of the reference, as differences from `level`.
    between
        Variance of the blocks' log odds beyond chance.
    by_chance
        What chance adds to that in a window of one row.

    Examples
    --------
    >>> effect = ContextualEffect(
    ...     own=0.0,
    ...     context=-1.0,
    ...     errors=np.zeros((2, 20)),
    ...     level=0.0,
    ...     low=-1.5,
    ...     high=1.5,
    ...     between=0.25,
    ...     by_chance=1.0,
    ... )
    >>> effect.of(np.full(1000, 0.75)).round(2)[0].item()  # all have risen: it is the season
    0.5
    >>> effect.of(np.full(4, 0.75)).round(2)[0].item()  # four rows say little
    0.66
    """

    own: float
    context: float
    errors: Floats
    level: float
    low: float
    high: float
    between: float
    by_chance: float

    @staticmethod
    def learned(
        chance: Floats, outcomes: Floats, blocks: Codes, *, whole: Floats
    ) -> ContextualEffect | None:
        """Learn from rows in blocks; ``None`` where blocks differ no more than by chance.

        Parameters
        ----------
        chance
            Probabilities of rows that were held out, shape ``(n,)``.
        outcomes
            Whether they are of the class, shape ``(n,)``.
        blocks
            The block of each row, shape ``(n,)``.
        whole
            Probabilities by all that was learned, as windows have them later, shape ``(n,)``. How
            far a block is apart is told by these: a probability that is held out is lower just
            where the block has more of the class, since the others then have fewer.
        """
        counts = np.bincount(blocks)
        held = counts > 0
        rows, sums = counts[held], np.bincount(blocks, weights=whole)[held]
        mean = float(whole.mean())
        level = float(logits(np.array(mean)))
        levels = logits((sums + mean) / (rows + 1)) - level
        by_chance = float(whole.var()) / (mean * (1 - mean)) ** 2
        between = float((levels**2).mean() - by_chance * (1 / rows).mean())
        if between <= 0:
            return None
        start = ContextualEffect(
            own=0.0,
            context=0.0,
            errors=np.zeros((2, counts.size)),
            level=level,
            low=float(levels.min()),
            high=float(levels.max()),
            between=between,
            by_chance=by_chance,
        )
        return _fitted(start, chance, outcomes, blocks, start.aparts(whole, blocks))

    def apart(self, expected: float, rows: float) -> float:
        """Return how far a window's log odds are from the reference's, less what chance makes.

        Parameters
        ----------
        expected
            The sum of its rows' probabilities.
        rows
            How many they are.
        """
        mean = float(Link.LOGISTIC.mean(np.array(self.level)))
        found = float(logits(np.array((expected + mean) / (rows + 1)))) - self.level
        kept = self.between / (self.between + self.by_chance / max(rows, 1))
        return kept * min(max(found, self.low), self.high)

    def moved(self, chance: Floats, apart: Floats | float) -> Floats:
        """Return the probabilities of rows whose window is so far `apart`, shape of `chance`."""
        sums = logits(chance)
        return Link.LOGISTIC.mean(sums + self.own * (sums - self.level) + self.context * apart)

    def of(self, chance: Floats, blocks: Codes | None = None) -> Floats:
        """Return the probabilities of rows, those of each block as one window, shape ``(n,)``."""
        within = np.zeros(chance.size, dtype=np.intp) if blocks is None else blocks
        return self.moved(chance, self.aparts(chance, within)[within])

    def wobble(self, chance: Floats, apart: float) -> Floats:
        """Return the errors of the log odds of rows, shape ``(*chance.shape, blocks)``."""
        own: Floats = (logits(chance) - self.level)[..., None] * self.errors[0]
        found: Floats = own + apart * self.errors[1]
        return found

    def aparts(self, chance: Floats, blocks: Codes) -> Floats:
        """Return how far each block is `apart`, shape ``(blocks,)``."""
        rows, sums = np.bincount(blocks), np.bincount(blocks, weights=chance)
        return np.array([self.apart(*each) for each in zip(sums, rows, strict=True)])


def _fitted(
    start: ContextualEffect, chance: Floats, outcomes: Floats, blocks: Codes, aparts: Floats
) -> ContextualEffect:
    """Return the effects that make the outcomes most likely, by Newton's method."""
    sums = logits(chance)
    causes = np.column_stack([sums - start.level, aparts[blocks]])
    effects = np.zeros(2)
    inverse: Floats = np.eye(2)
    for _ in range(_STEPS):
        means = Link.LOGISTIC.mean(sums + causes @ effects)
        curvature = (causes * (means * (1 - means))[:, None]).T @ causes
        inverse = np.linalg.inv(curvature + _PRIOR * np.eye(2)).astype(np.float64, copy=False)
        change = inverse @ (causes.T @ (outcomes - means) - _PRIOR * effects)
        largest = float(np.abs(change).max())
        effects = effects + change * min(1.0, 1.0 / max(largest, _ENOUGH))
        effects[0] = max(effects[0], _FLATTEST)
        if largest < _ENOUGH:
            break
    left = causes * (outcomes - Link.LOGISTIC.mean(sums + causes @ effects))[:, None]
    by_block = np.array([np.bincount(blocks, weights=each) for each in left.T])
    count = by_block.shape[1]
    return replace(
        start,
        own=float(effects[0]),
        context=float(effects[1]),
        errors=inverse @ by_block * np.sqrt(count / max(count - 1, 1)),
    )
