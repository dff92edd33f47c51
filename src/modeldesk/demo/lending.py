"""Playing the second model: two weeks of loans, whose outcomes come later, and some slices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from modeldesk.client import Client
from modeldesk.demo import loans
from modeldesk.demo.loans import MODEL, TARGET, Day
from modeldesk.desk import Desk
from modeldesk.schema import LogPolicy, Routing, Shadow
from modeldesk.services.label_reading import LabelColumns

_REFERENCE_ROWS = 2_000
_TEST_ROWS = 1_000
CHALLENGER = 2
"""Number of the version that predicts beside the champion."""


def publish_loans(desk: Desk, seed: int) -> None:
    """Train the model on earlier loans, publish it, and say which parts of its rows matter.

    A second version, which is easier to explain, predicts the same rows beside it.
    """
    random = np.random.default_rng(seed)
    known, test = (loans.applications(many, random) for many in (_REFERENCE_ROWS, _TEST_ROWS))
    desk.registry.publish(
        loans.train(known),
        name=MODEL,
        reference=known,
        target=TARGET,
        description="Tells which loans will not be paid back. The applications are made up.",
        test=test,
    )
    desk.registry.set_policy(MODEL, LogPolicy(segment_by=loans.SEGMENTS))
    for name, condition in loans.SLICES.items():
        desk.slices.define(MODEL, name, condition)
    desk.registry.publish(
        loans.train_tree(known),
        name=MODEL,
        reference=known,
        target=TARGET,
        description="A tree of four questions, which people can read.",
        test=test,
    )
    desk.aliases.move(MODEL, "challenger", CHALLENGER, reason="easier to explain: is it as good?")
    desk.routes.set(MODEL, Routing(shadow=Shadow(version=CHALLENGER)))


def lend(desk: Desk, client: Client, days: Sequence[Day]) -> int:
    """Ask for every application, and tell what became of the loans, as far as that is known.

    From the labels of the first days it is learned how to estimate the others, as
    ``modeldesk estimates --learn`` does.

    Returns
    -------
    int
        How many outcomes are known by now.
    """
    ids = [_ask(client, day) for day in days]
    told = sum(map(_known, days))
    first = loans.LEARNED_DAYS
    for day, names in zip(days[:first], ids[:first], strict=True):
        _tell(client, day, names)
    desk.estimating.learn(MODEL, end=days[first].window.start)
    for day, names in zip(days[first:], ids[first:], strict=True):
        _tell(client, day, names)
    return told


def _ask(client: Client, day: Day) -> list[str]:
    answer = client.predict(MODEL, day.rows, timestamps=day.times)
    return [each.prediction_id for each in answer]


def _known(day: Day) -> int:
    return sum(moment is not None for moment in day.known)


def _tell(client: Client, day: Day, ids: Sequence[str]) -> None:
    known = [
        (name, truth, moment)
        for name, truth, moment in zip(ids, day.truths, day.known, strict=True)
        if moment is not None
    ]
    if known:
        table = pl.DataFrame(known, schema=["prediction_id", "label", "label_time"], orient="row")
        client.label(MODEL, table, columns=LabelColumns(source="accounts"))
