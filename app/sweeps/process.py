"""`python -m unrolled.app.sweeps.process`: one worker, which reads tasks and writes answers."""

import sys

from unrolled.app.sweeps.local import serve

if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else None)
