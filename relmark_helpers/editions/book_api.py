"""The book's pages on the package: which there are, and docstrings in the form that Sphinx reads."""

from __future__ import annotations

import ast
import inspect
import itertools
import pkgutil
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from relmark_helpers.citations import known_keys

FLOORS = {
    "relmark_helpers": "Data sets, checks, glossary, references",
    "relmark_helpers.calculations": "Calculations",
    "relmark_helpers.figures": "Figures",
    "relmark_helpers.explore": "Explorers",
    "relmark_helpers.exercises": "Exercises",
}
"""The packages that a lesson imports from, and the titles of their pages."""

_NOT_SHOWN = re.compile(r"__main__|lesson_\d\w+")
_FIELDS = {"Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns"}
_INLINE = {"data", "attribute", "property"}
"""Kinds of things of which napoleon takes the first line, up to a colon, for a type: the line is made one word."""
_ITEM = re.compile(r"^(\*{0,2}\w[\w, *]*?) : (.+)$")
_KEY = re.compile(r"\[([a-z]+\d{4}[a-z]?)\]")
_ROLE = re.compile(r":\w+:`(\w+)`")
_LEAD = re.compile(r"^(Checked against|Source|Sources|Written):")
_INDEX = re.compile(r"\b([A-Za-z]|rho)_(\w{1,2})\b")
_POWER = re.compile(r"\^(?:(-?[\w.]*\w)|\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))+)\))")


@dataclass(frozen=True)
class Exported:
    """A name that a floor offers: where it is defined, and what it is in one line."""

    name: str
    home: str
    summary: str
    constant: bool


def write_api(folder: Path) -> None:
    """Write the pages on the package, as reStructuredText, into ``folder``."""
    folder.mkdir(parents=True)
    tree = [f"{title} <{floor}>" for floor, title in FLOORS.items()]
    intro = (
        "What the lessons calculate with. Each function says what it takes, its formula, what it was checked against, "
        "and its source."
    )
    (folder / "index.rst").write_text(_page("The package", intro, _toctree(tree)), "utf-8")
    for floor, title in FLOORS.items():
        exported = exported_names(floor)
        modules = modules_of(floor)
        intro = f"{inspect.getdoc(import_module(floor))}\n\nTo import: ``from {floor} import ...``"
        tree = [f"{_noun(module)} <{module}>" for module in modules]
        (folder / f"{floor}.rst").write_text(_page(title, intro, _table(exported), _toctree(tree)), "utf-8")
        for module in modules:
            (folder / f"{module}.rst").write_text(_module_page(module), "utf-8")


def modules_of(floor: str) -> list[str]:
    """Return the modules of a package that get a page.

    Examples
    --------
    >>> "relmark_helpers.calculations.leaky_bucket" in modules_of("relmark_helpers.calculations")
    True
    """
    package = import_module(floor)
    found = [one.name for one in pkgutil.iter_modules(package.__path__) if not one.ispkg]
    shown = [f"{floor}.{name}" for name in found if not _NOT_SHOWN.fullmatch(name)]
    return [module for module in shown if _public(import_module(module))]


@cache
def exported_names(floor: str) -> list[Exported]:
    """Return what a package offers by import, in the order of the alphabet.

    Examples
    --------
    >>> [one.home for one in exported_names("relmark_helpers") if one.name == "glossary"]
    ['relmark_helpers.terms']
    """
    package = import_module(floor)
    found = []
    for name in sorted(package.__all__, key=str.casefold):
        thing = getattr(package, name)
        constant = not (inspect.isclass(thing) or inspect.isfunction(thing))
        home = _home(name, thing) if constant else thing.__module__
        summary = _told_of(name, home) if constant else (inspect.getdoc(thing) or "").partition("\n")[0]
        found.append(Exported(name, home, summary, constant))
    return found


