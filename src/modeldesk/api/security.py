"""What the OpenAPI document says about keys and sessions."""

from __future__ import annotations

import re
from typing import Any

from modeldesk.api.needs import asked

SCHEMES: dict[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "mdk_...",
        "description": "An API key: see `modeldesk keys create`.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same, for clients that cannot send it as a bearer.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "modeldesk_session",
        "description": "Of a user who has signed in; changes must come from the server's pages.",
    },
}
"""The ways to say who calls."""


def secure(document: dict[str, Any]) -> None:
    """Say at each operation what a caller must have."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            need = asked(method.upper(), re.sub(r"\{\w+\}", "x", path)).need
            if need is None:
                operation["security"] = []
                continue
            operation["security"] = [{name: []} for name in SCHEMES]
            scopes = " or ".join(f"`{scope}`" for scope in need.scopes)
            words = f"Needs a key with the scope {scopes}, or the role `{need.role}`."
            operation["description"] = f"{operation['description']}\n\n{words}"
