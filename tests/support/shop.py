"""A model with a feature of every kind, and values that try to be markup."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from modeldesk.schema import Value

SHOP = "shop"
WIDE = "wide"
IDLE = "idle"
MARKUP = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
"""Shown as text this is harmless; read as markup it renames the page."""


def spend(frame: pl.DataFrame) -> list[float]:
    """Predict a customer's spending next month, in euro."""
    return (frame["age"] * 2.0 + frame["basket_eur"]).to_list()


def customers(rows: int, *, seed: int = 1) -> list[dict[str, Value]]:
    """Return customers with every kind of feature; `income` may be missing."""
    chance = random.Random(seed)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        {
            "age": chance.randint(18, 80),
            "basket_eur": round(chance.expovariate(1 / 40), 2),
            "country": chance.choice(["DE", "FR", "NL", MARKUP]),
            "member": chance.random() < 0.4,
            "newsletter": chance.choice([True, False, None]),
            "note": f"customer since {chance.random()}",
            "seen": first + timedelta(hours=chance.randint(0, 5000)),
            "income": chance.choice([None, chance.gauss(50_000, 12_000)]),
        }
        for _ in range(rows)
    ]


def total(frame: pl.DataFrame) -> list[float]:
    """Predict the sum of all features."""
    return frame.sum_horizontal().to_list()


def wide_reference() -> pl.DataFrame:
    """Return rows with more features than a page shows at once; one of them never varies."""
    chance = random.Random(0)
    columns = {f"f_{number}": [chance.random() for _ in range(60)] for number in range(70)}
    return pl.DataFrame(columns | {"constant": [1.0] * 60})


def reference() -> pl.DataFrame:
    """Return what the model was built on."""
    return pl.DataFrame(customers(400, seed=0), infer_schema_length=None)
