"""Constructs, a path model and covariances that the tests of measurement share."""

import numpy as np

from relmark_helpers.datasets import load_dataset

MOBI = load_dataset("mobi")
SIX = {
    name: [item for item in MOBI if item[:4] == start]
    for name, start in {
        "Image": "imag",
        "Expectation": "cuex",
        "Quality": "perq",
        "Value": "perv",
        "Satisfaction": "cusa",
        "Loyalty": "cusl",
    }.items()
}
FOUR = {name: SIX[name] for name in ("Image", "Expectation", "Value", "Satisfaction")}
SIX_PATHS = {
    "Expectation": ["Image"],
    "Quality": ["Expectation"],
    "Value": ["Expectation", "Quality"],
    "Satisfaction": ["Image", "Expectation", "Quality", "Value"],
    "Complaints": ["Satisfaction"],
    "Loyalty": ["Image", "Satisfaction", "Complaints"],
}
FOUR_PATHS = {"Satisfaction": ["Image", "Expectation", "Value"]}

# Covariances of the nine tests of Holzinger and Swineford (1939), 301 pupils, divided by n - 1, computed from the data
# that the package semopy 2.3.11 (MIT) carries.
HOLZINGER = np.array(
    [
        [1.36289774, 0.40872923, 0.58183232, 0.50651778, 0.44208426, 0.45632416, 0.08504799, 0.26471714, 0.45986634],
        [0.40872923, 1.38638981, 0.45256748, 0.20961978, 0.21179471, 0.24836972, -0.09707352, 0.11002492, 0.24482282],
        [0.58183232, 0.45256748, 1.27911441, 0.20886351, 0.11267061, 0.24492268, 0.08863631, 0.21303038, 0.37509875],
        [0.50651778, 0.20961978, 0.20886351, 1.35516672, 1.10141196, 0.89850076, 0.22047507, 0.12601199, 0.24417395],
        [0.44208426, 0.21179471, 0.11267061, 1.10141196, 1.66531838, 1.01790579, 0.14347621, 0.18120723, 0.29622547],
        [0.45632416, 0.24836972, 0.24492268, 0.89850076, 1.01790579, 1.20034624, 0.14455865, 0.16598244, 0.23678361],
        [0.08504799, -0.09707352, 0.08863631, 0.22047507, 0.14347621, 0.14455865, 1.18708326, 0.53702937, 0.37454154],
        [0.26471714, 0.11002492, 0.21303038, 0.12601199, 0.18120723, 0.16598244, 0.53702937, 1.02538942, 0.45884095],
        [0.45986634, 0.24482282, 0.37509875, 0.24417395, 0.29622547, 0.23678361, 0.37454154, 0.45884095, 1.01838722],
    ]
)
HOLZINGER_SCALES = {"visual": [0, 1, 2], "textual": [3, 4, 5], "speed": [6, 7, 8]}


def seed():
    return np.random.default_rng(1951)


def pls_weights(correlations, constructs, paths):
    """Return the mode-A outer weights of a PLS path model, path weighting: written apart from the package's own."""
    names = list(constructs)
    items = [item for block in constructs.values() for item in block]
    r = correlations.loc[items, items].to_numpy()
    member = np.array([[float(item in constructs[name]) for name in names] for item in items])
    outer = member.copy()
    for _ in range(1000):
        outer /= np.sqrt(np.diag(outer.T @ r @ outer))
        between = outer.T @ r @ outer
        inner = np.zeros_like(between)
        for j, name in enumerate(names):
            before = [names.index(one) for one in paths.get(name, [])]
            after = [names.index(one) for one, sources in paths.items() if name in sources]
            if before:
                inner[before, j] = np.linalg.solve(between[np.ix_(before, before)], between[before, j])
            inner[after, j] = between[after, j]
        new = (r @ outer @ inner) * member
        new /= np.sqrt(np.diag(new.T @ r @ new))
        done = np.abs(new - outer).max() < 1e-13
        outer = new
        if done:
            break
    return {name: outer[member[:, j] > 0, j] for j, name in enumerate(names)}
