"""Path models: SmartPLS and seminr values on `mobi`, invariants, the bootstrap against a plain loop of refits."""

import functools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relmark_helpers import load_dataset
from relmark_helpers.calculations.path_bootstrap import QUANTITIES, bootstrap_paths
from relmark_helpers.calculations.path_models import SCHEMES, fit_composites, fit_pls
from relmark_helpers.calculations.path_structure import ECSI, PathModel, path_layers
from relmark_helpers.calculations.resampling import resample_counts
from relmark_helpers.validation import InputError, StatisticalWarning

# SmartPLS 2.0.M3 output stored in the R package semPLS (tests/SmartPLS/results/ecsi/*/pathCoefficients.txt), in the
# order of ECSI.paths; columns as SCHEMES: path, factorial, centroid.
SMARTPLS = np.array(
    [
        [0.50491393, 0.50494314, 0.50470564],
        [0.55674896, 0.55675903, 0.55724786],
        [0.04998839, 0.05017810, 0.05078755],
        [0.55830438, 0.55776245, 0.55721686],
        [0.17873950, 0.17859267, 0.17883348],
        [0.06252287, 0.06494365, 0.06442534],
        [0.51202394, 0.51297470, 0.51254524],
        [0.19476510, 0.19144526, 0.19181566],
        [0.52806625, 0.52585655, 0.52609731],
        [0.19575534, 0.19581962, 0.19535971],
        [0.48547762, 0.48305917, 0.48347472],
        [0.06692607, 0.07031057, 0.07123241],
    ]
)
# seminr 0.2.1 on the same model, path scheme.
SEMINR_RSQUARED = {
    "Expectation": 0.25493808,
    "Quality": 0.30996941,
    "Value": 0.34527894,
    "Satisfaction": 0.68107829,
    "Complaints": 0.27885396,
    "Loyalty": 0.45694445,
}

FOUR = PathModel(
    {name: ECSI.constructs[name] for name in ("Image", "Expectation", "Value", "Satisfaction")},
    [("Image", "Satisfaction"), ("Expectation", "Satisfaction"), ("Value", "Satisfaction")],
)
MIXED = PathModel(
    {name: ECSI.constructs[name] for name in ("Image", "Expectation", "Quality", "Complaints", "Loyalty")},
    [("Image", "Expectation"), ("Expectation", "Loyalty"), ("Quality", "Loyalty"), ("Complaints", "Loyalty")],
    mode_b=["Quality"],
)
SMALL = PathModel({"a": ["a1", "a2"], "b": ["b1", "b2", "b3"], "c": ["c1"]}, [("a", "b"), ("b", "c"), ("a", "c")])


@functools.cache
def mobi():
    return load_dataset("mobi")


def small_data(seed=1, n=60):
    random = np.random.default_rng(seed)
    a = random.normal(size=n)
    b = 0.6 * a + random.normal(size=n)
    c = 0.5 * b - 0.3 * a + random.normal(size=n)
    noise = random.normal(size=(n, 6))
    scores = np.column_stack([a, a, b, b, b, c])
    return pd.DataFrame(scores + 0.7 * noise, columns=SMALL.items)


@pytest.mark.parametrize(("column", "scheme"), list(enumerate(SCHEMES)))
def test_smartpls_path_coefficients(column, scheme):
    fit = fit_pls(mobi(), ECSI, scheme=scheme)
    np.testing.assert_allclose(fit.params, SMARTPLS[:, column], atol=5.1e-9)
    assert list(fit.params.index) == list(ECSI.paths)
    assert fit.converged and 3 < fit.iterations < 30 and fit.nobs == 250


def test_seminr_rsquared():
    fit = fit_pls(mobi(), ECSI)
    assert list(fit.rsquared.index) == list(SEMINR_RSQUARED)
    np.testing.assert_allclose(fit.rsquared, list(SEMINR_RSQUARED.values()), atol=5.1e-9)
    np.testing.assert_allclose(
        fit.summary()["rsquared"].loc[[("Image", "Loyalty"), ("Image", "Expectation")]], [0.45694445, 0.25493808]
    )


