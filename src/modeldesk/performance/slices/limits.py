"""How large a condition may be: what a person writes fits easily, what a program invents not."""

from __future__ import annotations

LONGEST_EXPRESSION = 20_000
"""Characters; a vector of 1,536 numbers fits."""
DEEPEST = 40
"""Parts within parts, and parentheses within parentheses."""
MOST_PARTS = 500
"""Values, functions and operators, values of lists not counted."""
LONGEST_LIST = 2_000
"""Values in a list."""
LONGEST_PATTERN = 1_000
"""Characters in a regular expression."""
MOST_REPEATS = 1_000
"""All counts of a regular expression's repetitions, multiplied."""
