"""The workbook's data sets: load one, list all, describe one, compare one with its checksum.

A data set is a CSV file with a manifest of the same name (YAML) that says where it comes from, what a row is, what
each column means and what is wrong with it. ``datasets_schema.json`` says what a manifest must hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relmark_helpers.validation import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DatasetDescription", "describe_dataset", "list_datasets", "load_dataset", "verify_dataset"]

_RESTORE = "put the file back as it came with the workbook (do not save over it), or load your own with pandas.read_csv"


def load_dataset(name: str) -> pd.DataFrame:
    """Return a data set of the workbook as a table with the right type for every column.

    Use it at the top of a lesson. For your own file use ``pandas.read_csv``. Read ``describe_dataset(name)``
    before you trust a column: it lists the units and the known flaws.

    Parameters
    ----------
    name : name of the data set, one of ``list_datasets()["name"]``.

    Returns
    -------
    pandas.DataFrame
        The columns of the manifest, in its order. Text is ``str``, whole numbers are ``int64`` (``Int64`` where some
        are missing), numbers ``float64``, yes or no ``bool`` (``boolean`` where some are missing), categories
        ``category`` in the manifest's order, dates ``datetime64``.

    Raises
    ------
    InputError
        If there is no data set of that name, or if the file does not fit its manifest.

    Examples
    --------
    >>> load_dataset("fader_hardie_retention").head(3)
       year  regular  high_end
    0     0     1000      1000
    1     1      631       869
    2     2      468       743
    """
    import pandas as pd

    manifest = _manifest(name)
    file = _file(name)
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(file.name, found=str(error), expected="a readable CSV file", mend=_RESTORE) from None
    columns = [column["name"] for column in manifest["columns"]]
    if list(frame.columns) != columns:
        raise InputError(
            file.name, found=f"columns {list(frame.columns)}", expected=f"columns {columns}", mend=_RESTORE
        )
    if len(frame) != manifest["rows"]:
        raise InputError(file.name, found=f"{len(frame)} rows", expected=f"{manifest['rows']} rows", mend=_RESTORE)
    return frame.assign(
        **{column["name"]: _typed(frame[column["name"]], column, file.name) for column in manifest["columns"]}
    )


def list_datasets() -> pd.DataFrame:
    """Return one row per data set: name, title, kind, number of rows, lessons that use it.

    Returns
    -------
    pandas.DataFrame
        Columns name, title, kind ("simulated" marks invented data), rows, lessons.

    Examples
    --------
    >>> list_datasets().set_index("name").loc["dish_network_annual", "kind"]
    'typed from a publication'
    """
    import pandas as pd

    manifests = {name: _manifest(name) for name in _names()}
    return pd.DataFrame(
        {
            "name": list(manifests),
            "title": [manifest["title"] for manifest in manifests.values()],
            "kind": [manifest["kind"] for manifest in manifests.values()],
            "rows": [manifest["rows"] for manifest in manifests.values()],
            "lessons": [", ".join(manifest["lessons"]) for manifest in manifests.values()],
        }
    )


def describe_dataset(name: str) -> DatasetDescription:
    """Return the manifest of a data set in a form to read: a table in a notebook, plain text elsewhere.

    Parameters
    ----------
    name : name of the data set, one of ``list_datasets()["name"]``.

    Raises
    ------
    InputError
        If there is no data set of that name.

    Examples
    --------
    >>> print(describe_dataset("business_accounts_simulated"))
    Business accounts of a made-up supplier, kept and lost in one year
    SIMULATED DATA: made by business_accounts_simulated.py with seed 1983. No result says anything about real customers.
    ...
    """
    return DatasetDescription(name=name, manifest=_manifest(name))


def verify_dataset(name: str) -> bool:
    """Return whether the file of a data set is the one that its manifest was written for (SHA-256).

    Use it to check an installation. Line ends do not count: a copy with Windows line ends is sound.

    Parameters
    ----------
    name : name of the data set, one of ``list_datasets()["name"]``.

    Raises
    ------
    InputError
        If there is no data set of that name.

    Examples
    --------
    >>> verify_dataset("fader_hardie_retention")
    True
    """
    from hashlib import sha256

    expected = _manifest(name)["sha256"]
    file = _file(name)
    if not file.is_file():
        return False
    return sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest() == str(expected)


@dataclass(frozen=True)
class DatasetDescription:
    """What the manifest of a data set says; shows as a table in a notebook and as plain text with ``print``.

    Attributes
    ----------
    name : name of the data set.
    manifest : all that is known of it, under the keys of ``datasets_schema.json``.
    """

    name: str
    manifest: dict[str, Any]

    def __str__(self) -> str:
        """Return the description as plain text."""
        from textwrap import fill

        def item(text: str) -> str:
            return fill(text, 100, initial_indent="  - ", subsequent_indent="    ")

        lines = [str(self.manifest["title"])]
        if self._is_simulated():
            lines.append(f"SIMULATED DATA: {self._simulated_sentence()}")
        lines += [fill(f"{label}: {text}", 100, subsequent_indent="  ") for label, text in self._facts()]
        lines += ["Columns:"]
        for column, kind, unit, allowed, missing, meaning in self._columns():
            about = "; ".join(filter(None, [kind, unit, allowed, f"{missing} missing"]))
            lines.append(item(f"{column} ({about}): {meaning}"))
        if self.manifest["known_flaws"]:
            lines += ["Known flaws:", *(item(flaw) for flaw in self.manifest["known_flaws"])]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the description as HTML; every text of the manifest is escaped."""
        from markupsafe import Markup

        def join(pattern: str, rows: list[Any]) -> Markup:
            return Markup("").join(Markup(pattern).format(*row) for row in rows)

        mark = Markup("")
        if self._is_simulated():
            mark = Markup("<p><strong>Simulated data:</strong> {}</p>").format(self._simulated_sentence())
        flaws = self.manifest["known_flaws"]
        flaw_list = join("<li>{}</li>", [(flaw,) for flaw in flaws])
        return str(
            Markup(
                "<div><p><strong>{title}</strong> (<code>{name}</code>)</p>{mark}<dl>{facts}</dl>"
                '<table><caption>Columns of {name}</caption><thead><tr><th scope="col">Column</th>'
                '<th scope="col">Type</th><th scope="col">Unit</th><th scope="col">Allowed</th>'
                '<th scope="col">Missing</th><th scope="col">Meaning</th></tr></thead><tbody>{columns}</tbody></table>'
                "{flaws}</div>"
            ).format(
                title=self.manifest["title"],
                name=self.name,
                mark=mark,
                facts=join("<dt>{}</dt><dd>{}</dd>", self._facts()),
                columns=join(
                    '<tr><th scope="row"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td>'
                    '<td style="text-align: left; white-space: normal">{}</td></tr>',
                    self._columns(),
                ),
                flaws=Markup("<p><strong>Known flaws</strong></p><ul>{}</ul>").format(flaw_list) if flaws else "",
            )
        )

    def _is_simulated(self) -> bool:
        return str(self.manifest["kind"]) == "simulated"

    def _simulated_sentence(self) -> str:
        made = f"made by {self.manifest['generator']} with seed {self.manifest['seed']}"
        return f"{made}. No result says anything about real customers."

    def _facts(self) -> list[tuple[str, str]]:
        manifest = self.manifest
        return [
            ("About", manifest["description"]),
            ("A row is", manifest["row"]),
            ("Rows", str(manifest["rows"])),
            ("Kind", manifest["kind"]),
            ("Source", manifest["source"]),
            ("DOI", manifest["doi"] or f"none. {manifest['doi_note']}"),
            ("Licence", manifest["licence"]),
            ("Cite as", manifest["citation"]),
            ("References", ", ".join(manifest["references"]) or "none"),
            ("Made or retrieved", manifest["retrieved"]),
            ("Lessons", ", ".join(manifest["lessons"]) or "none yet"),
        ]

    def _columns(self) -> list[tuple[str, str, str, str, str, str]]:
        def allowed(column: dict[str, Any]) -> str:
            if column["values"]:
                return ", ".join(column["values"])
            return "{} to {}".format(*column["range"]) if column["range"] else ""

        return [
            (
                column["name"],
                column["type"],
                column["unit"] or "",
                allowed(column),
                str(column["missing"]),
                column["meaning"],
            )
            for column in self.manifest["columns"]
        ]


