"""What goes into the log is a table of its own."""

import subprocess
import sys

PROGRAM = """
import io, threading
import polars as pl
from modeldesk.schema import LogPolicy
from modeldesk.services.keeping import written

frame = pl.DataFrame({"x": [1.0] * 10})
kept = written(frame, LogPolicy())
done = threading.Event()

def write():
    for _ in range(3000):
        kept.write_ipc_stream(io.BytesIO())
    done.set()

threading.Thread(target=write, daemon=True).start()
while not done.is_set():
    for _ in range(1000):
        frame.height
"""


def test_a_table_is_written_while_others_read_it() -> None:
    """Writing rows to the log never stops who answers them: Polars' locks are not shared."""
    # A process of its own: where the two wait for each other, no Python runs any more.
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=60)