def test_total_effects_on_loyalty_as_printed_by_monecke_and_leisch():
    # semPLS vignette, centroid scheme
    effects = fit_pls(mobi(), ECSI, scheme="centroid").effects().xs("Loyalty", level="target")["total"]
    printed = {"Image": 0.399, "Expectation": 0.218, "Quality": 0.323, "Value": 0.100, "Satisfaction": 0.521}
    for source, value in printed.items():
        assert effects[source] == pytest.approx(value, abs=5.1e-4)


def test_seminr_four_constructs():
    # seminr fixtures V_3_6_0: rsquared1.csv and fl_table.csv
    fit = fit_pls(mobi(), FOUR)
    assert fit.rsquared["Satisfaction"] == pytest.approx(0.590603320, abs=5.1e-10)
    assert fit.rsquared_adj["Satisfaction"] == pytest.approx(0.585610678, abs=5.1e-10)
    lower = fit.correlations.to_numpy()[np.tril_indices(4, -1)]
    printed = [0.505728413, 0.510787425, 0.358245251, 0.695529337, 0.511250544, 0.606306608]
    np.testing.assert_allclose(lower, printed, atol=5.1e-10)
    root_ave = np.sqrt((fit.loadings**2).groupby(level="construct", sort=False).mean())
    np.testing.assert_allclose(root_ave, [0.691360857, 0.693186156, 0.921037825, 0.832684809], atol=5.1e-10)


def test_seminr_with_a_construct_in_mode_b():
    # plspm-python tests/data/seminr-mobi-basic-paths.csv
    fit = fit_pls(mobi(), MIXED)
    np.testing.assert_allclose(fit.params, [0.512876954, 0.124534793, 0.405693672, 0.176081957], atol=5.1e-10)


def test_mode_b_weights_are_a_regression_on_the_items():
    # with two constructs and any scheme, the inner proxy is the other construct's score
    model = PathModel({"a": SMALL.constructs["a"], "b": SMALL.constructs["b"]}, [("a", "b")], mode_b="a")
    fit = fit_pls(small_data(), model)
    regression = np.linalg.lstsq(fit.items[["a1", "a2"]].to_numpy(), fit.scores["b"].to_numpy(), rcond=None)[0]
    weights = fit.weights["a"].to_numpy()
    np.testing.assert_allclose(weights / weights[0], regression / regression[0], rtol=1e-7)


