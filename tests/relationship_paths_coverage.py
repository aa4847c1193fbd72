"""How often bootstrap limits of the relationship level's paths hold what the simulation implies.

Run ``python -m tests.relationship_paths_coverage`` from the top folder; it takes some minutes. It prints, for several
numbers of customers, the share of 95 per cent limits that hold the implied path, with the mean error of the estimates.
A benchmark, not a test: ``test_relationship_paths.py`` does the same on fewer simulations.
"""

import numpy as np
import pandas as pd

from relmark_helpers.calculations.path_bootstrap import bootstrap_paths
from relmark_helpers.calculations.path_models import fit_composites
from relmark_helpers.calculations.relationship_paths import RELATIONSHIP_PATHS, implied_paths
from relmark_helpers.calculations.relationship_simulation import simulate_relationships

SIMULATIONS, RESAMPLES, SIZES = 1_000, 1_000, (100, 300, 1_000)


def coverage(customers: int, truth: pd.Series) -> pd.DataFrame:
    """Return, for each path, the share of limits that hold the truth, and the mean error of the estimates."""
    held, errors = [], []
    for at in range(SIMULATIONS):
        made = simulate_relationships(customers, np.random.default_rng([27, customers, at]))
        fit = fit_composites(made.customers, RELATIONSHIP_PATHS)
        boot = bootstrap_paths(fit, resamples=RESAMPLES, generator=np.random.default_rng([28, at]))
        limits = boot.conf_int()
        held.append(limits["low"].le(truth) & limits["high"].ge(truth))
        errors.append(fit.params - truth)
    return pd.DataFrame({"held": pd.DataFrame(held).mean(), "mean error": pd.DataFrame(errors).mean()})


def main() -> None:
    truth = implied_paths(simulate_relationships(400_000, np.random.default_rng(1)))
    for customers in SIZES:
        found = coverage(customers, truth)
        print(f"{SIMULATIONS:,} simulations of {customers:,} customers: {found['held'].mean():.1%} of limits hold it")
        print(found.assign(implied=truth).round(3).to_string(), flush=True)


if __name__ == "__main__":
    main()
