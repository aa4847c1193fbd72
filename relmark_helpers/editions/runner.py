"""Run a lesson from top to bottom in a fresh kernel, and keep the result until something it depends on changes.

A lesson that opens a connection to another host fails. What the run took stands in the notebook's metadata.

Runner and kernel talk over Unix sockets where there are any. nbclient is not used: it can miss a reply of the kernel
and then waits for ever (jupyter/nbclient#312).
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, cast

import nbformat
import platformdirs
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_core.utils import ensure_event_loop

from relmark_helpers.editions.lesson import Lesson
from relmark_helpers.validation import InputError

CELL_SECONDS = 60.0
MOVING = "application/vnd.relmark.moving+json"
"""Media type of an explorer's pictures, one for each place of each slider."""
WIDGET = "application/vnd.jupyter.widget-view+json"

_OUTPUTS = {"stream", "display_data", "execute_result", "error"}
_AT_ONCE = min(os.cpu_count() or 2, 4)
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""For kernels that run at once, one for each core, up to four."""
_PUBLISH = "__import__('relmark_helpers.editions.moving', fromlist=['publish']).publish(Out[max(Out)])"
_GUARD = """
import sys

def _refuse_other_hosts(event, arguments):
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if host not in {"localhost", "127.0.0.1", "::1"}:
        raise ConnectionRefusedError(f"a lesson must run without network, and this asks for {host}")

