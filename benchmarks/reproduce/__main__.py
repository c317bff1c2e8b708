"""`make reproduce`: train until every published claim has its verdict; takes hours, goes on."""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: two threads are slower

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "build" / "reproduce"


def main() -> None:
    """Go on with what is not finished, and write figures and the table into docs/."""
    from benchmarks.reproduce.claims import CLAIMS
    from benchmarks.reproduce.going import go
    from benchmarks.reproduce.report import write

    parser = argparse.ArgumentParser(prog="make reproduce", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where runs are kept")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so many")
    parser.add_argument("--only", nargs="*", default=[], help="the beginnings of runs' names")
    parser.add_argument("--report", action="store_true", help="train nothing, write the report")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    until = -math.inf if asked.report else time.monotonic() + 60.0 * asked.minutes
    for claim in CLAIMS:
        for run in claim.runs:
            if asked.only and not run.name.startswith(tuple(asked.only)):
                continue
            if time.monotonic() < until:
                found = go(run, asked.folder, until, lambda line: print(line, flush=True))
                print(json.dumps({k: found[k] for k in ("run", "ended", "update", "fresh")}))
    write(asked.folder, ROOT / "docs")


if __name__ == "__main__":
    main()
