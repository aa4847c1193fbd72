"""Run a notebook from top to bottom in a fresh kernel: ``python run_lesson.py NOTEBOOK RESULT SECONDS``.

RESULT is the notebook with its outputs; its metadata hold what the run took. SECONDS is the limit for one cell. A
lesson that opens a connection to another host fails, also where the system cannot switch the network off.

Runner and kernel talk over Unix sockets, since without a network there is no loopback either. nbclient is not used: it
can miss a reply of the kernel and then waits for ever (jupyter/nbclient#312).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

OUTPUTS = {"stream", "display_data", "execute_result", "error"}
GUARD = """
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


def run(source: Path, result: Path, seconds: float) -> None:
    """Run the notebook ``source`` up to its first error and write it to ``result``."""
    notebook = nbformat.read(source, 4)
    widgets: set[str] = set()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        kernel = KernelManager(
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),  # the kernel of this environment, no other
            connection_file=str(Path(folder, "kernel.json")),
        )
        if os.name != "nt":
            kernel.transport, kernel.ip = "ipc", str(Path(folder, "kernel"))
        kernel.start_kernel(cwd=str(source.parent), env={**os.environ, "IPYTHONDIR": folder})
        client = kernel.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            client.execute_interactive(GUARD, silent=True, store_history=False, timeout=seconds)
            for cell in notebook.cells:
                if cell.cell_type == "code" and not _run_cell(client, cell, widgets, seconds):
                    break
        finally:
            client.stop_channels()
            kernel.shutdown_kernel(now=True)
    took = {"seconds": time.perf_counter() - began, "megabytes": _peak_of_kernel(), "widgets": sorted(widgets)}
    notebook.metadata["run"] = took
    nbformat.write(notebook, result)


def _run_cell(client: Any, cell: nbformat.NotebookNode, widgets: set[str], seconds: float) -> bool:
    """Run one cell and keep its outputs; return whether it ended without an error."""

    def keep(message: Mapping[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind in OUTPUTS:
            cell.outputs.append(nbformat.v4.output_from_msg(message))
        elif kind == "comm_open":
            widgets.add(content["data"].get("state", {}).get("_model_name", content["target_name"]))

    try:
        reply = client.execute_interactive(cell.source, allow_stdin=False, timeout=seconds, output_hook=keep)
    except TimeoutError:
        sys.exit(f"cell {cell.id} took longer than {seconds:g} seconds")
    cell.execution_count = reply["content"]["execution_count"]
    return bool(reply["content"]["status"] == "ok")


def _peak_of_kernel() -> int | None:
    """Return the most memory that the kernel held, in MB; None on Windows, which does not tell."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e6)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