sys.addaudithook(_refuse_other_hosts)
del sys
"""


def run_lessons(lessons: Iterable[Lesson]) -> dict[str, nbformat.NotebookNode]:
    """Return the lessons with their outputs, by number; a lesson that has not changed since is not run again.

    Explorers come with pictures for each place of their sliders (:data:`MOVING`), for pages that have no kernel.

    Raises
    ------
    InputError
        If a cell fails or takes longer than a minute; it names the lesson, the cell and the error.

    Notes
    -----
    Kept notebooks lie in the user's cache folder, or where the environment variable ``RELMARK_CACHE`` says. They are
    used again while the lesson, the package, the data sets, Python and the libraries are the same.
    """
    lessons = list(lessons)
    surroundings = _surroundings()
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        done = list(pool.map(lambda lesson: _kept_or_run(lesson, surroundings), lessons))
    return {lesson.id: notebook for lesson, notebook in zip(lessons, done, strict=True)}


def run_notebook(
    source: Path, seconds: float = CELL_SECONDS, *, moving: bool = False, variables: Mapping[str, str] | None = None
) -> nbformat.NotebookNode:
    """Run the notebook ``source`` up to its first error and return it with its outputs.

    Parameters
    ----------
    source : the notebook; it is run in its folder.
    seconds : the limit for one cell.
    moving : whether explorers get a picture for each place of their sliders.
    variables : added to the kernel's environment.

    Raises
    ------
    TimeoutError
        If a cell takes longer than ``seconds``; it names the cell.
    """
    notebook = nbformat.read(source, 4)
    widgets: set[str] = set()
    began, for_pictures = time.perf_counter(), 0.0
    with fresh_kernel(source.parent, **(variables or {})) as (kernel, client):
        for cell in notebook.cells:
            if cell.cell_type == "code" and not _run_cell(client, cell, widgets, seconds):
                break
            if moving and any(WIDGET in output.get("data", {}) for output in cell.get("outputs", [])):
                for_pictures += _add_pictures(client, cell, seconds)
        megabytes = _peak_memory(kernel)
    seconds_of_lesson = time.perf_counter() - began - for_pictures
    notebook.metadata["run"] = {"seconds": seconds_of_lesson, "megabytes": megabytes, "widgets": sorted(widgets)}
    return cast(nbformat.NotebookNode, notebook)


@contextmanager
def fresh_kernel(folder: Path, **variables: str) -> Iterator[tuple[KernelManager, Any]]:
    """Start a kernel of this environment in ``folder``, refuse it other hosts, and end it after the ``with`` block.

    Gives the kernel's manager and a client that listens. ``variables`` are added to the kernel's environment.
    """
    with tempfile.TemporaryDirectory() as own:
        kernel = KernelManager(
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),  # the kernel of this environment, no other
            connection_file=str(Path(own, "kernel.json")),
        )
        if os.name != "nt":
            kernel.transport, kernel.ip = "ipc", str(Path(own, "kernel"))
        kernel.start_kernel(cwd=str(folder), env={**os.environ, "IPYTHONDIR": own, **variables})
        client = kernel.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            client.execute_interactive(_GUARD, silent=True, store_history=False, timeout=CELL_SECONDS)
            yield kernel, client
        finally:
            client.stop_channels()
            kernel.shutdown_kernel(now=True)


def _run_cell(client: Any, cell: nbformat.NotebookNode, widgets: set[str], seconds: float) -> bool:
    """Run one cell and keep its outputs; return whether it ended without an error."""

    def keep(message: Mapping[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind in _OUTPUTS:
            cell.outputs.append(nbformat.v4.output_from_msg(message))
        elif kind == "comm_open":
            widgets.add(content["data"].get("state", {}).get("_model_name", content["target_name"]))

    try:
        reply = client.execute_interactive(cell.source, allow_stdin=False, timeout=seconds, output_hook=keep)
    except TimeoutError:
        raise TimeoutError(f"cell {cell.id} took longer than {seconds:g} seconds") from None
    cell.execution_count = reply["content"]["execution_count"]
    return bool(reply["content"]["status"] == "ok")


def _add_pictures(client: Any, cell: nbformat.NotebookNode, seconds: float) -> float:
    """Add the pictures of the explorer that a cell has just shown; return how long that took."""
    began = time.perf_counter()

    def keep(message: Mapping[str, Any]) -> None:
        if message["msg_type"] == "display_data":
            cell.outputs[-1].data.update(message["content"]["data"])
        elif message["msg_type"] == "error":
            cell.outputs.append(nbformat.v4.output_from_msg(message))

    client.execute_interactive(_PUBLISH, silent=True, timeout=seconds, output_hook=keep)
    return time.perf_counter() - began


def _peak_memory(kernel: KernelManager) -> int | None:
    """Return the most memory that the kernel held, in MB; None where the system has no /proc that tells."""
    try:
        status = Path(f"/proc/{getattr(kernel.provisioner, 'pid', None)}/status").read_text("utf-8")
    except OSError:
        return None
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return round(int(kilobytes) * 1024 / 1e6)


def _kept_or_run(lesson: Lesson, surroundings: str) -> nbformat.NotebookNode:
    folder = Path(os.environ.get("RELMARK_CACHE") or platformdirs.user_cache_dir("relmark"))
    state = hashlib.sha256(f"{surroundings} {lesson.path.name} {lesson.text}".encode()).hexdigest()[:16]
    kept = folder / f"{lesson.path.stem}-{state}.ipynb"
    if not kept.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        done = _run_lesson(lesson)
        written = folder / f"{lesson.path.stem}.written-{os.getpid()}"
        nbformat.write(done, written)
        for old in folder.glob(f"{lesson.path.stem}-*.ipynb"):
            old.unlink(missing_ok=True)
        written.replace(kept)
    return cast(nbformat.NotebookNode, nbformat.read(kept, 4))


def _run_lesson(lesson: Lesson) -> nbformat.NotebookNode:
    """Run a lesson, with a progress file of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        variables = {**_ONE_THREAD, "RELMARK_PROGRESS": str(Path(scratch, "progress.jsonl"))}
        try:
            done = run_notebook(lesson.path, moving=True, variables=variables)
            failed = _failed_cells(done)
        except (TimeoutError, RuntimeError) as problem:  # a cell without end, a kernel that does not start
            failed = [str(problem)]
        finally:
            ensure_event_loop().close()  # the one that the client's calls made for this thread
    if failed:
        raise InputError(
            lesson.path.name, found=failed[0], expected="a lesson that runs", mend="run it in JupyterLab and mend it"
        )
    return done


def _failed_cells(notebook: nbformat.NotebookNode) -> list[str]:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [
        f"an error in cell {cell.id}: {output.ename}: {output.evalue}"
        for cell in cells
        for output in cell.outputs
        if output.output_type == "error"
    ]


@cache
def _surroundings() -> str:
    """Return a text that changes when anything changes that a lesson's outputs depend on, besides the lesson.

    It is worked out once: during one command the lessons stand on one state of the package.
    """
    package = Path(__file__).parents[1]
    data = [package / "_datasets", package.parent / "datasets"]
    files = sorted(path for folder in [package, *data] for path in folder.rglob("*") if _counts(path))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    names = ("numpy", "pandas", "scipy", "matplotlib", "statsmodels", "ipywidgets", "ipython")
    versions = [f"{name} {metadata.version(name)}" for name in names]
    return " ".join([sys.version, *versions, digest.hexdigest()])


def _counts(path: Path) -> bool:
    """Return whether a lesson's outputs can depend on a file."""
    return path.is_file() and "__pycache__" not in path.parts and "editions" not in path.parts[-3:-1]