def dataset_folder() -> Path:
    """Return the folder of the data: inside the package when installed from a wheel, else beside the package."""
    package = Path(__file__).parent
    inside = package / "_datasets"
    return inside if inside.is_dir() else package.parent / "datasets"


def _names() -> list[str]:
    return sorted(path.stem for path in dataset_folder().glob("*.yml"))


def _file(name: str) -> Path:
    return dataset_folder() / f"{name}.csv"


def _manifest(name: str) -> dict[str, Any]:
    """Return the manifest of ``name``; raise with the list of names and the nearest one if there is none."""
    import yaml

    names = _names()
    if name not in names:
        nearest = (get_close_matches(str(name).lower(), names, n=1, cutoff=0.3) or names[:1] or [""])[0]
        raise InputError(
            "name",
            found=repr(name),
            expected=f"one of {', '.join(names)}",
            mend=f"the nearest name is {nearest!r}, so write for example load_dataset({nearest!r})",
        )
    text = (dataset_folder() / f"{name}.yml").read_text(encoding="utf-8")
    manifest: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # in C, where it is there
    return manifest


def _typed(values: pd.Series[str], column: dict[str, Any], file: str) -> pd.Series[Any]:
    """Return one column of text in the type of the manifest; raise if a value does not fit."""
    import pandas as pd

    complete = column["missing"] == 0
    where = f"{file}, column {column['name']}"
    empty = int(values.isna().sum())
    if empty != column["missing"]:
        raise InputError(
            where, found=f"{empty} empty cells", expected=f"{column['missing']} empty cells", mend=_RESTORE
        )
    try:
        if column["type"] == "integer":
            whole = pd.to_numeric(values).astype("Int64")
            return whole.astype("int64") if complete else whole
        if column["type"] == "number":
            return pd.to_numeric(values).astype("float64")
        if column["type"] == "date":
            return pd.to_datetime(values, format="%Y-%m-%d")
    except (ValueError, TypeError) as error:
        raise InputError(where, found=str(error), expected=f"type {column['type']}", mend=_RESTORE) from None
    allowed = {"boolean": ["true", "false"], "category": column["values"]}.get(column["type"])
    if allowed is None:
        return values
    strange = values.dropna()[~values.dropna().isin(allowed)]
    if len(strange):
        raise InputError(where, found=repr(strange.iloc[0]), expected=f"one of {', '.join(allowed)}", mend=_RESTORE)
    if column["type"] == "category":
        return values.astype(pd.CategoricalDtype(allowed))
    answers = values.map({"true": True, "false": False}).astype("boolean")
    return answers.astype("bool") if complete else answers
