"""How long the bootstrap of a path model takes, against a plain loop that fits each resample by itself.

Run ``python -m tests.path_model_speed`` from the top folder. It prints seconds and their ratio, for 5,000 resamples of
``mobi``. A benchmark, not a test: the numbers belong to the machine. That both give the same result is tested in
``test_path_models.py`` and ``test_mediation.py``. The loop fits with the workbook's own ``fit_pls``, a few milliseconds
a fit; packages that fit more slowly take longer by that much.
"""

import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np

from relmark_helpers import load_dataset
from relmark_helpers.calculations.mediation import fit_mediation
from relmark_helpers.calculations.mediation_bootstrap import bootstrap_mediation
from relmark_helpers.calculations.path_bootstrap import bootstrap_paths
from relmark_helpers.calculations.path_models import SCHEMES, fit_composites, fit_pls
from relmark_helpers.calculations.path_structure import ECSI
from relmark_helpers.calculations.resampling import resample_counts

RESAMPLES, IN_LOOP, REPEATS = 5_000, 100, 5


def seconds(call: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median time of a call."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def report(name: str, fit: Callable[..., object], bootstrap: Callable[[], object], n: int) -> None:
    """Print the time of the bootstrap and its ratio to the loop, which is timed on a few resamples and scaled up."""
    data = load_dataset("mobi")
    counts = resample_counts(n, IN_LOOP, np.random.default_rng(1)).astype(int)

    def loop() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for count in counts:
                fit(data.iloc[np.repeat(np.arange(n), count)])

    naive = seconds(loop, 1) * RESAMPLES / IN_LOOP
    quick = seconds(bootstrap)
    print(f"{name}: {quick:.3f} s; loop of fits {naive:.0f} s, {naive / quick:.0f} times as long")


def main() -> None:
    data = load_dataset("mobi")
    print(f"{RESAMPLES:,} resamples of {len(data)} customers, median of {REPEATS}")
    fits: dict[str, Callable[..., object]] = {
        f"partial least squares, {scheme} scheme": lambda frame, scheme=scheme: fit_pls(frame, ECSI, scheme=scheme)
        for scheme in SCHEMES
    }
    for name, fit in {**fits, "composites": lambda frame: fit_composites(frame, ECSI)}.items():
        sample = fit(data)
        report(
            name,
            fit,
            lambda sample=sample: bootstrap_paths(sample, resamples=RESAMPLES, generator=np.random.default_rng(1)),
            len(data),
        )
    boot = bootstrap_paths(fit_pls(data, ECSI), resamples=RESAMPLES, generator=np.random.default_rng(1))
    print(f"BCa limits of the paths, jackknife included: {seconds(lambda: boot.conf_int(limits='bca'), 1):.3f} s")

    def equations(frame):
        return fit_mediation(frame, x="perq1", mediators=["perv1", "cusa1"], y="cusl3", serial=True)

    sample = equations(data)
    report(
        "serial mediation",
        equations,
        lambda: bootstrap_mediation(sample, resamples=RESAMPLES, generator=np.random.default_rng(1)),
        len(data),
    )


if __name__ == "__main__":
    main()