def prepare_docstring(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Change a docstring in place into the form that napoleon reads; Sphinx calls this for each.

    "name : what it is" on one line becomes a name with a description, and a citation key a link to the references.
    """
    if what == "data" and lines and "\n".join(lines).strip() == (inspect.getdoc(type(thing)) or "").strip():
        lines[:] = ["A constant."]
    section, code = "", False
    if what in _INLINE:
        lines[:1] = lines[0].split(" ", 1) if lines else []
    changed: list[str] = []
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        if after.startswith("---"):
            section = line
        elif section in _FIELDS and not before and line and not line.startswith(" "):
            section = "Notes"
            changed += ["Notes", "-----"]
        code = bool(line.strip()) and (code or line.lstrip().startswith(">>>"))
        item = _ITEM.match(line)
        if section in _FIELDS and item and not after.startswith(" "):
            changed += [item[1], f"    {_plain(item[2])}"]
        elif code:
            changed.append(line)
        else:
            changed.append(_plain(_LEAD.sub(r"**\1:**", line)))
    lines[:] = changed


def _plain(line: str) -> str:
    """Return a line in which a citation key is a link; outside code, t^2 and r_t are set high and low, | as itself."""
    parts = re.split(r"(``?[^`]+``?)", _KEY.sub(_link_to_reference, line))
    return "".join(part if part.startswith("`") else _formula(part) for part in parts)


def _formula(words: str) -> str:
    low = _INDEX.sub(r"\1\\ :sub:`\2`", words.replace("|", r"\|"))
    return _POWER.sub(lambda power: rf"\ :sup:`{power[1] or power[2]}`", low)


def _link_to_reference(key: re.Match[str]) -> str:
    return f":ref:`[{key[1]}] <ref-{key[1]}>`" if key[1] in known_keys() else key[0]


def _public(module: ModuleType) -> list[str]:
    """Return the names that a module defines for others."""
    named = getattr(module, "__all__", [name for name in vars(module) if not name.startswith("_")])
    return [name for name in named if getattr(getattr(module, name), "__module__", None) == module.__name__]


def _home(name: str, constant: Any) -> str:
    """Return the module that defines a constant."""
    for floor in FLOORS:
        for one in pkgutil.iter_modules(import_module(floor).__path__):
            if not one.ispkg and not _NOT_SHOWN.fullmatch(one.name):
                module = import_module(f"{floor}.{one.name}")
                if getattr(module, name, None) is constant and _defines(module, name):
                    return module.__name__
    raise LookupError(name)


def _told_of(name: str, home: str) -> str:
    """Return the text that stands under a constant in its module, on one line."""
    for line, after in itertools.pairwise(ast.parse(inspect.getsource(import_module(home))).body):
        targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            told = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else None
            return " ".join(told.split()) if isinstance(told, str) else "A constant."
    raise LookupError(name)


def _defines(module: ModuleType, name: str) -> bool:
    return bool(re.search(rf"^{name}\b.* = ", inspect.getsource(module), re.MULTILINE))


def _module_page(module: str) -> str:
    constants = [one.name for floor in FLOORS for one in exported_names(floor) if one.constant and one.home == module]
    shown = f".. automodule:: {module}\n"
    if constants:
        shown += f"   :exclude-members: {', '.join(constants)}\n"
    data = [f".. autodata:: {module}.{name}\n   :no-value:\n" for name in constants]
    floor = module.split(".")[1:-1]
    return _page(" · ".join([_noun(module), *floor]), f"``{module}``", shown, *data)


def _noun(module: str) -> str:
    return module.rpartition(".")[2].replace("_", " ").capitalize()


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"{title}\n{'=' * len(title)}", *parts]) + "\n"


def _toctree(entries: list[str]) -> str:
    return "\n".join([".. toctree::", "   :maxdepth: 1", "", *(f"   {entry}" for entry in entries)])


def _table(exported: list[Exported]) -> str:
    rows = [f"   * - :py:obj:`{one.name} <{one.home}.{one.name}>`\n     - {_summary(one)}" for one in exported]
    return "\n".join([".. list-table::", "   :class: names", "   :widths: 30 70", "", *rows])


def _summary(one: Exported) -> str:
    """Return the summary with its links, which are written as seen from the thing's own module."""
    return _ROLE.sub(rf":py:obj:`\1 <{one.home}.\1>`", _plain(one.summary))
