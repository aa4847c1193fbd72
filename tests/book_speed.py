"""How long the book takes: with every lesson run, and again when nothing has changed.

Run ``python -m tests.book_speed`` from the top folder. It prints the seconds of ``relmark book`` with nothing kept from
before, and of the same command once more. A benchmark, not a test: the numbers belong to the machine.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "relmark_helpers", "book", "--out", str(Path(folder, "book"))]
        for what in ("all lessons run", "nothing changed"):
            began = time.perf_counter()
            subprocess.run(command, check=True, env={**os.environ, "RELMARK_CACHE": str(Path(folder, "cache"))})
            print(f"{what}: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
