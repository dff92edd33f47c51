"""Code that asks a model: what curl, Python and JavaScript need, ready to be copied.

Only computed; nothing is sent. The code is made of literals that each language reads as exactly
the signature's example, whatever its strings hold.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from modeldesk.schema import Signature
from modeldesk.services.calls import Call, Dialect, call, plain_example
from modeldesk.services.literals import JAVASCRIPT, JSON, PYTHON, exact_in_javascript, literal

KEY_VARIABLE = "MODELDESK_API_KEY"
"""Where the code takes the key from; a real one never stands in it."""


class Language(StrEnum):
    """What a snippet is written in."""

    CURL = "curl"
    PYTHON = "python"
    """With httpx."""
    CLIENT = "client"
    """With modeldesk's own client."""
    JAVASCRIPT = "javascript"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """Code that asks for one prediction."""

    dialect: Dialect
    language: Language
    code: str


def snippets(
    model: str,
    signature: Signature,
    *,
    url: str,
    secured: bool,
    dialects: Collection[Dialect] = tuple(Dialect),
) -> tuple[Snippet, ...]:
    r"""Return code for every dialect in every language that speaks it.

    Of thousands of features, that takes a second for each dialect.

    Parameters
    ----------
    model
        Name of the model; its champion is asked.
    signature
        The champion's: the code asks for its example.
    url
        Address of the server as its callers reach it, without a slash at the end.
    secured
        Whether the server asks for keys; then the code sends the one that lies in the variable
        `KEY_VARIABLE`.
    dialects
        Those that are wanted.

    Examples
    --------
    >>> from modeldesk.schema import Column, Kind
    >>> age = Signature(inputs=(Column(name="age", kind=Kind.INTEGER, example=41),))
    >>> print(snippets("churn", age, url="http://127.0.0.1:8080", secured=False)[0].code)
    curl -sS http://127.0.0.1:8080/api/v1/models/churn/predict \
      -H 'Content-Type: application/json' \
      -d '{"row": {"age": 41}}'
    """
    return tuple(
        snippet
        for dialect in Dialect
        if dialect in dialects
        for snippet in _snippets(model, signature, url, dialect, secured=secured)
    )


def version_snippets(
    model: str, version: int, signature: Signature, *, url: str, secured: bool
) -> tuple[Snippet, ...]:
    r"""Return code that asks one version by its number: for a shell, and with modeldesk's client.

    Parameters
    ----------
    model, version
        Which one is asked.
    signature
        The version's: the code asks for its example.
    url, secured
        As for `snippets`.

    Examples
    --------
    >>> from modeldesk.schema import Column, Kind
    >>> age = Signature(inputs=(Column(name="age", kind=Kind.INTEGER, example=41),))
    >>> shell, client = version_snippets("churn", 2, age, url="http://desk", secured=False)
    >>> print(shell.code.splitlines()[0])
    curl -sS http://desk/api/v1/models/churn/versions/2/predict \
    >>> "version=2" in client.code
    True
    """
    asked = call(model, signature, Dialect.MODELDESK, version=version)
    return (
        Snippet(
            dialect=Dialect.MODELDESK,
            language=Language.CURL,
            code=_curl(asked, url + asked.path, secured),
        ),
        Snippet(
            dialect=Dialect.MODELDESK,
            language=Language.CLIENT,
            code=_client(model, signature, url, secured=secured, version=version),
        ),
    )


def _snippets(
    model: str, signature: Signature, url: str, dialect: Dialect, *, secured: bool
) -> Iterator[Snippet]:
    asked = call(model, signature, dialect)
    for language in Language:
        if language is not Language.CLIENT:
            code = _WRITERS[language](asked, url + asked.path, secured)
        elif dialect is Dialect.MODELDESK:
            code = _client(model, signature, url, secured=secured)
        else:
            continue
        yield Snippet(dialect=dialect, language=language, code=code)


def _curl(asked: Call, address: str, secured: bool) -> str:  # noqa: FBT001 - one table of writers
    # In double quotes, so that the shell puts in the key.
    key = f' \\\n  -H "X-API-Key: ${KEY_VARIABLE}"' if secured else ""
    body = shlex.quote(literal(asked.body, JSON, margin=2))
    return (
        f"curl -sS {shlex.quote(address)}{key} \\\n"
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d {body}"
    )


def _python(asked: Call, address: str, secured: bool) -> str:  # noqa: FBT001 - see above
    begin = "import os\n\n" if secured else ""
    key = f'\n    headers={{"X-API-Key": os.environ["{KEY_VARIABLE}"]}},' if secured else ""
    return (
        f"{begin}import httpx\n\n"
        f"body = {literal(asked.body, PYTHON)}\n"
        f"answer = httpx.post(\n"
        f"    {literal(address, PYTHON)},\n"
        f"    json=body,{key}\n"
        f")\n"
        f"answer.raise_for_status()\n"
        f"print(answer.json())"
    )


def _client(
    model: str, signature: Signature, url: str, *, secured: bool, version: int | None = None
) -> str:
    told = "" if version is None else f", version={version}"
    key = f"# The key is taken from the variable {KEY_VARIABLE}.\n" if secured else ""
    return (
        f"from modeldesk import Client\n\n"
        f"row = {literal(plain_example(signature), PYTHON)}\n"
        f"{key}with Client({literal(url, PYTHON)}) as client:\n"
        f"    answer = client.predict({literal(model, PYTHON)}, row{told})\n"
        f"print(answer[0].prediction, answer[0].prediction_id)"
    )


def _javascript(asked: Call, address: str, secured: bool) -> str:  # noqa: FBT001 - see above
    begin = f'const key = "${KEY_VARIABLE}"; // put your key here\n' if secured else ""
    key = ', "X-API-Key": key' if secured else ""
    if exact_in_javascript(asked.body):
        sent = f"JSON.stringify({literal(asked.body, JAVASCRIPT, margin=2)})"
    else:
        # As text, since JavaScript's own numbers and names cannot say it.
        sent = literal(literal(asked.body, JSON, width=None), JAVASCRIPT)
    return (
        f"{begin}const answer = await fetch({literal(address, JAVASCRIPT)}, {{\n"
        f'  method: "POST",\n'
        f'  headers: {{"Content-Type": "application/json"{key}}},\n'
        f"  body: {sent},\n"
        f"}});\n"
        f"if (!answer.ok) throw new Error(await answer.text());\n"
        f"console.log(await answer.json());"
    )


_WRITERS: dict[Language, Callable[[Call, str, bool], str]] = {
    Language.CURL: _curl,
    Language.PYTHON: _python,
    Language.JAVASCRIPT: _javascript,
}
