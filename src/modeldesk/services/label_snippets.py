"""Code that tells a model's true outcomes: what curl and Python need, ready to be copied.

Only computed; nothing is sent. The keys in it are made up: labels for them wait for predictions
that never come, so that code which is run as it stands changes no figure.
"""

from __future__ import annotations

import shlex
from urllib.parse import quote

from modeldesk.schema import Column, Kind, Signature
from modeldesk.services.calls import Dialect
from modeldesk.services.literals import JSON, PYTHON, literal
from modeldesk.services.snippets import KEY_VARIABLE, Language, Snippet

_KEYS = ("your-key-1", "your-key-2")


def label_snippets(
    model: str, signature: Signature, *, url: str, secured: bool
) -> tuple[Snippet, ...]:
    r"""Return code that sends labels, in curl and in Python with modeldesk's client.

    Parameters
    ----------
    model
        Name of the model.
    signature
        Tells what labels may be.
    url
        Address of the server as its callers reach it, without a slash at the end.
    secured
        Whether the server asks for keys; then the code sends the one that lies in the variable
        `KEY_VARIABLE`.

    Examples
    --------
    >>> from modeldesk.schema import Role
    >>> leaves = Column(
    ...     name="leaves", kind=Kind.CATEGORICAL, role=Role.PREDICTION, categories=("no", "yes")
    ... )
    >>> churn = Signature(inputs=(Column(name="age", kind=Kind.INTEGER),), outputs=(leaves,))
    >>> print(label_snippets("churn", churn, url="http://127.0.0.1:8080", secured=False)[0].code)
    curl -sS http://127.0.0.1:8080/api/v1/models/churn/labels \
      -H 'Content-Type: application/json' \
      -d '{"row_id": "your-key-1", "label": "no"}'
    """
    labels = examples_of(signature.prediction)
    return (
        _snippet(Language.CURL, _curl(model, labels[0], url, secured=secured)),
        _snippet(Language.CLIENT, _client(model, labels, url, secured=secured)),
    )


def examples_of(column: Column) -> tuple[object, object]:
    """Return two labels that a prediction may have.

    >>> examples_of(Column(name="cost", kind=Kind.FLOAT, low=2.5, high=90.0))
    (2.5, 90.0)
    >>> examples_of(Column(name="spam", kind=Kind.BOOLEAN))
    (True, False)
    """
    if column.kind is Kind.BOOLEAN:
        return True, False
    if column.categories:
        return column.categories[0], column.categories[-1]
    if column.kind.numeric:
        low, high = column.low, column.high
        found = (0.0 if low is None else low, 1.0 if high is None else high)
        if column.kind is Kind.INTEGER:
            return int(found[0]), int(found[1])
        return found
    return "one class", "another"


def _snippet(language: Language, code: str) -> Snippet:
    return Snippet(dialect=Dialect.MODELDESK, language=language, code=code)


def _curl(model: str, label: object, url: str, *, secured: bool) -> str:
    address = shlex.quote(f"{url}/api/v1/models/{quote(model, safe='')}/labels")
    # In double quotes, so that the shell puts in the key.
    key = f' \\\n  -H "X-API-Key: ${KEY_VARIABLE}"' if secured else ""
    body = shlex.quote(literal({"row_id": _KEYS[0], "label": label}, JSON, margin=2))
    return f"curl -sS {address}{key} \\\n  -H 'Content-Type: application/json' \\\n  -d {body}"


def _client(model: str, labels: tuple[object, object], url: str, *, secured: bool) -> str:
    table = {"row_id": list(_KEYS), "label": list(labels)}
    key = f"# The key is taken from the variable {KEY_VARIABLE}.\n" if secured else ""
    return (
        f"from modeldesk import Client\n\n"
        f"labels = {literal(table, PYTHON)}\n"
        f"{key}with Client({literal(url, PYTHON)}) as client:\n"
        f"    done = client.label({literal(model, PYTHON)}, labels)\n"
        f"print(done.new, done.waiting)"
    )