def test_two_constructs_in_mode_b_are_the_first_canonical_correlation():
    model = PathModel({"a": ["a1", "a2"], "b": ["b1", "b2", "b3"]}, [("a", "b")], mode_b=["a", "b"])
    data = small_data()
    r = np.corrcoef(data[model.items].to_numpy().T)
    across = np.linalg.solve(r[:2, :2], r[:2, 2:]) @ np.linalg.solve(r[2:, 2:], r[2:, :2])
    canonical = np.sqrt(np.linalg.eigvals(across).real.max())
    assert fit_pls(data, model).params["a", "b"] == pytest.approx(canonical, abs=1e-7)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_holds_at_the_solution(scheme):
    fit = fit_pls(mobi(), ECSI, scheme=scheme)
    scores = fit.scores
    np.testing.assert_allclose(scores.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(scores.std(), 1)
    np.testing.assert_allclose(scores.corr(), fit.correlations, atol=1e-10)
    for (construct, item), loading in fit.loadings.items():
        assert np.corrcoef(scores[construct], mobi()[item])[0, 1] == pytest.approx(loading)
    for target in fit.rsquared.index:
        sources = [source for source, end in ECSI.paths if end == target]
        found = np.linalg.lstsq(scores[sources].to_numpy(), scores[target].to_numpy(), rcond=None)[0]
        np.testing.assert_allclose(fit.params.xs(target, level="target")[sources], found, atol=1e-9)
        assert np.var(scores[sources] @ found, ddof=1) == pytest.approx(fit.rsquared[target])


def test_composites_against_statsmodels_on_pandas_sums():
    import statsmodels.api as sm

    fit = fit_composites(mobi(), ECSI)
    standard = (mobi() - mobi().mean()) / mobi().std()
    sums = pd.DataFrame({name: standard[list(items)].sum(axis=1) for name, items in ECSI.constructs.items()})
    sums = sums / sums.std()
    np.testing.assert_allclose(fit.scores, sums, atol=1e-10)
    for target in fit.rsquared.index:
        sources = [source for source, end in ECSI.paths if end == target]
        ols = sm.OLS(sums[target], sm.add_constant(sums[sources])).fit()
        np.testing.assert_allclose(fit.params.xs(target, level="target")[sources], ols.params[sources], atol=1e-10)
        assert fit.rsquared[target] == pytest.approx(ols.rsquared)
        assert fit.rsquared_adj[target] == pytest.approx(ols.rsquared_adj)
    assert fit.iterations == 0 and fit.converged and fit.scheme == "equal weights"


def test_effects_by_hand():
    fit = fit_pls(small_data(), SMALL)
    b = fit.params
    effects = fit.effects()
    assert effects.loc[("a", "c"), "indirect"] == pytest.approx(b["a", "b"] * b["b", "c"])
    assert effects.loc[("a", "c"), "total"] == pytest.approx(b["a", "c"] + b["a", "b"] * b["b", "c"])
    assert effects.loc[("a", "b")].tolist() == pytest.approx([b["a", "b"], 0, b["a", "b"]])
    assert len(effects) == 3


@settings(deadline=None, max_examples=25)
@given(st.randoms(use_true_random=False), st.sampled_from([*SCHEMES, "equal weights"]), st.booleans())
def test_order_and_units_of_the_items_do_not_matter(random, scheme, mode_b):
    data = small_data()
    items = {name: list(one) for name, one in SMALL.constructs.items()}
    shuffled = {name: random.sample(one, len(one)) for name, one in items.items()}
    shuffled = dict(random.sample(sorted(shuffled.items()), 3))
    paths = random.sample(list(SMALL.paths), 3)
    changed = data * [random.uniform(0.01, 100) for _ in data] + [random.uniform(-1e3, 1e3) for _ in data]

    def estimate(frame, model):
        return fit_composites(frame, model) if scheme == "equal weights" else fit_pls(frame, model, scheme=scheme)

    b = ["b"] if mode_b else []
    one = estimate(data, PathModel(items, SMALL.paths, b))
    other = estimate(changed, PathModel(shuffled, paths, b))
    np.testing.assert_allclose(one.params, other.params[one.params.index], atol=1e-7)
    np.testing.assert_allclose(one.weights, other.weights[one.weights.index], atol=1e-7)
    np.testing.assert_allclose(one.rsquared, other.rsquared[one.rsquared.index], atol=1e-7)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_construct_turned_round_turns_its_paths(scheme):
    data = small_data()
    turned = data.assign(a1=-data["a1"], a2=-data["a2"])
    one, other = fit_pls(data, SMALL, scheme=scheme), fit_pls(turned, SMALL, scheme=scheme)
    np.testing.assert_allclose(other.params, one.params * [-1, 1, -1], atol=1e-8)
    np.testing.assert_allclose(other.loadings, one.loadings, atol=1e-8)


def test_an_item_against_its_construct_is_told():
    data = small_data()
    with pytest.warns(StatisticalWarning, match="b1 run.*Reverse"):
        fit = fit_pls(data.assign(b1=-data["b1"]), SMALL)
    assert fit.loadings["b", "b1"] < 0 < fit.loadings["b", "b2"]
    with pytest.warns(StatisticalWarning, match="b1 run"):
        fit_composites(data.assign(b1=-data["b1"]), SMALL)


def test_known_weights_are_recovered():
    # composites made with known weights: mode A and B agree on the path as the sample grows
    random = np.random.default_rng(7)
    x = random.normal(size=(40_000, 3)) + 0.8 * random.normal(size=(40_000, 1))
    z = x @ [0.6, 0.3, 0.1]
    y = 0.5 * z / z.std() + np.sqrt(0.75) * random.normal(size=40_000)
    data = pd.DataFrame(np.column_stack([x, y]), columns=["x1", "x2", "x3", "y"])
    fit = fit_pls(data, PathModel({"x": ["x1", "x2", "x3"], "y": ["y"]}, [("x", "y")], mode_b=["x"]))
    weights = fit.weights["x"].to_numpy()
    np.testing.assert_allclose(weights / weights.sum(), [0.6, 0.3, 0.1], atol=0.03)
    assert fit.params["x", "y"] == pytest.approx(0.5, abs=0.02)


def aligned(fit, refit):
    """The refit with each construct turned as the products of its loadings with the sample's say."""
    turn = np.sign((refit.loadings * fit.loadings).groupby(level="construct", sort=False).sum())
    params = refit.params * [turn[source] * turn[target] for source, target in refit.params.index]
    items = refit.weights.index.get_level_values("construct")
    return params, refit.weights * turn[items].to_numpy(), refit.loadings * turn[items].to_numpy()


@pytest.mark.parametrize("model", [ECSI, MIXED], ids=["mode A", "mixed"])
@pytest.mark.parametrize("scheme", [*SCHEMES, "equal weights"])
def test_bootstrap_against_a_loop_of_refits(model, scheme):
    def estimate(frame):
        return fit_composites(frame, model) if scheme == "equal weights" else fit_pls(frame, model, scheme=scheme)

    fit = estimate(mobi())
    boot = bootstrap_paths(fit, resamples=100, generator=np.random.default_rng(5))
    counts = resample_counts(250, 100, np.random.default_rng(5)).astype(int)
    assert boot.dropped == 0 and len(boot.draws) == 100
    for k in range(0, 100, 4):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", StatisticalWarning)
            refit = estimate(mobi().iloc[np.repeat(np.arange(250), counts[k])])
        params, weights, loadings = aligned(fit, refit)
        draw = boot.draws.iloc[k]
        np.testing.assert_allclose(draw["path"], params, atol=1e-6)
        np.testing.assert_allclose(draw["weight"], weights, atol=1e-6)
        np.testing.assert_allclose(draw["loading"], loadings, atol=1e-6)
        np.testing.assert_allclose(draw["rsquared"], refit.rsquared, atol=1e-6)
        if (params == refit.params).all():
            np.testing.assert_allclose(draw["total"], refit.effects()["total"], atol=1e-6)
            indirect = refit.effects()["indirect"][refit.effects()["indirect"] != 0]
            np.testing.assert_allclose(draw["indirect"], indirect, atol=1e-6)


def test_the_jackknife_is_the_fit_without_each_row():
    data = small_data(n=30)
    fit = fit_pls(data, SMALL)
    boot = bootstrap_paths(fit, resamples=100, generator=np.random.default_rng(1))
    for row in (0, 11, 29):
        without = fit_pls(data.drop(index=row), SMALL)
        np.testing.assert_allclose(boot._jackknife[row, :3], without.params, atol=1e-7)


def test_estimates_limits_and_errors_belong_together():
    fit = fit_pls(mobi(), ECSI)
    boot = bootstrap_paths(fit, resamples=2_000, generator=np.random.default_rng(1979))
    assert boot.params is fit.params
    pd.testing.assert_series_equal(boot.bse, boot.draws["path"].std(), check_names=False)
    for quantity in QUANTITIES:
        table = boot.summary(quantity=quantity)
        pd.testing.assert_frame_equal(table[["low", "high"]], boot.conf_int(quantity=quantity))
        bca = boot.summary(limits="bca", quantity=quantity)
        single = (table["std err"] < 1e-12).to_numpy()  # weight and loading of the one item of complaints
        assert single.sum() == (quantity in ("weight", "loading"))
        for limits in (table, bca):
            np.testing.assert_allclose(limits[single][["low", "high"]], 1)
            assert ((limits["low"] < limits["estimate"]) & (limits["estimate"] < limits["high"]))[~single].all()
        narrow = boot.conf_int(0.1, limits="bca", quantity=quantity)
        assert ((bca["low"] < narrow["low"]) & (narrow["high"] < bca["high"]))[~single].all()
    np.testing.assert_allclose(boot.summary()["estimate"], fit.params)
    np.testing.assert_allclose(boot.summary(quantity="total")["estimate"], fit.effects()["total"])
    assert len(boot.summary(quantity="indirect")) == (fit.effects()["indirect"] != 0).sum()
    # plspm 0.5.7 with 5,000 resamples of its own: standard error 0.0854, limits .305 to .637
    row = boot.summary().loc[("Satisfaction", "Loyalty")]
    np.testing.assert_allclose(row[["std err", "low", "high"]].to_list(), [0.0854, 0.305, 0.637], atol=0.02)


@pytest.mark.filterwarnings("ignore:cusl2")
def test_limits_cover_known_paths():
    # 40 samples of 250 from a normal population with the correlations of mobi. All twelve paths pooled: those of one
    # sample hang together, so the share is less exact than that of 480 limits; 0.91 to 0.985 leaves room for it.
    correlations = mobi()[ECSI.items].corr().to_numpy()
    truth = fit_pls(mobi(), ECSI).params
    root = np.linalg.cholesky(correlations)
    held = []
    for number in range(40):
        random = np.random.default_rng([1979, number])
        sample = pd.DataFrame(random.standard_normal((250, len(root))) @ root.T, columns=ECSI.items)
        limits = bootstrap_paths(fit_pls(sample, ECSI), resamples=300, generator=random).conf_int()
        held.append((limits["low"] <= truth) & (truth <= limits["high"]))
    assert 0.91 < np.mean(held) < 0.985


def test_effects_on_one_construct():
    boot = bootstrap_paths(fit_pls(mobi(), ECSI), resamples=200, generator=np.random.default_rng(1))
    table = boot.effects_on("Loyalty")
    assert table.index.names == ["source", "effect"]
    assert list(table.loc["Image"].index) == ["direct", "indirect", "total"]
    assert list(table.loc["Quality"].index) == ["indirect", "total"]
    assert list(table.loc["Complaints"].index) == ["direct", "total"]
    total = boot.fit.effects().xs("Loyalty", level="target")["total"]
    np.testing.assert_allclose(table.xs("total", level="effect")["estimate"], total)
    with pytest.raises(InputError, match="`target`: found 'Image'.*one of 'Expectation'"):
        boot.effects_on("Image")


def test_resamples_in_which_an_item_does_not_vary_are_left_out_and_told():
    data = small_data(n=40)
    data["a1"] = (np.arange(40) == 3).astype(float)  # absent from more than a third of the resamples
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StatisticalWarning)
        fit = fit_pls(data, SMALL)
    with pytest.warns(StatisticalWarning, match="resamples could not be used"):
        boot = bootstrap_paths(fit, resamples=300, generator=np.random.default_rng(1))
    assert boot.dropped + len(boot.draws) == 300
    assert boot.dropped == pytest.approx(300 * (1 - 1 / 40) ** 40, abs=4 * np.sqrt(300 * 0.36 * 0.64))
    assert np.isfinite(boot.draws.to_numpy()).all()
    with pytest.raises(InputError, match="cannot be fitted without respondent 3.*percentile"):
        boot.conf_int(limits="bca")


