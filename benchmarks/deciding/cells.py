"""The cells of the decision tables: one law or case, one size of sample, one of reference.

The functions are run in processes of their own, so they take names and return plain records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.deciding.laws import BATCH, CASES, LAWS, Law, samples
from benchmarks.deciding.modeldesk_columns import Decisions, decide, profiled
from benchmarks.deciding.peer_columns import Judged, judge
from benchmarks.deciding.rates import power_at
from benchmarks.deciding.single_tests import statistics_of
from benchmarks.deciding.statistical import LEVEL
from benchmarks.peers.environments import Peer
from modeldesk import Profile

_LAWS = {law.name: law for law in LAWS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Null:
    """How often a program says of columns that changed in nothing that they changed."""

    law: str
    n: int
    """Rows of the current samples."""
    m: int
    """Rows of the references."""
    repetitions: int
    alarms: float
    matters: float
    """The same by modeldesk's defaults, which ask for a certain size of change as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How often a program finds a change."""

    as_it_is: float
    """The share of columns it reports, left as it is."""
    null_rate: float
    """The share it reports, left as it is, of columns that did not change."""
    equalised: float
    """The share it would report if it reported `LEVEL` of the columns that did not change."""
    by: str = ""
    """Which of its tests or calculators finds most."""
    matters: float | None = None
    """The share it reports by modeldesk's defaults."""


def ours_unchanged(name: str, n: int, m: int, batches: range) -> Null:
    """Return how often modeldesk raises an alarm where nothing changed."""
    law = _LAWS[name]
    each = [_decided(law, law, n, m, batch) for batch in batches]
    alarms = np.concatenate([decisions.alarms for decisions in each])
    matters = np.concatenate([decisions.matters for decisions in each])
    return Null(
        law=name,
        n=n,
        m=m,
        repetitions=alarms.size,
        alarms=float(alarms.mean()),
        matters=float(matters.mean()),
    )


def peer_unchanged(peer: Peer, name: str, n: int, m: int, batches: range) -> Null:
    """Return how often a peer's drift calculator raises an alarm where nothing changed."""
    law = _LAWS[name]
    told = judge(peer, (law, m), [(law, n, batches)])[0]["drift"]
    rate = float(told.alarms.mean())
    return Null(law=name, n=n, m=m, repetitions=told.alarms.size, alarms=rate, matters=rate)


def ours_changed(
    name: str, n: int, m: int, null_batches: range, case_batches: range
) -> dict[str, Found]:
    """Return how often modeldesk finds each case of a law."""
    law = _LAWS[name]
    null = _joined([_decided(law, law, n, m, batch) for batch in null_batches])
    found = {}
    for now in _cases(law):
        told = _joined([_decided(now, law, n, m, batch) for batch in case_batches])
        found[now.name] = Found(
            as_it_is=float(told.alarms.mean()),
            null_rate=float(null.alarms.mean()),
            equalised=power_at(LEVEL, null.evidence, told.evidence),
            matters=float(told.matters.mean()),
        )
    return found


def tests_changed(
    name: str, n: int, m: int, null_batches: range, case_batches: range
) -> dict[str, Found]:
    """Return how often the best single test finds each case of a law."""
    law = _LAWS[name]
    null = _tested(law, law, n, m, null_batches)
    found = {}
    for now in _cases(law):
        told = _tested(now, law, n, m, case_batches)
        powers = {test: power_at(LEVEL, null[test], told[test]) for test in null}
        best = max(powers, key=lambda test: powers[test])
        found[now.name] = Found(
            as_it_is=powers[best], null_rate=LEVEL, equalised=powers[best], by=best
        )
    return found


def peer_changed(
    peer: Peer, name: str, n: int, m: int, null_batches: range, case_batches: range
) -> dict[str, Found]:
    """Return how often a peer finds each case of a law, by the calculator that finds it most."""
    law = _LAWS[name]
    cases = _cases(law)
    null, *told = judge(
        peer, (law, m), [(law, n, null_batches), *((now, n, case_batches) for now in cases)]
    )
    return {now.name: _best(null, judged) for now, judged in zip(cases, told, strict=True)}


def _best(null: Mapping[str, Judged], told: Mapping[str, Judged]) -> Found:
    powers = {
        name: power_at(LEVEL, null[name].evidence, judged.evidence) for name, judged in told.items()
    }
    best = max(powers, key=lambda name: powers[name])
    return Found(
        as_it_is=float(told[best].alarms.mean()),
        null_rate=float(null[best].alarms.mean()),
        equalised=powers[best],
        by=best,
    )


def _cases(law: Law) -> list[Law]:
    return [case.now for case in CASES if case.before.name == law.name]


def _decided(now: Law, before: Law, n: int, m: int, batch: int) -> Decisions:
    current = profiled(samples(now, n, batch, role="current"), before.kind)
    return decide(current, _reference(before, m, batch))


def _reference(law: Law, rows: int, batch: int) -> tuple[Profile, ...]:
    return profiled(samples(law, rows, batch, role="reference"), law.kind)


def _joined(each: list[Decisions]) -> Decisions:
    return Decisions(
        evidence=np.concatenate([decisions.evidence for decisions in each]),
        alarms=np.concatenate([decisions.alarms for decisions in each]),
        matters=np.concatenate([decisions.matters for decisions in each]),
    )


def _tested(
    now: Law, before: Law, n: int, m: int, batches: range
) -> dict[str, NDArray[np.float64]]:
    each = []
    for batch in batches:
        current = samples(now, n, batch, role="current")
        reference = samples(before, m, batch, role="reference")
        each += [
            statistics_of(here, there)
            for here, there in zip(current.get_columns(), reference.get_columns(), strict=True)
        ]
    return {test: np.array([found[test] for found in each]) for test in each[0]}


def batches(repetitions: int, *, skip: int = 0) -> range:
    """Return the numbers of the batches with so many repetitions, after those to skip."""
    start = -(-skip // BATCH)
    return range(start, start + -(-repetitions // BATCH))
