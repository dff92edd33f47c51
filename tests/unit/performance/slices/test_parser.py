"""Conditions are read as people mean them, and where they cannot be, the place and a hint help."""

from __future__ import annotations

import pickle

import pytest

from modeldesk.errors import InvalidExpression
from modeldesk.performance.slices import identity_of, parse, unparse


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("words(text) < 8", "words(text) < 8"),
        (
            "tag=='nlp' and contains(text,'transformer|bert|llm')",
            'tag == "nlp" and contains(text, "transformer|bert|llm")',
        ),
        ("Age>60 and Sex=='F'", 'Age > 60 and Sex == "F"'),
        ("18 <= age < 65", "18 <= age < 65"),
        ("a or b and not c", "a or b and not c"),
        ("(a or b) and not (c and d)", "(a or b) and not (c and d)"),
        ("a and (b and c) and d", "a and b and c and d"),
        ("not (not a)", "not not a"),
        ("1 - (2 - 3) - 4 < 0", "1 - (2 - 3) - 4 < 0"),
        ("(1 - 2) - 3 < 0", "1 - 2 - 3 < 0"),
        ("1 + 2 * 3 % -4 < 0", "1 + 2 * 3 % -4 < 0"),
        ("(1 + 2) * 3 < 0", "(1 + 2) * 3 < 0"),
        ("-(-5) < --x", "-(-5) < --x"),
        ("- x * 2 < 0", "-x * 2 < 0"),
        ("x in (1, 2.0, -3,)", "x in (1, 2, -3)"),
        ("x not in ['a']", 'x not in ("a")'),
        ("missing(x) or not missing(y)", "x is null or not y is null"),
        ("x is not null", "x is not null"),
        ("(a == b) == c", "(a == b) == c"),
        ("(x in (1)) == true", "(x in (1)) == true"),
        ("`my column` > 0 and `age` > 0", "`my column` > 0 and age > 0"),
        ("`a``b` == `and`", "`a``b` == `and`"),
        ("label == `label`", "label == `label`"),
        ('score("cat") > 0.5', 'score("cat") > 0.5'),
        ("time >= date('2026-01-31')", 'time >= date("2026-01-31")'),
        ('time < datetime("2026-01-31T12:30+01:00")', 'time < datetime("2026-01-31T11:30:00")'),
        ('time < datetime("2026-01-31T00:00Z")', 'time < date("2026-01-31")'),
        ("distance(v, [1, -0.5e-3]) < 1", "distance(v, [1, -0.0005]) < 1"),
        (r"contains(t, '\d+\.\s')", r'contains(t, "\d+\.\s")'),
        ("t == 'it\\'s \"so\"'", 't == "it\'s \\"so\\""'),
        (r't == "a\\"', r't == "a\\"'),
        ("x > .5 and x < 1e3 and x > 5.", "x > 0.5 and x < 1000 and x > 5"),
        ("x < 99999999999999999999", "x < 1e+20"),
        ("größe > 1", "größe > 1"),
        ("x\n  >\t1", "x > 1"),
    ],
)
def test_a_condition_is_read(text: str, canonical: str) -> None:
    """What is read is written in one canonical way, which is read as the same."""
    node = parse(text)
    assert unparse(node) == canonical
    assert parse(canonical) == node


