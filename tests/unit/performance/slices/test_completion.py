"""While somebody writes a condition, what may come next is offered."""

from __future__ import annotations

import polars as pl
import pytest

from modeldesk.performance.slices import CompletionKind, SliceSchema, completions

FRAME = pl.DataFrame(
    {
        "Age": [31, 47],
        "Sex": ["F", "M"],
        "my text": ["many words " * 12, "others " * 20],
        "smoker": [True, False],
        "prediction": ["cat", "dog"],
        "label": ["cat", "cat"],
        "p": [0.3, 0.4],
    }
)
SCHEMA = SliceSchema.of_frame(FRAME, scores={"cat": "p"})


def offered(text: str) -> list[str]:
    """Return what is offered at the end of a text."""
    return [item.text for item in completions(text, len(text), SCHEMA).items]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", ["Age", "Sex", "`my text`", "smoker", "p", "prediction", "label", "correct"]),
        ("S", ["Sex", "smoker", "startswith(", "strip(", "sqrt(", "score("]),
        ("Age > 60 and my", ["`my text`"]),
        ("Age > 60 an", ["and"]),
        ("Age ", ["==", "!=", "<"]),
        ("Sex ", ["==", "!=", "in", "not in", "is null", "is not null", "and", "or"]),
        ("smoker ", ["and", "or", "=="]),
        ("correct ", ["and", "or", "=="]),
        ("Sex == ", ['"F"', '"M"']),
        ('Sex == "', ['"F"', '"M"']),
        ("Sex != 'm", ['"M"']),
        ("Sex in ", ["("]),
        ("Sex in ('F', ", ['"F"', '"M"']),
        ("Sex not in (", ['"F"', '"M"']),
        ("prediction == ", ['"cat"', '"dog"']),
        ("smoker == ", ["true", "false"]),
        ("x is ", ["null", "not null"]),
        ("Age not ", ["in"]),
        ("contains(`my", ["`my text`"]),
        ("words(", ["Sex", "`my text`", "prediction", "label", "lower(", "upper(", "strip("]),
        ("words(lower(", ["Sex", "`my text`"]),
        ("abs(", ["Age", "p"]),
        ("contains(`my text`, ", []),
        ('score("', ['"cat"']),
        ("&&& $ % Ag", ["Age"]),
        ("Age > 'x' and (", ["Age", "Sex"]),
    ],
)
def test_what_may_come_is_offered_the_likeliest_first(text: str, first: list[str]) -> None:
    """Names, operators and known values that fit the place, whatever is wrong before it."""
    found = offered(text)
    assert found[: len(first)] == first if first else not found


def test_what_is_offered_replaces_the_unfinished_word() -> None:
    """The place that is replaced is the word, or the string with its quote, before the cursor."""
    text = 'Sex == "F and Age'
    found = completions(text, 9, SCHEMA)
    assert (text[found.start : found.end], [item.text for item in found.items]) == ('"F', ['"F"'])


def test_a_function_tells_its_signature_and_the_argument_at_the_cursor() -> None:
    """Within parentheses the innermost known function and the place in its arguments are told."""
    found = completions("Age > 1 and round(abs(p) * (2 + 1), ", 36, SCHEMA)
    assert (found.signature, found.argument) == ("round(number, [digits])", 1)
    assert completions("(Age > 1) and ", 14, SCHEMA).argument is None


def test_every_offer_says_what_it_is() -> None:
    """Columns tell their type, functions their signature and purpose."""
    items = {item.text: item for item in completions("", 0, SCHEMA).items}
    assert (items["Age"].kind, items["Age"].detail) == (CompletionKind.COLUMN, "number")
    assert items["words("].detail.startswith("words(text): How many words")
    assert items["correct"].kind is CompletionKind.SPECIAL
