"""Two sets of rows divided by columns, segments and slices, and what of it is more than chance."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import polars as pl

from modeldesk.performance.estimation import Attribution, BinShare, Losses, attribute
from modeldesk.performance.intervals import normal_quantile
from modeldesk.schema import LogPolicy, Signature, present
from modeldesk.services.change_bins import Binned, named_bins, numeric_bins, valued_bins
from modeldesk.services.change_rows import MOST_COLUMNS, WeighedRows, inputs_of, is_number
from modeldesk.services.change_sentences import change_sentence, source_sentence
from modeldesk.services.change_views import ChangeBin, ChangePart, ChangeSource
from modeldesk.services.segments import segment_values
from modeldesk.services.slice_parts import slice_of

ELSEWHERE = "elsewhere"
"""The rows that are not in a slice."""

_MOST_BINS = 10
"""Bins that are told of a column."""
_SUREST = 1 - 1e-12
"""Confidence beyond which limits lose all meaning."""
_ROUNDING = 1e-9
"""Share of the mean loss below which a part is only rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldChange:
    """A change, and what it comes from."""

    change: ChangePart
    sources: tuple[ChangeSource, ...]
    left_out: tuple[str, ...]
    """Columns of which nothing can be told."""
    sentence: str


class ChangeJudge:
    """Divides the change between two sets of rows, and judges the parts.

    Parameters
    ----------
    signature
        What the rows' inputs are.
    policy
        By which columns they are split into segments.
    before, now
        The rows of the base, and those of the range that is asked about.
    known
        Segments that there are.
    """

    def __init__(
        self,
        signature: Signature,
        policy: LogPolicy,
        before: WeighedRows,
        now: WeighedRows,
        *,
        known: Collection[str],
    ) -> None:
        self._signature = signature
        self._split = policy.segment_by
        self._before = before
        self._now = now
        self._known = known
        self.slices = {
            part
            for part in before.inside.keys() & now.inside.keys()
            if len({*np.unique(before.inside[part]), *np.unique(now.inside[part])}) > 1
        }
        """Parts of the slices that are told of: some rows are in them, and some are not."""

    def told(self, *, confidence: float, loss: str) -> ToldChange:
        """Return what the change comes from, the most first.

        Parameters
        ----------
        confidence
            The chance that nothing is said to be more than chance where nothing changed: half of
            the rest is for the parts of columns, segments and slices, half for their bins
            (Bonferroni).
        loss
            What is counted, in words.
        """
        named: dict[str, tuple[str, str]] = {}
        reference: dict[str, Losses] = {}
        current: dict[str, Losses] = {}
        for kind, name, binned in self._binned():
            if len(binned.names) > 1:
                key = f"{kind}:{name}"
                named[key] = kind, name
                reference[key], current[key] = binned.losses(self._before.losses, self._now.losses)
        found = attribute(reference, current)
        bins = sum(each.apart is not None for part in found for each in part.bins)
        scale = _Scale(
            parts=_errors(confidence, 2 * len(found) + 1),
            bins=_errors(confidence, bins),
            least=_ROUNDING
            * max(float(self._before.losses.mean()), float(self._now.losses.mean())),
        )
        change = self._change(scale)
        sources = [_source(*named[each.column], each, scale, loss) for each in found]
        sources.sort(key=_size, reverse=True)
        return ToldChange(
            change=change,
            sources=tuple(sources),
            left_out=self._left_out({name for _, name in named.values()}),
            sentence=change_sentence(
                loss,
                float(self._before.losses.mean()),
                float(self._now.losses.mean()),
                change,
                sources,
            ),
        )

    def _binned(self) -> Iterator[tuple[str, str, Binned]]:
        """Yield columns, segments and slices with the bins of both sides' rows."""
        before, now = self._before.values, self._now.values
        both = frozenset(present(before.columns, now))
        for column in inputs_of(self._signature)[:MOST_COLUMNS]:
            name = column.name
            if name not in both or name in self._split:
                continue
            if not is_number(column):
                yield "column", name, named_bins(before[name], now[name])
            elif before[name].dtype.is_numeric() and now[name].dtype.is_numeric():
                yield "column", name, numeric_bins(before[name], now[name])
        for name in self._split:
            if name in both:
                values = pl.concat([side[name].cast(pl.String) for side in (before, now)])
                pooled = segment_values(values, name, self._known)
                rows = before.height
                yield "segment", name, valued_bins(pooled[:rows], pooled[rows:])
        for part in sorted(self.slices):
            inside = slice_of(part) or part
            sides = [1 - rows.inside[part].astype(np.int64) for rows in (self._before, self._now)]
            yield (
                "slice",
                inside,
                Binned(names=(inside, ELSEWHERE), before=sides[0], now=sides[1]),
            )

    def _change(self, scale: _Scale) -> ChangePart:
        before, now = self._before.losses, self._now.losses
        variance = sum(float(side.var(ddof=1)) / side.size for side in (before, now))
        return scale.part(float(now.mean()) - float(before.mean()), sqrt(variance))

    def _left_out(self, told: Collection[str]) -> tuple[str, ...]:
        names = [column.name for column in self._signature.inputs]
        return tuple(name for name in names if name not in told)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """How far off 0 a part must be to be more than chance."""

    parts: float
    """In standard deviations."""
    bins: float
    least: float
    """What is less is only rounding."""

    def part(self, value: float, deviation: float | None) -> ChangePart:
        return self._judged(value, (deviation or 0.0) * self.parts)

    def apart(self, each: BinShare) -> ChangePart | None:
        if each.apart is None or each.apart_deviation is None:
            return None
        return self._judged(each.apart, each.apart_deviation * self.bins)

    def _judged(self, value: float, reach: float) -> ChangePart:
        shown = abs(value) > max(reach, self.least)
        return ChangePart(value=value, low=value - reach, high=value + reach, shown=shown)


def _errors(confidence: float, together: int) -> float:
    """Return how many standard errors so many intervals reach that hold together.

    Half of what they may be wrong is theirs.
    """
    return normal_quantile(min(1 - (1 - confidence) / 2 / max(together, 1), _SUREST))


def _source(kind: str, name: str, found: Attribution, scale: _Scale, loss: str) -> ChangeSource:
    bins = [
        ChangeBin(
            name=each.name,
            share_before=each.share_before,
            share_now=each.share_now,
            loss_before=each.loss_before,
            loss_now=each.loss_now,
            covariate=each.covariate,
            concept=each.concept,
            apart=scale.apart(each),
        )
        for each in found.bins
    ]
    bins.sort(key=lambda each: each.apart is None or not each.apart.shown)
    source = ChangeSource(
        kind=kind,
        name=name,
        covariate=scale.part(found.covariate, found.deviation),
        concept=scale.part(found.concept, found.concept_deviation),
        bins=tuple(bins[:_MOST_BINS]),
        sentence="",
    )
    return replace(source, sentence=source_sentence(source, loss))


def _size(source: ChangeSource) -> tuple[float, float]:
    """Return how much a source has to do with the change, beyond chance and at all."""
    apart = sum(each.concept for each in source.bins if each.apart is not None and each.apart.shown)
    shown = abs(source.covariate.value) if source.covariate.shown else 0.0
    return max(shown, abs(apart)), abs(source.covariate.value)
