"""Write a stream and what became of it: FOLDER PLACE SEED QUICK, in a process of its own.

Otherwise the benchmark itself would load scikit-learn, and the memory of a process begins with
that of the one that starts it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.estimating.plan import PLAN
from benchmarks.estimating.realised import realised
from benchmarks.estimating.streams import STREAMS
from benchmarks.measuring.stages import Stages


def main() -> None:
    """Write reference and analysis, and report the chunk and the realised measures."""
    folder, place, seed, quick = Path(sys.argv[1]), *map(int, sys.argv[2:])
    stream = STREAMS[PLAN[place].name]
    chunk = stream.write(folder, seed, quick=bool(quick))
    Stages().report(chunk=chunk, measures=realised(folder, stream.planned.task, chunk))


if __name__ == "__main__":
    main()
