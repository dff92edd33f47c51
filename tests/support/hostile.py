"""Models whose names, values and notes try everything that can break a page."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from modeldesk.desk import Desk
from modeldesk.monitors import ColumnRule
from modeldesk.schema import LogPolicy
from modeldesk.services.about import About
from modeldesk.settings import Settings
from tests.support.shop import MARKUP, total

if TYPE_CHECKING:
    from pathlib import Path

    from modeldesk.schema import Value

NAME = f"Hostile-{'0_a.B-' * 15}Z"
"""As long as a model's name can be, nearly, and of all signs that it can have."""
WIDE = "wide"
COLUMNS = 5_000
CHANGED = 5
"""So many of them, the first, are higher than in the reference."""

IMAGE = "<img src=x onerror=\"document.title='owned'\">"
CHERRY = "\N{CHERRIES} gr\u00f6\u00dfe"
RIGHT_TO_LEFT = "\u202e\u05e9\u05dc\u05d5\u05dd"
SIGNS = "`tick` \"quote\" 'single' \\back /slash ?&#%;+ \t"
TEMPLATE = "{{ constructor.constructor('document.title=1')() }} ${7*7} %(a)s"
NOTE = "note"
TARGET = f"</textarea>{MARKUP}"
CLASSES = (MARKUP, "\N{CHERRIES}", "\u0645\u0631\u062d\u0628\u0627")
WORDS = (RIGHT_TO_LEFT, MARKUP, "\N{FLAG IN HOLE}\ufe0f" * 40, "]]>", "null", "x" * 3_000)

LONGEST = 10_000_000
"""Characters of the longest value."""
ROOM = 20_000_000
"""What the server takes of a value; see `ENVIRONMENT`."""
ENVIRONMENT = {"MODELDESK_MAX_TEXT_CHARACTERS": str(ROOM)}

_DAYS = 3
_ROWS = 60


def judge(frame: pl.DataFrame) -> list[str]:
    """Tell a class by the first number."""
    return [CLASSES[int(abs(value or 0.0)) % len(CLASSES)] for value in frame[IMAGE].to_list()]


def rows(many: int, *, seed: int, shift: float = 0.0) -> list[dict[str, Value]]:
    """Return rows with every sort of odd value."""
    chance = random.Random(seed)
    return [
        {
            IMAGE: chance.uniform(0, 3) + shift,
            CHERRY: chance.gauss(0, 1e-9) if chance.random() < 0.5 else chance.gauss(0, 1e300),
            RIGHT_TO_LEFT: chance.choice(WORDS),
            SIGNS: chance.choice([None, 0.0, -1e-300, 5.5]),
            TEMPLATE: chance.choice([TEMPLATE, MARKUP, CHERRY]),
            NOTE: f"{MARKUP} {chance.random()}",
        }
        for _ in range(many)
    ]


def seed_hostile(home: Path) -> str:
    """Publish both models, log three days; return the identifier of the row with the long value."""
    now = datetime.now(UTC)
    settings = Settings.load(home=home, max_text_characters=ROOM)
    with Desk.open(settings) as desk:
        given = pl.DataFrame(rows(300, seed=0), infer_schema_length=None)
        reference = given.with_columns(pl.Series(TARGET, judge(given)))
        notes = About(
            description=MARKUP * 30,
            tags={MARKUP: MARKUP, RIGHT_TO_LEFT: CHERRY},
            metrics={IMAGE: 0.5},
            parameters={TEMPLATE: MARKUP},
        )
        for _ in range(2):
            desk.registry.publish(judge, name=NAME, reference=reference, target=TARGET, about=notes)
        desk.registry.set_policy(
            NAME, LogPolicy(segment_by=(RIGHT_TO_LEFT,), max_text_characters=ROOM)
        )
        identifier = _log(desk, now)
        desk.aliases.move(NAME, "challenger", 2, reason=MARKUP)
        desk.feedback.flag(
            identifier, reason=MARKUP[:100], comment=MARKUP, proposed_label=CLASSES[0]
        )
        desk.column_rules.set(NAME, SIGNS, ColumnRule(min_distance=0.3, muted=MARKUP))
        _wide(desk, now)
        desk.jobs.run()
    return identifier


def _log(desk: Desk, now: datetime) -> str:
    """Log the days and label them; the last row has the long value."""
    keys: list[str] = []
    identifier = ""
    for ago in range(_DAYS, 0, -1):
        some = rows(_ROWS, seed=ago, shift=5.0 if ago == 1 else 0.0)
        some[-1][NOTE] = "\N{CHERRIES}<b>" * (LONGEST // 4) if ago == 1 else MARKUP
        times = [now - timedelta(days=ago)] * _ROWS
        own = [f"{MARKUP}{ago}-{place}" for place in range(_ROWS)]
        made = desk.predictor.predict(NAME, some, timestamps=times, row_ids=own)
        identifier = made.predictions[-1].prediction_id
        keys += own
    truth = [CLASSES[place % 2] for place in range(len(keys))]
    desk.labelling.label(NAME, {"row_id": keys, "label": truth})
    return identifier


def _wide(desk: Desk, now: datetime) -> None:
    """Publish a model of very many columns, with a day of traffic."""
    chance = random.Random(3)
    names = [f"f_{place}" for place in range(COLUMNS)]
    table = {name: [chance.random() for _ in range(40)] for name in names}
    desk.registry.publish(total, name=WIDE, reference=pl.DataFrame(table))
    some: list[dict[str, Value]] = [
        {name: chance.random() + (place < CHANGED) for place, name in enumerate(names)}
        for _ in range(40)
    ]
    desk.predictor.predict(WIDE, some, timestamps=[now - timedelta(days=1)] * 40)