def test_a_resample_does_not_count_as_turned_round():
    data = small_data(seed=3, n=25)
    boot = bootstrap_paths(fit_pls(data, SMALL), resamples=1_000, generator=np.random.default_rng(1))
    loadings = boot.draws["loading"]
    sample = boot.fit.loadings
    for construct in SMALL.constructs:
        assert ((loadings[construct] * sample[construct]).sum(axis=1) > 0).all()


def test_layers():
    layers = path_layers(ECSI.constructs, ECSI.paths)
    assert list(layers.values()) == [0, 1, 2, 3, 4, 5, 6]


def changed(**columns):
    return small_data().assign(**columns)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PathModel({}, []), "`constructs`: found {}.*mapping"),
        (lambda: PathModel({"a": "a1"}, []), "`constructs`: found 'a1' for 'a'.*write a list"),
        (lambda: PathModel({"a": []}, []), r"`constructs`: found \[\] for 'a'.*give 'a' an item"),
        (lambda: PathModel({"a": ["x"], "b": ["x"]}, [("a", "b")]), "item 'x' in 'a' and in 'b'"),
        (lambda: PathModel({"a": ["x"], "b": ["y"]}, [("a", "c")]), "`paths`: found the path 'a' to 'c'.*the name 'c'"),
        (lambda: PathModel({"a": ["x"], "b": ["y"]}, [("a", "a"), ("a", "b")]), "'a' to 'a' twice or to itself"),
        (lambda: PathModel({"a": ["x"], "b": ["y"]}, [("a", "b"), ("a", "b")]), "'a' to 'b' twice"),
        (lambda: PathModel({"a": ["x"], "b": ["y"]}, ["ab"]), "`paths`: found 'ab'.*pairs"),
        (
            lambda: PathModel({"a": ["x"], "b": ["y"], "c": ["z"]}, [("a", "b")]),
            "no path to or from 'c'.*leave 'c' out",
        ),
        (
            lambda: PathModel(
                {name: [name] for name in "abcde"}, [("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e")]
            ),
            "circle through b -> c -> d -> b",
        ),
        (lambda: PathModel(SMALL.constructs, SMALL.paths, ["z"]), "`mode_b`: found 'z'.*one of 'a', 'b', 'c'"),
        (lambda: fit_pls(small_data(), SMALL, scheme="pathway"), "`scheme`: found 'pathway'"),
        (lambda: fit_pls(small_data().drop(columns="b2"), SMALL), "expected a column named 'b2'"),
        (lambda: fit_pls(changed(b2=np.nan), SMALL), "`b2`: found nan.*leave out these respondents"),
        (lambda: fit_pls(changed(b2=4.0), SMALL), "`b2`: found 4 in every row.*varies"),
        (lambda: fit_pls(small_data()[:4], SMALL), "`data`: found 4 rows.*5 respondents"),
        (
            lambda: fit_pls(changed(b2=lambda d: 2 * d["b1"]), PathModel(SMALL.constructs, SMALL.paths, ["b"])),
            "`data`: found items or scores that follow from one another",
        ),
        (
            lambda: fit_composites(changed(c1=1.0), SMALL),
            "`c1`: found 1 in every row",
        ),
        (
            lambda: bootstrap_paths(fit_pls(small_data(), SMALL), resamples=10, generator=np.random.default_rng(1)),
            "`resamples`: found 10.*100 resamples",
        ),
        (lambda: bootstrap_paths(fit_pls(small_data(), SMALL), generator=1), "`generator`: found int"),
        (
            lambda: bootstrap_paths(
                fit_pls(small_data(), SMALL), resamples=100, generator=np.random.default_rng(1)
            ).conf_int(limits="normal"),
            "`limits`: found 'normal'",
        ),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_no_convergence_is_told_and_not_bootstrapped(monkeypatch):
    import relmark_helpers.calculations.path_estimation as estimation
    import relmark_helpers.calculations.path_models as models

    monkeypatch.setattr(estimation, "MAX_ITERATIONS", 2)
    monkeypatch.setattr(models, "MAX_ITERATIONS", 2)
    with pytest.warns(StatisticalWarning, match="still changed after 2 steps"):
        fit = fit_pls(small_data(), SMALL)
    assert not fit.converged
    with pytest.raises(InputError, match="did not converge"):
        bootstrap_paths(fit, generator=np.random.default_rng(1))


def test_a_model_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        ECSI.constructs["Loyalty"] = ["cusl1"]
    assert {**ECSI.constructs, "Loyalty": ("cusl1",)} != ECSI.constructs
