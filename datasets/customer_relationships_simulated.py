"""Make customer_relationships_simulated.csv: a survey of the customers of a made-up firm.

Run ``python customer_relationships_simulated.py`` in this folder, with relmark_helpers installed, to write the file
again. The model is ``simulate_relationship_file``; it uses only uniform draws of PCG64, which NumPy keeps stable.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from relmark_helpers.calculations.relationship_file import simulate_relationship_file

SEED = 2002
CUSTOMERS = 600


def simulate(seed: int) -> bytes:
    """Return the CSV file (UTF-8, lines ending in a line feed) for ``seed``."""
    answers = simulate_relationship_file(CUSTOMERS, np.random.Generator(np.random.PCG64(seed))).answers
    for name in answers.select_dtypes(bool):
        answers[name] = answers[name].map({True: "true", False: "false"})
    return answers.to_csv(index=False, lineterminator="\n").encode()


if __name__ == "__main__":
    Path(__file__).with_suffix(".csv").write_bytes(simulate(SEED))
