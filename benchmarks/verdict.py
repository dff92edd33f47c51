"""The quality of decisions: false alarms and finds of modeldesk, Evidently, NannyML, best test.

Every column is judged by itself, as if its table had no other, so no correction for the number
of columns plays a part. A false alarm is the verdict *changed* on a column whose reference and
current sample come from one law. modeldesk is asked twice: for whatever is more than chance at a
nominal 1 % (the minimum sizes of change set to zero: the statistical decision), and by its
defaults, which ask for a certain size of change as well. The goals are about the first.

False alarms of modeldesk are counted with references as large as the current sample and with
references of 10,000 rows. A law and size with more than 1.25 % are counted once more with four
times as many fresh samples, and only those count.

Finds are counted with references as large as the current sample and ten times as large. The
peers judge the same samples in their own environments, left at their defaults. Evidently drops
missing values; NannyML needs several chunks of reference, so it is only in the second setting,
and is given the one of its three calculators (univariate drift, missing values, unseen values)
that finds a case best. The best single test is for each case the one of Kolmogorov-Smirnov,
Cramer-von Mises, Anderson-Darling, Mann-Whitney, chi-square on ten bins, Welch's t and Levene
(numbers), chi-square and new categories (strings), or the missing share, that finds most: nobody
who does not know the change beforehand can choose it.

At equal false alarms: from samples in which nothing changed, of the same law and sizes, the
limit of a program's evidence (p-value, distance or statistic) is found beyond which 1 % of them
lie, and finds are counted with that limit instead of the program's own. The best single test
has such a limit always. `mean_power_ratio` is modeldesk as it is (its statistical decision at a
nominal 1 %) by the best single test; `power_minus_evidently` and `power_minus_nannyml` are
differences of the mean share of finds, both programs at equal false alarms.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from benchmarks.deciding.cells import (
    Found,
    Null,
    batches,
    ours_changed,
    ours_unchanged,
    peer_changed,
    peer_unchanged,
    tests_changed,
)
from benchmarks.deciding.laws import CASES, LAWS
from benchmarks.deciding.plan import CHUNKS, FIXED, FULL, LARGE, QUICK, Plan, computed
from benchmarks.deciding.statistical import LEVEL
from benchmarks.deciding.tables import (
    BEST,
    EVIDENTLY,
    NANNYML,
    OURS,
    Cell,
    Finds,
    print_cases,
    print_finds,
    print_unchanged,
    summary,
)
from benchmarks.measuring import report
from benchmarks.peers.environments import Peer, python_of

SUSPICIOUS = 0.0125
FRESH = 4

Task = tuple[Callable[..., dict[str, Found]], Sequence[object]]


def main() -> None:
    """Compute all cells, print the tables and the result."""
    plan = QUICK if _arguments().quick else FULL
    for peer in (Peer.EVIDENTLY, Peer.NANNYML):
        python_of(peer)
    report.heading("The quality of decisions", "modeldesk", "numpy", "scipy")
    unchanged = _unchanged(plan)
    _print_ours(unchanged)
    _print_peers(plan)
    finds = _finds(plan)
    for factor, title in ((1, "as many rows"), (CHUNKS, f"{CHUNKS} times as many rows")):
        cells = sorted(cell for cell in finds[OURS] if cell.m == factor * cell.n)
        print_finds(f"Finds in %, references of {title}", finds, cells)
    print_cases(finds)
    report.result(worst_false_alarm=_worst(unchanged).alarms, **summary(finds))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-verdict", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer sizes and repetitions")
    return parser.parse_args()


def _unchanged(plan: Plan) -> list[Null]:
    cells = [
        (law.name, n, m) for n in reversed(plan.sizes) for m in sorted({n, FIXED}) for law in LAWS
    ]
    first = computed(
        {cell: (ours_unchanged, (*cell, batches(plan.ours(cell[1])))) for cell in cells},
        "modeldesk, nothing changed",
    )
    doubtful = [cell for cell, null in first.items() if null.alarms > SUSPICIOUS]
    again = computed(
        {cell: (ours_unchanged, (*cell, _fresh(plan.ours(cell[1])))) for cell in doubtful},
        "modeldesk, nothing changed, fresh samples",
    )
    return list((first | again).values())


def _fresh(repetitions: int) -> range:
    return batches(FRESH * repetitions, skip=repetitions)


def _worst(nulls: Sequence[Null]) -> Null:
    return max(nulls, key=lambda null: null.alarms)


def _print_ours(nulls: Sequence[Null]) -> None:
    for title, size in (("as many rows", None), (f"{FIXED:,} rows", FIXED)):
        print_unchanged(
            f"modeldesk: false alarms in %, nominal {LEVEL * 100:.0f}, references of {title}",
            [null for null in nulls if null.m == (size or null.n)],
        )
    worst = _worst(nulls)
    print(
        f"Most: {worst.alarms * 100:.2f} % ({worst.law}, n = {worst.n:,}, reference of "
        f"{worst.m:,}, {worst.repetitions:,} repetitions). By modeldesk's defaults at most "
        f"{max(null.matters for null in nulls) * 100:.2f} %.\n"
    )


def _print_peers(plan: Plan) -> None:
    titles = {
        Peer.EVIDENTLY: "Evidently by default: false alarms in %, references of as many rows",
        Peer.NANNYML: "NannyML's univariate drift by default: false alarms in %, references of "
        f"{CHUNKS} times as many rows",
    }
    cells = [
        (peer, law.name, n, n if peer is Peer.EVIDENTLY else CHUNKS * n)
        for n in reversed(plan.sizes)
        for peer in titles
        for law in LAWS
        if peer is Peer.EVIDENTLY or n < LARGE
    ]
    found = computed(
        {cell: (peer_unchanged, (*cell, batches(plan.shown(cell[3])))) for cell in cells},
        "the peers, nothing changed",
    )
    for peer, title in titles.items():
        print_unchanged(title, [null for cell, null in found.items() if cell[0] is peer])


def _finds(plan: Plan) -> Finds:
    """Return what every program found; the slowest cells are computed first."""
    bases = dict.fromkeys(case.before.name for case in CASES)
    tasks: dict[tuple[str, str, int, int], Task] = {}
    for n in reversed(plan.power_sizes):
        for m in (CHUNKS * n, n):
            few, many = plan.theirs(m), plan.ours(m)
            for base in bases:
                sizes, changed = (base, n, m), batches(plan.changed)
                programs: dict[str, Task] = {
                    EVIDENTLY: (peer_changed, (Peer.EVIDENTLY, *sizes, batches(few), changed)),
                    OURS: (ours_changed, (*sizes, batches(many), changed)),
                    BEST: (tests_changed, (*sizes, batches(many), changed)),
                }
                if m > n:
                    task = (peer_changed, (Peer.NANNYML, *sizes, batches(few), changed))
                    programs[NANNYML] = task
                tasks |= {(name, *sizes): task for name, task in programs.items()}
    found = computed(tasks, "finds")
    places = {case.now.name: place for place, case in enumerate(CASES)}
    gathered: dict[str, dict[Cell, Found]] = {}
    for (program, _, n, m), answers in found.items():
        told = {Cell(place=places[case], n=n, m=m): answer for case, answer in answers.items()}
        gathered.setdefault(program, {}).update(told)
    return gathered


if __name__ == "__main__":
    main()
