"""A server that tells what pages left behind that only the garbage collector finds.

Started like `modeldesk serve`; SIGUSR1 has it print one line of JSON.
"""

from __future__ import annotations

import gc
import json
import sys
from collections import Counter
from signal import SIGUSR1, signal

from modeldesk.cli import main

_SOCKETS = "modeldesk.api."
"""Each line that a page has to the server is a ring of uvicorn's, which our class is part of."""


def tell(*_: object) -> None:
    """Print how many pages are open, and the types of ours that were left in rings."""
    from nicegui import Client  # noqa: PLC0415 - pages are loaded on the first visit

    gc.collect()
    kinds = [type(each) for each in gc.garbage]
    left = Counter(
        f"{kind.__module__}.{kind.__qualname__}"
        for kind in kinds
        if kind.__module__.startswith("modeldesk.") and not kind.__module__.startswith(_SOCKETS)
    )
    gc.garbage.clear()
    open_pages = sum(not each.is_deleted for each in Client.instances.values())
    sys.stdout.write(json.dumps({"open": open_pages, "left": left}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    gc.set_debug(gc.DEBUG_SAVEALL)
    signal(SIGUSR1, tell)
    main()
