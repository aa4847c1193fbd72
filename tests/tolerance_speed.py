"""How long the zone of tolerance takes for a million respondents, against a plain pandas computation.

Run ``python -m tests.tolerance_speed`` from the top folder. It prints seconds and their ratio, for answers held as
small integers and as floats. A benchmark, not a test: the numbers belong to the machine. That both give the same
result is tested in ``test_tolerance_zone.py``.
"""

import statistics
import time

import numpy as np
import pandas as pd

from relmark_helpers.calculations.tolerance_zone import measure_tolerance_zone

RESPONDENTS, ITEMS = 1_000_000, 22
REPEATS = 5


def by_pandas(minimum: pd.DataFrame, desired: pd.DataFrame, perceived: pd.DataFrame) -> pd.DataFrame:
    """Return the main columns of both tables, computed column by column as one would write it down."""
    complete = minimum.notna() & desired.notna() & perceived.notna()
    minimum, desired, perceived = (answers.where(complete) for answers in (minimum, desired, perceived))
    adequacy, superiority, width = perceived - minimum, perceived - desired, desired - minimum
    zone = complete & (minimum <= desired)
    table = pd.DataFrame({"minimum": minimum.mean(), "desired": desired.mean(), "perceived": perceived.mean()})
    table["adequacy"], table["superiority"], table["width"] = adequacy.mean(), superiority.mean(), width.mean()
    table["adequacy_se"] = adequacy.std() / np.sqrt(complete.sum())
    table["position"] = table["adequacy"] / table["width"]
    table["position_median"] = (adequacy / width).where(width > 0).median()
    table["below"] = ((adequacy < 0) & zone).sum() / zone.sum()
    table["above"] = ((superiority > 0) & zone).sum() / zone.sum()
    table["inside"] = 1 - table["below"] - table["above"]
    table["reversed"], table["no_width"] = (width < 0).sum(), (width == 0).sum()
    return table


def main() -> None:
    random = np.random.default_rng(1994)
    minimum = random.integers(1, 9, (RESPONDENTS, ITEMS), dtype=np.int8)
    desired = minimum + random.integers(0, 2, minimum.shape, dtype=np.int8)
    perceived = random.integers(1, 10, minimum.shape, dtype=np.int8)
    small = minimum, desired, perceived
    frames = tuple(pd.DataFrame(answers) for answers in small)
    floats = tuple(frame.astype(float) for frame in frames)
    start = time.perf_counter()
    by_pandas(*floats)
    naive = time.perf_counter() - start
    print(f"{RESPONDENTS:,} respondents by {ITEMS} items, plain pandas on floats: {naive:.2f} s")
    for name, tables in {"int8 arrays": small, "int8 DataFrames": frames, "float DataFrames": floats}.items():
        taken = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            measure_tolerance_zone(*tables)
            taken.append(time.perf_counter() - start)
        middle = statistics.median(taken)
        print(f"  measured, {name}: median of {REPEATS} {middle:.3f} s, {naive / middle:.1f} times as quick")


if __name__ == "__main__":
    main()
