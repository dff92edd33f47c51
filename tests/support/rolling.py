"""A process that rolls up over and over, until its standard input ends."""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path

from modeldesk.desk import Desk
from modeldesk.errors import StoreUnavailable
from modeldesk.settings import Settings


def main() -> None:
    """Print how many rows were profiled here, and how often a run failed and was repeated."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--database-url")
    options = parser.parse_args()
    settings = Settings.load(home=options.home, database_url=options.database_url)
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    rows = failures = 0
    with Desk.open(settings) as desk:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        threading.Thread(target=wait, daemon=True).start()
        last = False
        while not last:
            last = ended.is_set()
            try:
                rows += desk.rollup.run()
            except StoreUnavailable as error:
                failures += 1
                sys.stderr.write(f"{error}\n")
            ended.wait(0.01)
    sys.stdout.write(f"{rows} {failures}\n")


if __name__ == "__main__":
    main()
