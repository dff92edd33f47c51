"""One piece of code with the button that copies it."""

from __future__ import annotations

from modeldesk.services.snippets import Language, Snippet
from modeldesk.ui.copying import copy_button
from modeldesk.ui.markup import block, testable, text

LANGUAGES = {
    Language.CURL: ("curl", "in a shell"),
    Language.PYTHON: ("Python", "with httpx"),
    Language.CLIENT: ("Python", "with modeldesk's client"),
    Language.JAVASCRIPT: ("JavaScript", "in Node, or on a page of this server"),
}
"""What code is written in, and where it runs."""


def snippet_block(snippet: Snippet) -> None:
    """Add the code."""
    name, words = LANGUAGES[snippet.language]
    piece = block("md-snippet", tag="section")
    testable(piece, f"snippet-{snippet.language}")
    with piece:
        with block("md-snippet-head"):
            text("h3", name)
            text("span", words, "md-card-note")
            copy_button(f"Copy {name} {words}")
        code = text("pre", snippet.code, "md-code")
        code.props["tabindex"] = "0"
