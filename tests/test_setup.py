"""The set-up files agree with one another, and what the README says can be done."""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import relmark_helpers

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
README = (ROOT / "README.md").read_text("utf-8")
CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8")
PINS = [Requirement(line) for line in CONSTRAINTS.splitlines()]
EXTRAS = [Requirement(line) for extra in PROJECT["optional-dependencies"].values() for line in extra]
NEEDED = [
    *(Requirement(line) for line in PROJECT["dependencies"]),
    *(requirement for requirement in EXTRAS if requirement.name != PROJECT["name"]),
]


def run(*command: str | Path, cwd: Path = ROOT, **more: object) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", **more)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pins(name: str, **environment: str) -> list[str]:
    """The versions that the constraints allow for a package, here or in the environment given."""
    known = {**default_environment(), **environment}
    return [
        next(iter(pin.specifier)).version
        for pin in PINS
        if canonicalize_name(pin.name) == canonicalize_name(name) and (pin.marker is None or pin.marker.evaluate(known))
    ]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)\n```", README, re.DOTALL)


def test_constraints_are_exact_versions_and_nothing_else():
    for pin in PINS:
        assert [one.operator for one in pin.specifier] == ["=="], pin
        assert pin.url is None
    assert not re.search(r"[/\\@]", CONSTRAINTS)


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_constraints_hold_one_fitting_version_of_every_package(python, system):
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    for needed in NEEDED:
        found = pins(needed.name, **environment)
        assert len(found) == 1, f"{needed.name}: {found}"
        assert needed.specifier.contains(found[0]), f"{needed} but {found[0]}"


def needs(requirement: Requirement, seen: set[tuple[str, str]]) -> Iterator[str]:
    """The names of a package and of all that it needs in this environment."""
    yield requirement.name
    for extra in ["", *requirement.extras]:
        if (requirement.name, extra) in seen:
            continue
        seen.add((requirement.name, extra))
        for line in requires(requirement.name) or []:
            below = Requirement(line)
            if below.marker is None or below.marker.evaluate({"extra": extra}):
                yield from needs(below, seen)


def test_constraints_hold_what_the_packages_need_in_turn():
    seen: set[tuple[str, str]] = set()
    for requirement in NEEDED:
        try:
            names = list(needs(requirement, seen))
        except PackageNotFoundError as error:
            pytest.fail(f"{error.name} is not installed: use the README's test command")
        for name in names:
            assert pins(name), f"{name} has no pin: make constraints.txt again"


def test_conda_environment_is_python_pip_and_the_project():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert set(conda) == {"name", "channels", "dependencies"}
    assert conda["channels"] == ["conda-forge"]
    assert f"conda activate {conda['name']}" in README
    python, pip, by_pip = conda["dependencies"]
    name, version = python.split("=")
    assert name == "python"
    assert SpecifierSet(PROJECT["requires-python"]).contains(f"{version}.0")
    assert pip == "pip"
    assert by_pip == {"pip": ["-c constraints.txt", "-e ."]}


def test_readme_commands_are_those_that_ci_runs():
    start, test, _ = blocks("sh")
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert script[-1] == test
    windows = [
        command.replace("python3 -m venv", "py -m venv").replace("bin", "Scripts").replace("/", "\\")
        for command in (start, test)
    ]
    assert blocks("bat") == windows
    *_, opened = start.split()
    assert (ROOT / opened).is_file()


def test_readme_names_files_that_exist():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    missing = [link for link in links if "://" not in link and not (ROOT / link).is_file()]
    assert not missing


def test_readme_example_runs(tmp_path, monkeypatch, capsys):
    (tmp_path / "my_cohort.csv").write_text("survivors\n1000\n869\n743\n653\n593\n551\n517\n491\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    (example,) = blocks("python")
    exec(compile(example, "README.md", "exec"), {})
    assert "0.668" in capsys.readouterr().out  # alpha of the High End cohort, Fader and Hardie (2007)


def test_one_version_and_one_title_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(citation)
    assert PROJECT["version"] == relmark_helpers.__version__ == citation["version"]
    assert f"*{citation['title']}*, version {citation['version']}" in README.replace("\n", " ")
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in PROJECT["authors"]]


def test_wheel_holds_the_package_with_its_data_sets_and_works(tmp_path):
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
        archive.extractall(tmp_path / "site")
    expected = {
        f"{home}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, home in [("relmark_helpers", "relmark_helpers"), ("datasets", "relmark_helpers/_datasets")]
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == expected
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "import relmark_helpers\n"
        "print(relmark_helpers.__file__)\n"
        "print(len(relmark_helpers.load_dataset('fader_hardie_retention')))\n"
    )
    place, rows = run(sys.executable, "-c", code, cwd=tmp_path).splitlines()
    assert Path(place).is_relative_to(tmp_path)
    assert rows == "13"


def test_import_leaves_the_large_packages_for_later():
    large = ["IPython", "ipywidgets", "matplotlib", "numpy", "pandas", "scipy", "statsmodels"]
    code = f"import sys, relmark_helpers; print([name for name in {large} if name in sys.modules])"
    assert run(sys.executable, "-c", code).strip() == "[]"


@pytest.mark.parametrize("tool", [("ruff", "check", "--output-format=concise"), ("mypy",)], ids=["ruff", "mypy"])
def test_linter_and_type_checker_find_nothing(tool):
    run(sys.executable, "-m", *tool)