MISTAKES = [
    # text, place (start, end), part of the problem, part of the hint
    ("", (0, 0), "it is empty", "Write a condition"),
    ("   ", (3, 3), "it is empty", "Write a condition"),
    ("Age = 60", (4, 5), "'=' is not known", "Write =="),
    ("Age === 60", (4, 7), "'===' is not known", "Write =="),
    ("Age <> 60", (4, 6), "'<>' is not known", "Write !="),
    ("a && b", (2, 4), "'&&' is not known", "Write and."),
    ("a || b", (2, 4), "'||' is not known", "Write or."),
    ("(a) & (b)", (4, 5), "'&' is not known", "Write and."),
    ("!a", (0, 1), "'!' is not known", "Write not."),
    ("~a", (0, 1), "'~' is not known", "Write not."),
    ("x ** 2 > 1", (2, 4), "'**' is not known", "x * x"),
    ("x // 2 > 1", (2, 4), "'//' is not known", "/"),
    ("a AND b", (2, 5), "'AND' cannot stand here", "Write and, in small letters."),
    ("x IN (1)", (2, 4), "'IN' cannot stand here", "Write in, in small letters."),
    ("name LIKE 'a%'", (5, 9), "'LIKE' cannot stand here", "contains"),
    ("x between 1 and 2", (2, 9), "'between' cannot stand here", "low <= x <= high"),
    ("my column > 2", (3, 9), "'column' cannot stand here", "`my column`"),
    ("petal.length > 2", (5, 6), "'.' is not known", "`petal.length`"),
    ("x > 2 y > 3", (6, 7), "'y' cannot stand here", "Join conditions"),
    ("x == null", (5, 9), "nothing can be compared with null", "is null"),
    ("x != null", (5, 9), "nothing can be compared with null", "is not null"),
    ("null", (0, 4), "null is no value", "x is null"),
    ("x in (1, null)", (9, 13), "null cannot be in a list", "x is null or x in"),
    ("x is 3", (5, 6), "null is missing after is", "=="),
    ("x is not", (8, 8), "null is missing after is", "=="),
    ("x not (1)", (6, 7), "in is missing after not", "not in"),
    ("x in 3", (5, 6), "a list is missing after in", "x in ("),
    ("x in ()", (5, 6), "the list is empty", "at least one"),
    ("x in (y)", (6, 7), "this is no plain value", "Lists hold"),
    ("x in (1 2)", (8, 9), "'2' cannot stand here", "Join"),
    ("x in ((1), 2)", (6, 7), "this is no plain value", "Lists hold"),
    ("1 < x in (2)", (6, 8), "'in' cannot stand here", "parentheses"),
    ("(a and b", (0, 1), "this ( is never closed", "Add )"),
    ("x in (1, 2", (5, 6), "this ( is never closed", "Add )"),
    ("distance(v, [1, 2", (12, 13), "this [ is never closed", "Add ]"),
    ("a and b)", (7, 8), "')' closes nothing", "Remove it"),
    ("a and", (5, 5), "it ends too early", "value is missing"),
    ("a and or b", (6, 8), "a value is missing before 'or'", "Write a column"),
    ("a == not b", (5, 8), "not cannot stand here", "(not ...)"),
    ("in > 3", (0, 2), "a value is missing before 'in'", "`in`"),
    ("t == 'abc", (5, 6), "this ' is never closed", "Add another '"),
    ("`my column > 3", (0, 1), "this ` is never closed", "where the name ends"),
    ("`` > 3", (0, 2), "a name cannot be empty", "anew"),
    ("t == \u201cabc\u201d", (5, 6), "is not known", "straight quotes"),
    ("x > 12abc", (4, 9), "'12abc' is no number", "Write numbers"),
    ("x > 1_000", (4, 9), "'1_000' is no number", "1000"),
    ("x > 1e999", (4, 9), "too large", "1.7e308"),
    ("x > \u00a33", (4, 5), "is not known", "backticks"),
    ("x > 3;", (5, 6), "';' is not known", "backticks"),
    ("len(t) > 3", (0, 3), "there is no function 'len'", "Did you mean length?"),
    ("lenght(t) > 3", (0, 6), "there is no function 'lenght'", "Did you mean length?"),
    ("zzz(t) > 3", (0, 3), "there is no function 'zzz'", "Known are"),
    ("words() > 3", (0, 7), "words takes 1 argument, not 0", "words(text)"),
    ("words(a, b) > 3", (0, 11), "words takes 1 argument, not 2", "words(text)"),
    ("round() > 3", (0, 7), "round takes 1 or 2 arguments, not 0", "round(number, [digits])"),
    ("round(x, 11) > 3", (9, 11), "whole number from 0 to 10", "round(x, 2)"),
    ("round(x, y) > 3", (9, 10), "whole number from 0 to 10", "round(x, 2)"),
    ("contains(t, u)", (12, 13), "a pattern stands in quotes", "contains(text"),
    ("contains(t, 'a(b')", (14, 15), "unclosed group", "backslash"),
    ("contains(t, '[a')", (13, 14), "unclosed character class", "backslash"),
    (r"contains(t, '\\d(')", (16, 17), "unclosed group", "backslash"),
    ("contains(t, '*a')", (13, 14), "repetition operator missing", "backslash"),
    ("contains(t, 'a(?=b)')", (14, 17), "look-around", "neither look-around"),
    (r"contains(t, '(a)\1')", (16, 18), "backreferences", "neither look-around"),
    ("contains(t, 'a{99}{99}')", (12, 23), "repeats too much", "At most 1,000"),
    (r"contains(t, '\w{900}')", (12, 21), "the pattern is too large", "fewer repetitions"),
    ("time > date('2026-1-1')", (12, 22), "'2026-1-1' is no day", "2026-01-31"),
    ("time > date('2026-02-30')", (12, 24), "'2026-02-30' is no day", "2026-01-31"),
    ("time > date(2026)", (12, 16), "date takes a day in quotes", "2026-01-31"),
    ("time > datetime('noon')", (16, 22), "'noon' is no time", "2026-01-31T12:00"),
    ("score(cat) > 0.5", (6, 9), "score takes a class in quotes", 'score("class")'),
    ("score() > 0.5", (0, 7), "score takes 1 argument, not 0", 'score("class")'),
    ("distance(v, 3) < 1", (12, 13), "a vector is a list", "distance(vector, [numbers])"),
    ("distance(v, ['a']) < 1", (12, 17), "only numbers make a vector", "follow in"),
]


