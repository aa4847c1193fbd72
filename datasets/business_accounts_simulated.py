"""Make business_accounts_simulated.csv: one year of the accounts of a made-up supplier.

Run ``python business_accounts_simulated.py`` in this folder to write the file again.
Only uniform draws of PCG64 are used, and every distribution is computed from them here, because NumPy
keeps the uniform stream stable but not the streams of its other distributions.
"""

from __future__ import annotations

import csv
import io
from math import exp, log
from pathlib import Path
from statistics import NormalDist

import numpy as np

SEED = 1983
ACCOUNTS = 1200

COLUMNS = ["account", "segment", "tenure_years", "revenue_usd", "status", "cause", "cause_group", "avoidable"]

# Segment: share of accounts, median yearly revenue in dollars, standard deviation of log revenue, churn multiplier.
SEGMENTS = {
    "trade": (0.50, 14_000, 1.1, 1.20),
    "industry": (0.35, 30_000, 1.2, 0.85),
    "public sector": (0.15, 22_000, 0.9, 0.70),
}
# Cause: group, and the probability that the account manager judges the loss avoidable.
CAUSES = {
    "service failure": ("company", 0.80),
    "product failure": ("company", 0.70),
    "better price elsewhere": ("competition", 0.45),
    "better product elsewhere": ("competition", 0.30),
    "closed or moved": ("customer", 0.05),
    "need ended": ("customer", 0.12),
}
# Weights of the causes, in the order of CAUSES, among the losses of a segment with a recorded cause.
CAUSE_WEIGHTS = {
    "trade": (22, 10, 26, 8, 24, 10),
    "industry": (24, 16, 22, 18, 6, 14),
    "public sector": (15, 8, 40, 10, 2, 25),
}


def pick(options: list[str], weights: list[float], u: float) -> str:
    """Return the option whose share of the weights covers ``u`` (from 0 to 1)."""
    reach = u * sum(weights)
    for option, weight in zip(options, weights, strict=True):
        reach -= weight
        if reach < 0:
            return option
    return options[-1]


def churn_probability(segment: str, tenure: float, revenue: int) -> float:
    """Return the probability of losing an account in the year: highest for young, small, trade accounts."""
    base = 0.19 if tenure < 2 else 0.12 if tenure < 5 else 0.07
    return base * SEGMENTS[segment][3] * (0.7 if revenue > 100_000 else 1.0)


def simulate(seed: int) -> bytes:
    """Return the CSV file (UTF-8, lines ending in a line feed) for ``seed``."""
    draws = np.random.Generator(np.random.PCG64(seed)).random((ACCOUNTS, 7)).tolist()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, (u_segment, u_revenue, u_tenure, u_lost, u_recorded, u_cause, u_avoidable) in enumerate(draws, 1):
        segment = pick(list(SEGMENTS), [share for share, *_ in SEGMENTS.values()], u_segment)
        _, median, spread, _ = SEGMENTS[segment]
        revenue = round(median * exp(spread * NormalDist().inv_cdf(u_revenue)))
        tenure = round(min(0.5 - 4.5 * log(1 - u_tenure), 25.0), 1)
        status, cause, group, avoidable = "kept", "", "", ""
        if u_lost < churn_probability(segment, tenure, revenue):
            status = "lost"
            if u_recorded < (0.25 if revenue < 10_000 else 0.08):
                cause = group = "not recorded"
            else:
                cause = pick(list(CAUSES), list(CAUSE_WEIGHTS[segment]), u_cause)
                group, probability = CAUSES[cause]
                avoidable = "true" if u_avoidable < probability else "false"
        writer.writerow([f"A{number:04d}", segment, f"{tenure:.1f}", revenue, status, cause, group, avoidable])
    return text.getvalue().encode()


if __name__ == "__main__":
    Path(__file__).with_suffix(".csv").write_bytes(simulate(SEED))