@pytest.mark.parametrize(("text", "place", "problem", "hint"), MISTAKES)
def test_a_mistake_is_told_with_place_and_hint(
    text: str, place: tuple[int, int], problem: str, hint: str
) -> None:
    """The error marks exactly the wrong characters and says what to write instead."""
    with pytest.raises(InvalidExpression) as told:
        parse(text)
    error = told.value
    assert (error.start, error.end) == place
    assert problem in error.problem
    assert hint in error.hint
    assert str(error).startswith(f"The condition is wrong at line 1, column {place[0] + 1}: ")


def test_an_error_marks_its_place_in_its_line() -> None:
    """Line and column count from 1, and carets stand under the wrong characters."""
    with pytest.raises(InvalidExpression) as told:
        parse("a > 1 and\n  b &&& c")
    error = told.value
    assert (error.line, error.column) == (2, 5)
    assert error.excerpt == "  b &&& c\n    ^^"


def test_the_excerpt_of_a_long_line_shows_the_place() -> None:
    """Of a long line only the surroundings of the place are shown."""
    with pytest.raises(InvalidExpression) as told:
        parse("a > 1 and " * 30 + "b = 2" + " and c > 1" * 30)
    line, carets = told.value.excerpt.split("\n")
    assert len(line) == 100
    assert line[carets.index("^")] == "="


def test_an_error_travels_between_processes() -> None:
    """A copy says the same, with the place; of a message alone the place is its beginning."""
    with pytest.raises(InvalidExpression) as told:
        parse("Age = 60")
    copy = pickle.loads(pickle.dumps(told.value))  # noqa: S301 - what this test has written
    assert str(copy) == str(told.value)
    assert (copy.start, copy.end, copy.excerpt) == (4, 5, told.value.excerpt)
    bare = InvalidExpression("The condition is wrong.", hint="Mend it.")
    assert (str(bare), bare.line, bare.column) == ("The condition is wrong. Mend it.", 1, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x > 1" + " " * 20_000, "20,000 are allowed"),
        ("(" * 41 + "a" + ")" * 41, "too deeply nested"),
        ("not " * 60 + "a", "too deeply nested"),
        ("-" * 60 + "a > 1", "too deeply nested"),
        ("1" + "+1" * 300 + " > 1", "too deeply nested"),
        (" and ".join(["a"] * 600), "too many parts"),
        (f"x in ({','.join('1' * 2001)})", "the list is too long"),
        ("distance(v, " + "[" * 5000, "no plain value"),
        (f"contains(t, '{'a' * 1001}')", "1,000 are allowed"),
    ],
)
def test_a_condition_has_limits(text: str, problem: str) -> None:
    """What no person writes is refused before it costs anything."""
    with pytest.raises(InvalidExpression, match=problem):
        parse(text)


def test_a_condition_may_be_as_large_as_the_limits() -> None:
    """A vector of 1,536 numbers, 2,000 categories, 39 parentheses and 160 conditions are read."""
    parse(f"distance(v, [{', '.join(['-0.01234'] * 1536)}]) < 1")
    parse(f"x in ({', '.join(['1234567'] * 2000)})")
    parse("(" * 39 + "a" + ")" * 39)
    parse(" or ".join(["a > 1"] * 160))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Age>60", "( Age > 60.0 )", True),
        ("a and (b and c)", "(a and b) and c", True),
        ("missing(x)", "x is null", True),
        ("t == 'a'", 't == "a"', True),
        ("`age` > 1", "age > 1", True),
        ("time > date('2026-01-01')", "time > datetime('2026-01-01T01:00+01:00')", True),
        ("Age > 60", "Age >= 60", False),
        ("Age > 60", "age > 60", False),
        ("label == 'a'", "`label` == 'a'", False),
        ("x == '1'", "x == 1", False),
        ("a and b or c", "a and (b or c)", False),
    ],
)
def test_an_identity_follows_the_meaning(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - what is expected
    """Layout makes no difference to the identity, and another meaning does."""
    assert (identity_of(parse(one)) == identity_of(parse(other))) is same


def test_an_identity_stays_the_same_for_ever() -> None:
    """Identities are stored, so they must not change between releases and machines."""
    text = 'tag == "nlp" and not (18 <= age < 65 or time < date("2026-01-31"))'
    assert identity_of(parse(text)) == "3af2d8c1d400f6a603c1e50e0e35d8a1"
